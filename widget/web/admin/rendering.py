"""How the editors' pages are rendered and sent."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from functools import cache
from http import HTTPStatus
from zoneinfo import ZoneInfo

import jinja2
from flask import Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from widget import i18n
from widget.accounts import Session
from widget.errors import StoreUnavailable
from widget.record.report_desk import ReportDesk
from widget.web import templating
from widget.web.admin import interface, terms
from widget.web.admin.context import admin
from widget.web.admin.cookies import BEFORE, cookie_name, set_cookie
from widget.web.context import documents

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


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
            interface_language=interface.language(),
            interface_direction=i18n.direction(interface.language()),
            drafting=admin().drafting is not None,
            reports_waiting=_reports_waiting() if session else 0,
            counting=admin().settings.counts,
            notifying=session is not None and session.user.role == "admin" and _is_notifying(),
            **context,
        )
    )
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.content_language.add(interface.language())
    if session is None or not session.user.language:
        response.vary.add("Accept-Language")
    return response


def _reports_waiting() -> int:
    """Return how many reports wait; 0 where they cannot be read, so that errors have a page."""
    if is_htmx():
        return 0
    try:
        return ReportDesk(documents(), admin().editorial, admin().settings).count_waiting()
    except StoreUnavailable:
        return 0


def _is_notifying() -> bool:
    return bool(admin().settings.notify)


def typed() -> dict[str, str]:
    """Return what the form sent, so that a page that refuses it can show it again."""
    return request.form.to_dict()


def page_before(template: str, /, *, status: int = HTTPStatus.OK, **context: object) -> Response:
    """Return a page with a form for people who are not signed in; ``token`` is its CSRF token."""
    token = secrets.token_urlsafe(24)
    response = page(template, status=status, token=token, **context)
    set_cookie(response, cookie_name() + BEFORE, token)
    return response


def see(url: str) -> AnyResponse:
    """Redirect after a change, to what ``url_for`` returns."""
    return redirect(url, HTTPStatus.SEE_OTHER)


def next_path(text: str) -> str:
    """Return ``text`` if it is a path of the editors' pages, else that of the list of entries.

    Without the path that the service is mounted at.
    """
    # Segments of dots alone would lead out of /admin.
    segment = r"(?!\.{1,2}(?:[/?]|\Z))[\w.~-]+"
    if re.fullmatch(rf"/admin(?:/{segment})*/?(?:\?[\w.=&%+~:-]*)?", text, re.ASCII):
        return text
    return "/admin/entries"


def see_next() -> str:
    """Return the URL that a login form leads to: its ``next``, below the mount path."""
    return request.script_root + next_path(request.values.get("next", ""))


def is_htmx() -> bool:
    """Return whether the request is htmx's, for a fragment of the page."""
    return "HX-Request" in request.headers


def framed(response: Response, policy: str) -> Response:
    """Let the editors' pages, and no other page, frame the response."""
    directives = [part for part in policy.split("; ") if not part.startswith("frame-ancestors")]
    response.headers["Content-Security-Policy"] = "; ".join([*directives, "frame-ancestors 'self'"])
    return response


def harden(response: Response) -> Response:
    """Add the headers of every editors' page. Runs after every view."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.add("Cookie")
    return response


def compile_templates() -> None:
    """Compile the templates at start-up: it would slow down the first requests."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = templating.environment("admin")
    interface.install(environment)
    environment.filters["local"] = local_time
    environment.filters["place"] = terms.place
    environment.filters["dashed"] = lambda name: name.replace(".", "-")
    environment.filters["term"] = terms.term
    environment.filters["action"] = terms.action
    environment.tests["term"] = terms.is_term
    environment.filters["noted"] = terms.noted
    environment.filters["words"] = terms.words
    environment.filters["sentence"] = sentence
    return environment


def local_time(at: datetime | None, zone: str) -> str:
    """Return a time for a field of the type datetime-local, "" for None."""
    if at is None:
        return ""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="seconds")


def sentence(error: object) -> str:
    """Return the message of an error as a sentence, in the user's language."""
    text = interface.shown(str(error))
    return f"{text[:1].upper()}{text[1:]}."
