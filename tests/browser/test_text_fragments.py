"""A link to a quote leads a browser to it: the page scrolls there, and the quote is marked."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Page
from running import Running
from samples import one_point, sample_entry
from ways import panel, scope, until, visit

from widget.panel import Options, fragment, frame
from widget.store import Annotations, SourceAnnotation, source_key

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

MARK = (1, 2, 203)
LINK = "Quote found in the source on 3 May 2026"
YEAR_ONE = "Sleepers carried nine thousand people in the first year."
YEAR_TWO = "They carried twelve thousand in the second."

# Each quote, and the page's markup around it.
QUOTES = {
    "plain": ("Four in ten would have flown.", "<p>{}</p>"),
    "comma": ("Berths, seats, and couchettes", "<p>There were {} to sell.</p>"),
    "dashes": ("first-year losses — a half-empty train", "<p>Among them {} in March.</p>"),
    "ampersand": ("Rail & Road at 100 % of #1, a:~:b?", "<p>{}</p>"),
    "arabic": ("عربات النوم، وليست المقاعد", "<p lang='ar' dir='rtl'>قال إن {} هي الحل.</p>"),
    "markup": (
        "The cost of a berth is falling",
        "<p>The <em>cost of a</em> <b>berth</b> is falling.</p>",
    ),
    "paragraphs": (
        f"{YEAR_ONE} {YEAR_TWO}",
        f"<p>{YEAR_ONE.replace('nine', '<a>nine</a>')}</p><p>{YEAR_TWO}</p>",
    ),
    "long-arabic": (
        "حملت عربات النوم تسعة آلاف راكب في السنة الأولى، ثم حملت اثني عشر ألفًا في السنة الثانية",
        "<p lang='ar' dir='rtl'>{}.</p>",
    ),
}


def source_page(quote: str, markup: str) -> str:
    filler = "<p>Nothing of it stands here.</p>" * 80
    escaped = quote.replace("&", "&amp;")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>The source</title>'
        f"<style>::target-text {{ background: rgb{MARK}; color: rgb{MARK} }}</style>"
        f'{filler}<div id="it">{markup.replace("{}", escaped)}</div>{filler}'
    )


def host_page(place: Running, source: str, quote: str, way: Literal["include", "frame"]) -> str:
    changes = one_point("So it is [1].", sources__0__url=source, sources__0__quote=quote)
    entry = sample_entry(**changes)
    annotation = SourceAnnotation(
        key=source_key(entry.sources[0]), html=True, quote_found_on=date(2026, 5, 3)
    )
    options = Options(open=frozenset({"ideas"}))
    render = fragment if way == "include" else frame
    page = render(
        entry,
        place.publication,
        options,
        permalink=f"{place.service}/panel/{entry.id}",
        annotations=Annotations(sources=(annotation,)),
    )
    body = page.body.decode()
    if way == "include":
        return f'<!doctype html><meta charset="utf-8"><title>Host</title>{body}'
    framed = place.host.add(body)
    return (
        '<!doctype html><meta charset="utf-8"><title>Host</title>'
        f'<iframe src="{framed}" style="width:100%;height:900px;border:0"></iframe>'
    )


def is_marked(page: Page) -> bool:
    """Whether the quote is on the screen, in the colour that the page gives what is marked."""
    box = page.locator("#it").bounding_box()
    size = page.viewport_size
    assert box
    assert size
    if box["y"] < 0 or box["y"] + box["height"] > size["height"]:
        return False
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    colours = picture.getcolors(picture.width * picture.height) or []
    return any(colour == MARK and count > 500 for count, colour in colours)


@pytest.mark.service_only("the link is the same in files")
@pytest.mark.parametrize("name", QUOTES)
def test_a_browser_scrolls_to_the_quote_and_marks_it(page: Page, place: Running, name: str) -> None:
    quote, markup = QUOTES[name]
    source = place.host.origin + place.host.add(source_page(quote, markup))
    visit(page, place, host_page(place, source, quote, "include"))
    page.locator(".insights-ref").click()
    with page.expect_popup() as opened:
        page.locator(".insights-preview").get_by_role("link", name=LINK).click()
    opened.value.wait_for_url(f"{source}**")
    until(lambda: opened.value.evaluate("scrollY") > 500)
    until(lambda: is_marked(opened.value))


@pytest.mark.service_only("the link is the same in files")
def test_the_link_works_from_a_frame(page: Page, place: Running) -> None:
    quote, markup = QUOTES["comma"]
    source = place.host.origin + place.host.add(source_page(quote, markup))
    visit(page, place, host_page(place, source, quote, "frame"))
    panel(page, "frame", whole=False)
    scope(page, "frame").locator(".insights-ref").click()
    with page.expect_popup() as opened:
        link = scope(page, "frame").locator(".insights-preview")
        link.get_by_role("link", name=LINK).click()
    until(lambda: is_marked(opened.value))
