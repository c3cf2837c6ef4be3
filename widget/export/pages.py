"""What is written for each entry, and for all of them: paths and bytes."""

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
from widget.store import EntryReader, Live

SHARDS = 256
Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry as readers see it, with its article's addresses."""

    shown: Entry | Withdrawn
    addresses: tuple[str, ...]
    version: str

    @property
    def withdrawn(self) -> bool:
        """Whether only its notice is left."""
        return isinstance(self.shown, Withdrawn)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that ``of_entry`` makes, without making them."""
        entry_id = self.shown.id
        pages = (f"panel/{entry_id}.html", f"fragment/{entry_id}.html")
        return (*pages, f"panel/{entry_id}.gone" if self.withdrawn else f"oembed/{entry_id}.json")


def subjects(store: EntryReader) -> dict[str, Subject]:
    """Return all that readers may see, by id."""
    found = ((entry_id, _subject(store, entry_id)) for entry_id in store.ids())
    return {entry_id: subject for entry_id, subject in found if subject}


def _subject(store: EntryReader, entry_id: str) -> Subject | None:
    live = store.live(entry_id)
    if isinstance(live, Live):
        article = live.entry.article
        return Subject(live.entry, (article.url, *article.aliases), live.digest)
    if live is None:
        return None
    try:
        aliases = store.revision(entry_id, live.revision).entry.article.aliases
    except NotFound:  # its record cannot be read; the address is known all the same
        aliases = ()
    return Subject(live, (live.article_url, *aliases), json.dumps(asdict(live), default=str))


def of_entry(subject: Subject, settings: Settings, base: str) -> Files:
    """Yield the files of one entry: frame, fragment and, while it is live, oEmbed.

    The empty file of a withdrawn one tells a server to answer 410.
    """
    shown = subject.shown
    publication = settings.publication_for(subject.addresses[0])
    permalink = f"{base}/panel/{shown.id}"
    frame = panel.frame(shown, publication, Options(), permalink=permalink, static=True)
    yield f"panel/{shown.id}.html", frame.body
    fragment = panel.fragment(shown, publication, Options(), permalink=permalink)
    yield f"fragment/{shown.id}.html", fragment.body
    if isinstance(shown, Entry):
        made = panel.snippet(shown, publication, Choices(way="oembed"), base=base)
        yield f"oembed/{shown.id}.json", _json(panel.oembed(shown, publication, made, base=base))
    else:
        yield f"panel/{shown.id}.gone", b""


def recipe(subject: Subject, settings: Settings, base: str) -> str:
    """Return what changes whenever the files of ``subject`` would come out otherwise."""
    publication = settings.publication_for(subject.addresses[0])
    made_of = (assets.code_fingerprint(), base, publication.model_dump_json(), subject.version)
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()


def shared_paths() -> set[str]:
    """Return the files that ``of_all`` makes, without making them."""
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


def of_all(known: Mapping[str, Subject], store: EntryReader, settings: Settings) -> Files:
    """Yield what is written once, each file before those that lead to it."""
    loader = panel.loader(static=True)
    yield f"static/{panel.stylesheet_name()}", panel.panel_stylesheet().encode()
    yield "static/embed.css", panel.host_stylesheet().encode()
    yield f"static/{panel.loader_name(static=True)}", loader
    owners = sorted(_owners(known.values(), store))
    yield from _map(owners)
    yield "map/find.js", panel.finder()
    yield "entries.json", _json(dict(owners))
    unknown = panel.message_frame("unknown", settings.publications[0], Options(), static=True)
    yield "404.html", unknown.body
    yield "embed.js", loader


def _owners(known: Iterable[Subject], store: EntryReader) -> Iterator[tuple[str, str]]:
    for subject in known:
        for url in subject.addresses:
            if store.find(url) == subject.shown.id:
                yield url, subject.shown.id


def _map(owners: Iterable[tuple[str, str]]) -> Files:
    """Yield the map from address to entry in parts, of which a page fetches one.

    A part holds ``{"tracking": …, "entries": {path: {query: id}}}``, where path and query are
    the halves of ``urls.normalize``. It is the path that says which part: a script needs
    ``tracking``, what to leave out of the query, only once it has the part.
    """
    parts: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    for url, entry_id in owners:
        path, _, query = urls.normalize(url).partition("?")
        parts[shard(path)].setdefault(path, {})[query] = entry_id
    for number in range(SHARDS):
        yield f"map/{number}.json", _json({"tracking": tracking.PATTERN, "entries": parts[number]})


def shard(path: str) -> int:
    """Return in which part of the map ``path`` is; static/embed.js counts the same way."""
    number = 0
    for code in path.encode():
        number = (number * 31 + code) % SHARDS
    return number


def _json(value: Any) -> bytes:  # noqa: ANN401  # whatever JSON can say
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
