"""Attack texts in every field of panels, in each way of embedding: nothing of them lives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from running import Running
from ways import panel, scope, visit

from benchmarks.attacked import documents
from widget import panel as panels
from widget.entry import light_html, parse_entry
from widget.store import Rules, open_store

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

TEXTS = 400
"""In each way; the long run (``make bench ARGS=attacks``) takes many more."""
_FOUND = """(panel, allowed) => {
  const found = [];
  for (const it of [panel, ...panel.querySelectorAll('*')]) {
    const name = it.tagName.toLowerCase();
    if (!allowed.includes(name)) found.push(name);
    for (const {name: key, value} of it.attributes) {
      const own = it === panel && key === 'style'; // the component's accent
      if (!own && /^on|^srcdoc|^hx-|^data-hx|^style|^action|^formaction/i.test(key)) {
        found.push(`${name} ${key}=${value}`);
      }
      const runs = /^\\s*(javascript|data|vbscript|blob):/i.test(value);
      if (runs) found.push(`${name} ${key}=${value}`);
    }
    if ('href' in it && it.href && !/^(https?:|#)/.test(it.href)) found.push(it.href);
  }
  if (window.pwned || document.title === 'pwned') found.push('a script ran');
  return found;
}"""


@pytest.mark.parametrize("way", ["frame", "component", "htmx2", "htmx4"])
def test_nothing_of_an_attack_lives_in_a_browser(page: Page, place: Running, way: str) -> None:
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.goto(f"{place.paper}/ways/{way}")
    own: list[str] = panel(page, way).evaluate(
        "it => [it, ...it.querySelectorAll('*')].map(it => it.tagName.toLowerCase())"
    )
    allowed = sorted({*own, *light_html.TAGS, "blockquote"})
    seed = sum(way.encode())
    store = open_store(place.settings.store, Rules(lambda _: []))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        for data, _ in documents(seed, TEXTS, site=place.paper):
            entry = parse_entry(data)
            store.save(entry, actor="ed")
            store.publish(entry.id, actor="ed")
            snippet = panels.snippet(entry, place.publication, way, base=place.service)
            version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
            script = f'<script src="{place.paper}/vendor/htmx-{version}.min.js"></script>'
            html = (
                f'<!doctype html><html lang="en"><title>Host</title>{snippet.head}'
                f"{script if version else ''}<h1>Host</h1>{snippet.body}"
            )
            visit(page, place, html)
            shown = scope(page, way).locator("section.insights")
            shown.wait_for()
            found = set(shown.evaluate(_FOUND, allowed))
            assert found <= {f"mailto:{place.publication.contact}"}, "the publication's own"
            assert shown.locator("li").count() >= 72
            assert page.title() == "Host"
    finally:
        store.close()
    assert ran == []
    assert not [url for url in asked if "evil" in url]
