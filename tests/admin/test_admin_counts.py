"""The page with what readers opened: a chart drawn on the server, and the same as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import signed_in
from samples import PUBLICATION, parse_html, text_of, with_class

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.record.counts import COLLECTION, Cell
from widget.storage.documents import Collection
from widget.store import Store
from widget.web.admin.count_chart import HEIGHT, WIDTH, chart

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"
PATH = "/admin/counts/night-trains"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    other = PUBLICATION.model_copy(update={"name": "Else", "origins": ("https://else.example",)})
    update = {"counts": True, "counts_days": 5, "publications": (PUBLICATION, other)}
    return settings.model_copy(update=update)


def fill(app: Flask, back: int, **numbers: int) -> None:
    day = datetime.now(UTC).date() - timedelta(days=back)
    cells = Collection(app.extensions["insights.records"].documents, COLLECTION, Cell)
    cells.put(f"night-trains/{day}", Cell(entry="night-trains", day=day, **numbers))


def table(text: str) -> list[list[str]]:
    """Return the cells of the table, without the days."""
    found = [it for it in parse_html(text).iter("table") if it.get("id") == "counts"]
    rows = list(found[0].iter("tr"))[1:]
    return [[text_of(cell) for cell in row.iter("td")] for row in rows]


def test_the_table_and_the_chart_show_the_same_and_no_small_number(
    app: Flask, editor: FlaskClient, shown: Store
) -> None:
    del shown
    fill(app, 0, visits=77, groups=54321)
    fill(app, 1, visits=20, groups=40, previews=9, sources=10)
    fill(app, 2, visits=9, groups=65432)
    page = editor.get(PATH).text
    few = "fewer than 10"
    assert table(page) == [["40", few, "10"]]
    assert "Days with fewer than 10 of everything are left out." in page
    main = text_of(next(parse_html(page).iter("main"))).replace(",", "")
    assert "54321" not in main
    assert "65432" not in main
    groups, previews, sources = with_class(parse_html(page), "chart")
    assert len(list(groups.iter(f"{SVG}rect"))) == 2, "one bar, and the line below"
    (svg,) = groups.iter(f"{SVG}svg")
    assert svg.get("role") == "img"
    named = [it for it in groups.iter("figcaption") if it.get("id") == svg.get("aria-labelledby")]
    assert text_of(named[0]).startswith("Groups opened")
    assert list(previews.iter(f"{SVG}svg")) == []
    assert len(list(sources.iter(f"{SVG}rect"))) == 2


def test_it_is_found_from_the_history(editor: FlaskClient, shown: Store) -> None:
    del shown
    assert PATH in editor.get("/admin/entries/night-trains/history").text


def test_others_publications_have_no_counts(
    app: Flask, accounts: Accounts, editor: FlaskClient, shown: Store
) -> None:
    del shown
    accounts.add_user("else", "editor", "correct horse battery staple", publications=("Else",))
    assert signed_in(app, accounts, "editor", "else").get(PATH).status_code == 404
    assert editor.get("/admin/counts/nothing").status_code == 404


def test_without_the_setting_the_page_says_so(
    settings: Settings, shown: Store, accounts: Accounts
) -> None:
    app = create_app(settings.model_copy(update={"counts": False}), shown, accounts)
    fill(app, 1, visits=20, groups=40)
    client = signed_in(app, accounts, "editor")
    page = text_of(next(parse_html(client.get(PATH).text).iter("main")))
    assert "The setting counts switches it on." in page
    assert "40" not in page
    assert PATH not in client.get("/admin/entries/night-trains/history").text


def test_bars_stand_in_the_space_of_the_chart(app: Flask, shown: Store) -> None:
    del shown
    fill(app, 1, visits=20, groups=20)
    fill(app, 2, visits=20, groups=80)
    cells = app.extensions["insights.records"].counts.of_entry("night-trains")
    found: Any = chart("groups", "Groups", cells)
    assert found.top == 80
    *_, high, low = found.bars
    assert (high.height, low.height) == (HEIGHT, HEIGHT / 4)
    assert all(it.y + it.height == HEIGHT for it in found.bars)
    assert found.bars[-1].x + found.bars[-1].width <= WIDTH
    assert chart("groups", "Groups", []).bars == ()
