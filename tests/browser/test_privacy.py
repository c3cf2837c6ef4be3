"""No cookie, no storage, no third party: asserted from the browser's own log."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response
from running import Running
from ways import WAYS, panel, visit

pytestmark = pytest.mark.browser

# A store that a browser keeps closed to frames of another site holds nothing either.
STORED = """async () => {
  const keys = name => { try { return Object.keys(self[name]) } catch { return [] } };
  const found = [...keys('localStorage'), ...keys('sessionStorage')];
  try { found.push(...(await indexedDB.databases()).map(it => it.name)) } catch {}
  try { found.push(...await caches.keys()) } catch {}
  try { found.push(...await navigator.serviceWorker.getRegistrations()) } catch {}
  return [...found, ...document.cookie ? [document.cookie] : []];
}"""

# htmx 2 notes the page's own path, with or without a panel (the last test shows it).
HTMX_OWN = ["htmx-current-path-for-history"]


@pytest.mark.parametrize("way", WAYS)
def test_no_cookie_no_storage_no_third_party(page: Page, place: Running, way: str) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    for summary in it.locator("summary").all():
        summary.click()
    it.locator(".insights-ref").first.click()
    page.wait_for_load_state("networkidle")

    allowed = {place.paper, place.service}
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(answer.url)) for answer in answers}
    assert place.service in origins or way == "include"
    assert origins <= allowed
    assert [answer.url for answer in answers if answer.header_value("set-cookie")] == []
    assert [answer.url for answer in answers if answer.request.header_value("cookie")] == []
    assert page.context.cookies() == []
    for frame in page.frames:
        assert frame.evaluate(STORED) == (HTMX_OWN if way == "htmx2" else [])


def test_the_log_would_show_a_cookie_and_a_third_party(page: Page, place: Running) -> None:
    page.goto(f"{place.paper}/ways/frame")
    page.evaluate("document.cookie = 'a=b'; localStorage.setItem('a', 'b')")
    assert page.evaluate(STORED) == ["a", "a=b"]
    assert page.context.cookies() != []


def test_a_frame_is_one_request(page: Page, place: Running) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{place.service}/panel/ferry-fares")
    page.wait_for_load_state("networkidle")
    assert asked == [f"{place.service}/panel/ferry-fares"]


def test_what_htmx_stores_it_stores_without_a_panel(page: Page, place: Running) -> None:
    source = f"{place.paper}/vendor/htmx-2.0.10.min.js"
    visit(page, place, f'<!doctype html><title>Host</title><script src="{source}"></script>')
    page.wait_for_load_state("networkidle")
    assert page.evaluate(STORED) == HTMX_OWN
