"""The whole story of an entry by keyboard alone: no control is out of reach or out of sight."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable

import pytest
from newsroom import PASSWORD
from playwright.sync_api import Locator, Page, expect
from running import Running
from test_admin_stories import complaints, embed, field

from widget.accounts import open_accounts

pytestmark = pytest.mark.browser

_names = (f"keys-{os.getpid()}-{number}" for number in itertools.count(1))

_WAY = """(it) => {
  const at = document.activeElement;
  if (at === it) return "here";
  return it.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING ? "Shift+Tab" : "Tab";
}"""
_INVISIBLE_CATEGORIES = """async () => {
  const unseen = () => {
    const at = document.activeElement, style = getComputedStyle(at), line = at.getClientRects()[0];
    if (at === document.body || at.localName === "iframe") return null;
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const seen = line && [line.top + 3, (line.top + line.bottom) / 2, line.bottom - 3].some((y) => {
      const top = document.elementFromPoint((line.left + line.right) / 2, y);
      return at.contains(top) || top?.contains(at);
    });
    if (ring && seen) return null;
    return `${ring ? "covered or out of view" : "no ring"}: ${at.outerHTML.slice(0, 120)}`;
  };
  for (const end = performance.now() + 3000;;) { // until the page has come to rest
    const found = unseen();
    if (!found || performance.now() > end) return found;
    await new Promise(requestAnimationFrame);
  }
}"""


class Keys:
    """A person with a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, to: Locator) -> None:
        """Tab, forth or back, until the focus is at a control; it shows wherever it stops."""
        expect(to).to_be_visible()
        for _ in range(300):
            key = to.evaluate(_WAY)
            if key == "here":
                return
            self.page.keyboard.press(key)
            self.sees_focus()
        raise AssertionError(f"{to} cannot be reached by keyboard")

    def sees_focus(self) -> None:
        """Hold the focus to be in view, with its ring (WCAG 2.4.7 and 2.4.11)."""
        unseen = self.page.evaluate(_INVISIBLE_CATEGORIES)
        assert unseen is None, f"the focus does not show at {unseen}"

    def write(self, to: Locator, text: str) -> None:
        """Write into a field, in place of all that it holds."""
        self.go(to)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def choose(self, to: Locator, text: str) -> None:
        """Choose from a list by the beginning of an option."""
        self.go(to)
        self.page.keyboard.type(text)

    def press(self, to: Locator, key: str = "Enter") -> None:
        self.go(to)
        self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, name: str) -> Locator:
        it: Locator = field(self.page, name)
        return it


def sign_in(keys: Keys, place: Running) -> None:
    accounts = open_accounts(f"dir:{place.data}")
    if accounts.user("first") is None:
        accounts.add_user("first", "admin", PASSWORD)
    keys.page.goto(f"{place.service}/admin/")
    keys.write(keys.page.get_by_label("Name"), "first")
    keys.write(keys.page.get_by_label("Password"), PASSWORD)
    keys.page.keyboard.press("Enter")
    expect(keys.page).to_have_url(f"{place.service}/admin/entries")


def begin(keys: Keys, place: Running) -> str:
    name = next(_names)
    keys.press(keys.link("New entry").first)
    address = keys.page.get_by_label("Address", exact=True)
    keys.write(address, f"{place.host.origin}/opinion/{name}")
    keys.write(keys.page.get_by_label("Title", exact=True), "A bench for every bus stop")
    keys.press(keys.page.get_by_label("Read title, authors"), "Space")
    keys.press(keys.button("Begin"))
    expect(keys.page).to_have_url(f"{place.service}/admin/entries/{name}")
    return name


def mend(keys: Keys) -> None:
    """Go from each thing that is to be mended to its field, and mend it there."""
    point = "perspectives.{}.points.0.text".format
    keys.write(keys.field("article.section"), "Opinion")
    keys.choose(keys.field("viewpoint.lean"), "center-l")
    verdict = keys.page.locator("#verdict")
    for place, name, text in (
        ("Group 1, point 1, text", point(0), "Waiting is a part of the journey [1]."),
        ("Group 2, point 1, text", point(1), "Shelters matter more than seats."),
        ("Source 1, title", "sources.0.title", "How long we wait"),
        ("Source 1, address", "sources.0.url", "https://transit.example/waiting"),
    ):
        keys.press(verdict.get_by_role("link", name=place, exact=True))
        expect(keys.field(name)).to_be_focused()
        keys.page.keyboard.type(text)
        keys.press(keys.button("Save draft"))
        expect(keys.page.locator("#status")).to_contain_text("Draft saved by you")
        expect(keys.field(name)).to_have_value(text)


def cite(keys: Keys) -> None:
    """Put markers in through the picker, and let them follow their source."""
    keys.press(keys.button("+ Add a source"))
    expect(keys.field("sources.1.url")).to_be_focused()
    keys.page.keyboard.type("https://transit.example/seats")
    keys.write(keys.field("sources.1.title"), "A second study")
    keys.press(keys.button("Save draft"))
    expect(keys.page.locator("#status")).to_contain_text("Draft saved by you")
    picker = keys.page.locator("#f-perspectives-1-points-0 .cite")
    keys.press(picker.locator("summary"))
    keys.page.keyboard.press("Escape")
    expect(picker.locator("summary")).to_be_focused()
    keys.page.keyboard.press("Space")
    keys.press(picker.get_by_role("button", name="A second study"))
    point = keys.field("perspectives.1.points.0.text")
    expect(point).to_be_focused()
    expect(point).to_have_value("Shelters matter more than seats [2].")
    keys.press(keys.button("Move source 2 up"))
    expect(keys.button("Move source 1 down")).to_be_focused()
    keys.sees_focus()
    expect(point).to_have_value("Shelters matter more than seats [1].")
    ideas = keys.field("perspectives.0.points.0.text")
    expect(ideas).to_have_value("Waiting is a part of the journey [2].")
    keys.page.keyboard.press("Enter")
    expect(keys.button("Move source 2 up")).to_be_focused()
    expect(ideas).to_have_value("Waiting is a part of the journey [1].")
    expect(keys.page.locator("#verdict h2")).to_have_text("Ready to publish")


def publish(keys: Keys) -> None:
    keys.press(keys.button("Review and publish"))
    keys.press(keys.button("Publish now"))
    expect(keys.page.locator(".notice")).to_contain_text("Everything is published")


def test_an_entry_s_life_by_keyboard_alone(new_page: Callable[..., Page], place: Running) -> None:
    keys = Keys(new_page(reduced_motion="reduce"))
    said = complaints(keys.page)
    sign_in(keys, place)
    name = begin(keys, place)
    mend(keys)
    cite(keys)
    keys.press(keys.page.get_by_role("radio", name="Light"), "ArrowRight")
    expect(keys.page.get_by_role("radio", name="Dark")).to_be_checked()
    publish(keys)

    def read() -> Locator:
        reader = new_page()
        reader.goto(embed(place, name))
        return reader.frame_locator("iframe").locator("body")

    expect(read()).to_contain_text("A second study")
    keys.press(keys.link("Edit"))
    keys.press(keys.button("+ Add a correction"))
    expect(keys.field("corrections.0.note")).to_be_focused()
    keys.page.keyboard.type("The wait is seven minutes, not nine.")
    publish(keys)
    expect(read()).to_contain_text("seven minutes")

    keys.press(keys.link("Withdraw"))
    keys.write(keys.page.get_by_label("Reason, for readers"), "The study was retracted.")
    keys.press(keys.button("Withdraw now"))
    expect(keys.page.locator(".notice")).to_contain_text("Withdrawn")
    expect(read()).to_contain_text("The study was retracted.")

    keys.press(keys.link("History"))
    published = keys.page.get_by_role("row").filter(has_text="Published").first
    keys.press(published.get_by_role("link"))
    keys.press(keys.page.get_by_role("button", name=re.compile("Restore revision")).last)
    expect(keys.page.locator("#standing")).to_have_text("Withdrawn, draft waiting")
    publish(keys)
    expect(read()).to_contain_text("seven minutes")
    assert [each for each in said if "410" not in each] == []
