"""The exported files, as paths and bytes: those of each entry, and those of the whole site."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from widget import assets, panel
from widget.config import Settings
from widget.entry import Entry, Withdrawn, tracking, urls
from widget.errors import NotFound
from widget.panel import Choices, Options
from widget.panel.open_graph import cards_are_drawn
from widget.store import Annotations, Approval, EntryReader, Live
from widget.store.public_document import public_document

SHARDS = 256
_BATCH = 250
"""Entries that are read from the store at once."""
Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry as readers see it, with the URLs of its article."""

    shown: Entry | Withdrawn
    addresses: tuple[str, ...]
    version: str
    approvals: tuple[Approval, ...] = ()
    annotations: Annotations | None = None
    document: bytes = b""
    """What ``panel/<id>.json`` contains; "" of a withdrawn entry."""

    @property
    def withdrawn(self) -> bool:
        """Whether the entry was withdrawn and only its notice is shown."""
        return isinstance(self.shown, Withdrawn)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files of ``of_entry``, without rendering them."""
        entry_id = self.shown.id
        pages = (f"panel/{entry_id}.html", f"fragment/{entry_id}.html")
        if self.withdrawn:
            return (*pages, f"panel/{entry_id}.gone")
        drawn = (f"card/{entry_id}.png",) if cards_are_drawn() else ()
        return (*pages, f"oembed/{entry_id}.json", f"panel/{entry_id}.json", *drawn)


def subjects_of(store: EntryReader) -> dict[str, Subject]:
    """Return all public entries by id."""
    found = {}
    ids = store.ids()
    for start in range(0, len(ids), _BATCH):
        for entry_id, stored in store.read_many(ids[start : start + _BATCH], history=False).items():
            if subject := _subject(store, entry_id, stored.live):
                found[entry_id] = subject
    return found


def _subject(store: EntryReader, entry_id: str, live: Live | Withdrawn | None) -> Subject | None:
    if isinstance(live, Live):
        article = live.entry.article
        beside = (*live.approvals, live.annotations)
        proof = "".join(it.model_dump_json() for it in beside)
        addresses = (article.url, *article.aliases)
        version = f"{live.digest} {live.revision} {live.at} {proof}"
        document = public_document(live)
        return Subject(live.entry, addresses, version, live.approvals, live.annotations, document)
    if live is None:
        return None
    try:
        aliases = store.revision(entry_id, live.revision).entry.article.aliases
    except NotFound:  # the revision cannot be read; the notice has the article's URL
        aliases = ()
    return Subject(live, (live.article_url, *aliases), json.dumps(asdict(live), default=str))


def of_entry(subject: Subject, settings: Settings, base: str) -> Files:
    """Yield the files of one entry: frame, fragment and, while it is live, JSON and oEmbed.

    An empty ``.gone`` file tells a server to answer 410 for a withdrawn entry.
    """
    shown = subject.shown
    publication = settings.publication_for(subject.addresses[0])
    permalink = f"{base}/panel/{shown.id}"
    reviews, annotations = subject.approvals, subject.annotations
    frame = panel.frame(
        shown,
        publication,
        Options(),
        permalink=permalink,
        reviews=reviews,
        annotations=annotations,
        static=True,
    )
    yield f"panel/{shown.id}.html", frame.body
    fragment = panel.fragment(
        shown,
        publication,
        Options(),
        permalink=permalink,
        reviews=reviews,
        annotations=annotations,
    )
    yield f"fragment/{shown.id}.html", fragment.body
    if isinstance(shown, Entry):
        snippet = panel.snippet(
            shown, publication, Choices(way="oembed"), base=base, reviews=reviews
        )
        yield f"panel/{shown.id}.json", subject.document
        yield f"oembed/{shown.id}.json", _json(panel.oembed(shown, publication, snippet, base=base))
        if cards_are_drawn():
            from widget.panel.card import card  # an extra

            picture = card(shown, publication, reviews=reviews, more_fonts=settings.card_fonts)
            yield f"card/{shown.id}.png", picture
    else:
        yield f"panel/{shown.id}.gone", b""


def recipe(subject: Subject, settings: Settings, base: str) -> str:
    """Return a hash of all inputs of the files of ``subject``."""
    publication = settings.publication_for(subject.addresses[0])
    cards = f"{cards_are_drawn()} {settings.card_fonts}"
    inputs = (
        assets.code_fingerprint(),
        base,
        publication.model_dump_json(),
        subject.version,
        cards,
    )
    return hashlib.sha256("\0".join(inputs).encode()).hexdigest()


def shared_paths() -> set[str]:
    """Return the paths of the files of ``of_all``, without rendering them."""
    return {
        f"static/{panel.stylesheet_name()}",
        "static/embed.css",
        f"static/{panel.loader_name(static=True)}",
        *(f"map/{number}.json" for number in range(SHARDS)),
        "map/find.js",
        "entries.json",
        "404.html",
        "embed.js",
    }


def of_all(subjects: Mapping[str, Subject], store: EntryReader, settings: Settings) -> Files:
    """Yield the files of the whole site, each before those that refer to it."""
    loader = panel.loader(static=True)
    yield f"static/{panel.stylesheet_name()}", panel.panel_stylesheet().encode()
    yield "static/embed.css", panel.host_stylesheet().encode()
    yield f"static/{panel.loader_name(static=True)}", loader
    owners = sorted(_owners(subjects.values(), store))
    yield from _map(owners)
    yield "map/find.js", panel.finder()
    yield "entries.json", _json(dict(owners))
    unknown = panel.message_frame("unknown", settings.publications[0], Options(), static=True)
    yield "404.html", unknown.body
    yield "embed.js", loader


def _owners(subjects: Iterable[Subject], store: EntryReader) -> Iterator[tuple[str, str]]:
    for subject in subjects:
        for url in subject.addresses:
            if store.find(url) == subject.shown.id:
                yield url, subject.shown.id


def _map(owners: Iterable[tuple[str, str]]) -> Files:
    """Yield the map from URL to entry in shards, of which a page fetches one.

    A shard contains ``{"tracking": …, "entries": {path: {query: id}}}``, where path and query are
    the halves of ``urls.normalize``. The path alone selects the shard, because ``tracking``, the
    pattern of ignored query parameters, is in the shard itself.
    """
    parts: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    for url, entry_id in owners:
        path, _, query = urls.normalize(url).partition("?")
        parts[shard(path)].setdefault(path, {})[query] = entry_id
    for number in range(SHARDS):
        yield f"map/{number}.json", _json({"tracking": tracking.PATTERN, "entries": parts[number]})


def shard(path: str) -> int:
    """Return the number of the shard of ``path``; static/embed.js uses the same hash."""
    number = 0
    for code in path.encode():
        number = (number * 31 + code) % SHARDS
    return number


def _json(value: Any) -> bytes:  # noqa: ANN401  # any JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
