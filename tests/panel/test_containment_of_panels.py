"""An entry that cannot be rendered: its own panel says so, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from samples import PAPER, sample_entry

from widget import panel
from widget.config import Settings
from widget.errors import ExportFailed
from widget.export import export_site
from widget.store import Store, Withdrawn

pytestmark = pytest.mark.unit

POISON, GOOD = "poison", "night-trains"


def named(entry_id: str) -> dict[str, Any]:
    url = f"{PAPER}/opinion/{entry_id}"
    article = {**sample_entry().model_dump(mode="json")["article"], "url": url, "aliases": []}
    return {"id": entry_id, "article": article}


def failing(function: Callable[..., Any]) -> Callable[..., Any]:
    def fails(*args: object, **kwargs: object) -> object:
        assert getattr(args[0], "id", "") != POISON, "made to fail on purpose"
        return function(*args, **kwargs)

    return fails


@pytest.fixture
def published(store: Store) -> Store:
    for entry_id in (POISON, GOOD):
        store.save(sample_entry(**named(entry_id)), actor="ed")
        store.publish(entry_id, actor="ed")
    return store


ASKED = ["/panel/{}", "/fragment/{}", "/panel/{}?accent=123456", "/snippet/{}"]
STEPS = ["frame", "fragment", "snippet", "oembed"]


@pytest.mark.parametrize("step", STEPS)
def test_a_panel_that_cannot_be_rendered_touches_no_other(
    app: Flask, published: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    client = app.test_client()
    paths = [
        *(path.format(GOOD) for path in ASKED),
        f"/fragment?url={PAPER}/opinion/{GOOD}",
        f"/oembed?url={PAPER}/opinion/{GOOD}",
        "/readyz",
    ]
    before = {path: client.get(path) for path in paths}
    assert {it.status_code for it in before.values()} == {200}
    monkeypatch.setattr(panel, step, failing(getattr(panel, step)))
    for path, answered in before.items():
        now = client.get(path)
        assert (now.status_code, now.data) == (200, answered.data), path
    if step == "frame":
        broken = client.get(f"/panel/{POISON}")
        assert broken.status_code == 500
        assert broken.headers["Cache-Control"] == "no-store"
        assert "cannot be shown now" in broken.text
    if step == "fragment":
        broken = client.get(f"/fragment/{POISON}", headers={"Origin": PAPER})
        assert (broken.status_code, broken.data) == (204, b"")
        assert broken.headers["Cache-Control"] == "no-store"
        assert broken.headers["Access-Control-Allow-Origin"] == PAPER
    published.withdraw(POISON, actor="ed", reason="It cannot be rendered.")
    assert isinstance(published.live(POISON), Withdrawn)


@pytest.mark.parametrize("step", STEPS)
def test_an_export_writes_all_but_what_cannot_be_rendered_and_names_it(
    tmp_path: Path,
    settings: Settings,
    published: Store,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    out = tmp_path / "site"
    monkeypatch.setattr(panel, step, failing(getattr(panel, step)))
    with pytest.raises(ExportFailed, match=f"{POISON}: .*made to fail on purpose"):
        export_site(published, settings, out, "https://panels.example")
    assert (out / "panel" / f"{GOOD}.html").exists()
    assert not (out / "panel" / f"{POISON}.html").exists()
    assert (out / "entries.json").exists()
    monkeypatch.undo()
    export_site(published, settings, out, "https://panels.example")
    assert (out / "panel" / f"{POISON}.html").exists()
