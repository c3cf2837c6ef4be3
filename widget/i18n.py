"""Interface languages: catalogs, text direction and date formats."""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from widget.assets import locale_folder

SOURCE_LANGUAGE = "en"
DOMAIN = "messages"
"""The catalogs of what readers see."""
DESK = "desk"
"""The catalogs of the editors' pages."""


@cache
def languages(domain: str = DOMAIN) -> tuple[str, ...]:
    """Return the tags of the languages that have a catalog of ``domain``, English first."""
    others = sorted(path.parent.parent.name for path in locale_folder().glob(f"*/*/{domain}.po"))
    return (SOURCE_LANGUAGE, *others)


def interface_language(tag: str) -> str:
    """Return the interface language for texts in ``tag``; English if there is no catalog."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in languages() else SOURCE_LANGUAGE


@cache
def translations(language: str, domain: str = DOMAIN) -> NullTranslations:
    """Return a catalog of an interface language, with the plural rule of its header."""
    path = locale_folder() / language / "LC_MESSAGES" / f"{domain}.po"
    if language not in languages(domain) or language == SOURCE_LANGUAGE:
        return NullTranslations()
    with path.open("rb") as source:
        # No locale given: its plural rule in Babel changes between versions.
        catalog = read_po(source, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain=domain)


def is_language(tag: str) -> bool:
    """Return whether ``tag`` (BCP 47) begins with a language of the CLDR."""
    try:
        return bool(Locale.parse(tag.partition("-")[0].lower()))
    except (UnknownLocaleError, ValueError):
        return False


def language_name(tag: str) -> str:
    """Return the name of a language in that language, such as ``Español``."""
    locale = _locale(tag)
    return (locale.get_display_name(locale) or tag).capitalize()


def direction(tag: str) -> str:
    """Return ``ltr`` or ``rtl`` for text in the language ``tag`` (BCP 47)."""
    return _locale(tag).text_direction


def long_date(moment: date | datetime, language: str) -> str:
    """Return the day as running text in ``language``, such as ``4 May 2026``. Times are UTC."""
    return _long_date(moment.date() if isinstance(moment, datetime) else moment, language)


@lru_cache(maxsize=1_000)
def _long_date(day: date, language: str) -> str:
    locale = _locale(language)
    # Plain "en" has American month-first dates; "en" here means English of any country.
    pattern = "d MMMM y" if locale.language == "en" and not locale.territory else "long"
    return format_date(day, pattern, locale=locale)


def time_of_day(moment: datetime, language: str, *, seconds: bool = False) -> str:
    """Return the time of day as ``language`` writes it, such as ``14:05``."""
    locale = _locale(language)
    pattern = "medium" if seconds else "short"
    if locale.language == "en" and not locale.territory:  # as in long_date
        pattern = "HH:mm:ss" if seconds else "HH:mm"
    return format_time(moment.replace(tzinfo=None), pattern, locale=locale)


def number(value: float, language: str) -> str:
    """Return a number as ``language`` writes it, such as ``1,234``."""
    return format_decimal(value, locale=_locale(language))


@cache
def _locale(tag: str) -> Locale:
    parts = tag.split("-")
    while parts:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return Locale(SOURCE_LANGUAGE)
