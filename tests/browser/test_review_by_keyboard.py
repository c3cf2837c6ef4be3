"""A review in Arabic on a phone, by keyboard alone: from a pasted list to its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from review_steps import URLS, assert_evidence, evidence, pasted, plan, shown, turned
from running import Running, running
from test_accessibility import axe, violations
from test_admin_keyboard import Keys
from test_admin_stories import enter

from widget import i18n
from widget.editorial.review import CHECKLIST
from widget.store import Live

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

ID = "bench-in-arabic"
WIDTH = 360
NOTE = "ينقص مصدر."
_ = i18n.translations("ar", i18n.DESK).gettext


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("keys")
    with running(folder / "data", workers=2, review="required") as place:
        yield place


@pytest.fixture
def people(new_page: Callable[..., Page], newsroom: Running) -> dict[str, Keys]:
    """Return the reporter, two editors and the publisher, each with a keyboard and a phone."""
    found = {}
    for name, scheme in {"mia": "light", "ben": "dark", "dan": "light", "cai": "dark"}.items():
        page = new_page(
            viewport={"width": WIDTH, "height": 800},
            locale="ar",
            reduced_motion="reduce",
            color_scheme=scheme,
        )
        enter(page, newsroom, name, "publisher" if name == "cai" else "editor")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        found[name] = Keys(page)
    return found


def pick(keys: Keys, to: Locator, value: str) -> None:
    """Choose from a list by the arrow keys."""
    keys.press(to, "Home")
    for _number in range(10):
        if to.input_value() == value:
            return
        keys.page.keyboard.press("ArrowDown")
    raise AssertionError(f"{to} has no {value}")


def write_time(keys: Keys, at: datetime) -> None:
    """Type a time part by part, in the order in which this browser has them."""
    to = keys.page.locator("#publish_at")
    parts = [f"{at:%m}", f"{at:%d}", f"{at:%Y}", "\t", f"{at:%I}", f"{at:%M}", f"{at:%S}"]
    for order, clock in (((0, 1), [*parts[3:], f"{at:%p}"[0]]), ((1, 0), parts[3:])):
        day = [parts[number] for number in order]
        hours = clock if order == (0, 1) else ["\t", f"{at:%H}", *clock[2:]]
        keys.go(to)
        for part in (*day, parts[2], *hours):
            if part == "\t":
                keys.page.keyboard.press("Tab")
            else:
                keys.page.keyboard.type(part)
        if to.input_value().startswith(f"{at:%Y-%m-%dT%H:%M}"):
            break
    keys.press(keys.button(_("Save the plan")))


def draft(keys: Keys, place: Running) -> None:
    """Begin an entry from its address and a pasted list, and say what the list does not."""
    page = keys.page
    page.goto(f"{place.service}/admin/entries/new")
    keys.write(page.get_by_label(_("Address"), exact=True), f"{place.host.origin}/opinion/{ID}")
    keys.press(page.locator("input[name='read']"), "Space")
    keys.write(page.locator("#title"), "مقعد لكل موقف")
    keys.write(page.locator("#language"), "ar")
    keys.go(page.locator("#pasted"))
    page.keyboard.insert_text(pasted("ar"))
    keys.press(keys.button(_("Begin")))
    expect(page.locator(".undo")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    keys.write(keys.field("article.section"), "رأي")
    pick(keys, keys.field("viewpoint.lean"), "center-left")
    pick(keys, keys.field("provenance.origin"), "ai")
    keys.write(keys.field("provenance.provider"), "Leadline")
    keys.press(keys.button(_("Save draft")))
    expect(page.locator("#verdict h2")).to_contain_text(_("Ready to submit"))


def rewrite(keys: Keys, place: Running, name: str, text: str) -> None:
    keys.page.goto(f"{place.service}/admin/entries/{ID}")
    head = keys.page.locator("input[name='head']").first
    before = head.input_value()
    keys.write(keys.field(name), text)
    keys.press(keys.button(_("Save draft")))
    expect(head).not_to_have_value(before)
    expect(keys.field(name)).to_have_value(text)


def submit(keys: Keys, review: str) -> None:
    keys.page.goto(review)
    keys.write(keys.page.get_by_label(_("What should the reviewer know?")), "الأرقام من 2025.")
    keys.press(keys.button(_("Submit for review")))
    expect(keys.page.locator("#review h2")).to_have_text(_("In review"))


def approve(keys: Keys, review: str) -> None:
    keys.page.goto(review)
    if not keys.page.locator("#checked-sources").is_visible():  # nobody asked for a review
        keys.press(keys.page.locator(".reviewing > summary"))
    for item in CHECKLIST:
        keys.press(keys.page.locator(f"#checked-{item}"), "Space")
    keys.press(keys.button(_("Approve")))
    expect(keys.page.locator("#review h2")).to_have_text(_("Approved"))


def test_a_review_in_arabic_by_keyboard_alone(
    people: dict[str, Keys], newsroom: Running, axe: str
) -> None:
    mia, ben, dan, cai = (people[name] for name in ("mia", "ben", "dan", "cai"))
    review = f"{newsroom.service}/admin/entries/{ID}/publication"
    draft(mia, newsroom)
    assert violations(mia.page, axe) == []
    submit(mia, review)

    ben.page.goto(review)
    assert violations(ben.page, axe) == []
    pick(ben, ben.page.locator("#comment-path"), "$.perspectives[0].points[2]")
    ben.write(ben.page.get_by_label(_("Comment"), exact=True), "من قال ذلك؟")
    ben.press(ben.button(_("Add the comment")))
    ben.press(ben.page.locator("details.remarks > summary"))
    for path, text in (("$.perspectives[0].points[0]", "متى؟"), ("$.sources[1]", "قديم.")):
        ben.write(ben.page.locator(f"[name='comment:{path}']"), text)
    assert violations(ben.page, axe) == []
    assert ben.page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    ben.write(ben.page.locator("#review-note"), NOTE)
    ben.press(ben.button(_("Return to the author")))
    expect(ben.page.locator("#review h2")).to_have_text(_("Returned to its author"))

    rewrite(mia, newsroom, "perspectives.0.points.2.text", "Shade counts as much as a seat [5].")
    mia.page.goto(review)
    expect(mia.page.locator("#comments li.card")).to_have_count(3)
    assert violations(mia.page, axe) == []
    mia.press(mia.page.locator("#comments").get_by_role("button").first)
    expect(mia.page.locator("#comments .resolved")).to_be_visible()
    submit(mia, review)

    approve(dan, review)
    assert violations(dan.page, axe) == []
    assert shown(newsroom, ID) == 404
    at = plan(cai.page, review, lambda at: write_time(cai, at))
    assert turned(newsroom, ID, 200) < at + timedelta(seconds=1)
    live = newsroom.store().live(ID)
    assert isinstance(live, Live)
    assert at <= live.at < at + timedelta(seconds=1)
    assert [len(it.points) for it in live.entry.perspectives] == [5, 4]
    assert [it.url for it in live.entry.sources] == list(URLS)
    assert violations(cai.page, axe) == []

    rewrite(mia, newsroom, "viewpoint.rationale", "يطلب مالًا عامًا.")
    approve(dan, review)
    rewrite(mia, newsroom, "viewpoint.rationale", "يطلب مالًا عامًا!")
    cai.page.goto(review)
    expect(cai.page.locator("#review h2")).to_have_text(_("A draft"))
    expect(cai.button(_("Publish now"))).to_have_count(0)
    assert cai.page.evaluate("document.documentElement.scrollWidth") <= WIDTH

    cai.page.goto(f"{newsroom.service}/admin/entries/{ID}/withdrawal")
    cai.write(cai.page.get_by_label(_("Reason, for readers")), "كان الرقم لسنة أخرى.")
    cai.press(cai.button(_("Withdraw now")))
    turned(newsroom, ID, 410)
    expect(cai.page.locator("#reason")).to_have_count(0)
    assert violations(cai.page, axe) == []
    proof = evidence(newsroom, ID, live.revision)
    assert_evidence(proof, digest=live.digest, reviewer="dan", note=NOTE)
    cai.page.goto(f"{newsroom.service}/admin/entries/{ID}/record?revision={live.revision}")
    expect(cai.page.locator("main")).to_contain_text(live.digest)
    assert violations(cai.page, axe) == []
    assert cai.page.evaluate("document.documentElement.scrollWidth") <= WIDTH
