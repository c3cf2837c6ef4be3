"""Several entries at once, and lists of what is whose and planned for when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import post, signed_in
from samples import PAPER, PUBLICATION, sample_entry

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial import listing
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.store import Live, Store

pytestmark = pytest.mark.unit

NAMES = ("one", "two", "three")
BEN = Reviewer(name="ben", role="publisher", proof="session", actor="ben")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    publication = PUBLICATION.model_copy(update={"review": "required"})
    return settings.model_copy(update={"publications": (publication,)})


@pytest.fixture
def desk(store: Store, settings: Settings) -> Editorial:
    """Three drafts by ana, of which ben approved the first."""
    editorial = Editorial(store, settings)
    for name in NAMES:
        url = f"{PAPER}/opinion/{name}"
        changes = {"id": name, "article__url": url, "article__aliases": []}
        editorial.save(sample_entry(**changes, article__title=name.title()), actor="ana")
    editorial.review.approve("one", reviewer=BEN, checked=CHECKLIST)
    return editorial


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor", "ana")


@pytest.fixture
def ben(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "publisher", "ben")


def compared(client: FlaskClient, action: str) -> tuple[list[str], str]:
    """Choose all three, and return what the page of comparison would send, and the page."""
    page = post(client, "/admin/bulk/comparison", action=action, data={"entry": list(NAMES)}).text
    return re.findall(r'name="entry" value="(\w+ \d+)"', page), page


def test_what_is_approved_is_published_and_the_rest_is_named(
    desk: Editorial, ben: FlaskClient
) -> None:
    chosen, page = compared(ben, "publish")
    assert len(chosen) == 3
    assert "Sleepers replace short flights" in page, "what readers will see is shown"
    done = post(ben, "/admin/bulk", action="publish", reason="For Monday.", data={"entry": chosen})
    assert "Published: 1 of 3" in done.text
    assert done.text.count("another person has to approve exactly this version") == 2
    assert isinstance(desk.entries.live("one"), Live)
    assert desk.entries.history("one")[0].note == "For Monday."
    assert desk.entries.live("two") is None


def test_an_entry_that_moved_on_since_it_was_compared_is_left_alone(
    desk: Editorial, ben: FlaskClient
) -> None:
    chosen, _ = compared(ben, "publish")
    entry = desk.entries.draft("one")
    assert entry is not None
    desk.save(entry.entry, actor="ana")
    desk.review.approve("one", reviewer=BEN, checked=CHECKLIST)
    done = post(ben, "/admin/bulk", action="publish", data={"entry": chosen})
    assert "Published: 0 of 3" in done.text
    assert desk.entries.live("one") is None


def test_several_are_assigned_and_submitted_at_once(desk: Editorial, ana: FlaskClient) -> None:
    chosen, _ = compared(ana, "assign")
    fields = {"entry": chosen, "assignee": "ana", "due": "2026-12-24"}
    assert "Assigned: 3 of 3" in post(ana, "/admin/bulk", action="assign", data=fields).text
    assert {desk.entries.workflow(it).assignee for it in NAMES} == {"ana"}
    chosen, _ = compared(ana, "submit")
    assert "3 of 3" in post(ana, "/admin/bulk", action="submit", data={"entry": chosen}).text
    assert desk.entries.workflow("two").phase == "in-review"


@pytest.mark.parametrize("action", ["publish", "withdraw"])
def test_an_editor_publishes_and_withdraws_none(
    desk: Editorial, ana: FlaskClient, action: str
) -> None:
    assert post(ana, "/admin/bulk/comparison", action=action).status_code == 403
    fields = {"entry": ["one 2"], "reason": "No."}
    assert post(ana, "/admin/bulk", action=action, data=fields).status_code == 403
    assert desk.entries.live("one") is None


@pytest.mark.parametrize("fields", [{"action": "erase"}, {"action": "assign", "entry": "../x 1"}])
def test_what_the_form_never_sends_is_refused(
    desk: Editorial, ben: FlaskClient, fields: dict[str, str]
) -> None:
    head = desk.entries.head("one")
    assert post(ben, "/admin/bulk", data=fields).status_code == 422
    assert desk.entries.head("one") == head


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=approved", {"one"}),
        ("state=in-review", {"two"}),
        ("state=planned", {"three"}),
        ("assignee=ana", {"two"}),
        ("saved_by=ana", {"one", "two"}),
        ("saved_by=cem&state=draft", {"three"}),
        ("saved_by=an", set()),
        ("due=any", {"one", "two", "three"}),
        ("due=week", {"two", "three"}),
        ("due=overdue", {"two"}),
        ("comments=open", {"one"}),
        ("comments=open&due=overdue", set()),
    ],
)
def test_the_list_finds_what_stands_where_and_is_whose(
    desk: Editorial, ana: FlaskClient, query: str, expected: set[str]
) -> None:
    desk.review.submit("two", actor="ana (token ci)")
    today = datetime.now(UTC).date()
    for name, who, days in (("one", "ben", 30), ("two", "ana", -1), ("three", None, 0)):
        due = today + timedelta(days=days)
        desk.planning.assign(name, actor="ben", assignee=who, due=due)
    desk.comments.add("one", actor="ben", text="Says who?")
    resolved = desk.comments.add("two", actor="ben", text="Since when?")
    desk.comments.resolve("two", str(resolved.number), actor="ana")
    desk.save(sample_entry(id="three", article__url=f"{PAPER}/opinion/three"), actor="cem")
    later = datetime.now(UTC) + timedelta(days=2)
    desk.planning.schedule("three", actor="ben", publish_at=later)
    page = ana.get(f"/admin/entries?{query}").text
    assert set(re.findall(r'name="entry" value="(\w+)"', page)) == expected


def test_the_list_says_what_is_overdue_and_has_open_comments(
    desk: Editorial, ana: FlaskClient
) -> None:
    long_ago = datetime.now(UTC).date() - timedelta(days=3)
    desk.planning.assign("two", actor="ben", assignee=None, due=long_ago)
    for text in ("Says who?", "Since when?"):
        desk.comments.add("two", actor="ben", text=text)
    rows = re.findall(r"<tr>.*?</tr>", ana.get("/admin/entries").text, re.DOTALL)
    (row,) = [it for it in rows if 'value="two"' in it]
    assert "Overdue" in row
    assert "2 open comments" in row
    assert not any("Overdue" in it or "open comment" in it for it in rows if it != row)


def test_pages_of_a_filtered_list_keep_the_filters(
    desk: Editorial, ana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 1)
    for name in ("one", "three"):
        desk.planning.assign(name, actor="ben", assignee=None, due=datetime.now(UTC).date())
        desk.comments.add(name, actor="ben", text="Says who?")
    url, found = "/admin/entries?due=week&comments=open", []
    while url:
        page = ana.get(url).text
        found += re.findall(r'name="entry" value="(\w+)"', page)
        match = re.search(r'href="([^"]+)" rel="next"', page)
        url = match[1].replace("&amp;", "&") if match else ""
    assert sorted(found) == ["one", "three"]


def test_the_plan_is_sorted_by_day(desk: Editorial, ana: FlaskClient) -> None:
    assert "Nothing is planned" in ana.get("/admin/plan").text
    for days, name in ((3, "one"), (2, "two")):
        at = datetime.now(UTC) + timedelta(days=days)
        desk.planning.schedule(name, actor="ben", publish_at=at)
    page = ana.get("/admin/plan").text
    assert page.index("Two") < page.index("One")
    assert "Ready" in page
