"""Display options that a publisher's snippet may set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self, get_args

from widget.config import Accent, Publication, colours
from widget.entry.vocabulary import Role
from widget.i18n import interface_language, languages

Theme = Literal["host", "auto", "light", "dark"]
"""``host`` follows the page's ``color-scheme``, ``auto`` the reader's system."""
Styles = Literal["inline", "none"]

SOURCES = "sources"
OPENABLE: tuple[str, ...] = (*get_args(Role), SOURCES)
HEADING_LEVELS = (1, 2, 3, 4, 5)
INSTANCE = re.compile(r"[a-z0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class Options:
    """Display options of a panel. None: the default of the entry, publication or page.

    ``accent`` is one colour, ``#rrggbb``; the panel uses the nearest legible colours.
    ``instance`` distinguishes fragments of one entry in one document: it is part of their ids.
    """

    theme: Theme | None = None
    language: str | None = None
    heading_level: int | None = None
    open: frozenset[str] = frozenset()
    accent: str | None = None
    styles: Styles = "inline"
    instance: str | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Parse a query: ``theme lang heading-level open accent styles instance``.

        Unknown and invalid values are ignored, so that a panel appears despite a typing error
        in its URL. ``accent`` may omit the ``#``; ``open`` is separated by commas.
        """
        theme = query.get("theme")
        language = query.get("lang")
        level = query.get("heading-level", "")
        instance = query.get("instance", "")
        accent = f"#{query.get('accent', '').lower().removeprefix('#')}"
        return cls(
            theme=theme if theme in get_args(Theme) else None,  # type: ignore[arg-type]  # just checked
            language=language if language in languages() else None,
            heading_level=int(level) if level in {str(it) for it in HEADING_LEVELS} else None,
            open=frozenset(query.get("open", "").split(",")).intersection(OPENABLE),
            accent=accent if colours.is_colour(accent) else None,
            styles="none" if query.get("styles") == "none" else "inline",
            instance=instance if INSTANCE.fullmatch(instance) else None,
        )

    def canonical(self, publication: Publication, language: str) -> Self:
        """Return the options without defaults, for a panel in ``language``.

        Options of equal renderings are equal, so that these share one cache entry.
        """
        return replace(
            self,
            theme=None if self.theme == "host" else self.theme,
            language=None if self.language == interface_language(language) else self.language,
            accent=None if self.accent_on(publication) == publication.accent else self.accent,
        )

    def to_query(self) -> dict[str, str]:
        """Return the query that ``from_query`` reads these options from."""
        query = {
            "theme": self.theme,
            "lang": self.language,
            "heading-level": self.heading_level and str(self.heading_level),
            "open": ",".join(name for name in OPENABLE if name in self.open),
            "accent": self.accent and self.accent.removeprefix("#"),
            "styles": self.styles if self.styles == "none" else None,
            "instance": self.instance,
        }
        return {name: value for name, value in query.items() if value}

    def accent_on(self, publication: Publication) -> Accent:
        """Return the requested accent colours, or the publication's."""
        return Accent.of(self.accent) if self.accent else publication.accent
