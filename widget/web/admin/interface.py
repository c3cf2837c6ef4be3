"""The language and the time zone in which a person sees the editors' pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
            chosen = _accepted(offered)
        g.interface_language = chosen
    return str(g.interface_language)


def _accepted(offered: Sequence[str]) -> str:
    # werkzeug's best_match would prefer "en;q=0.1" to "es-MX", since only "en" matches as a whole.
    for tag, quality in request.accept_languages:
        primary = tag.partition("-")[0].lower()
        if quality > 0 and primary in offered:
            return primary
    return i18n.SOURCE_LANGUAGE


def zone() -> tzinfo:
    """Return the user's time zone, UTC without one."""
    session: Session | None = g.get("session") if has_request_context() else None
    try:
        return ZoneInfo(session.user.time_zone) if session and session.user.time_zone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC  # chosen where the system had this zone


def gettext(template: str, /, **values: object) -> str:
    """Return ``template`` in the language of this request, with its values filled in."""
    return _catalog_text(template) % values if values else _catalog_text(template)


def ngettext(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the template that fits ``count``, with ``%(num)d`` and its values filled in."""
    return _catalog_form(singular, plural, count) % {"num": count, **values}


def shown(text: str) -> str:
    """Return a text of the core in the language of this request, if it can be translated."""
    if not isinstance(text, Message):
        return text
    return text.translated(_catalog_text, _catalog_form, _written)


def moment(at: datetime) -> str:
    """Return a time in the user's language and time zone, such as ``4 May 2026, 10:00 UTC+2``."""
    time = f"{clock(at)} {offset(at)}"
    return gettext("%(day)s, %(time)s", day=day(at), time=time)


def _written(value: datetime | int) -> str:
    """Return a time to the second, or a number, among the values of a message."""
    if isinstance(value, int):
        return i18n.number(value, language())
    time = f"{clock(value, seconds=True)} {offset(value)}"
    return gettext("%(day)s, %(time)s", day=day(value), time=time)


def record_time(at: datetime) -> str:
    """Return a time by the user's clock to the second, in English as all of a record."""
    local, english = at.astimezone(zone()), i18n.SOURCE_LANGUAGE
    time = i18n.time_of_day(local, english, seconds=True)
    return f"{i18n.long_date(local, english)}, {time} {offset(at)}"


def utc_hint(field: str) -> str:
    """Return what to say beside a form field with a time in UTC: the user's time, if it differs."""
    try:
        at = datetime.fromisoformat(field).replace(tzinfo=UTC)
        return "UTC" if offset(at) == "UTC" else gettext("UTC; for you %(time)s", time=moment(at))
    except (ValueError, OverflowError):
        return "UTC"  # empty, or what cannot be saved either


def day(at: datetime) -> str:
    """Return the day of a time in the user's language and time zone."""
    return i18n.long_date(at.astimezone(zone()), language())


def clock(at: datetime, *, seconds: bool = False) -> str:
    """Return the time of day of a time in the user's language and time zone."""
    return i18n.time_of_day(at.astimezone(zone()), language(), seconds=seconds)


def elsewhere(at: datetime, time_zone: str) -> str:
    """Return the time in another zone, with its day where that differs from the user's.

    "" where clocks there show the same time.
    """
    there, here = at.astimezone(ZoneInfo(time_zone)), at.astimezone(zone())
    if there.utcoffset() == here.utcoffset():
        return ""
    text = f"{clock_of(at, time_zone)} {time_zone}"
    if there.date() == here.date():
        return text
    return gettext("%(day)s, %(time)s", day=i18n.long_date(there, language()), time=text)


def clock_of(at: datetime, time_zone: str) -> str:
    """Return the time of day in another zone, in the user's language."""
    return i18n.time_of_day(at.astimezone(ZoneInfo(time_zone)), language())


def offset(at: datetime) -> str:
    """Return how far the user's clock is from UTC at a time: ``UTC``, ``UTC+2``, ``UTC-3:30``."""
    minutes = round((at.astimezone(zone()).utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"


def stamp(at: datetime) -> str:
    """Return the value of the attribute ``datetime``: in UTC, with its offset."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def languages() -> list[tuple[str, str]]:
    """Return the tags of the interface's languages, each with its name in that language."""
    return [(tag, i18n.language_name(tag)) for tag in i18n.languages(i18n.DESK)]


def city(time_zone: str) -> str:
    """Return the place of an IANA zone for display: ``Argentina, Buenos Aires``."""
    return time_zone.partition("/")[2].replace("/", ", ").replace("_", " ") or time_zone


def install(environment: jinja2.Environment) -> None:
    """Give templates ``_``, ``ngettext``, trans blocks, and the filters of this module."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _catalog_text, _catalog_form, newstyle=True
    )
    environment.policies["ext.i18n.trimmed"] = True
    for function in (
        *(moment, record_time, day, clock, offset, stamp),
        *(utc_hint, elsewhere, clock_of, city, shown),
    ):
        environment.filters[function.__name__] = function
    environment.filters["direction"] = i18n.direction
    environment.filters["date"] = lambda date: i18n.long_date(date, language())
    environment.filters["number"] = lambda number: i18n.number(number, language())
    environment.globals["languages"] = languages


def _catalog_text(template: str) -> str:
    return i18n.translations(language(), i18n.DESK).gettext(template)


def _catalog_form(singular: str, plural: str, count: int) -> str:
    return i18n.translations(language(), i18n.DESK).ngettext(singular, plural, count)
