"""With ``four_eyes``, two persons make a draft live, whatever ways in they take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from api_support import ENTRY, ID, Caller, MakeCaller, problem_of, saved
from flask import Flask
from newsroom import post, signed_in
from samples import sample_bytes, sample_entry

from widget.accounts import Accounts
from widget.config import Settings
from widget.store import Live, Store

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"four_eyes": True})


def test_who_saved_last_cannot_publish(cms: Caller, store: Store, caller: MakeCaller) -> None:
    saved(cms)
    detail = problem_of(cms("POST", f"{ENTRY}/publication"), 403)["detail"]
    assert "ana (token cms) saved this draft last" in detail
    assert store.live(ID) is None
    other = caller("publisher", "other", owner="bo")
    assert other("POST", f"{ENTRY}/publication", knows='"1"').status_code == 201
    assert isinstance(store.live(ID), Live)


def test_whoever_else_saves_has_the_last_word(cms: Caller, caller: MakeCaller) -> None:
    saved(cms)
    other = caller("publisher", "other", owner="bo")
    assert other("PUT", f"{ENTRY}/draft", sample_bytes(), knows='"1"').status_code == 200
    problem_of(other("POST", f"{ENTRY}/publication"), 403)
    assert cms("POST", f"{ENTRY}/publication", knows='"2"').status_code == 201
    problem_of(cms("POST", f"{ENTRY}/restorations", {"revision": 1}, knows='"2"'), 412)
    cms("POST", f"{ENTRY}/restorations", {"revision": 1}, knows='"3"')
    problem_of(cms("POST", f"{ENTRY}/publication", knows='"4"'), 403)


def test_two_tokens_of_one_person_are_one_person(cms: Caller, caller: MakeCaller) -> None:
    saved(cms)
    second = caller("publisher", "second")
    problem_of(second("POST", f"{ENTRY}/publication", knows='"1"'), 403)


def test_a_login_and_a_token_of_one_person_are_one_person(
    app: Flask, accounts: Accounts, cms: Caller, store: Store
) -> None:
    ana = signed_in(app, accounts, "publisher", "ana")
    saved(cms)
    page = ana.get(f"/admin/entries/{ID}/publication").text
    assert "ana (token cms) saved this draft last" in page
    assert "Publish now" not in page
    assert post(ana, f"/admin/entries/{ID}/publication", head="1").status_code == 403
    store.save(sample_entry(article__title="Anew"), actor="ana")
    problem_of(cms("POST", f"{ENTRY}/publication", knows='"2"'), 403)
    bo = signed_in(app, accounts, "publisher", "bo")
    assert post(bo, f"/admin/entries/{ID}/publication", head="2").status_code == 303
    assert isinstance(store.live(ID), Live)


def test_who_may_not_be_known_is_no_second_person(
    cms: Caller, caller: MakeCaller, store: Store, settings: Settings
) -> None:
    """Tokens had no owners once: anyone may hold one, and who saved with one is unknown."""
    path = Path(settings.store.removeprefix("dir:")) / "accounts.json"
    document = json.loads(path.read_bytes())
    document["tokens"][0]["owner"] = None
    path.write_text(json.dumps(document))
    store.save(sample_entry(), actor="bo")
    detail = problem_of(cms("POST", f"{ENTRY}/publication", knows='"1"'), 403)["detail"]
    assert "token:cms belongs to no user, so four_eyes" in detail
    assert cms("PUT", f"{ENTRY}/draft", sample_bytes(), knows='"1"').status_code == 200
    other = caller("publisher", "other", owner="bo")
    detail = problem_of(other("POST", f"{ENTRY}/publication", knows='"2"'), 403)["detail"]
    assert "belongs to no user (four_eyes); save it again as a user" in detail
    assert store.live(ID) is None
