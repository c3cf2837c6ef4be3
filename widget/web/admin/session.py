"""Signing in and out."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import Denied, Throttled
from widget.http import problem_details
from widget.web import security_events
from widget.web.admin import auth, cookies, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _
from widget.web.admin.interface import ngettext

CLEARED = '"cache", "storage"'
"""What a browser deletes at sign-out. Not "cookies": it would drop those of the whole registrable
domain, and with them the newsroom's sessions elsewhere at the publisher's."""


routes = Blueprint("session", __name__)


@routes.get("/login")
@auth.open_to_anyone
def login() -> AnyResponse:
    """Show the form."""
    if g.session is not None:
        return rendering.see(rendering.see_next())
    return _form()


@routes.post("/login")
@auth.open_to_anyone
def enter() -> AnyResponse:
    """Sign in by name and password."""
    name = request.form.get("name", "")
    try:
        user = auth.authenticate(name, request.form.get("password", ""))
    except Denied:
        security_events.record("sign-in-refused", actor=_account(name))
        return _form(_("Wrong name or password."), name=name, status=HTTPStatus.FORBIDDEN)
    except Throttled as error:
        security_events.record("sign-in-throttled", actor=_account(name))
        return _throttled(name, error)
    security_events.record("signed-in", actor=user.name, detail="password")
    return auth.signed_in(user, rendering.see_next())


def _throttled(name: str, error: Throttled) -> Response:
    retry_after = problem_details.retry_after(error)
    seconds = int(retry_after)
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    after = f"{at:%H:%M:%S} UTC"
    problem = (
        ngettext(
            "Too many attempts. Try again in %(num)d second, after %(time)s.",
            "Too many attempts. Try again in %(num)d seconds, after %(time)s.",
            seconds,
            time=after,
        )
        if seconds < 120
        else ngettext(
            "Too many attempts. Try again in %(num)d minute, after %(time)s.",
            "Too many attempts. Try again in %(num)d minutes, after %(time)s.",
            math.ceil(seconds / 60),
            time=after,
        )
    )
    response = _form(problem, name=name, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = retry_after
    return response


# A link carries its code behind the #, which browsers send to nobody and no proxy logs.
@routes.get("/link")
@auth.open_to_anyone
def link() -> Response:
    """Show the page for links that can be used once. Their code follows the #."""
    return rendering.page_before("link.html", problem="")


@routes.post("/link")
@auth.open_to_anyone
def follow_link() -> AnyResponse:
    """Sign in by a link, or show the form for a new password."""
    code = request.form.get("code", "").strip()
    invited = admin().accounts.password_link_user(code)
    if invited is not None:
        return rendering.page_before("password.html", problem="", whose=invited, code=code)
    user = admin().accounts.redeem_sign_in(code)
    if user is None:
        security_events.record("sign-in-refused", actor="unknown", detail="link")
        problem = _(
            "This link was used before or has expired. Sign in with your password, or ask an "
            "admin for another link."
        )
        return rendering.page_before("link.html", status=HTTPStatus.FORBIDDEN, problem=problem)
    security_events.record("signed-in", actor=user.name, detail="link")
    return auth.signed_in(user, url_for("admin.entries.listing"))


@routes.post("/logout")
def leave() -> AnyResponse:
    """Sign out."""
    security_events.record("signed-out", actor=auth.user().name)
    admin().accounts.close_session(request.cookies.get(cookies.cookie_name(), ""))
    response = rendering.see(url_for(".login"))
    cookies.drop_cookie(response, cookies.cookie_name())
    response.headers["Clear-Site-Data"] = CLEARED
    return response


def _account(name: str) -> str:
    """Return the name of an existing account only: other input may be a mistyped password."""
    user = admin().accounts.user(name.strip().lower())
    return user.name if user else "unknown"


def _form(problem: str = "", *, name: str = "", status: int = HTTPStatus.OK) -> Response:
    return rendering.page_before(
        "login.html",
        status=status,
        problem=problem,
        name=name,
        next=rendering.next_path(request.values.get("next", "")),
        unsafe=request.scheme == "http" and not cookies.plain_loopback(),
    )
