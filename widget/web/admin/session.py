"""Signing in and out."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import Denied, Throttled
from widget.web import security_events
from widget.web.admin import guards
from widget.web.admin.guards import Desk

CLEARED = '"cache", "storage"'
"""What a browser forgets at sign-out. Not "cookies": it would drop those of the whole registrable
domain, and with them the newsroom's sessions elsewhere at the publisher's."""


def blueprint(desk: Desk) -> Blueprint:
    """Return ``/login``, ``/logout`` and ``/link``, where links for one use lead."""
    routes = Blueprint("session", __name__)

    @routes.get("/login")
    @guards.open_to_anyone
    def login() -> AnyResponse:
        if g.session is not None:
            return guards.see(guards.see_next())
        return _form()

    @routes.post("/login")
    @guards.open_to_anyone
    def enter() -> AnyResponse:
        name = request.form.get("name", "")
        try:
            user = guards.authenticate(desk, name, request.form.get("password", ""))
        except Denied:
            security_events.record("sign-in-refused", actor=_account(name))
            problem = "This name and password do not belong together."
            return _form(problem, name=name, status=HTTPStatus.FORBIDDEN)
        except Throttled as error:
            security_events.record("sign-in-throttled", actor=_account(name))
            seconds = max(1, math.ceil(error.retry_after))
            at = datetime.now(UTC) + timedelta(seconds=seconds)
            wait = f"{seconds} seconds" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
            problem = f"Too many tries. Try again in {wait}, after {at:%H:%M:%S} UTC."
            response = _form(problem, name=name, status=HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(seconds)
            return response
        security_events.record("signed-in", actor=user.name, detail="password")
        return guards.signed_in(desk, user, guards.see_next())

    # A link carries its code behind the #, which browsers send to nobody and no proxy logs.
    @routes.get("/link")
    @guards.open_to_anyone
    def link() -> Response:
        return guards.page_before("link.html", problem="")

    @routes.post("/link")
    @guards.open_to_anyone
    def follow_link() -> AnyResponse:
        code = request.form.get("code", "").strip()
        invited = desk.accounts.password_link_user(code)
        if invited is not None:
            return guards.page_before("password.html", problem="", whose=invited, code=code)
        user = desk.accounts.redeem_sign_in(code)
        if user is None:
            security_events.record("sign-in-refused", actor="unknown", detail="link")
            problem = (
                "This link was used before or is too old. Sign in with your password, or ask an "
                "admin for another link."
            )
            return guards.page_before("link.html", status=HTTPStatus.FORBIDDEN, problem=problem)
        security_events.record("signed-in", actor=user.name, detail="link")
        return guards.signed_in(desk, user, url_for("admin.entries.listing"))

    @routes.post("/logout")
    def leave() -> AnyResponse:
        security_events.record("signed-out", actor=guards.user().name)
        desk.accounts.close_session(request.cookies.get(guards.cookie_name(), ""))
        response = guards.see(url_for(".login"))
        guards.drop_cookie(response, guards.cookie_name())
        response.headers["Clear-Site-Data"] = CLEARED
        return response

    def _account(name: str) -> str:
        """Return the name where there is such an account; others may hold a mistyped password."""
        user = desk.accounts.user(name.strip().lower())
        return user.name if user else "unknown"

    return routes


def _form(problem: str = "", *, name: str = "", status: int = HTTPStatus.OK) -> Response:
    return guards.page_before(
        "login.html",
        status=status,
        problem=problem,
        name=name,
        next=guards.next_path(request.values.get("next", "")),
        unsafe=request.scheme == "http" and not guards.plain_loopback(),
    )
