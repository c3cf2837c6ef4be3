"""Every way of embedding shows the same panel, from another origin, and only what is live."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import CROSS_ORIGIN, WAYS, panel, text, until, visit

from widget import demo
from widget import panel as panels

pytestmark = [pytest.mark.browser, pytest.mark.embedding]


def host(page: Page, place: Running, way: str, entry_id: str) -> None:
    """Open a page of the newspaper's that embeds ``entry_id`` as a publisher would paste it."""
    entry = next(entry for entry in demo.entries() if entry.id == entry_id)
    snippet = panels.snippet(entry, place.publication, way, base=place.service)
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    script = (
        f'<script src="{place.paper}/vendor/htmx-{version}.min.js"></script>' if version else ""
    )
    html = (
        f'<!doctype html><html lang="en"><title>Host</title>{snippet.head}{script}'
        f"<h1>Host</h1>{snippet.body}"
    )
    visit(page, place, html)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_content_in_every_way(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.service}/panel/ferry-fares")
    expected = text(page.locator("section.insights"))
    assert "Ideas expressed in the piece" in expected
    page.goto(f"{place.paper}/ways/{way}")
    assert text(panel(page, way)) == expected


@pytest.mark.parametrize("way", WAYS)
def test_expanding_shows_the_points(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    group = panel(page, way).locator("details.insights-group").nth(1)
    expect(group.locator("li").first).to_be_hidden()
    group.locator("summary").click()
    expect(group.locator("li").first).to_be_visible()
    expect(group.locator("li")).to_have_count(4)


@pytest.mark.parametrize("way", CROSS_ORIGIN)
def test_a_withdrawn_entry_shows_its_notice(page: Page, place: Running, way: str) -> None:
    host(page, place, way, "harbor-curfew")
    notice = panel(page, way)
    expect(notice).to_contain_text("This panel has been withdrawn.")
    expect(notice).to_contain_text("Lantern Steps")
    assert notice.locator("details").count() == 0


@pytest.mark.parametrize("way", ["component", "htmx2", "htmx4"])
def test_an_unknown_entry_leaves_what_the_publisher_wrote(
    page: Page, place: Running, way: str
) -> None:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    missing = entry.model_copy(update={"id": "never-published"})
    snippet = panels.snippet(missing, place.publication, way, base=place.service)
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way, "2.0.10")
    html = (
        f"<!doctype html><title>Host</title>{snippet.head}"
        f'<script src="{place.paper}/vendor/htmx-{version}.min.js"></script>{snippet.body}'
    )
    with page.expect_response("**/fragment/never-published*") as answered:
        visit(page, place, html)
    assert answered.value.status == 204
    expect(page.get_by_role("link", name="Make the ferry free")).to_be_visible()
    assert page.locator("section.insights").count() == 0


def test_an_unknown_frame_says_so(page: Page, place: Running) -> None:
    html = f'<!doctype html><title>Host</title><iframe src="{place.service}/panel/nothing">'
    visit(page, place, html, listed=False)
    expect(page.frame_locator("iframe").get_by_text("There is no panel here.")).to_be_visible()


def test_the_component_finds_its_entry_by_the_canonical_address(page: Page, place: Running) -> None:
    page.goto(f"{place.paper}/opinion/fish-market")
    expect(page.locator("section.insights")).to_have_attribute("data-entry", "fish-market")


def test_a_news_page_shows_no_panel(page: Page, place: Running) -> None:
    asked = "**/map/*.json" if place.static else "**/fragment?*"
    with page.expect_response(asked) as answered:
        page.goto(f"{place.paper}/news/breakwater-storm")
    assert answered.value.status == (200 if place.static else 204)
    expect(page.locator("insights-widget")).to_have_count(1)
    assert page.locator("section.insights").count() == 0


def test_two_panels_on_a_page_keep_apart(page: Page, place: Running) -> None:
    page.goto(f"{place.paper}/two")
    panels_there = page.locator("section.insights")
    expect(panels_there).to_have_count(2)
    panels_there.nth(1).locator("summary").nth(1).click()
    expect(panels_there.nth(1).locator("details[open]")).to_have_count(1)
    expect(panels_there.nth(0).locator("details[open]")).to_have_count(0)
    assert panels_there.nth(1).get_attribute("dir") == "rtl"


@pytest.mark.parametrize("way", ["component", "htmx2", "htmx4"])
def test_an_origin_that_is_not_listed_gets_no_fragment(
    page: Page, place: Running, way: str
) -> None:
    with page.expect_request("**/fragment/ferry-fares*"):
        page.goto(f"{place.unlisted}/ways/{way}")
    page.wait_for_load_state("networkidle")
    expect(
        page.get_by_role("link", name="Insights (AI-generated): Make the ferry free")
    ).to_be_visible()
    assert page.locator("section.insights").count() == 0


@pytest.mark.service_only("a file knows nothing of who frames it; the browser refuses")
def test_an_origin_that_is_not_listed_is_told_what_to_add(page: Page, place: Running) -> None:
    """Readers get neutral words, and whoever looks for the reason finds it in the console."""
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    page.goto(f"{place.unlisted}/ways/frame")
    page.locator("iframe").scroll_into_view_if_needed()
    said = page.frame_locator("iframe").locator("section.insights")
    expect(said).to_contain_text("This site may not show the panel yet.")
    assert "ferry" not in text(said).lower()
    assert place.unlisted not in text(said)
    until(lambda: any(f'add "{place.unlisted}" to' in line for line in console))


def test_the_browser_itself_refuses_the_panel_to_an_origin_not_listed(
    page: Page, place: Running
) -> None:
    """Where no Referer tells us who asks, frame-ancestors still keeps the panel out."""
    html = (
        "<!doctype html><title>Host</title>"
        f'<iframe referrerpolicy="no-referrer" src="{place.service}/panel/ferry-fares">'
    )
    visit(page, place, html)
    expect(page.frame_locator("iframe").locator("section.insights")).to_have_count(1)
    with page.expect_response("**/panel/ferry-fares") as answered:
        visit(page, place, html, listed=False)
    assert answered.value.status == 200
    page.wait_for_load_state("networkidle")
    assert page.frame_locator("iframe").locator("section.insights").count() == 0


def test_a_loader_pasted_twice_runs_once(page: Page, place: Running) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    loader = f'<script src="{place.service}/embed.js"></script>'
    html = (
        f"<!doctype html><title>Host</title>{loader}{loader}"
        '<insights-widget entry="ferry-fares"></insights-widget>'
    )
    visit(page, place, html)
    expect(page.locator("section.insights")).to_be_visible()
    assert errors == []


def test_the_component_follows_its_attributes_and_says_what_happens(
    page: Page, place: Running
) -> None:
    html = (
        "<!doctype html><title>Host</title><script>heard=[];"
        "for (const type of ['ready','expand','error'])"
        "addEventListener('insights:'+type, event => heard.push(type))</script>"
        f'<script src="{place.service}/embed.js"></script>'
        '<insights-widget entry="ferry-fares"></insights-widget>'
    )
    visit(page, place, html)
    shown = page.locator("section.insights")
    expect(shown).to_have_attribute("data-entry", "ferry-fares")
    page.locator("insights-widget").evaluate("it => it.setAttribute('entry', 'fish-market')")
    expect(shown).to_have_attribute("data-entry", "fish-market")
    shown.locator("details.insights-group summary").first.click()
    page.wait_for_function("heard.includes('expand')")
    page.locator("insights-widget").evaluate("it => it.setAttribute('theme', 'dark')")
    expect(shown).to_have_attribute("data-theme", "dark")
    assert page.evaluate("heard.filter(type => type === 'ready').length") == 2
    assert "error" not in page.evaluate("heard")


@pytest.mark.service_only("files change with the next export")
def test_a_withdrawal_reaches_a_reader_within_a_second(page: Page, place: Running) -> None:
    store = place.store()
    entry = next(entry for entry in demo.entries() if entry.id == "rent-ceiling")
    gone = entry.model_copy(
        update={
            "id": "soon-gone",
            "article": entry.article.model_copy(
                update={"url": "https://harborcourier.example/soon-gone", "aliases": ()}
            ),
        }
    )
    store.save(gone, actor="test")
    store.publish(gone.id, actor="test")
    url = f"{place.backend}/panel/{gone.id}"
    assert page.request.get(url).status == 200
    store.withdraw(gone.id, actor="test", reason="A test of taking down.")
    withdrawn = time.monotonic()
    while page.request.get(url).status == 200:
        assert time.monotonic() - withdrawn < 1, "still served a second later"
    assert page.request.get(url).status == 410
    store.close()
