"""Reviewing, commenting on, assigning and planning a draft, with forms alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, form_of, post, signed_in
from samples import PUBLICATION, sample_entry

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial.review import CHECKLIST
from widget.store import Live, Store

pytestmark = pytest.mark.unit

PAGE = f"{ENTRY}/publication"
ID = "night-trains"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings under which an analysis by a model needs an approval."""
    publication = PUBLICATION.model_copy(update={"review": "required", "time_zone": "Asia/Tokyo"})
    return settings.model_copy(update={"publications": (publication,)})


@pytest.fixture
def draft(store: Store) -> Store:
    """Return the store with a draft by ana."""
    store.save(sample_entry(), actor="ana")
    return store


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor", "ana")


@pytest.fixture
def ben(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "publisher", "ben")


def digest_on(client: FlaskClient) -> str:
    """Return the digest of the version that the page shows."""
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', client.get(PAGE).text)
    assert found
    return found[1]


def approve(client: FlaskClient, **fields: object) -> int:
    given = {"digest": digest_on(client), "checked": list(CHECKLIST), **fields}
    return post(client, f"{ENTRY}/approval", data=given).status_code


def test_a_draft_goes_from_its_author_over_a_reviewer_to_readers(
    draft: Store, ana: FlaskClient, ben: FlaskClient
) -> None:
    assert "Submit for review" in ana.get(PAGE).text
    sent = post(ana, f"{ENTRY}/submission", note="The fares are new.", digest=digest_on(ana))
    assert sent.status_code == 303
    assert "ana asked for a review" in ben.get(PAGE).text
    assert "Publish now" not in ben.get(PAGE).text
    assert approve(ben) == 303
    shown = ben.get(PAGE).text
    assert "approved exactly this version" in shown
    head = re.search(r'name="head" value="(\d+)"', shown)
    assert head
    assert post(ben, PAGE, head=head[1]).status_code == 303
    live = draft.live(ID)
    assert isinstance(live, Live)
    assert [(it.reviewer, it.role, it.proof) for it in live.approvals] == [
        ("ben", "publisher", "session")
    ]
    assert "Everything is published" in ben.get(PAGE).text
    assert "&lt;iframe" in ben.get(PAGE).text


def test_nobody_publishes_what_nobody_approved(draft: Store, ben: FlaskClient) -> None:
    answer = post(ben, PAGE, head=draft.head(ID))
    assert answer.status_code == 422
    assert "another person has to approve exactly this version" in answer.text
    assert draft.live(ID) is None


def test_who_saved_last_cannot_approve(draft: Store, ana: FlaskClient) -> None:
    assert "Review this version" not in ana.get(PAGE).text
    assert approve(ana) == 403
    assert draft.workflow(ID).approvals == ()


def test_a_draft_of_which_nobody_knows_who_wrote_it_is_not_approved(
    settings: Settings, store: Store, ben: FlaskClient
) -> None:
    folder = Path(settings.store.removeprefix("dir:"))
    (folder / "drafts" / f"{ID}.json").write_bytes(sample_entry().to_json())
    store.poll()
    assert "belongs to no user" in ben.get(PAGE).text
    assert approve(ben) == 403
    assert store.workflow(ID).approvals == ()


def test_an_approval_needs_the_whole_checklist(draft: Store, ben: FlaskClient) -> None:
    given = {"digest": digest_on(ben), "checked": ["sources", "law"]}
    answer = post(ben, f"{ENTRY}/approval", data=given)
    assert answer.status_code == 422
    assert "Checked lacks &#39;quotes&#39;" in answer.text
    assert draft.workflow(ID).approvals == ()


def test_an_approval_is_of_the_version_on_the_page(draft: Store, ben: FlaskClient) -> None:
    digest = digest_on(ben)
    changed = sample_entry(article__title="Night trains, again")
    draft.save(changed, actor="ana")
    assert approve(ben, digest=digest) == 409
    assert draft.workflow(ID).approvals == ()
    assert approve(ben) == 303
    draft.save(sample_entry(), actor="ana")
    assert draft.workflow(ID).approvals == ()


def test_returning_needs_a_reason_which_the_author_reads(
    draft: Store, ana: FlaskClient, ben: FlaskClient
) -> None:
    path = f"{ENTRY}/return"
    assert post(ben, path, digest=digest_on(ben)).status_code == 422
    assert post(ben, path, digest=digest_on(ben), note="Source 2 is gone.").status_code == 303
    shown = ana.get(PAGE).text
    assert "Returned to its author" in shown
    assert "Source 2 is gone." in shown
    assert draft.workflow(ID).phase == "returned"


def test_a_comment_on_a_point_is_open_until_it_is_resolved(
    draft: Store, ana: FlaskClient, ben: FlaskClient
) -> None:
    comment = {"path": "$.perspectives[0].points[1]", "text": "Who says <b>so</b>?"}
    added = post(ben, f"{ENTRY}/comments", data=comment)
    assert added.status_code == 303
    shown = ana.get(PAGE).text
    assert "Who says &lt;b&gt;so&lt;/b&gt;?" in shown
    beside = ana.get(ENTRY).text
    assert beside.index('id="f-perspectives-0-points-1"') < beside.index("Who says &lt;b&gt;so")
    assert "1 comment is open" in shown
    number = draft.head(ID)
    assert post(ana, f"{ENTRY}/comments/{number}/resolution").status_code == 303
    assert "resolved by ana" in ben.get(PAGE).text
    assert "Who says" not in ana.get(ENTRY).text
    assert draft.workflow(ID).open_comments == 0
    assert post(ana, f"{ENTRY}/comments/{number}/resolution").status_code == 404


@pytest.mark.parametrize(
    "fields", [{"text": ""}, {"text": "x" * 2001}, {"text": "x", "path": "$.article.title"}]
)
def test_a_comment_on_nothing_is_refused(
    draft: Store, ben: FlaskClient, fields: dict[str, str]
) -> None:
    head = draft.head(ID)
    assert post(ben, f"{ENTRY}/comments", data=fields).status_code == 422
    assert draft.head(ID) == head


def test_an_editor_who_saves_meets_no_conflict_with_a_comment(
    draft: Store, ana: FlaskClient, ben: FlaskClient
) -> None:
    fields = form_of(ana.get(ENTRY))
    post(ben, f"{ENTRY}/comments", text="Is it so?")
    fields["article.title"] = "Night trains, again"
    answer = ana.post(f"{ENTRY}/draft", data=fields)
    assert answer.status_code == 303
    saved = draft.draft(ID)
    assert saved is not None
    assert saved.entry.article.title == "Night trains, again"


def test_somebody_works_on_it_until_a_date(
    draft: Store, ben: FlaskClient, ana: FlaskClient
) -> None:
    assert ana is not None
    answer = post(ben, f"{ENTRY}/assignment", assignee="ana", due="2026-12-24")
    assert answer.status_code == 303
    workflow = draft.workflow(ID)
    assert (workflow.assignee, str(workflow.due)) == ("ana", "2026-12-24")
    assert post(ben, f"{ENTRY}/assignment", assignee="nobody").status_code == 422
    assert post(ben, f"{ENTRY}/assignment", assignee="ana", due="soon").status_code == 422
    assert draft.workflow(ID).assignee == "ana"


def test_a_plan_is_in_the_time_zone_of_the_publication(draft: Store, ben: FlaskClient) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    answer = post(ben, f"{ENTRY}/schedule", publish_at=f"{tomorrow}T09:00:00")
    assert answer.status_code == 303
    at = draft.workflow(ID).publish_at
    assert at == datetime.fromisoformat(f"{tomorrow}T00:00:00+00:00")
    shown = ben.get(PAGE).text
    assert f'value="{tomorrow}T09:00:00"' in shown
    assert "once it is approved" in shown


@pytest.mark.parametrize(
    "fields",
    [
        {"publish_at": "2020-01-01T09:00"},
        {"publish_at": "tomorrow"},
        {"publish_at": "2999-01-02T09:00", "expires_at": "2999-01-01T09:00", "reason": "Over."},
        {"publish_at": "2999-01-02T09:00", "expires_at": "2999-01-03T09:00"},
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(
    draft: Store, ben: FlaskClient, fields: dict[str, str]
) -> None:
    assert post(ben, f"{ENTRY}/schedule", **fields).status_code == 422
    assert draft.workflow(ID).publish_at is None


def test_an_editor_plans_nothing(draft: Store, ana: FlaskClient) -> None:
    assert 'action="/admin/entries/night-trains/schedule"' not in ana.get(PAGE).text
    assert post(ana, f"{ENTRY}/schedule", publish_at="2999-01-01T09:00").status_code == 403
    assert draft.workflow(ID).publish_at is None


def test_form_and_json_name_the_same_next_step(draft: Store, ana: FlaskClient) -> None:
    del draft
    for path in (ENTRY, f"{ENTRY}/json"):
        page = ana.get(path).text
        assert "Ready to submit" in page, path
        assert "Ready to publish" not in page, path
