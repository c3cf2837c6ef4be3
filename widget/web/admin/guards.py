"""What every editors' page goes through: who is asking, from where, and how pages are sent."""

from __future__ import annotations

import hmac
import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import jinja2
from flask import Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget import i18n
from widget.accounts import DEVICE_SECONDS, Accounts, Role, Session, User, at_least
from widget.config import Settings
from widget.editorial import comparison
from widget.editorial.service import Editorial
from widget.errors import Denied, Throttled
from widget.purging import PurgeOutbox
from widget.store import EntryReader
from widget.web import security_events, templating

COOKIE = "__Host-insights"
MOUNTED_COOKIE = "__Secure-insights"
"""Below a path, where the host is another's, too: ``__Host-`` would send it to the whole of it."""
LOOPBACK_COOKIE = "insights"
BEFORE = "-form"
"""Ends the name of the cookie that holds the token of the login form, before any session."""
DEVICE = "-device"
"""Ends the name of the cookie by which a browser that has signed in before is recognised."""
CONFIRMATION = "confirmation"
"""The field in which the password is given again."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Desk:
    """What the editors' pages work with."""

    settings: Settings
    editorial: Editorial
    accounts: Accounts
    purges: PurgeOutbox | None = None
    not_found: Callable[[], Response] | None = None
    """What another host than ``admin_host`` answers, like any address that is nobody's."""

    @property
    def store(self) -> EntryReader:
        """Read access to the entries; ``editorial`` changes them."""
        return self.editorial.entries


# Who may see a page.


def needs(role: Role) -> Callable[[_View], _View]:
    """Open a view to users of ``role`` and above. Without it: to editors and above."""

    def mark(view: _View) -> _View:
        view.needed = role  # type: ignore[attr-defined]  # read by enter
        return view

    return mark


def open_to_anyone(view: _View) -> _View:
    """Open a view to whoever is not signed in, too."""
    view.needed = None  # type: ignore[attr-defined]  # read by enter
    return view


def confirms_password(view: _View) -> _View:
    """Ask for the password again before a view changes who may do what, unless just given."""
    view.confirms = True  # type: ignore[attr-defined]  # read by enter
    return view


def enter(desk: Desk) -> AnyResponse | None:
    """Let the request in, or return the answer that refuses it. Runs before every view."""
    host = desk.settings.admin_host
    if host and _host_name(request.host) != host:
        return desk.not_found() if desk.not_found else abort(HTTPStatus.NOT_FOUND)
    g.session = desk.accounts.session(request.cookies.get(cookie_name(), ""))
    session: Session | None = g.session
    actor = session.user.name if session else "unknown"
    if request.method not in _SAFE and not _same_origin(desk.settings.base_origin):
        security_events.record("request-forged", actor=actor, detail="foreign origin")
        abort(HTTPStatus.FORBIDDEN, "The request came from another site, and was refused.")
    view = current_app.view_functions.get(request.endpoint or "")
    needed: Role | None = getattr(view, "needed", "editor")
    if needed is not None:
        if session is None:
            return _sign_in_first()
        if not at_least(session.user.role, needed):
            security_events.record("access-refused", actor=actor, detail=f"needs {needed}")
            abort(
                HTTPStatus.FORBIDDEN,
                f"This needs the role {needed}; {session.user.name} is {session.user.role}.",
            )
    if request.method not in _SAFE and not _token_matches(session):
        if needed is None and _before_matches():
            return None
        security_events.record("request-forged", actor=actor, detail="no valid token")
        return _again()
    if session is not None and getattr(view, "confirms", False) and not session.confirmed:
        return _confirmed(desk, session)
    return None


def _confirmed(desk: Desk, session: Session) -> AnyResponse | None:
    """Let the request in where it carries the password, else return a page that asks for it."""
    password = request.form.get(CONFIRMATION)
    problem, status, headers = "", HTTPStatus.FORBIDDEN, {}
    if password is not None:
        try:
            authenticate(desk, session.user.name, password)
        except Denied:
            security_events.record("password-refused", actor=session.user.name)
            problem = "This is not your password."
        except Throttled as error:
            security_events.record("password-throttled", actor=session.user.name)
            problem, status = sentence(error), HTTPStatus.TOO_MANY_REQUESTS
            headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
        else:
            security_events.record("password-confirmed", actor=session.user.name)
            desk.accounts.confirm_session(request.cookies.get(cookie_name(), ""))
            return None
    sent = [it for it in request.form.items(multi=True) if it[0] not in ("csrf", CONFIRMATION)]
    response = page("confirm.html", status=status, sent=sent, problem=problem, field=CONFIRMATION)
    response.headers.extend(headers)
    return response


def authenticate(desk: Desk, name: str, password: str) -> User:
    """Return whose name and password these are, as this browser sends them.

    Raises Denied, Throttled.
    """
    device = request.cookies.get(cookie_name() + DEVICE, "")
    return desk.accounts.authenticate(
        name, password, address=request.remote_addr or "", device=device
    )


def _same_origin(own: str | None) -> bool:
    """Say whether the page that sent this is one of ours, as far as the browser tells."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None or origin == own:
        return True  # without one it is no browser of today; the token is asked for in any case
    parts = urlsplit(origin)
    # A proxy may have taken TLS off: https to the same host is us; plain http only as we are.
    return parts.netloc == request.host and parts.scheme in ("https", request.scheme)


def _token_matches(session: Session | None) -> bool:
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    return session is not None and hmac.compare_digest(sent.encode(), session.csrf.encode())


def _before_matches() -> bool:
    kept = request.cookies.get(cookie_name() + BEFORE, "")
    sent = request.form.get("csrf", "")
    return bool(kept) and hmac.compare_digest(sent.encode(), kept.encode())


def _sign_in_first() -> AnyResponse:
    login = url_for("admin.session.login", next=request.full_path.rstrip("?"))
    if request.method in _SAFE:
        if "HX-Request" in request.headers:
            return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": login})
        return redirect(login, HTTPStatus.SEE_OTHER)
    return _again(HTTPStatus.UNAUTHORIZED)


def _again(status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Response:
    """Return a page that keeps what was typed, to be sent once more with a session's token."""
    sent = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf"]
    if "password" in request.form or "Origin" not in request.headers:
        sent = []  # nobody is to send on what another site may have filled in
    return page("again.html", status=status, sent=sent, action=_asked())


def _asked() -> str:
    return request.script_root + request.full_path.rstrip("?")


def user() -> User:
    """Return who is asking. Only in views that need a role."""
    session: Session = g.session
    return session.user


# The cookie.


def plain_loopback() -> bool:
    """Say whether this is plain http on this machine, where no cookie can be Secure."""
    return request.scheme == "http" and _host_name(request.host) in _LOOPBACK


def cookie_name() -> str:
    """Return the session cookie's name here."""
    if plain_loopback():
        return LOOPBACK_COOKIE
    return MOUNTED_COOKIE if request.script_root else COOKIE


def set_cookie(response: AnyResponse, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie for this site alone, which scripts cannot read (RFC 6265bis, 4.1.3.2).

    Without ``seconds`` it goes when the browser is closed.
    """
    secure = not plain_loopback()
    response.set_cookie(
        name,
        value,
        seconds,
        path=request.script_root or "/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: AnyResponse, name: str) -> None:
    """Let the browser forget a cookie."""
    response.delete_cookie(
        name,
        path=request.script_root or "/",
        secure=not plain_loopback(),
        httponly=True,
        samesite="Lax",
    )


def signed_in(desk: Desk, user: User, url: str) -> AnyResponse:
    """Open a session for this browser and send it on. Whatever session it had ends."""
    desk.accounts.close_session(request.cookies.get(cookie_name(), ""))
    response = see(url)
    set_cookie(response, cookie_name(), desk.accounts.open_session(user))
    device = request.cookies.get(cookie_name() + DEVICE, "")
    if not desk.accounts.is_device(user.name, device):
        device = desk.accounts.remember_device(user)
    set_cookie(response, cookie_name() + DEVICE, device, seconds=DEVICE_SECONDS)
    drop_cookie(response, cookie_name() + BEFORE)
    return response


def page_before(template: str, /, *, status: int = HTTPStatus.OK, **context: object) -> Response:
    """Return a page with a form for whoever is not signed in; ``token`` is what it carries."""
    token = secrets.token_urlsafe(24)
    response = page(template, status=status, token=token, **context)
    set_cookie(response, cookie_name() + BEFORE, token)
    return response


def next_path(text: str) -> str:
    """Return ``text`` where it is a path of the editors' pages, else the list of entries.

    It is one of this service, wherever that is mounted.
    """
    # Segments of dots alone would lead out of /admin.
    segment = r"(?!\.{1,2}(?:[/?]|\Z))[\w.~-]+"
    if re.fullmatch(rf"/admin(?:/{segment})*/?(?:\?[\w.=&%+~:-]*)?", text, re.ASCII):
        return text
    return "/admin/entries"


def see_next() -> str:
    """Return the URL that a login form leads to: its ``next``, below where we are mounted."""
    return request.script_root + next_path(request.values.get("next", ""))


def _host_name(host: str) -> str:
    return re.sub(r":\d+$", "", host).lower()


# Answers.


def page(template: str, /, *, status: int = HTTPStatus.OK, **context: object) -> Response:
    """Return a page, or a fragment of one."""
    session: Session | None = g.get("session")
    html = (
        _environment()
        .get_template(template)
        .render(
            user=session.user if session else None,
            csrf=session.csrf if session else "",
            here=templating.here(),
            **context,
        )
    )
    return Response(html, status, content_type="text/html; charset=utf-8")


def see(url: str) -> AnyResponse:
    """Send the browser on after a change, to what ``url_for`` returns."""
    return redirect(url, HTTPStatus.SEE_OTHER)


def is_htmx() -> bool:
    """Say whether htmx asks, for a piece of the page."""
    return "HX-Request" in request.headers


def harden(response: Response) -> Response:
    """Add the headers that every editors' page carries. Runs after every view."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.add("Cookie")
    return response


def warm() -> None:
    """Compile the templates, for whose first reader it would take a noticeable moment."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = templating.environment("admin")
    environment.filters["moment"] = lambda at: f"{i18n.long_date(at, 'en')}, {at:%H:%M} UTC"
    environment.filters["place"] = comparison.label_of
    environment.filters["dashed"] = lambda name: name.replace(".", "-")
    environment.filters["words"] = words
    environment.filters["sentence"] = sentence
    return environment


def sentence(error: object) -> str:
    """Return what an error says as a sentence for a page."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def words(value: str) -> str:
    """Return a word of the vocabulary for people: ``different-views`` is "Different views"."""
    if value.startswith("center-"):
        return value.capitalize()
    return value.replace("-", " ").capitalize().replace("Ai", "AI")
