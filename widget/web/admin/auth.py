"""Who may see a page: sessions, roles, and the password where it is needed again."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.accounts import DEVICE_SECONDS, Role, Session, User, at_least
from widget.errors import Denied, Forbidden, Throttled, message
from widget.http import problem_details
from widget.web import security_events
from widget.web.admin import csrf, rendering
from widget.web.admin.context import admin
from widget.web.admin.cookies import (
    BEFORE,
    DEVICE,
    cookie_name,
    drop_cookie,
    host_name,
    set_cookie,
)
from widget.web.admin.interface import gettext as _
from widget.web.admin.terms import term

CONFIRMATION = "confirmation"
"""The form field in which the password is repeated."""

_View = TypeVar("_View", bound=Callable[..., Any])


def needs(role: Role) -> Callable[[_View], _View]:
    """Restrict a view to users of ``role`` and above. Without it: to editors and above."""

    def mark(view: _View) -> _View:
        view.needed = role  # type: ignore[attr-defined]  # read by enter
        return view

    return mark


def open_to_anyone(view: _View) -> _View:
    """Open a view to people who are not signed in, too."""
    view.needed = None  # type: ignore[attr-defined]  # read by enter
    return view


def confirms_password(view: _View) -> _View:
    """Ask for the password again before a view changes permissions, unless just entered."""
    view.confirms = True  # type: ignore[attr-defined]  # read by enter
    return view


def enter() -> AnyResponse | None:
    """Return the response that refuses the request, or None. Runs before every view."""
    host = admin().settings.admin_host
    if host and host_name(request.host) != host:
        not_found = admin().not_found
        return not_found() if not_found else abort(HTTPStatus.NOT_FOUND)
    g.session = admin().accounts.session(request.cookies.get(cookie_name(), ""))
    session: Session | None = g.session
    _check_origin(session)
    view = current_app.view_functions.get(request.endpoint or "")
    needed: Role | None = getattr(view, "needed", "editor")
    if needed is not None and session is None:
        return _sign_in_first()
    if needed is not None and session is not None:
        _check_role(session.user, needed)
    if not _has_token(session, before_session=needed is None):
        security_events.record("request-forged", actor=_name(session), detail="no valid token")
        return csrf.send_again()
    if session is not None and getattr(view, "confirms", False) and not session.confirmed:
        return _confirmed(session)
    return None


def _name(session: Session | None) -> str:
    return session.user.name if session else "unknown"


def _check_origin(session: Session | None) -> None:
    own = admin().settings.base_origin
    if request.method not in csrf.SAFE_METHODS and not csrf.same_origin(own):
        security_events.record("request-forged", actor=_name(session), detail="foreign origin")
        abort(HTTPStatus.FORBIDDEN, _("The request came from another site, and was refused."))


def _check_role(user: User, needed: Role) -> None:
    if not at_least(user.role, needed):
        security_events.record("access-refused", actor=user.name, detail=f"needs {needed}")
        refusal = _(
            "This needs the role %(needed)s; %(name)s is %(role)s.",
            needed=term(needed),
            name=user.name,
            role=term(user.role),
        )
        abort(HTTPStatus.FORBIDDEN, refusal)
    if needed == "admin" and not user.manages_users:
        security_events.record("access-refused", actor=user.name, detail="needs all publications")
        refusal = _(
            "This needs an admin of all publications; %(name)s works for some of them.",
            name=user.name,
        )
        abort(HTTPStatus.FORBIDDEN, refusal)


def _has_token(session: Session | None, *, before_session: bool) -> bool:
    if request.method in csrf.SAFE_METHODS or csrf.token_matches(session):
        return True
    return before_session and csrf.login_token_matches()


def _confirmed(session: Session) -> AnyResponse | None:
    """Return a page that asks for the password, None where the request carries it."""
    password, problem, status = request.form.get(CONFIRMATION), "", HTTPStatus.FORBIDDEN
    headers: dict[str, str] = {}
    if password is not None:
        try:
            check_password(session.user, password, wrong=message("this is not your password"))
        except (Forbidden, Throttled) as error:
            problem, status = rendering.sentence(error), problem_details.status_of(error)
            headers = problem_details.headers_of(error)
        else:
            security_events.record("password-confirmed", actor=session.user.name)
            admin().accounts.confirm_session(request.cookies.get(cookie_name(), ""))
            return None
    sent = [it for it in request.form.items(multi=True) if it[0] not in ("csrf", CONFIRMATION)]
    response = rendering.page(
        "confirm.html", status=status, sent=sent, problem=problem, field=CONFIRMATION
    )
    response.headers.extend(headers)
    return response


def check_password(user: User, password: str, *, wrong: str) -> None:
    """Check the password of somebody who is signed in, and record a failure.

    Raises Forbidden with the message ``wrong``, Throttled.
    """
    try:
        authenticate(user.name, password)
    except Denied as error:
        security_events.record("password-refused", actor=user.name)
        raise Forbidden(wrong) from error
    except Throttled:
        security_events.record("password-throttled", actor=user.name)
        raise


def authenticate(name: str, password: str) -> User:
    """Return the user with this name and password, as this browser sends them.

    Raises Denied, Throttled.
    """
    device = request.cookies.get(cookie_name() + DEVICE, "")
    return admin().accounts.authenticate(
        name, password, address=request.remote_addr or "", device=device
    )


def signed_in(user: User, url: str) -> AnyResponse:
    """Open a session for this browser, in place of any that it had, and redirect to ``url``."""
    admin().accounts.close_session(request.cookies.get(cookie_name(), ""))
    response = rendering.see(url)
    set_cookie(response, cookie_name(), admin().accounts.open_session(user))
    device = request.cookies.get(cookie_name() + DEVICE, "")
    if not admin().accounts.is_device(user.name, device):
        device = admin().accounts.remember_device(user)
    set_cookie(response, cookie_name() + DEVICE, device, seconds=DEVICE_SECONDS)
    drop_cookie(response, cookie_name() + BEFORE)
    return response


def _sign_in_first() -> AnyResponse:
    login = url_for("admin.session.login", next=request.full_path.rstrip("?"))
    if request.method in csrf.SAFE_METHODS:
        if "HX-Request" in request.headers:
            return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": login})
        return redirect(login, HTTPStatus.SEE_OTHER)
    return csrf.send_again(HTTPStatus.UNAUTHORIZED)


def user() -> User:
    """Return the user of the session. Only in views that need a role."""
    session: Session = g.session
    return session.user
