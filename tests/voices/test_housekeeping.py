"""What a crash or a race left, and what is over its time, is removed within ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from samples import PUBLICATION, sample_entry

from widget.config import Settings
from widget.errors import StoreUnavailable
from widget.record import forgetting
from widget.record.counts import COLLECTION, Cell
from widget.record.forgetting import forget_entry, forget_withdrawn
from widget.record.housekeeping import Housekeeping
from widget.record.reports import Report, Statement, report_records
from widget.record.voices import Voices
from widget.sources.articles.record import ArticleTexts, article_texts
from widget.storage.documents import Collection, Documents, open_documents
from widget.store import Store
from widget.web.records import Records

pytestmark = pytest.mark.unit

ID = "night-trains"
NOW = datetime.now(UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a folder: a database removes by itself what its rows no longer have."""
    return Settings.model_validate(
        {"store": f"dir:{tmp_path / 'data'}", "publications": [PUBLICATION]}
    )


@pytest.fixture
def documents(settings: Settings, store: Store) -> Documents:
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ana")
    return open_documents(settings.store)


def filled(documents: Documents, entry_id: str = ID) -> None:
    voices = Voices(lambda: documents)
    _, voice = voices.make(entry_id, name="Linden", role="author", shows="draft", actor="ana")
    voices.object_to(voice.key, text="Linden objects")
    article_texts(documents).put(entry_id, ArticleTexts(analysed="Linden's text"))
    said = Statement(at=NOW, text="Linden reports")
    report = Report(entry=entry_id, kind="wrong", first_at=NOW, last_at=NOW, statements=(said,))
    report_records(documents).put(f"{entry_id}.{'0' * 16}", report)
    day = NOW.date() - timedelta(days=1)
    cells(documents).put(f"{entry_id}/{day}", Cell(entry=entry_id, day=day, visits=20))


def cells(documents: Documents) -> Collection[Cell]:
    rank = lambda it: float(it.day.toordinal())  # noqa: E731  # as DailyCounts has it
    return Collection(documents, COLLECTION, Cell, group=lambda it: it.entry, rank=rank)


def bytes_of(settings: Settings) -> bytes:
    folder = Path(settings.store.removeprefix("dir:"))
    return b"".join(it.read_bytes() for it in folder.glob("records.sqlite3*"))


def test_nothing_of_a_person_stays_in_the_files(settings: Settings, documents: Documents) -> None:
    filled(documents)
    filled(documents, "other")
    assert bytes_of(settings).count(b"Linden") >= 8
    forget_entry(documents, ID)
    written = bytes_of(settings)
    assert written.count(b"Linden objects") == 1, "that of the other entry"
    assert cells(documents).count(prefix=f"{ID}/") == 0
    forget_entry(documents, "other")
    assert b"Linden" not in bytes_of(settings)


def test_what_a_crash_left_is_removed(
    settings: Settings, documents: Documents, store: Store
) -> None:
    filled(documents)
    forget_withdrawn(store, documents)
    assert b"Linden objects" in bytes_of(settings)
    store.withdraw(ID, actor="ben", legal=True)  # as if the process had ended here
    forget_withdrawn(store, documents)
    assert b"Linden" not in bytes_of(settings)


def test_a_check_that_ended_after_the_withdrawal_leaves_nothing(
    settings: Settings, documents: Documents, store: Store
) -> None:
    store.withdraw(ID, actor="ben", legal=True)
    forget_entry(documents, ID)
    article_texts(documents).put(ID, ArticleTexts(analysed="Linden's text"))
    store.save(sample_entry(), actor="ana")  # a draft beside it changes nothing
    forget_withdrawn(store, documents)
    assert b"Linden" not in bytes_of(settings)


def test_more_withdrawals_than_are_listed_at_once(
    documents: Documents, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_BATCH", 2)
    for number in range(5):
        entry = sample_entry(
            id=f"gone-{number}", article__url=f"https://paper.example/{number}", article__aliases=[]
        )
        store.save(entry, actor="ana")
        store.publish(entry.id, actor="ana")
        store.withdraw(entry.id, actor="ana", legal=number != 3, reason="It was wrong.")
        article_texts(documents).put(entry.id, ArticleTexts(analysed="A text"))
    forget_withdrawn(store, documents)
    assert [key for key, _ in article_texts(documents).page(limit=9)] == ["gone-3"]


def test_a_removal_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def fail() -> None:
        raise StoreUnavailable("the records are busy")

    Housekeeping(fail, lambda: done.append(1)).round()
    assert done == [1]
    assert "the records are busy" in caplog.text


def test_what_is_over_its_time_is_removed_from_the_files(
    settings: Settings, documents: Documents
) -> None:
    filled(documents)
    old = (NOW - timedelta(days=31)).date()
    cells(documents).put(f"{ID}/{old}", Cell(entry=ID, day=old, visits=7654321))
    assert b"7654321" in bytes_of(settings)
    Records(settings.model_copy(update={"counts_days": 30})).remove_old()
    assert b"7654321" not in bytes_of(settings)
    assert cells(documents).count() == 1
