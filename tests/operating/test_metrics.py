"""The numbers of all workers are one, and nobody reads them without the token."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from operating_support import Served, serving
from running import children, until

from widget.app import create_app
from widget.config import Settings
from widget.store import Store

TOKEN = "a-token-for-prometheus"  # noqa: S105  # made up


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    environment = {"INSIGHTS_METRICS_TOKEN": TOKEN, "TMPDIR": str(folder)}
    with serving(folder, environment, workers=2) as started:
        yield started


def numbers(served: Served) -> dict[str, float]:
    """Return every sample, by its name and labels."""
    status, headers, text = served.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    assert headers["cache-control"] == "no-store"
    found = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([-+.e\d]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


@pytest.mark.unit
def test_without_the_setting_there_is_nothing(settings: Settings, store: Store) -> None:
    assert create_app(settings, store).test_client().get("/metrics").status_code == 404


@pytest.mark.process
def test_a_worker_that_creates_its_files_at_this_moment_is_no_obstacle(served: Served) -> None:
    (folder,) = Path(served.data).parent.glob("**/insights-metrics-*")
    starting = [folder / "counter_999999.db", folder / "gauge_livesum_999998.db"]
    for path in starting:
        path.touch()
    until(lambda: numbers(served)["insights_workers"] == 2)
    starting[0].unlink()
    assert not starting[1].exists()


@pytest.mark.process
@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_nobody_reads_them(served: Served, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent}
    status, answered, text = served.get("/metrics", **headers)
    assert status == 401
    assert answered["www-authenticate"] == 'Bearer realm="metrics"'
    assert "insights_requests" not in text


@pytest.mark.process
def test_requests_of_all_workers_are_counted_by_class_and_status(tmp_path: Path) -> None:
    # A service of its own: workers say late what they repeated for another test.
    environment = {"INSIGHTS_METRICS_TOKEN": TOKEN, "TMPDIR": str(tmp_path)}
    with serving(tmp_path / "served", environment, workers=2) as served:
        _count_requests(served)


def _count_requests(served: Served) -> None:
    before = numbers(served)
    for _ in range(40):
        assert served.get(f"/oembed?url=http://{served.host}/panel/ferry-fares")[0] == 200
        assert served.get("/panel/ferry-fares")[0] == 200
        assert served.get("/fragment/never-published")[0] == 204
    after = numbers(served)

    def more(*names: str) -> float:
        now = numbers(served)
        return sum(now.get(name, 0) - before.get(name, 0) for name in names)

    assert more('insights_requests_total{class="oembed",status="200"}') == 40
    assert more('insights_request_seconds_count{class="oembed"}') == 40
    assert more('insights_store_seconds_count{operation="live"}') >= 40
    # What Flask answered once is repeated ahead of it; each worker says every second how often.
    panels = (
        'insights_requests_total{class="panel",status="200"}',
        'insights_requests_total{class="fragment",status="204"}',
        "insights_cached_responses_total",
    )
    until(lambda: more(*panels) == 80)
    assert more(panels[2]) > 40
    until(lambda: numbers(served)["insights_workers"] == 2)
    assert after["insights_store_up"] == 1
    assert after["insights_problems"] == 0
    assert "insights_cached_responses_total" in after


@pytest.mark.process
def test_no_label_holds_what_a_reader_chose(served: Served) -> None:
    for number in range(5):
        served.get(f"/made-up-{number}")
        served.get(f"/panel/made-up-{number}")
    assert not [name for name in numbers(served) if "made-up" in name]


@pytest.mark.process
def test_a_worker_that_was_killed_is_no_longer_counted_but_what_it_did_is(served: Served) -> None:
    for _ in range(20):
        served.get("/panel/ferry-fares")
    before = numbers(served)['insights_requests_total{class="panel",status="200"}']
    workers = children(served.child.pid)
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: _is_gone(workers[0]) and len(children(served.child.pid)) == 2)
    until(lambda: numbers(served)["insights_workers"] == 2)
    assert numbers(served)['insights_requests_total{class="panel",status="200"}'] >= before


def _is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.process
def test_a_server_uses_a_folder_of_its_own_and_leaves_none(tmp_path: Path) -> None:
    environment = {"INSIGHTS_METRICS_TOKEN": TOKEN, "TMPDIR": str(tmp_path)}
    with serving(tmp_path / "one", environment, workers=1) as served:
        served.get("/panel/ferry-fares")
        (folder,) = tmp_path.glob("insights-metrics-*")
        assert list(folder.glob("*.db"))
    assert not list(tmp_path.glob("insights-metrics-*"))
