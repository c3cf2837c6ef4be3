"""The user's own account: password and sessions, and choosing a password by a link."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.accounts import Session
from widget.errors import Denied, InvalidAccount, Throttled
from widget.http import problem_details
from widget.web import security_events
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin

_DIFFER = "The two new passwords differ. Type the same one twice."


routes = Blueprint("me", __name__)


@routes.get("/me")
def me() -> Response:
    """Show the user's own account."""
    return _me()


@routes.post("/me/password")
def change_password() -> AnyResponse:
    """Change the password, and end all other sessions."""
    user = auth.user()
    given, again = request.form.get("password", ""), request.form.get("again", "")
    if given != again:
        return _me(_DIFFER)
    try:
        auth.authenticate(user.name, request.form.get("current", ""))
        admin().accounts.set_password(user.name, given)
    except Denied:
        security_events.record("password-refused", actor=user.name)
        return _me("The current password is wrong.", status=HTTPStatus.FORBIDDEN)
    except Throttled as error:
        security_events.record("password-throttled", actor=user.name)
        response = _me(rendering.sentence(error), status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = problem_details.retry_after(error)
        return response
    except InvalidAccount as error:
        return _me(rendering.sentence(error))
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
    given, again = request.form.get("password", ""), request.form.get("again", "")
    if given != again:
        return _choose(secret, _DIFFER)
    try:
        user = admin().accounts.redeem_password_link(secret, given)
    except InvalidAccount as error:
        return _choose(secret, rendering.sentence(error))
    if user is None:
        return _choose(secret, "")
    security_events.record("password-changed", actor=user.name, detail="link")
    return auth.signed_in(user, url_for("admin.entries.listing"))


def _me(problem: str = "", *, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> Response:
    session: Session = g.session
    name = session.user.name
    return rendering.page(
        "me.html",
        status=status if problem else HTTPStatus.OK,
        problem=problem,
        changed=request.args.get("changed") == "password",
        sessions=admin().accounts.sessions(name),
        own=session.handle,
        now=datetime.now(UTC),
        tokens=[token for token in admin().accounts.tokens() if token.owner == name],
    )


def _choose(secret: str, problem: str) -> Response:
    user = admin().accounts.password_link_user(secret)
    if user is None:
        message = "This link was used before or has expired. Ask an admin for another one."
        abort(HTTPStatus.FORBIDDEN, message)
    return rendering.page_before(
        "password.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        problem=problem,
        whose=user,
        code=secret,
    )
