"""The daily round of a whole service, and whom it tells of a source that went bad."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from notifying_support import Hook, settings_for, webhook
from running import until
from samples import PUBLICATION, sample_entry
from small_web import Page, SmallWeb, small_web
from small_web_cases import QUOTE

from widget.app import create_service, rules
from widget.config import Settings, SourceSettings
from widget.editorial.service import Editorial
from widget.errors import InvalidSettings
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.sources.service import check_libraries
from widget.storage.documents import open_documents
from widget.store import Live, open_store, source_key

pytestmark = pytest.mark.process

ID = "night-trains"


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        served.add("localhost", "/report", Page(b"Gone.", "410 Gone"))
        yield served


@pytest.fixture
def settings(web: SmallWeb, place: Hook, tmp_path: Path) -> Settings:
    origins = (*PUBLICATION.origins, web.url("localhost", ""))
    found = settings_for(
        f"dir:{tmp_path / 'data'}",
        webhook(place, tmp_path, persons=["ada"]),
        publications=[PUBLICATION.model_copy(update={"origins": origins})],
    )
    daily = SourceSettings(round="daily", contact="desk@paper.example")
    return found.model_copy(update={"sources": daily})


def published(settings: Settings, web: SmallWeb) -> str:
    """Publish an entry whose source was fine two days ago, and gone yesterday."""
    url = web.url("localhost", "/report")
    entry = sample_entry(sources__0__url=url, sources__0__quote=QUOTE, sources__1__url=f"{url}?2")
    store = open_store(settings.store, rules(settings), create=True)
    editorial = Editorial(store, settings)
    editorial.save(entry, actor="ada")
    editorial.publish(ID, actor="ada")
    store.close()
    now = datetime.now(UTC)
    checks = (
        SourceCheck(at=now - timedelta(days=3), answer="ok", quote="found", status=200),
        SourceCheck(at=now - timedelta(days=2), answer="gone", quote="unread", status=404),
    )
    record = SourceRecord(key=source_key(entry.sources[0]), url=url, checks=checks)
    documents = open_documents(settings.store)
    found = EntrySources(sources=(record,), checked_at=now - timedelta(days=2))
    source_records(documents).put(ID, found)
    documents.close()
    return url


def test_the_round_shows_it_to_readers_and_tells_whom_it_concerns(
    settings: Settings, web: SmallWeb, place: Hook
) -> None:
    url = published(settings, web)
    create_service(settings)
    until(lambda: place.confirmed != [])
    (received,) = [it for it in place.requests if it.body["type"] == "source-gone"]
    data = received.body["data"]
    assert (data["entry"], data["source"], data["actor"]) == (ID, url, "insights")
    assert "410" in data["note"]
    assert "run" not in data
    store = open_store(settings.store, rules(settings), create=False)
    live = store.live(ID)
    store.close()
    assert isinstance(live, Live)
    assert live.annotations.sources[0].gone_since == (datetime.now(UTC) - timedelta(days=2)).date()
    agents = {it.headers["user-agent"] for it in web.requests if "/robots" in it.path}
    assert all("(+mailto:desk@paper.example)" in it for it in agents)
    assert agents


def test_by_default_nobody_is_asked(settings: Settings, web: SmallWeb) -> None:
    published(settings, web)
    create_service(settings.model_copy(update={"sources": SourceSettings(), "notify": ()}))
    assert web.requests == []


def test_a_missing_library_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    check_libraries()
    monkeypatch.setitem(sys.modules, "protego", None)
    with pytest.raises(InvalidSettings, match=r"pip install 'insights-widget\[sources\]'"):
        check_libraries()
