"""From a pasted list over a returned review to readers, and what proves it afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from review_steps import URLS, assert_evidence, evidence, pasted, plan, shown, turned
from running import Running, running
from test_accessibility import axe, violations
from test_admin_stories import enter, field

from widget.editorial.review import CHECKLIST
from widget.store import Live

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a service of two processes whose publication requires reviews."""
    folder = tmp_path_factory.mktemp("review")
    with running(folder / "data", workers=2, review="required") as place:
        yield place


def write(page: Page, place: Running, name: str) -> None:
    """Begin an entry from an address and a pasted analysis, and say what nothing else says."""
    page.goto(f"{place.service}/admin/entries/new")
    page.get_by_label("Address", exact=True).fill(f"{place.host.origin}/opinion/{name}")
    page.get_by_label("Read title").uncheck()
    page.get_by_label("Title", exact=True).fill("A bench for every bus stop")
    page.get_by_label("Paste the whole analysis").fill(pasted("en"))
    page.get_by_role("button", name="Begin").click()
    field(page, "article.section").fill("Opinion")
    field(page, "viewpoint.lean").select_option("center-left")
    field(page, "provenance.origin").select_option("ai-edited")
    field(page, "provenance.provider").fill("Leadline")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#status")).to_contain_text("Draft saved by you")


def rewrite(page: Page, place: Running, name: str, rationale: str) -> None:
    page.goto(f"{place.service}/admin/entries/{name}")
    head = page.locator("input[name='head']").first
    before = head.input_value()
    field(page, "viewpoint.rationale").fill(rationale)
    page.get_by_role("button", name="Save draft").click()
    expect(head).not_to_have_value(before)
    expect(field(page, "viewpoint.rationale")).to_have_value(rationale)


def approve(page: Page, review: str) -> None:
    page.goto(review)
    if not page.locator("#checked-sources").is_visible():  # nobody asked for a review
        page.locator(".reviewing > summary").click()
    for item in CHECKLIST:
        page.locator(f"#checked-{item}").check()
    act(page, "Approve")
    expect(page.locator("#review")).to_contain_text("dan (editor) approved exactly this version")


def act(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize(
    ("script", "width"), [(True, 1280), (False, 360)], ids=["with scripts", "on a phone without"]
)
def test_what_is_written_is_reviewed_planned_live_and_withdrawn(
    new_page: Callable[..., Page], newsroom: Running, axe: str, script: bool, width: int
) -> None:
    name = f"bench-{width}"
    viewport = {"width": width, "height": 800}
    mia, cai, dan, ben = (
        new_page(java_script_enabled=script, viewport=viewport, reduced_motion="reduce")
        for _ in range(4)
    )
    enter(mia, newsroom, "mia", "editor")
    enter(cai, newsroom, "cai", "editor")
    enter(dan, newsroom, "dan", "editor")
    enter(ben, newsroom, "ben", "publisher")
    review = f"{newsroom.service}/admin/entries/{name}/publication"

    write(mia, newsroom, name)
    mia.goto(review)
    mia.get_by_label("What should the reviewer know?").fill("The upkeep is from 2025.")
    act(mia, "Submit for review")
    expect(mia.locator("#review")).to_contain_text("In review")
    expect(mia.get_by_role("button", name="Approve")).to_have_count(0)

    cai.goto(f"{newsroom.service}/admin/entries?state=in-review")
    cai.get_by_role("link", name="A bench for every bus stop").first.click()
    cai.goto(review)
    if script:
        assert violations(cai, axe) == []
    cai.get_by_label("About").select_option("$.perspectives[0].points[2]")
    cai.get_by_label("Comment", exact=True).fill("Who says so about July?")
    act(cai, "Add the comment")
    expect(cai.locator("#comments")).to_contain_text("Shade counts as much as a seat in July.")
    cai.locator("#review-note").fill("Please source the third idea.")
    act(cai, "Return to the author")
    expect(cai.locator("#review")).to_contain_text("Returned to its author")

    mia.goto(f"{newsroom.service}/admin/entries/{name}")
    field(mia, "perspectives.0.points.2.text").fill("Shade counts as much as a seat [2].")
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.locator("#status")).to_contain_text("Draft saved by you")
    mia.goto(review)
    mia.get_by_role("button", name=re.compile("Resolve the comment of cai")).click()
    act(mia, "Submit for review")
    expect(mia.locator("#review")).to_contain_text("In review")

    approve(dan, review)

    def write_time(at: datetime) -> None:
        ben.get_by_label("Publish at").fill(at.strftime("%Y-%m-%dT%H:%M:%S"))
        act(ben, "Save the plan")

    assert shown(newsroom, name) == 404
    at = plan(ben, review, write_time)
    assert turned(newsroom, name, 200) < at + timedelta(seconds=1)
    store = newsroom.store()
    live = store.live(name)
    assert isinstance(live, Live)
    assert at <= live.at < at + timedelta(seconds=1)
    assert [len(it.points) for it in live.entry.perspectives] == [5, 4]
    assert [it.url for it in live.entry.sources] == list(URLS)
    reader = new_page(java_script_enabled=script, viewport=viewport)
    reader.goto(f"{newsroom.service}/panel/{name}")
    expect(reader.locator("header").first).to_contain_text("reviewed")

    rewrite(mia, newsroom, name, "It asks for public money.")
    approve(dan, review)
    ben.goto(review)
    expect(ben.get_by_role("button", name="Publish now")).to_be_enabled()
    rewrite(mia, newsroom, name, "It asks for public money!")
    ben.goto(review)
    expect(ben.locator("#review h2")).to_have_text("A draft")
    expect(ben.get_by_role("button", name="Publish now")).to_have_count(0)
    ben.goto(f"{newsroom.service}/admin/entries/{name}/withdrawal")
    ben.get_by_label("Reason, for readers").fill("The upkeep was of another year.")
    act(ben, "Withdraw now")
    turned(newsroom, name, 410)

    proof = evidence(newsroom, name, live.revision)
    assert_evidence(proof, digest=live.digest, reviewer="dan", note="Please source the third idea.")
    ben.goto(f"{newsroom.service}/admin/entries/{name}/record?revision={live.revision}")
    expect(ben.locator("main")).to_contain_text("One person approved exactly this version.")
    expect(ben.locator("main")).to_contain_text(live.digest)
