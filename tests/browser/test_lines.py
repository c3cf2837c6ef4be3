"""Where lines break: nothing is wider than its place, and no line begins with a marker."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from samples import PERMALINK, sample_entry

from widget import panel
from widget.config import Publication
from widget.entry import Entry

pytestmark = [
    pytest.mark.browser,
    pytest.mark.embedding,
    pytest.mark.service_only("needs no service at all"),
]

ENDLESS = {
    "en": "https://archive.example/2026/05/04/a-very-long-address/that-has-no-space-in-it?a=1&b=2",
    "de": "Geschwindigkeitsbegrenzungsverordnungsdurchsetzungsgesetz",
    "zh": "渡轮其实是一条浮在水上的街道没有人为步行过桥付费然而作者认为票价让北岸居民独自承担",
    "ja": "フェリーは水に浮かぶ道であり歩いて橋を渡るのに料金を払う人はいないと筆者は言う",
    "th": "เรือข้ามฟากเป็นถนนที่ลอยอยู่บนน้ำและไม่มีใครจ่ายค่าผ่านทางเพื่อเดินข้ามสะพานผู้เขียนกล่าวไว้",
    "ar": "والمستشفياتوالمدارسوالجامعاتوالمكتباتوالمتاحفوالمسارحوالملاعب",
}
MANY = "".join(f"[{number}]" for number in range(1, 13))


def endless(language: str) -> Entry:
    """Return an entry whose every text is one long word."""
    word = ENDLESS[language]
    sources = [
        {
            "title": word, "url": f"https://x.example/{number}", "publisher": word,
            "published": "2025-10-01", "type": "government", "quote": word, "archive_url": None,
        }
        for number in range(1, 13)
    ]  # fmt: skip
    return sample_entry(
        language=language,
        article__title=word,
        viewpoint__rationale=word,
        perspectives__0__heading=word,
        perspectives__0__points=[
            {"text": f"{word}{MANY}.", "attributed_to": word},
            {"text": f"<q>{word}</q> {MANY}", "attributed_to": None},
            {"text": f"<code>{word}</code>[1][2]", "attributed_to": None},
        ],
        sources=sources,
        provenance__provider=word,
        provenance__model=word,
        provenance__reviewed_by=word,
        corrections__0__note=word,
    )


def publication(word: str) -> Publication:
    return Publication(
        name=word,
        introduction=word,
        methodology=word,
        disclosure=word,
        origins=("https://x.example",),
    )


def shown(entry: Entry, way: str, publication: Publication) -> str:
    opened = panel.Options(open=frozenset({"ideas", "different-views", "sources"}))
    make = panel.frame if way == "frame" else panel.fragment
    html = make(entry, publication, opened, permalink=PERMALINK).body.decode()
    return html if way == "frame" else f'<!doctype html><body style="margin:0">{html}'


BEYOND = """() => {
  document.querySelectorAll('details').forEach(it => it.open = true);
  document.querySelectorAll('[popover]').forEach(it => it.hidePopover());
  const panel = document.querySelector('.insights').getBoundingClientRect();
  const out = [...document.querySelectorAll('.insights *')]
    .filter(it => it.checkVisibility({ visibilityProperty: true }))
    .filter(it => [...it.getClientRects()].some(
      ({ left, right, width }) => width && (left < panel.left - 1 || right > panel.right + 1)))
    .map(it => `${it.localName}.${it.className}: ${it.textContent.slice(0, 30)}`);
  return [document.documentElement.scrollWidth, out];
}"""
# A marker begins a line where nothing of its paragraph stands before it at its height.
BEGINNING = """() => [...document.querySelectorAll('.insights-body p')].flatMap(paragraph => {
  const { left, right } = paragraph.getBoundingClientRect();
  const rtl = getComputedStyle(paragraph).direction === 'rtl';
  return [...paragraph.querySelectorAll('.insights-ref')].filter(it => {
    const place = it.getBoundingClientRect();
    return (rtl ? right - place.right : place.left - left) < 4;
  }).map(it => paragraph.textContent.slice(0, 40));
})"""


@pytest.mark.parametrize("way", ["frame", "fragment"])
@pytest.mark.parametrize("language", ENDLESS)
def test_a_word_without_end_breaks_wherever_it_stands(page: Page, language: str, way: str) -> None:
    entry = endless(language)
    page.set_content(shown(entry, way, publication(ENDLESS[language])))
    for width in (280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        scrolled, beyond = page.evaluate(BEYOND)
        assert beyond == [], f"{width} px"
        assert scrolled <= width


@pytest.mark.parametrize("language", ENDLESS)
def test_a_preview_breaks_too(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 280, "height": 800})
    page.set_content(shown(endless(language), "fragment", publication("x")))
    page.locator(".insights-ref").first.click()
    card = page.locator(".insights-preview:popover-open")
    assert card.evaluate("it => it.scrollWidth <= it.clientWidth")
    room = card.bounding_box()
    assert room
    assert room["x"] >= 0
    assert room["x"] + room["width"] <= 280


CITED = {
    "en": "The author says <q>nobody pays a toll to cross on foot</q> [1], and <em>the fare is "
    "asked of one bank alone</em>[2]. They ask for a second vessel[1][2], and <cite>a free "
    "one</cite> [1][2][3]; <q>later [1]</q>, perhaps [2] [1], or never [1], [2].",
    "zh": "渡轮其实是一条浮在水上的街道[1]，没有人为步行过桥付费[2]。"
    "<q>票价让北岸居民独自承担</q>[1][2]。作者认为[3]。",
    "th": "เรือข้ามฟากเป็นถนนที่ลอยอยู่บนน้ำ[1] และไม่มีใครจ่ายค่าผ่านทาง[2] <q>เพื่อเดินข้ามสะพาน</q>[1]",
    "ar": "يقول الكاتب <q>لا أحد يدفع رسما لعبور الجسر</q> [1]، "
    "والأجرة تُطلب من ضفة واحدة[2]؛ <em>ويطلب سفينة ثانية</em> [1][2].",
}


@pytest.mark.parametrize("language", CITED)
def test_no_line_begins_with_a_marker_at_any_width(page: Page, language: str) -> None:
    source = sample_entry().model_dump(mode="json")["sources"][0]
    entry = sample_entry(
        language=language,
        perspectives__0__points=[{"text": CITED[language], "attributed_to": None}],
        sources=[source, source, source],
    )
    page.set_content(shown(entry, "frame", publication("x")))
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    beginning = {}
    for width in range(280, 640, 12):
        page.set_viewport_size({"width": width, "height": 800})
        if found := page.evaluate(BEGINNING):
            beginning[width] = found
    assert beginning == {}


def test_of_many_markers_in_a_row_the_first_four_stay_with_their_word(page: Page) -> None:
    page.set_content(shown(endless("en"), "frame", publication("x")))
    for width in range(280, 640, 40):
        page.set_viewport_size({"width": width, "height": 800})
        first = page.locator(".insights-body p").first.locator(".insights-ref")
        heights = {round(first.nth(at).bounding_box()["y"]) for at in range(4)}  # type: ignore[index]
        assert len(heights) == 1, f"{width} px"
