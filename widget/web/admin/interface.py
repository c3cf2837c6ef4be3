"""The language and the time zone in which a person sees the editors' pages."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import jinja2
from flask import g, has_request_context, request

from widget import i18n
from widget.accounts import Session
from widget.errors import Message


def language() -> str:
    """Return the user's language, else the browser's best of those there are, else English."""
    if not has_request_context():
        return i18n.SOURCE_LANGUAGE
    if "interface_language" not in g:
        session: Session | None = g.get("session")
        chosen = session.user.language if session else ""
        offered = i18n.languages(i18n.DESK)
        if chosen not in offered:
            chosen = request.accept_languages.best_match(offered) or i18n.SOURCE_LANGUAGE
        g.interface_language = chosen
    return str(g.interface_language)


def zone() -> tzinfo:
    """Return the user's time zone, UTC without one."""
    session: Session | None = g.get("session")
    return ZoneInfo(session.user.time_zone) if session and session.user.time_zone else UTC


def gettext(template: str, /, **values: object) -> str:
    """Return ``template`` in the language of this request, with its values filled in."""
    return _catalog_text(template) % values if values else _catalog_text(template)


def ngettext(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the template that fits ``count``, with ``%(num)d`` and its values filled in."""
    return _catalog_form(singular, plural, count) % {"num": count, **values}


def shown(text: str) -> str:
    """Return a text of the core in the language of this request, if it can be translated."""
    return text.translated(_catalog_text, _catalog_form) if isinstance(text, Message) else text


def moment(at: datetime) -> str:
    """Return a time in the user's language and time zone, such as ``4 May 2026, 10:00 UTC``."""
    local = at.astimezone(zone())
    return f"{i18n.long_date(local, language())}, {local:%H:%M} {local.tzname()}"


def install(environment: jinja2.Environment) -> None:
    """Give templates ``_``, ``ngettext``, trans blocks, and the filters of this module."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _catalog_text, _catalog_form, newstyle=True
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters["moment"] = moment
    environment.filters["shown"] = shown


def _catalog_text(template: str) -> str:
    return i18n.translations(language(), i18n.DESK).gettext(template)


def _catalog_form(singular: str, plural: str, count: int) -> str:
    return i18n.translations(language(), i18n.DESK).ngettext(singular, plural, count)
