"""The doctor's findings and report, and the context of its checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from widget.config import Publication, Settings
from widget.doctor.page import Embed, Page
from widget.entry import Entry, Withdrawn
from widget.store import EntryReader

Severity = Literal["stop", "warning", "note"]
"""``stop``: readers see no panel. ``warning``: it is impaired, or will stop working soon."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: what it means, and the exact line that fixes it.

    ``code`` is stable, for tools. ``place`` says where ``fix`` belongs. ``line`` is the line in the
    page's HTML, from 1, and ``source`` its text, where the problem is in the page.
    """

    code: str
    severity: Severity
    message: str
    fix: str = ""
    place: str = ""
    line: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about one page. ``panels`` describes the panels that it embeds."""

    url: str
    panels: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> int:
        """The number of findings with severity ``stop``."""
        return sum(finding.severity == "stop" for finding in self.findings)

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        match self.stops, len(self.findings) - self.stops:
            case 0, 0:
                return "Nothing stops the panel."
            case 0, others:
                return f"Nothing stops the panel. {_things(others)} could be better."
            case 1, _:
                return "One thing stops the panel."
            case stops, _:
                return f"{stops} things stop the panel."


def _things(number: int) -> str:
    return "One thing" if number == 1 else f"{number} things"


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What the checks examine. ``base`` is the service's base URL.

    ``drafts``: whether the user may know about unpublished entries.
    """

    page: Page
    settings: Settings
    store: EntryReader
    base: str
    drafts: bool = False

    @property
    def page_url(self) -> str:
        """The page's canonical URL, or its own URL without one."""
        return self.page.canonical_url or self.page.url

    def entry_id(self, embed: Embed) -> str | None:
        """Return the id of the embedded entry, None where there is none."""
        if embed.entry:
            return embed.entry
        wanted = embed.url if embed.url is not None else self.page_url
        return self.store.find(wanted) if wanted else None

    def subject(self, embed: Embed) -> Entry | Withdrawn | None:
        """Return the public version of the embedded entry."""
        found = self.entry_id(embed)
        live = self.store.live(found) if found else None
        return live if live is None or isinstance(live, Withdrawn) else live.entry

    def publication(self, embed: Embed) -> Publication:
        """Return the publication whose origins may embed the entry."""
        subject = self.subject(embed)
        if subject is None:
            return self.settings.publication_for(self.page.url)
        url = subject.article_url if isinstance(subject, Withdrawn) else subject.article.url
        return self.settings.publication_for(url)


def name_of(embed: Embed, entry_id: str | None) -> str:
    """Return a description of an embed."""
    kinds = {
        "frame": "a frame",
        "component": "the web component",
        "htmx": "an htmx include",
        "include": "a server-side include",
        "unprocessed": "a server-side include that was not carried out",
    }
    return f"{kinds[embed.kind]} of {entry_id}" if entry_id else kinds[embed.kind]
