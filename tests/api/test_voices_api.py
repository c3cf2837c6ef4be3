"""Links of authors, and what readers opened, over the API: to read, and without what is secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from api_support import ENTRY, ID, Caller
from samples import PUBLICATION, sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.record.counts import COLLECTION, Cell
from widget.storage.documents import Collection
from widget.store import Store
from widget.web.records import Records

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(settings: Settings) -> Settings:
    other = PUBLICATION.model_copy(update={"name": "Else", "origins": ("https://else.example",)})
    update = {"counts": True, "counts_days": 3, "publications": (PUBLICATION, other)}
    return settings.model_copy(update=update)


@pytest.fixture
def records(settings: Settings, store: Store) -> Records:
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ana")
    return Records(settings)


def caller(settings: Settings, store: Store, accounts: Accounts, *publications: str) -> Caller:
    owner = "".join(publications).lower() or "ana"
    accounts.add_user(owner, "admin", publications=publications)
    client = create_app(settings, store, accounts).test_client()
    return Caller(client, accounts, "ci", "editor", owner)


def test_links_are_listed_without_their_addresses(
    settings: Settings, store: Store, accounts: Accounts, records: Records
) -> None:
    token, voice = records.voices.make(
        ID, name="M. Lindqvist", role="author", shows="panel", actor="ana"
    )
    records.voices.object_to(voice.key, text="Wrong", point="1-2")
    answer = caller(settings, store, accounts)("GET", f"{ENTRY}/voices", knows=None)
    assert answer.status_code == 200
    assert token not in answer.text
    (item,) = answer.get_json()["items"]
    assert (item["name"], item["state"], item["point"]) == ("M. Lindqvist", "objected", "1-2")


def test_counts_have_no_small_numbers_and_not_today(
    settings: Settings, store: Store, accounts: Accounts, records: Records
) -> None:
    for back, visits, groups in ((0, 50, 55555), (1, 9, 66666), (2, 20, 40)):
        day = datetime.now(UTC).date() - timedelta(days=back)
        cell = Cell(entry=ID, day=day, visits=visits, groups=groups, previews=3)
        Collection(records.documents, COLLECTION, Cell).put(f"{ID}/{day}", cell)
    answer = caller(settings, store, accounts)("GET", f"{ENTRY}/counts", knows=None)
    found = [(it["groups"], it["previews"]) for it in answer.get_json()["items"]]
    assert found == [(None, None), (40, None), (None, None)]
    off = settings.model_copy(update={"counts": False})
    accounts.set_role("ana", "admin")
    client = create_app(off, store, accounts).test_client()
    asking = Caller(client, accounts, "off", "editor", "ana")
    assert asking("GET", f"{ENTRY}/counts", knows=None).status_code == 404


@pytest.mark.parametrize("what", ["voices", "counts"])
def test_others_publications_have_neither(
    settings: Settings, store: Store, accounts: Accounts, records: Records, what: str
) -> None:
    records.voices.make(ID, name="M. Lindqvist", role="author", shows="panel", actor="ana")
    answer = caller(settings, store, accounts, "Else")("GET", f"{ENTRY}/{what}", knows=None)
    assert answer.status_code == 404
    assert "Lindqvist" not in answer.text
