"""What the counting script sends when a reader leaves: three numbers, and nothing of the reader."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hosting import hosting
from playwright.sync_api import Page
from running import until
from samples import PUBLICATION, sample_entry
from ways import PATIENCE
from werkzeug.serving import make_server

from widget.app import create_app, rules
from widget.config import Settings
from widget.store import open_store

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"
"""A headless browser says that it is one, and is not counted."""
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
DNT = "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})"


@dataclass
class Counting:
    """A service that counts, on one site, and a host page on another."""

    service: str
    page: str
    sandboxed: str
    elsewhere: str
    app: Flask
    sent: queue.Queue[tuple[dict[str, str], bytes]] = field(default_factory=queue.Queue)
    asked: list[str] = field(default_factory=list)


@contextmanager
def counting(folder: Path) -> Iterator[Counting]:
    with hosting() as host:
        publication = PUBLICATION.model_copy(update={"origins": (host.origin,)})
        settings = Settings.model_validate(
            {"store": f"dir:{folder}", "publications": [publication], "counts": True}
        )
        store = open_store(settings.store, rules(settings))
        store.save(sample_entry(), actor="ana")
        store.publish("night-trains", actor="ana")
        app = create_app(settings, store)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        service = f"http://127.0.0.1:{server.server_port}"
        frame = f'<iframe src="{service}/panel/night-trains" width="700" height="900"></iframe>'
        shown = host.origin + host.add(f"<!doctype html><title>Host</title>{frame}")
        boxed = frame.replace("<iframe", '<iframe sandbox="allow-scripts"')
        sandboxed = host.origin + host.add(f"<!doctype html><title>Host</title>{boxed}")
        next_page = host.origin + host.add("<!doctype html><title>Next</title>")
        place = Counting(service, shown, sandboxed, next_page, app)
        inner = app.wsgi_app

        def recording(environ: Any, start_response: Any) -> Any:  # noqa: ANN401  # WSGI
            place.asked.append(environ["PATH_INFO"])
            if environ["PATH_INFO"] == "/counts":
                body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                headers = {k: v for k, v in environ.items() if isinstance(v, str)}
                place.sent.put((headers, body))
                environ["wsgi.input"] = BytesIO(body)
            return inner(environ, start_response)

        app.wsgi_app = recording  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield place
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            store.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Counting]:
    with counting(tmp_path / "data") as found:
        yield found


def read_and_leave(page: Page, place: Counting) -> None:
    frame = page.frame_locator("iframe")
    frame.locator("[data-role=different-views] > summary").click()
    frame.locator("[data-role=different-views] > summary").click()
    frame.locator("[data-role=different-views] > summary").click()
    frame.locator("[data-role=different-views] .insights-ref").first.click()
    frame.locator(".insights-preview:popover-open .insights-close").click()
    page.goto(place.elsewhere)


def nothing_is_sent(page: Page, place: Counting) -> bool:
    """Return whether leaving sent nothing: a later request of the same page came, and no count."""
    page.goto(f"{place.service}/healthz")
    page.goto(place.elsewhere)
    return place.sent.empty()


def test_leaving_sends_three_numbers_and_nothing_else(
    new_page: Callable[..., Page], place: Counting
) -> None:
    page = new_page(user_agent=PERSON)
    page.context.add_cookies([{"name": "session", "value": "secret", "url": place.service}])
    page.goto(place.page)
    read_and_leave(page, place)
    headers, body = place.sent.get(timeout=PATIENCE)
    assert json.loads(body) == {"entry": "night-trains", "groups": 1, "previews": 1, "sources": 0}
    assert_anonymous(headers, place)


def test_the_permalink_sends_no_cookie_of_its_own_site_either(
    new_page: Callable[..., Page], place: Counting
) -> None:
    """An editor who is signed in has one, which sendBeacon would send."""
    page = new_page(user_agent=PERSON)
    page.context.add_cookies([{"name": "session", "value": "secret", "url": place.service}])
    page.goto(f"{place.service}/panel?url=https%3A%2F%2Fpaper.example%2Fopinion%2Fnight-trains")
    page.locator("[data-role=different-views] > summary").click()
    page.locator(".insights-sources > summary").click()
    page.evaluate("addEventListener('click', event => event.preventDefault())")
    page.evaluate(
        """() => { const link = document.querySelector('.insights-sources a[href^=https]');
        link.click(); link.click(); }"""
    )
    page.goto(place.elsewhere)
    headers, body = place.sent.get(timeout=PATIENCE)
    assert json.loads(body) == {"entry": "night-trains", "groups": 2, "previews": 0, "sources": 1}
    assert_anonymous(headers, place)


def assert_anonymous(headers: dict[str, str], place: Counting) -> None:
    assert "HTTP_COOKIE" not in headers
    assert "HTTP_REFERER" not in headers
    assert headers["QUERY_STRING"] == ""
    assert headers["PATH_INFO"] == "/counts"
    assert headers["HTTP_ORIGIN"] == place.service


@pytest.mark.parametrize("signal", [GPC, DNT], ids=["GPC", "DNT"])
def test_who_asks_not_to_be_tracked_is_not_counted(
    new_page: Callable[..., Page], place: Counting, signal: str
) -> None:
    page = new_page(user_agent=PERSON)
    page.add_init_script(signal)
    page.goto(place.page)
    read_and_leave(page, place)
    assert nothing_is_sent(page, place)


def test_who_opens_nothing_sends_nothing(new_page: Callable[..., Page], place: Counting) -> None:
    page = new_page(user_agent=PERSON)
    page.goto(place.page)
    page.frame_locator("iframe").locator(".insights-sources").wait_for()
    page.goto(place.elsewhere)
    assert nothing_is_sent(page, place)


def test_the_browser_and_the_store_hold_nothing_of_a_reader(
    new_page: Callable[..., Page], place: Counting, tmp_path: Path
) -> None:
    page = new_page(user_agent=PERSON)
    page.goto(place.page)
    read_and_leave(page, place)
    place.sent.get(timeout=PATIENCE)
    assert page.context.cookies() == []
    records = place.app.extensions["insights.records"]
    until(lambda: records.counts.has_waiting)
    records.counts.flush()
    written = b"".join(it.read_bytes() for it in (tmp_path / "data").rglob("*") if it.is_file())
    assert b'"previews":1' in written
    for text in ("Mozilla", "Chrome", "127.0.0.1", "localhost", "session"):
        assert text.encode() not in written


def test_a_frame_in_a_sandbox_without_an_origin_sends_nothing(
    new_page: Callable[..., Page], place: Counting
) -> None:
    page = new_page(user_agent=PERSON)
    page.goto(place.sandboxed)
    read_and_leave(page, place)
    assert nothing_is_sent(page, place)
