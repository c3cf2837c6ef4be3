"""The page ``/log``: what the log is, how to check it, and its newest lines."""

from __future__ import annotations

from dataclasses import dataclass

from widget import i18n
from widget.config import Settings
from widget.record import pages
from widget.record.pages import PublicPage
from widget.store import EntryReader, LogAction, LogLine

PATH = "log"
LINES = 50
"""Lines on one page."""


def _(message: str) -> str:
    """Mark a message for extraction; ``log_page`` translates it."""
    return message


_ACTIONS: dict[LogAction, str] = {
    "publish": _("Published"),
    "correct": _("Corrected"),
    "withdraw": _("Withdrawn"),
    "restore": _("Shown again"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """A page of lines, the newest first. ``before`` is the number of the line above it.

    ``size`` is the number of the newest line of the log; ``static``: of an export.
    """

    lines: tuple[LogLine, ...]
    before: int | None
    size: int
    base: str
    is_signed: bool
    static: bool = False

    @property
    def newer(self) -> int | None:
        """The ``before`` of the page of newer lines; None where there is none."""
        if self.before is None or self.before > self.size:
            return None
        return self.before + LINES

    @property
    def older(self) -> int | None:
        """The ``before`` of the page of older lines; None where there is none."""
        if self.static or not self.lines or self.lines[-1].number <= 1:
            return None
        return self.lines[-1].number

    @property
    def example(self) -> str:
        """The id of a panel whose newest line is on this page; "" without one."""
        seen: set[str] = set()
        for line in self.lines if self.before is None else ():
            if line.entry not in seen and line.sha256:
                return line.entry
            seen.add(line.entry)
        return ""

    @property
    def from_start(self) -> str:
        """The query of the first lines of log.jsonl."""
        return "" if self.static else "?after=0"

    @property
    def from_last(self) -> str:
        """The query of the newest line of log.jsonl."""
        return "" if self.static else f"?after={max(0, self.size - 1)}"

    def url(self, before: int | None = None) -> str:
        """Return the URL of a page."""
        slash = "/" if self.static else ""
        return f"{self.base}/{PATH}{slash}" + ("" if before is None else f"?before={before}")

    def raw_url(self, line: LogLine) -> str:
        """Return the URL of log.jsonl from a line on."""
        query = "" if self.static else f"?after={line.number - 1}"
        return f"{self.base}/{PATH}.jsonl{query}"

    def panel_url(self, line: LogLine) -> str:
        """Return the URL of the panel, or of the notice in its place."""
        return f"{self.base}/panel/{line.entry}"


def view_of(
    store: EntryReader,
    settings: Settings,
    base: str,
    *,
    before: int | None = None,
    static: bool = False,
) -> LogView:
    """Return the page of lines below ``before``, of the newest by default."""
    size = store.log_size()
    if static and before is not None:  # no line that the exported file does not have
        size, before = min(size, before - 1), None
    end = size if before is None else min(size, max(0, before - 1))
    start = max(0, end - LINES)
    lines = store.log_lines(after=start, limit=end - start)
    return LogView(
        lines=tuple(reversed(lines)),
        before=before,
        size=size,
        base=base,
        is_signed=settings.log_key_file is not None,
        static=static,
    )


def log_page(view: LogView, settings: Settings) -> PublicPage:
    """Return the page in the language of the first publication."""
    publication = settings.publications[0]
    language = i18n.interface_language(publication.language)
    catalog = i18n.translations(language)
    return pages.render(
        "log.html",
        language=language,
        accent=publication.accent,
        static=view.static,
        view=view,
        action=lambda action: catalog.ugettext(_ACTIONS[action]),
    )
