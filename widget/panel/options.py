"""What a publisher's snippet may ask of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

from widget.i18n import languages
from widget.vocabulary import Role

Theme = Literal["light", "dark"]
Styles = Literal["inline", "none"]

SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Options:
    """How to show a panel. None: as the entry and its publication say."""

    theme: Theme | None = None
    language: str | None = None
    heading_level: int | None = None
    open: frozenset[str] = frozenset()
    styles: Styles = "inline"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read the options from a URL's query: ``theme lang heading-level open styles``.

        What is unknown or wrong is passed over: a panel with a typing error in its address
        is still a panel.
        """
        theme = query.get("theme")
        language = query.get("lang")
        level = query.get("heading-level", "")
        known = {*get_args(Role), SOURCES}
        return cls(
            theme=theme if theme in get_args(Theme) else None,  # type: ignore[arg-type]  # just checked
            language=language if language in languages() else None,
            heading_level=int(level) if level in {"1", "2", "3", "4", "5"} else None,
            open=frozenset(known.intersection(query.get("open", "").split(","))),
            styles="none" if query.get("styles") == "none" else "inline",
        )
