"""Messages for persons: who did what with which entry, in a few lines of English."""

from __future__ import annotations

from urllib.parse import urlsplit

from widget.config import Settings
from widget.notifying.events import Event

_DONE = {
    "submitted": "submitted {} for review",
    "approved": "approved {}",
    "returned": "returned {} to its author",
    "published": "published {}",
    "withdrawn": "withdrew {}",
    "commented": "commented on {}",
    "draft-run-finished": "has a new draft of {}",
    "report": "reported a problem with {}",
    "objection": "objected to something in {}",
    "reply": "replied to {}",
    "source-gone": "found that a source of {} went bad",
    "test": "sent {}",
}


def one_line(text: str) -> str:
    """Return ``text`` on one line and without control characters."""
    printable = "".join(it if it.isprintable() else " " for it in text)
    return " ".join(printable.split())


def subject(event: Event) -> str:
    """Return such as "Published: Bring the night trains back"."""
    what = "No draft" if event.run else event.type.replace("-", " ").capitalize()
    return f"{what}: {one_line(event.title) or event.entry or event.url}"


def sentence(event: Event) -> str:
    """Return such as "ana published night-trains (Bring the night trains back)."."""
    title = one_line(event.title)
    if event.run:
        return f"{one_line(event.actor)} gets no draft of {title or event.url}."
    entry = f"{event.entry} ({title})" if title else event.entry
    return f"{one_line(event.actor)} {_DONE[event.type].format(entry)}."


def body(event: Event, link: str | None) -> str:
    """Return the whole message as plain text."""
    lines = [sentence(event)]
    if event.note:
        lines += ["", event.note]
    lines += ["", f"Publication: {one_line(event.publication)}", f"Article: {event.url}"]
    if link:
        lines.append(f"Open it: {link}")
    return "\n".join(lines)


def admin_url(settings: Settings, event: Event) -> str | None:
    """Return the URL of the editors' page of an event, None without ``base_url``."""
    base = settings.base_url
    if not base:
        return None
    if settings.admin_host:
        parts = urlsplit(base)
        port = f":{parts.port}" if parts.port else ""
        base = parts._replace(netloc=settings.admin_host + port).geturl()
    path = f"drafts/{event.run}" if event.run else f"entries/{event.entry}"
    if event.report:
        path = f"reports/{event.report}"
    if event.type in ("objection", "reply"):
        path = f"entries/{event.entry}/voices"
    return f"{base}/admin/{path}"
