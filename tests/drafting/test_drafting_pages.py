"""Drafting in the editors' pages: ask, watch, check, settle, publish."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from drafting_support import ARTICLE, ARTICLE_URL, AUDIT, TITLE, UNION, with_provider
from fake_provider import FakeProvider
from flask import Flask
from flask.testing import FlaskClient
from newsroom import csrf, form_of, post, signed_in

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.drafting.runs import Run
from widget.drafting.service import Drafting
from widget.store import Live, Store

pytestmark = pytest.mark.unit

EDITOR = "/admin/entries/ferry-fares"
MODEL = "made-up-quote"


@pytest.fixture
def settings(settings: Settings, fake: FakeProvider, tmp_path: Path) -> Settings:
    return with_provider(settings, fake, tmp_path, model=MODEL)


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "publisher", "ana")


@pytest.fixture
def drafting(app: Flask) -> Drafting:
    service: Drafting = app.extensions["insights.drafting"]
    return service


@pytest.fixture
def run(ana: FlaskClient, drafting: Drafting) -> Run:
    """Ask by the form for a draft, and let it be carried out."""
    evidence = [it.model_dump(mode="json", include=_FIELDS) for it in (AUDIT, UNION)]
    answer = ana.post(
        "/admin/drafts",
        data={
            "csrf": csrf(ana),
            "url": ARTICLE_URL,
            "text": ARTICLE,
            "title": TITLE,
            "kind": "opinion",
            "language": "en",
            "evidence": (io.BytesIO(json.dumps(evidence).encode()), "sources.json"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    run_id = answer.headers["Location"].rpartition("/")[2]
    return drafting.carry_out(run_id)


_FIELDS = {"url", "title", "publisher", "published", "type", "text"}


def test_the_form_becomes_a_run_and_the_run_a_draft(
    ana: FlaskClient, run: Run, store: Store
) -> None:
    assert (run.state, run.asked_by) == ("kept", "ana"), run.message
    draft = store.draft("ferry-fares")
    assert draft
    assert draft.actor == "ana (draft sonar)"
    page = ana.get(f"/admin/drafts/{run.id}").text
    assert f'href="{EDITOR}"' in page
    assert "Audit of the harbor ferries" in page
    assert "data-hx-trigger" not in page, "a finished run is not asked for again"
    assert TITLE in ana.get("/admin/drafts").text


def test_a_run_that_goes_asks_for_itself_with_and_without_scripts(
    ana: FlaskClient, drafting: Drafting
) -> None:
    answer = post(ana, "/admin/drafts", url=ARTICLE_URL, text=ARTICLE)
    place = answer.headers["Location"]
    page = ana.get(place).text
    assert 'data-hx-trigger="every 1s, released"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    part = ana.get(place, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="run"')
    assert "<html" not in part
    assert post(ana, f"{place}/cancellation").status_code == 303
    assert "Cancelled by ana." in ana.get(place).text
    del drafting


def test_findings_stand_beside_the_point_with_the_passage_and_the_way_to_resolve(
    ana: FlaskClient, run: Run
) -> None:
    page = ana.get(EDITOR).text
    for finding in run.blocking:
        assert f'id="s-{finding.id}"' in page
        assert f'name="reason.{finding.id}"' in page
    assert "thing to fix before publishing" in page or "things to fix before publishing" in page
    assert "The model suggests: Center" in page
    assert "Drafted by sonar" in page


def test_a_passage_is_marked_in_its_text(ana: FlaskClient, run: Run) -> None:
    place = f"/admin/drafts/{run.id}/evidence/1"
    passage = "Fares covered 31 percent"
    answer = ana.get(place, query_string={"passage": passage, "bare": "1"})
    assert f'<mark id="passage">{passage}</mark>' in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert ana.get(f"/admin/drafts/{run.id}/evidence/9").status_code == 404
    hostile = ana.get(place, query_string={"passage": "<script>"}).text
    assert "<script>" not in hostile


def test_a_finding_blocks_until_a_person_says_what_they_checked(
    ana: FlaskClient, run: Run, store: Store, accounts: Accounts, app: Flask
) -> None:
    publish = {"csrf": csrf(ana), "head": str(store.head("ferry-fares"))}
    refused = ana.post(f"{EDITOR}/publication", data=publish)
    assert refused.status_code == 422
    assert run.blocking[0].rule in refused.text
    form = {**form_of(ana.get(EDITOR)), "csrf": csrf(ana)}
    for finding in run.blocking:
        without = ana.post(f"{EDITOR}/draft", data={**form, "resolve": finding.id})
        assert without.status_code == 422
        assert "Say what you checked" in without.text
        reason = {f"reason.{finding.id}": "Heard it at the hearing on 4 May."}
        settled = ana.post(f"{EDITOR}/draft", data={**form, **reason, "resolve": finding.id})
        assert settled.status_code == 303
    page = ana.get(EDITOR).text
    assert "Checked by ana: Heard it at the hearing on 4 May." in page
    assert ana.post(f"{EDITOR}/publication", data=publish).status_code == 303
    assert isinstance(store.live("ferry-fares"), Live)
    del accounts, app


def test_each_point_can_be_accepted_or_dropped_and_the_run_records_it(
    ana: FlaskClient, run: Run, store: Store, drafting: Drafting
) -> None:
    page = ana.get(EDITOR).text
    (first, *_) = re.findall(r'name="accept" value="([\w.]+)"', page)
    form = {**form_of(ana.get(EDITOR)), "csrf": csrf(ana)}
    assert ana.post(f"{EDITOR}/draft", data={**form, "accept": first}).status_code == 303
    page = ana.get(EDITOR).text
    assert "accepted by ana" in page
    assert f'name="accept" value="{first}"' not in page
    before = store.draft("ferry-fares")
    assert before
    last = f"perspectives.1.points.{len(before.entry.perspectives[1].points) - 1}"
    assert f'name="remove" value="{last}"' in page
    assert ana.post(f"{EDITOR}/draft", data={**form, "remove": last}).status_code == 303
    after = store.draft("ferry-fares")
    assert after
    points = [len(it.entry.perspectives[1].points) for it in (before, after)]
    assert points == [2, 1]
    decisions = drafting.runs.get(run.id).decisions
    assert [(it.accepted, it.by) for it in decisions] == [(True, "ana"), (False, "ana")]
    assert before.entry.perspectives[1].points[-1].text.startswith(decisions[1].text)
    page = ana.get(f"/admin/drafts/{run.id}").text
    assert "ana accepted" in page
    assert "ana dropped" in page


def test_a_request_that_cannot_be_used_says_why_and_keeps_what_was_typed(
    ana: FlaskClient,
) -> None:
    many = "\n".join(f"query {number}" for number in range(6))
    answer = post(ana, "/admin/drafts", url=ARTICLE_URL, text="My own text.", queries=many)
    assert answer.status_code == 422
    assert "at most 5 are accepted" in answer.text
    assert "My own text." in answer.text


def test_more_runs_than_the_limit_are_refused_with_the_time_to_wait(
    settings: Settings, fake: FakeProvider, tmp_path: Path, store: Store, accounts: Accounts
) -> None:
    limited = with_provider(settings, fake, tmp_path, per_hour=1)
    ana = signed_in(create_app(limited, store, accounts), accounts, "editor", "ana")
    assert post(ana, "/admin/drafts", url=ARTICLE_URL, text=ARTICLE).status_code == 303
    refused = post(ana, "/admin/drafts", url=ARTICLE_URL, text=ARTICLE)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3000


def test_the_connection_is_tested_by_admins_alone(
    app: Flask, accounts: Accounts, ana: FlaskClient
) -> None:
    test = "/admin/drafts/providers/sonar/test"
    assert post(ana, test).status_code == 403
    admin = signed_in(app, accounts, "admin")
    answer = post(admin, test)
    assert answer.status_code == 200
    assert "answered." in answer.text


def test_pages_for_drafting_are_not_there_while_it_is_off(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    off = settings.model_copy(update={"drafting": ()})
    ana = signed_in(create_app(off, store, accounts), accounts, "publisher", "ana")
    assert ana.get("/admin/drafts").status_code == 404
    assert "/admin/drafts" not in ana.get("/admin/entries").text
    assert "/admin/drafts" not in ana.get("/admin/entries/new").text
