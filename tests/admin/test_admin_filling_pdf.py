"""Sources that are filled from a PDF."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hosting import Host
from newsroom import ENTRY
from small_pdf import pdf
from test_admin_filling import desk, drafted, press, site, source

from widget.store import Store

pytestmark = pytest.mark.process

__all__ = ["desk", "site"]  # the fixtures


def pdf_at(site: Host, body: bytes) -> str:
    return site.origin + site.add(body, {"Content-Type": "application/pdf"})


def test_a_pdf_fills_its_title_and_its_day(desk: FlaskClient, store: Store, site: Host) -> None:
    stated = pdf(
        ["Fares are collected."], title="Fare study 2025 (final)", created="D:20251102090000Z"
    )
    drafted(store, {"title": "", "url": pdf_at(site, stated)})
    filled = press(desk, desk.get(ENTRY), fill="sources.0")
    assert "Filled 1 source from the page; please check." in filled.text
    found = source(store)
    assert (found["title"], found["published"]) == ("Fare study 2025 (final)", "2025-11-02")
    assert (found["type"], found["publisher"]) == ("report", None)


@pytest.mark.parametrize("body", [b"%PDF-1.4\nno more of it", b""])
def test_a_damaged_pdf_is_said_to_say_nothing(
    desk: FlaskClient, store: Store, site: Host, body: bytes
) -> None:
    drafted(store, {"title": "", "url": pdf_at(site, body)})
    page = press(desk, desk.get(ENTRY), fill="sources.0")
    assert "Source 1: its page says nothing of itself." in page.text


def test_without_the_library_a_pdf_is_no_page(
    desk: FlaskClient, store: Store, site: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    drafted(store, {"title": "", "url": pdf_at(site, pdf(["Fares."], title="Fares"))})
    page = press(desk, desk.get(ENTRY), fill="sources.0")
    assert "This is no HTML page but application/pdf." in page.text
