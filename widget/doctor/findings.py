"""What the doctor says, and what it knows when it says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from widget.config import Publication, Settings
from widget.doctor.page import Embed, Page
from widget.entry import Entry, Withdrawn
from widget.store import EntryReader

Severity = Literal["stop", "warning", "note"]
"""``stop``: readers get no panel. ``warning``: they get a lesser one, or soon none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor found: what it means, and the exact line that mends it.

    ``code`` is the same for ever, for tools. ``place`` says where ``fix`` belongs. ``line``
    counts from 1 in the page's HTML and ``source`` is what stands there, where it is about
    something there.
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
    """All that was found in one page. ``panels`` says in words which panels it embeds."""

    url: str
    panels: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> int:
        """How many things stop a panel."""
        return sum(finding.severity == "stop" for finding in self.findings)

    @property
    def verdict(self) -> str:
        """The outcome in a sentence."""
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
    """A page before the doctor. ``base`` is the service's own address.

    ``drafts``: whether the one who asks may know of what is not published.
    """

    page: Page
    settings: Settings
    store: EntryReader
    base: str
    drafts: bool = False

    @property
    def page_url(self) -> str:
        """What the page calls itself: its canonical address, else its own."""
        return self.page.canonical_url or self.page.url

    def entry_id(self, embed: Embed) -> str | None:
        """Return the id of the entry that an embed shows, None where there is none."""
        if embed.entry:
            return embed.entry
        wanted = embed.url if embed.url is not None else self.page_url
        return self.store.find(wanted) if wanted else None

    def subject(self, embed: Embed) -> Entry | Withdrawn | None:
        """Return what readers see of the embed's entry."""
        found = self.entry_id(embed)
        live = self.store.live(found) if found else None
        return live if live is None or isinstance(live, Withdrawn) else live.entry

    def publication(self, embed: Embed) -> Publication:
        """Return the publication that decides who may embed."""
        subject = self.subject(embed)
        if subject is None:
            return self.settings.publication_for(self.page.url)
        url = subject.article_url if isinstance(subject, Withdrawn) else subject.article.url
        return self.settings.publication_for(url)


def name_of(embed: Embed, entry_id: str | None) -> str:
    """Return what an embed is, for people."""
    kinds = {
        "frame": "a frame",
        "component": "the web component",
        "htmx": "an htmx include",
        "include": "a server-side include",
        "unprocessed": "a server-side include that was not carried out",
    }
    return f"{kinds[embed.kind]} of {entry_id}" if entry_id else kinds[embed.kind]
