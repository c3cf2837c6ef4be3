"""Interface languages: catalogs, text direction and date formats."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_time
from babel.lists import format_list
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


_WRITTEN_ALIKE = {"no": "nb", "nn": "nb"}
"""Languages without a catalog whose readers read another one as their own."""
_DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹", "beng": "০১২৩৪৫৬৭৮৯"}
"""The digits of the CLDR's numbering systems, other than ``latn``."""


@cache
def languages(domain: str = DOMAIN) -> tuple[str, ...]:
    """Return the tags of the languages that have a catalog of ``domain``, English first."""
    others = sorted(path.parent.parent.name for path in locale_folder().glob(f"*/*/{domain}.po"))
    return (SOURCE_LANGUAGE, *others)


@lru_cache(maxsize=512)
def catalog_language(tag: str) -> str | None:
    """Return the interface language that texts in ``tag`` (BCP 47) are read in; None without one.

    The script decides between two catalogs of a language: ``zh-TW`` is ``zh-Hant``, and ``sr-ME``
    is ``sr-Latn``. Withdrawn codes mean what they stand for: ``iw`` is ``he``.
    """
    language, script = written_in(tag)
    language = _WRITTEN_ALIKE.get(language, language)
    return next((it for it in (f"{language}-{script}", language) if it in languages()), None)


def interface_language(tag: str) -> str:
    """Return the interface language for texts in ``tag``; English if there is no catalog."""
    return catalog_language(tag) or SOURCE_LANGUAGE


@lru_cache(maxsize=512)
def written_in(tag: str) -> tuple[str, str]:
    """Return the language of ``tag``, and the script it is written in, "" if that is unknown.

    They follow from the likely subtags and the aliases of the CLDR (UTS 35, section 4.3).
    """
    language, *others = tag.lower().split("-")
    aliased = get_global("language_aliases").get(language, language).split("_")
    language, others = aliased[0], [*others, *(it.lower() for it in aliased[1:])]
    script = next((it for it in others[:2] if len(it) == 4 and it.isalpha()), "").capitalize()
    territory = next((it for it in others[:2] if len(it) == 2), "").upper()
    if not script:
        likely = get_global("likely_subtags")
        full = likely.get(f"{language}_{territory}") or likely.get(language) or ""
        script = next((it for it in full.split("_")[1:] if len(it) == 4), "")
    return language, script


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
    name = locale.get_display_name(locale) or tag
    return name[:1].upper() + name[1:]


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
    return localized_digits(format_date(day, pattern, locale=locale), language)


def listed(names: Sequence[str], language: str) -> str:
    """Return the names as ``language`` lists them, such as ``Ana, Ben and Cleo``."""
    locale = _locale(language)
    if locale.language == "en" and not locale.territory:
        locale = Locale("en", "001")  # no comma before "and"
    return format_list(names, locale=locale)


def localized_digits(text: str, language: str) -> str:
    """Return ``text`` with the digits of the CLDR's default numbering system for ``language``."""
    digits = _DIGITS.get(_locale(language).default_numbering_system)
    return text.translate(str.maketrans("0123456789", digits)) if digits else text


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
