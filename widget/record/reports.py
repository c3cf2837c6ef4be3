"""What readers report about a panel: the records, and how reports of one problem are joined."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from widget.entry import Entry, light_html
from widget.storage.documents import Collection, Documents

Kind = Literal["wrong", "source", "unfair", "offensive", "other"]
"""``source``: the source does not say so."""
State = Literal["open", "assigned", "upheld", "rejected"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)
PENDING: tuple[State, ...] = ("open", "assigned")
RESOLVED: tuple[State, ...] = ("upheld", "rejected")

MAX_TEXT = 1_000
"""Characters of a reader's text."""
MAX_TEXTS = 20
"""How many different texts a report keeps; of others it keeps the number."""
MAX_ADDRESSES = 50
"""How many readers of one report may ask for an answer."""
MAX_ADDRESS = 254
"""Characters of a mail address (RFC 5321, section 4.5.3.1.3)."""
ADDRESS_DAYS = 90
"""For how long an address is kept that was not answered."""
REPORT_DAYS = 365
"""For how long texts, and reports that were not upheld, are kept after their last change."""
MAX_PENDING = 200
"""How many reports of one entry may wait for a decision."""
MAX_OF_A_KIND = 5
"""How many reports of one kind about one point may wait; more are joined to the nearest."""
MIN_LIKENESS = 0.5
"""From which share of common words on two texts count as the same problem."""

_MARKERS = re.compile(r"\s*(?<!\\)\[[1-9][0-9]?\]")
_WORDS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+")
POINT = re.compile(r"[1-9][0-9]?-[1-9][0-9]?")
ID_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?\.[0-9a-f]{16}$"
_ADDRESS = re.compile(
    r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}"
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Record):
    """What one reader wrote; ``text`` is plain text."""

    at: AwareDatetime
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class Report(_Record):
    """One problem that one reader or more reported. Nothing in it tells who they are.

    ``point`` is the point that it is about, such as ``1-2`` (the second of the first group), ""
    for the whole panel; ``digest`` is the SHA-256 of the point's text, which the report does not
    hold. ``revision`` of the entry was live then. ``count`` is the number of readers.
    ``counted``: the panel's number of upheld reports has it.
    """

    entry: str
    kind: Kind
    point: str = ""
    digest: str = ""
    revision: int = 0
    state: State = "open"
    count: int = Field(1, ge=1)
    statements: Annotated[tuple[Statement, ...], Field(max_length=MAX_TEXTS)] = ()
    first_at: AwareDatetime
    last_at: AwareDatetime
    notified_at: AwareDatetime | None = None
    assignee: str | None = None
    answer: str = ""
    resolved_by: str | None = None
    resolved_at: AwareDatetime | None = None
    counted: bool = False

    @property
    def pending(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in PENDING

    @property
    def changed_at(self) -> datetime:
        """When it was last reported or resolved."""
        return self.resolved_at or self.last_at


class AnswerAddress(_Record):
    """A reader's mail address, until the report is answered or ``ADDRESS_DAYS`` have passed."""

    at: AwareDatetime
    address: Annotated[str, StringConstraints(max_length=MAX_ADDRESS)]


def report_records(documents: Documents) -> Collection[Report]:
    """Return the reports by id (``<entry>.<16 hexadecimal digits>``); the group is the state."""
    return Collection(
        documents,
        "reports",
        Report,
        group=lambda it: it.state,
        rank=lambda it: it.changed_at.timestamp(),
    )


def address_records(documents: Documents) -> Collection[AnswerAddress]:
    """Return the addresses by ``<report id>/<digest>``, ranked by time."""
    return Collection(
        documents, "report-addresses", AnswerAddress, rank=lambda it: it.at.timestamp()
    )


def pending_of(reports: Collection[Report], entry_id: str) -> dict[str, Report]:
    """Return the reports of an entry that wait for a decision, by id."""
    found: dict[str, Report] = {}
    prefix, after = f"{entry_id}.", ""
    while page := reports.page(prefix=prefix, after=after, limit=500):
        found.update((key, it) for key, it in page if it.pending)
        after = page[-1][0]
    return found


def is_report_id(text: str) -> bool:
    """Return whether ``text`` may be a report's id."""
    return re.fullmatch(ID_PATTERN.removesuffix("$"), text) is not None


def is_address(text: str) -> bool:
    """Return whether mail can be sent to ``text``, as far as it shows: ASCII, without a name."""
    return len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def point_text(entry: Entry, point: str) -> str | None:
    """Return the text of a point such as ``1-2`` without its markers, None where there is none."""
    if not POINT.fullmatch(point):
        return None
    group, number = (int(it) - 1 for it in point.split("-"))
    try:
        return _plain(entry.perspectives[group].points[number].text)
    except IndexError:
        return None


def point_digest(text: str) -> str:
    """Return the SHA-256 of a point's text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def point_now(entry: Entry, report: Report) -> str | None:
    """Return where the point of a report stands now: by its text, wherever it was moved.

    None where its text was changed or removed.
    """
    for group, perspective in enumerate(entry.perspectives, 1):
        for number, point in enumerate(perspective.points, 1):
            if point_digest(_plain(point.text)) == report.digest:
                return f"{group}-{number}"
    return None


def _plain(text: str) -> str:
    return " ".join(_MARKERS.sub("", light_html.plain(text)).split())


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, folded; of scripts that write no spaces, the characters."""
    return frozenset(_WORDS.findall(text.casefold()))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words that two texts have in common, from 0 to 1 (Jaccard index)."""
    if not one and not other:
        return 1.0
    return len(one & other) / len(one | other)


def nearest(pending: dict[str, Report], *, point: str, kind: Kind, text: str) -> str | None:
    """Return the id of the report that a new one of this kind, point and text is joined to.

    None where it is a problem of its own.
    """
    words = words_of(text)
    same = {key: it for key, it in pending.items() if (it.point, it.kind) == (point, kind)}
    if not same:
        return None

    def likest(report: Report) -> float:
        texts = [it.text for it in report.statements] or [""]
        return max(likeness(words, words_of(it)) for it in texts)

    key = max(same, key=lambda it: (likest(same[it]), it))
    return key if likest(same[key]) >= MIN_LIKENESS or len(same) >= MAX_OF_A_KIND else None


def new_key(entry_id: str, *, point: str, kind: Kind, text: str, attempt: int) -> str:
    """Return the id of a new report: of equal reports at the same moment, one is made."""
    words = " ".join(sorted(words_of(text)))
    parts = "\n".join((entry_id, point, kind, words, str(attempt)))
    return f"{entry_id}.{hashlib.sha256(parts.encode()).hexdigest()[:16]}"
