"""The user's own account: password and sessions, and choosing a password by a link."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.accounts import Session
from widget.errors import Forbidden, InsightsError, InvalidAccount, Throttled, message
from widget.http import problem_details
from widget.web import security_events
from widget.web.admin import auth, preferences, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _

_WRONG = message("the current password is wrong")


routes = Blueprint("me", __name__)


@routes.get("/me")
def me() -> Response:
    """Show the user's own account."""
    return _me()


@routes.post("/me/password")
def change_password() -> AnyResponse:
    """Change the password, and end all other sessions."""
    user = auth.user()
    try:
        password = _new_password()
        auth.check_password(user, request.form.get("current", ""), wrong=_WRONG)
        admin().accounts.set_password(user.name, password)
    except (Forbidden, Throttled, InvalidAccount) as error:
        return _me(error)
    security_events.record("password-changed", actor=user.name)
    return auth.signed_in(user, url_for(".me", changed="password"))


@routes.post("/me/sessions/<handle>/removal")
@auth.confirms_password
def end_session(handle: str) -> AnyResponse:
    """End another session of the user."""
    admin().accounts.end_session(auth.user().name, handle)
    security_events.record("session-ended", actor=auth.user().name)
    return rendering.see(url_for(".me"))


@routes.post("/password")
@auth.open_to_anyone
def choose() -> AnyResponse:
    """Choose a password by a link of one use."""
    secret = request.form.get("code", "")
    try:
        user = admin().accounts.redeem_password_link(secret, _new_password())
    except InvalidAccount as error:
        return _choose(secret, rendering.sentence(error))
    if user is None:
        return _choose(secret, "")
    security_events.record("password-changed", actor=user.name, detail="link")
    return auth.signed_in(user, url_for("admin.entries.listing"))


def _new_password() -> str:
    """Return the new password of a form. Raises InvalidAccount if it was repeated otherwise."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise InvalidAccount(message("the two new passwords differ. Type the same one twice"))
    return password


def _me(error: InsightsError | None = None) -> Response:
    session: Session = g.session
    name = session.user.name
    response = rendering.page(
        "me.html",
        status=problem_details.status_of(error) if error else HTTPStatus.OK,
        problem=rendering.sentence(error) if error else "",
        changed=request.args.get("changed", ""),
        zones=preferences.zone_groups(session.user.time_zone),
        sessions=admin().accounts.sessions(name),
        own=session.handle,
        now=datetime.now(UTC),
        tokens=[token for token in admin().accounts.tokens() if token.owner == name],
    )
    response.headers.extend(problem_details.headers_of(error) if error else {})
    return response


def _choose(secret: str, problem: str) -> Response:
    user = admin().accounts.password_link_user(secret)
    if user is None:
        refusal = _("This link was used before or has expired. Ask an admin for another one.")
        abort(HTTPStatus.FORBIDDEN, refusal)
    return rendering.page_before(
        "password.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        problem=problem,
        whose=user,
        code=secret,
    )
