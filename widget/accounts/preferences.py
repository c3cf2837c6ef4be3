"""The languages and time zones that a user can choose for the editors' pages."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from widget import i18n
from widget.errors import InvalidAccount, message


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names of the IANA time zones, sorted; empty where the system has no database."""
    return tuple(sorted(available_timezones()))


def check_preferences(language: str, time_zone: str) -> None:
    """Raise InvalidAccount for a language without catalog or an unknown zone; "" is none chosen."""
    languages = i18n.languages(i18n.DESK)
    if language and language not in languages:
        raise InvalidAccount(
            message(
                "the pages have no language %(language)r; choose one of %(languages)s",
                language=language,
                languages=", ".join(languages),
            )
        )
    if time_zone and time_zone not in time_zones():
        raise InvalidAccount(
            message(
                "%(zone)r is no time zone; write it as in Europe/Berlin, or leave it empty for UTC",
                zone=time_zone,
            )
        )
