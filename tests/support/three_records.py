"""What stands beside the entries of three publications: reports, checks, links, counts."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

from three_sites import SECRETS, SITES, entry_id, person, secret, url_of

from widget.config import Settings
from widget.record.counts import Cell
from widget.record.reports import (
    AnswerAddress,
    Report,
    Statement,
    address_records,
    report_records,
)
from widget.record.voices import Voices
from widget.sources.articles.record import (
    ArticleRecord,
    ArticleTexts,
    Piece,
    article_records,
    article_texts,
)
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.storage.documents import Collection, Documents, open_documents
from widget.store import Live, Store, source_key

RECORDED = ("live", "both")
"""The states of the entries that have records."""
UNKNOWN_REPORT = "an-unknown-entry.0123456789abcdef"


def report_id(publication: str, state: str = "live") -> str:
    return f"{entry_id(publication, state)}.0123456789abcdef"


def fill_records(store: Store, settings: Settings) -> dict[str, str]:
    """Give the entries of each publication their records; return the key of each entry's link."""
    keys = {}
    with closing(open_documents(settings.store)) as documents:
        for publication in SITES:
            for state in RECORDED:
                _report(documents, publication, state)
                _checks(documents, store, publication, state)
                keys[entry_id(publication, state)] = _voice(documents, publication, state)
                _counts(documents, publication, state)
    return keys


def _report(documents: Documents, publication: str, state: str) -> None:
    now, name = datetime.now(UTC), report_id(publication, state)
    report = Report(
        entry=entry_id(publication, state),
        kind="wrong",
        point="1-1",
        revision=1,
        state="assigned",
        assignee=person(publication, "editor"),
        statements=(Statement(at=now, text=f"{SECRETS[publication]} statement"),),
        first_at=now,
        last_at=now,
    )
    report_records(documents).put(name, report)
    address = AnswerAddress(at=now, address=f"{secret(publication)}@reader.example")
    address_records(documents).put(f"{name}/0", address)


def _checks(documents: Documents, store: Store, publication: str, state: str) -> None:
    name, word, now = entry_id(publication, state), SECRETS[publication], datetime.now(UTC)
    live = store.live(name)
    assert isinstance(live, Live)
    source = live.entry.sources[0]
    check = SourceCheck(at=now, answer="gone", status=404, reason=f"{word} reason")
    record = SourceRecord(
        key=source_key(source), url=source.url, title=f"{word} source", bad="gone", checks=(check,)
    )
    source_records(documents).put(name, EntrySources(sources=(record,), checked_at=now, bad=1))
    article = ArticleRecord(
        url=url_of(publication, state),
        analysis="x",
        sha256="0" * 64,
        newest_sha256="1" * 64,
        changed_on=now.date(),
        since=now,
        checks=(check,),
    )
    article_records(documents).put(name, article)
    changed = (Piece(kind="added", text=f"{word} changed"),)
    texts = ArticleTexts(analysed=f"{word} then", newest=f"{word} now", changes=(changed,))
    article_texts(documents).put(name, texts)


def _voice(documents: Documents, publication: str, state: str) -> str:
    voices, word = Voices(lambda: documents), SECRETS[publication]
    name, who = entry_id(publication, state), person(publication, "editor")
    _, voice = voices.make(name, name=f"{word} Author", role="author", shows="draft", actor=who)
    voices.object_to(voice.key, text=f"{word} objection")
    voices.reply(voice.key, text=f"{word} reply")
    return voice.key


def _counts(documents: Documents, publication: str, state: str) -> None:
    name, day = entry_id(publication, state), datetime.now(UTC).date() - timedelta(days=1)
    number = 1_000 + 111 * list(SITES).index(publication)
    cells = Collection(
        documents, "counts", Cell, group=lambda it: it.entry, rank=lambda it: it.day.toordinal()
    )
    cell = Cell(entry=name, day=day, visits=number, groups=number, previews=number, sources=number)
    cells.put(f"{name}/{day}", cell)


def records_of(settings: Settings, publication: str) -> list[object]:
    """Return all records of a publication, to compare them."""
    with closing(open_documents(settings.store)) as documents:
        voices, found = Voices(lambda: documents), list[object]()
        for state in RECORDED:
            name = entry_id(publication, state)
            found += [
                report_records(documents).get(report_id(publication, state)),
                address_records(documents).page(
                    prefix=f"{report_id(publication, state)}/", limit=9
                ),
                source_records(documents).get(name),
                article_records(documents).get(name),
                voices.of_entry(name),
            ]
        return found
