"""The model of one publication: a site whose articles have panels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from widget import i18n
from widget.config import colours
from widget.config.validators import checked_contact, checked_origin, checked_visible
from widget.entry.vocabulary import OPINION_KINDS, ArticleKind

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LOOPBACK_SOURCES = ("http://localhost:*", "https://localhost:*", "http://127.0.0.1:*")

Text = str | dict[str, str]


class Accent(BaseModel):
    """The accent colour for light and dark mode, each ``#rrggbb`` and legible on the panel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    light: str = "#8a2432"
    dark: str = "#f0a3ab"

    @field_validator("light", "dark")
    @classmethod
    def _legible(cls, value: str, info: Any) -> str:  # noqa: ANN401  # pydantic's own type is private
        paper: colours.Paper = "light" if info.field_name == "light" else "dark"
        if not colours.is_colour(value):
            raise ValueError(f'{value!r} is not a colour of the form "#rrggbb"')
        ratio = colours.contrast(value, colours.PAPER[paper])
        if ratio < colours.MIN_CONTRAST:
            raise ValueError(
                f"{value} has a contrast of {ratio:.1f} to the panel's {paper} background; text "
                f"needs {colours.MIN_CONTRAST} (WCAG 1.4.3): "
                f"for example, use {colours.legible(value, paper)}"
            )
        return value.lower()

    @classmethod
    def of(cls, colour: str) -> Self:
        """Return the legible accent nearest to ``colour`` (``#rrggbb``)."""
        return cls(light=colours.legible(colour, "light"), dark=colours.legible(colour, "dark"))


class Hold(BaseModel):
    """What asks for two approvals: words of an entry's text, and sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    sections: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class Publication(BaseModel):
    """A site whose articles have panels: its name, origins, texts, theme and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(checked_visible)] = Field("This site", min_length=1)
    origins: tuple[Annotated[str, AfterValidator(checked_origin)], ...] = ()
    introduction: Text | None = None
    disclosure: Text | None = None
    methodology: Text | None = None
    language: str = "en"
    accent: Accent = Accent()
    kinds: tuple[ArticleKind, ...] = OPINION_KINDS
    sections: tuple[str, ...] = ()
    heading_level: int = Field(2, ge=2, le=5)
    drafting_prompt: Path | None = None
    review: Literal["required", "optional"] = "required"
    hold: Hold = Hold()
    reviewer: Literal["role", "name"] = "role"
    author: Literal["optional", "asked"] = "optional"
    author_hours: int = Field(24, ge=1, le=720)
    reports: Literal["on", "off"] = "on"
    article_changes: Literal["hidden", "shown"] = "hidden"
    contact: Annotated[str, AfterValidator(checked_contact)] | None = None
    time_zone: str = "UTC"

    @field_validator("language")
    @classmethod
    def _valid_language(cls, value: str) -> str:
        if not i18n.is_language(value):
            raise ValueError(
                f"{value!r} is not a language; write a tag such as en, de-CH or zh-Hant"
            )
        return value

    @field_validator("time_zone")
    @classmethod
    def _valid_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"{value!r} is no time zone of this system; write a name such as Europe/Berlin, "
                "or install the package tzdata"
            ) from None
        return value

    @field_validator("accent", mode="before")
    @classmethod
    def _one_colour(cls, value: object) -> object:
        return {"light": value} if isinstance(value, str) else value

    @field_validator("origins", "kinds", "sections", mode="before")
    @classmethod
    def _written_as_json(cls, value: object) -> object:
        """Parse a list from a variable such as INSIGHTS_PUBLICATIONS__0__ORIGINS."""
        return json.loads(value) if isinstance(value, str) and value.startswith("[") else value

    def text(self, text: Text | None, language: str) -> str | None:
        """Return ``text`` in ``language``, or in the publication's language, or as it is."""
        if not isinstance(text, dict):
            return text
        short = language.partition("-")[0]
        return text.get(language) or text.get(short) or text.get(self.language)

    @property
    def contact_url(self) -> str:
        """The URL of the contact, ``mailto:`` for an address; "" without one."""
        if self.contact is None or "://" in self.contact:
            return self.contact or ""
        return f"mailto:{quote(self.contact, safe='@+')}"

    def allows(self, origin: str) -> bool:
        """Return whether pages of ``origin`` may embed this publication's panels."""
        if self.origins:
            return origin in self.origins
        try:
            return urlsplit(origin).hostname in _LOOPBACK_HOSTS
        except ValueError:
            return False

    @property
    def embedders(self) -> str:
        """The origins that may embed the panels, as a CSP source list."""
        return " ".join(self.origins or _LOOPBACK_SOURCES)

    def origins_with(self, origin: str) -> str:
        """Return the line of ``insights.toml`` that allows ``origin`` to embed the panels."""
        return f"origins = {json.dumps([*self.origins, origin])}"
