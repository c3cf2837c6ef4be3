"""An htmx include does what its snippet says, whatever attributes its ancestors hand down."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, Request, expect
from running import Running
from ways import visit

from widget import demo
from widget import panel as panels

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

Generation = Literal["htmx2", "htmx4"]
VERSION = {"htmx2": "2.0.10", "htmx4": "4.0.1"}
TOKEN = "token-of-the-host"  # noqa: S105  # a test's own

BOTH = {
    "target": "#elsewhere",
    "swap": "outerHTML",
    "select": "#nothing",
    "select-oob": "#title:#elsewhere",
    "boost": "true",
    "push-url": "true",
    "replace-url": "/moved",
    "headers": f'{{"X-CSRF-Token":"{TOKEN}"}}',
    "vals": f'{{"csrf":"{TOKEN}"}}',
    "include": "#field",
    "confirm": "Really?",
    "indicator": "#elsewhere",
    "sync": "#elsewhere:drop",
    "encoding": "multipart/form-data",
    "trigger": "never",
    "validate": "true",
}
OF_2 = {
    **BOTH,
    "vars": f"csrf:'{TOKEN}'",
    "params": "csrf",
    "prompt": "Why?",
    "request": '{"credentials":true,"timeout":1}',
    "disabled-elt": "#button",
    "disinherit": "",
    "get": "/elsewhere",
}
OF_4 = {
    **BOTH,
    "config": '{"credentials":"include"}',
    "disable": "#button",
    "action": "/elsewhere",
    "method": "post",
    "status:200": "target:#elsewhere",
    "status:2xx": "swap:none",
}


def snippet(place: Running, way: Generation) -> panels.Snippet:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    return panels.snippet(entry, place.publication, way, base=place.service)


def host(place: Running, way: Generation, ancestors: dict[str, str], settings: str = "") -> str:
    """Return a page with an article and the panel for each ancestor, named by its attributes."""
    made = snippet(place, way)
    head = made.head.replace("'{", f"'{{{settings}") if settings else made.head
    sections = "".join(
        f'<section id="{name}"{attributes}>'
        f'<p class="article">The article.</p><input id="field" name="csrf" value="{TOKEN}">'
        f"{made.body}</section>"
        for name, attributes in ancestors.items()
    )
    return (
        f'<!doctype html><html lang="en"><title>Host</title>{head}'
        f'<script src="{place.paper}/vendor/htmx-{VERSION[way]}.min.js"></script>'
        f'<p id="elsewhere">Elsewhere.</p><button id="button">Button</button>{sections}'
    )


def written(attributes: dict[str, str], mark: str = "") -> str:
    return "".join(f" hx-{name}{mark}='{value.replace(chr(39), '&#39;')}'"
                   for name, value in attributes.items())  # fmt: skip


def cases(way: Generation) -> dict[str, str]:
    """Return one ancestor for each attribute, and one that has them all."""
    attributes = OF_2 if way == "htmx2" else OF_4
    mark = "" if way == "htmx2" else ":inherited"
    each = {name.replace(":", "-"): written({name: it}, mark) for name, it in attributes.items()}
    return {**each, "all-of-them": written(attributes, mark)}


def judge(page: Page, place: Running, html: str, names: list[str]) -> list[Request]:
    """Open the page; every section keeps its article and gets its panel. Return what was asked."""
    asked: list[Request] = []
    dialogs: list[str] = []
    page.on("request", lambda it: asked.append(it) if it.method != "OPTIONS" else None)
    page.on("dialog", lambda it: (dialogs.append(it.message), it.dismiss()))
    visit(page, place, html)
    address = page.url
    for name in names:
        section = page.locator(f"section#{name}")
        expect(section.locator("section.insights footer")).to_have_count(1)
        expect(section.locator(".article")).to_have_text("The article.")
    expect(page.locator("#elsewhere")).to_have_text("Elsewhere.")
    assert page.url == address
    assert page.title() == "Host"
    assert dialogs == []
    return [it for it in asked if it.url.startswith(place.service)]


@pytest.mark.service_only("the snippets are the service's")
@pytest.mark.parametrize("way", ["htmx2", "htmx4"])
def test_no_attribute_of_an_ancestor_changes_the_include_or_goes_out_with_it(
    page: Page, place: Running, way: Generation
) -> None:
    ancestors = cases(way)
    asked = judge(page, place, host(place, way, ancestors), list(ancestors))
    assert len(asked) == len(ancestors)
    for request in asked:
        assert request.url == f"{place.service}/fragment/ferry-fares"
        assert request.method == "GET"
        assert TOKEN not in str(request.all_headers())


@pytest.mark.service_only("the snippets are the service's")
def test_htmx_4_with_implicit_inheritance_changes_nothing_either(
    page: Page, place: Running
) -> None:
    ancestors = {"all-of-them": written(OF_4), "get": " hx-get='/elsewhere'"}
    html = host(place, "htmx4", ancestors, '"implicitInheritance":true,')
    judge(page, place, html, list(ancestors))


@pytest.mark.service_only("the snippets are the service's")
def test_htmx_2_sends_no_header_of_its_own_nor_of_the_host_s_scripts(
    page: Page, place: Running
) -> None:
    """Hosts add their token to every request by a listener; here it would also need a preflight."""
    html = host(place, "htmx2", {"one": ""}) + (
        "<script>document.addEventListener('htmx:configRequest', event => {"
        f"event.detail.headers['X-CSRF-Token'] = '{TOKEN}'}})</script>"
    )
    (asked,) = judge(page, place, html, ["one"])
    sent = asked.all_headers()
    assert not [name for name in sent if name.startswith(("hx-", "x-csrf"))]


@pytest.mark.service_only("the snippets are the service's")
def test_links_of_the_panel_are_not_boosted(page: Page, place: Running) -> None:
    ancestors = {"boosted": " hx-boost='true' hx-target='#elsewhere'"}
    judge(page, place, host(place, "htmx2", ancestors), ["boosted"])
    boosted = page.locator("section.insights a").evaluate_all(
        "links => links.filter(it => it['htmx-internal-data']?.boosted).map(it => it.outerHTML)"
    )
    assert boosted == []
