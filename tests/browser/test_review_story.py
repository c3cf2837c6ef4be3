"""From a pasted list over a returned review to readers, and what proves it afterwards."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect
from running import Running, running, until
from test_accessibility import axe, violations
from test_admin_stories import enter, field

from widget.editorial.review import CHECKLIST
from widget.store import Live

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

PASTED = """\
Ideas expressed in the piece
- A bench is the cheapest way to make a bus stop usable [1].
- Whoever waits is a passenger already, the column says [2].
- Shade counts as much as a seat in July.

Different views on the topic
- Benches cost more in upkeep than in wood, the works office reports [2].
- A faster bus would make waiting shorter [3].

Sources
[1] What a stop costs https://transit.example/stops
[2] Upkeep 2025 https://works.example/upkeep
[3] Frequency first https://riders.example/frequency
"""


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
    page.get_by_label("Paste the whole analysis").fill(PASTED)
    page.get_by_role("button", name="Begin").click()
    field(page, "article.section").fill("Opinion")
    field(page, "viewpoint.lean").select_option("center-left")
    field(page, "provenance.origin").select_option("ai-edited")
    field(page, "provenance.provider").fill("Leadline")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#status")).to_contain_text("Draft saved by you")


def act(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def shown(place: Running, name: str) -> int:
    """Return how the service answers readers."""
    try:
        with urlopen(f"{place.service}/panel/{name}") as answer:  # noqa: S310  # loopback
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    ("script", "width"), [(True, 1280), (False, 360)], ids=["with scripts", "on a phone without"]
)
def test_what_is_written_is_reviewed_planned_live_and_withdrawn(
    new_page: Callable[..., Page], newsroom: Running, axe: str, script: bool, width: int
) -> None:
    name = f"bench-{width}"
    viewport = {"width": width, "height": 800}
    mia, cai, ben = (
        new_page(java_script_enabled=script, viewport=viewport, reduced_motion="reduce")
        for _ in range(3)
    )
    enter(mia, newsroom, "mia", "editor")
    enter(cai, newsroom, "cai", "editor")
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

    cai.goto(review)
    for item in CHECKLIST:
        cai.locator(f"#checked-{item}").check()
    act(cai, "Approve")
    expect(cai.locator("#review")).to_contain_text("cai (editor) approved exactly this version")

    ben.goto(review)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    ben.get_by_label("Publish at").fill(at.strftime("%Y-%m-%dT%H:%M:%S"))
    act(ben, "Save the plan")
    expect(ben.locator("#review")).to_contain_text("To be published")
    assert shown(newsroom, name) == 404
    until(lambda: all(shown(newsroom, name) == 200 for _ in range(4)))
    store = newsroom.store()
    live = store.live(name)
    assert isinstance(live, Live)
    assert at <= live.at < at + timedelta(seconds=1)
    reader = new_page(java_script_enabled=script, viewport=viewport)
    reader.goto(f"{newsroom.service}/panel/{name}")
    expect(reader.locator("header").first).to_contain_text("reviewed")

    mia.goto(f"{newsroom.service}/admin/entries/{name}")
    field(mia, "viewpoint.rationale").fill("It asks for public money.")
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.locator("#status")).to_contain_text("Draft saved by you")
    ben.goto(review)
    expect(ben.get_by_role("button", name="Publish now")).to_have_count(0)
    ben.goto(f"{newsroom.service}/admin/entries/{name}/withdrawal")
    ben.get_by_label("Reason, for readers").fill("The upkeep was of another year.")
    act(ben, "Withdraw now")
    until(lambda: all(shown(newsroom, name) == 410 for _ in range(4)))

    proof = evidence(newsroom, name, live.revision)
    (approval,) = proof["approvals"]
    assert (approval["reviewer"], approval["role"], approval["proof"]) == (
        "cai",
        "editor",
        "session",
    )
    assert approval["this_version"] is True
    assert proof["version"]["sha256"] == live.digest
    assert proof["review"]["review"] == "proven"
    actions = [it["action"] for it in proof["events"]]
    assert [it for it in actions if it in ("submit", "return", "approve", "publish")] == [
        "submit",
        "return",
        "submit",
        "approve",
        "publish",
    ]


def evidence(place: Running, name: str, revision: int) -> dict[str, Any]:
    """Return what the command prints."""
    command = [sys.executable, "-m", "widget", "--store", f"dir:{place.data}", "evidence", name]
    done = subprocess.run(
        [*command, "--revision", str(revision), "--format", "json"],
        check=True,
        capture_output=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
