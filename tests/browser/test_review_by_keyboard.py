"""A review in Arabic on a phone, by keyboard alone: asked for, returned, answered, given, used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from running import Running, running
from samples import sample_entry
from test_accessibility import axe, violations
from test_admin_keyboard import Keys
from test_admin_stories import enter

from widget import i18n
from widget.editorial.review import CHECKLIST
from widget.store import Live

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

ID = "night-trains"
_ = i18n.translations("ar", i18n.DESK).gettext


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("keys")
    with running(folder / "data", review="required") as place:
        address = f"{place.host.origin}/opinion/{ID}"
        entry = sample_entry(id=ID, article__url=address, article__aliases=[])
        store = place.store()
        store.save(entry, actor="mia")
        store.close()
        yield place


def test_a_review_in_arabic_by_keyboard_alone(
    new_page: Callable[..., Page], newsroom: Running, axe: str
) -> None:
    viewport = {"width": 360, "height": 800}
    pages = [
        new_page(viewport=viewport, locale="ar", reduced_motion="reduce", color_scheme=scheme)
        for scheme in ("light", "dark")
    ]
    mia, ben = map(Keys, pages)
    enter(mia.page, newsroom, "mia", "editor")
    enter(ben.page, newsroom, "ben", "publisher")
    review = f"{newsroom.service}/admin/entries/{ID}/publication"

    mia.page.goto(review)
    expect(mia.page.locator("html")).to_have_attribute("dir", "rtl")
    mia.write(mia.page.get_by_label(_("What should the reviewer know?")), "الأرقام من 2025.")
    mia.press(mia.button(_("Submit for review")))
    expect(mia.page.locator("#review h2")).to_have_text(_("In review"))

    ben.page.goto(review)
    assert violations(ben.page, axe) == []
    ben.write(ben.page.get_by_label(_("Comment"), exact=True), "من قال ذلك؟")
    ben.press(ben.button(_("Add the comment")))
    ben.press(ben.page.locator("details.remarks > summary"))
    for path, text in (("$.perspectives[0].points[0]", "متى؟"), ("$.sources[1]", "قديم.")):
        ben.write(ben.page.locator(f"[name='comment:{path}']"), text)
    assert violations(ben.page, axe) == []
    assert ben.page.evaluate("document.documentElement.scrollWidth") <= 360
    ben.write(ben.page.locator("#review-note"), "ينقص مصدر.")
    ben.press(ben.button(_("Return to the author")))
    expect(ben.page.locator("#review h2")).to_have_text(_("Returned to its author"))

    mia.page.goto(review)
    expect(mia.page.locator("#comments li.card")).to_have_count(3)
    assert violations(mia.page, axe) == []
    mia.press(mia.page.locator("#comments").get_by_role("button").first)
    mia.press(mia.button(_("Submit for review")))
    expect(mia.page.locator("#review h2")).to_have_text(_("In review"))

    ben.page.goto(review)
    for item in CHECKLIST:
        ben.press(ben.page.locator(f"#checked-{item}"), "Space")
    ben.press(ben.button(_("Approve")))
    expect(ben.page.locator("#review h2")).to_have_text(_("Approved"))
    assert violations(ben.page, axe) == []
    ben.press(ben.button(_("Publish now")))
    expect(ben.button(_("Publish now"))).to_have_count(0)
    assert isinstance(newsroom.store().live(ID), Live)
    width = ben.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
