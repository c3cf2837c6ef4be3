"""The label on top: beside the title on a phone in every language, and a way to the disclosure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from running import Running
from samples import PERMALINK, PUBLICATION, sample_entry
from ways import WAYS, panel

from widget import i18n
from widget import panel as panels
from widget.entry.vocabulary import Origin
from widget.panel.words import Words
from widget.store import Approval

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

PROOF = Approval(
    reviewer="ana", role="editor", proof="session", at=datetime(2026, 5, 3, tzinfo=UTC), digest="0"
)
LABELS: list[tuple[Origin, int]] = [
    ("ai", 0),
    ("ai", 1),
    ("ai-edited", 0),
    ("ai-edited", 1),
    ("human", 0),
]
# How much taller the header is for its label; whether both are on one line; what readers see.
LINE = """() => {
  const [title, label] = ['title', 'origin'].map(it => document.querySelector(`.insights-${it}`));
  const header = title.parentElement, words = label.innerText;
  const [one, other] = [title, label].map(it => it.getBoundingClientRect());
  const before = header.getBoundingClientRect().height;
  label.style.setProperty('display', 'none', 'important');
  const without = header.getBoundingClientRect().height;
  return [before - without, other.top < one.bottom && one.top < other.bottom, words];
}"""

SHOW = "() => document.querySelector('.insights-origin').style.removeProperty('display')"


def html(language: str, way: str, origin: str, reviews: int) -> str:
    make = panels.frame if way == "frame" else panels.fragment
    page = make(
        sample_entry(language=language, provenance={"origin": origin, "provider": "Quill"}),
        PUBLICATION,
        panels.Options(),
        permalink=PERMALINK,
        reviews=(PROOF,) * reviews,
    ).body.decode()
    return page if way == "frame" else f'<!doctype html><body style="margin:0">{page}'


# Whether there is a font with this letter. Without one, each letter is an equal box, as wide as
# that of a code point for private use, and the width of the words says nothing.
HAS_FONT = """(letter) => {
  const width = text => {
    const context = document.createElement('canvas').getContext('2d');
    context.font = '64px sans-serif';
    return context.measureText(text).width;
  };
  return width(letter) !== width('\\ue123');
}"""
# Puts the words of a label where the label is.
WRITE = "(html) => { document.querySelector('.insights-origin').innerHTML = html; }"


@pytest.mark.service_only("needs no service at all")
@pytest.mark.parametrize("way", ["frame", "fragment"])
def test_the_label_takes_no_line_of_its_own_on_a_phone_in_any_language(
    page: Page, way: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    wrong, measured = [], set()
    for language in i18n.languages():
        page.set_content(html(language, way, "ai", 1))
        if not page.evaluate(HAS_FONT, i18n.translations(language).ugettext("Insights")[0]):
            continue
        measured.add(language)
        for origin, reviews in LABELS:
            label = Words(language).label(origin, reviewed=bool(reviews))
            page.evaluate(WRITE, str(label))
            taller, beside, words = page.evaluate(LINE)
            page.evaluate(SHOW)
            if not beside or abs(taller) >= 3:
                wrong.append((language, words))
    assert not wrong
    assert measured >= {"ar", "de", "el", "en", "es", "fr", "ru"}


@pytest.mark.parametrize("way", WAYS)
def test_the_label_leads_to_the_disclosure(page: Page, place: Running, way: str) -> None:
    page.set_viewport_size({"width": 800, "height": 300})
    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    it.locator("summary").nth(1).click()
    label = it.get_by_role("link", name="AI-generated, reviewed by an editor")
    label.scroll_into_view_if_needed()
    disclosure = it.locator(".insights-disclosure")
    expect(disclosure).not_to_be_in_viewport()
    entries = page.evaluate("history.length")
    label.click()
    expect(disclosure).to_be_in_viewport()
    expect(disclosure).to_contain_text("Reviewed by a publishing editor on")
    if "frame" in way or way == "component":
        assert page.evaluate("history.length") == entries, "the reader's way back is the host's"
