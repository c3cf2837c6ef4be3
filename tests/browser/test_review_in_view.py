"""What is decided on the page for review stays in view, however much there is to check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from running import Running, running
from samples import sample_entry
from test_accessibility import axe, violations
from test_admin_stories import enter

from widget.editorial.review import CHECKLIST

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

ID = "night-trains"
DOUBT = "Night trains are said to be late more often than trains by day, says the board [1, 2]."


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a service with a draft that has more warnings than a screen is high."""
    folder = tmp_path_factory.mktemp("view")
    with running(folder / "data", review="required") as place:
        address = f"{place.host.origin}/opinion/{ID}"
        roles = ("ideas", "different-views")
        groups = [{"role": it, "points": [{"text": f"{DOUBT} [1][2]"}] * 9} for it in roles]
        store = place.store()
        store.save(
            sample_entry(
                id=ID, article__url=address, article__aliases=[], perspectives=groups,
                provenance__origin="ai", provenance__provider="Leadline",
            ),
            actor="mia",
        )  # fmt: skip
        store.close()
        yield place


def test_each_button_of_the_review_is_in_view_at_once(
    new_page: Callable[..., Page], newsroom: Running, axe: str
) -> None:
    viewport = {"width": 1280, "height": 800}
    mia, ben = new_page(viewport=viewport), new_page(viewport=viewport)
    enter(mia, newsroom, "mia", "editor")
    enter(ben, newsroom, "ben", "publisher")
    review = f"{newsroom.service}/admin/entries/{ID}/publication"
    mia.goto(review)
    warnings = mia.locator("#review details.warning")
    expect(warnings.locator("summary")).to_have_text(re.compile(r"\(\d\d\)$"))
    submit = mia.get_by_role("button", name="Submit for review")
    expect(submit).to_be_in_viewport(ratio=1)
    warnings.locator("summary").click()
    expect(warnings.locator("li").first).to_be_in_viewport()
    warnings.locator("summary").click()
    submit.click()
    ben.goto(review)
    approve = ben.get_by_role("button", name="Approve")
    expect(approve).to_be_in_viewport(ratio=1)
    expect(ben.locator("aside.preview iframe")).to_be_in_viewport()
    assert violations(ben, axe) == []
    for item in CHECKLIST:
        ben.locator(f"#checked-{item}").check()
    approve.click()
    expect(ben.get_by_role("button", name="Publish now")).to_be_in_viewport(ratio=1)
