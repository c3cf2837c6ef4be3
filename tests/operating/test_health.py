"""Whether the service is up, and whether it can serve: what is wrong is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from operating_support import serving
from running import free_port, until

from widget.purging import PurgeJob
from widget.purging.outbox import open_outbox

pytestmark = pytest.mark.process


def test_what_is_wrong_with_the_store_is_said_and_mends_itself(tmp_path: Path) -> None:
    with serving(tmp_path, {}, workers=1) as served:
        assert served.get("/readyz")[2] == "ok\nproblems 0\n"
        live = served.data / "live"
        shutil.move(live, tmp_path / "away")
        until(lambda: served.get("/readyz")[0] == 503)
        _, headers, text = served.get("/readyz")
        assert headers["content-type"] == "application/problem+json"
        assert "live" in text
        assert "request_id" in text
        assert served.get("/healthz")[0] == 200
        shutil.move(tmp_path / "away", live)
        until(lambda: served.get("/readyz")[0] == 200)
        assert served.get("/panel/ferry-fares")[0] == 200


def test_purges_that_wait_are_counted(tmp_path: Path) -> None:
    down = f'[{{"kind": "varnish", "url": "http://127.0.0.1:{free_port()}"}}]'
    with serving(tmp_path, {"INSIGHTS_PURGE": down}, workers=1) as served:
        until(lambda: served.get("/readyz")[2] == "ok\nproblems 0\npurges 1\n")
        (order,) = open_outbox(f"dir:{served.data}").pending()
        assert isinstance(order, PurgeJob)
        assert order.what == "start"
