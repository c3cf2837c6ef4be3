"""The files of examples/deploy/, each in the program that it is for."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from caching import example
from operating_support import Served, serving
from running import answers, children, free_port, until
from samples import ROOT
from static_site import executable, nginx

DEPLOY = ROOT / "examples" / "deploy"
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    environment = {"INSIGHTS_METRICS_TOKEN": "a-token-for-prometheus"}
    with serving(tmp_path_factory.mktemp("deploy"), environment, workers=1) as started:
        yield started


def ask(host: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection(host, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": "insights.example", **headers})
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, names, answer.read()
    finally:
        connection.close()


# systemd


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units, with programs of this machine in place of those in /opt."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze is there; `make test` installs one in CI")
    folder = tmp_path_factory.mktemp("units")
    for name in UNITS:
        text = (
            (DEPLOY / name).read_text("utf-8").replace("/opt/insights/bin/insights", sys.executable)
        )
        # What the sysusers file would make; without systemd nobody does.
        (folder / name).write_text(
            re.sub("^(User|Group)=insights$", r"\1=daemon", text, flags=re.M)
        )
    return folder


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.mark.process
def test_systemd_understands_every_unit(units: Path) -> None:
    assert len(UNITS) == 3
    done = analyze("verify", *(str(units / name) for name in UNITS))
    message = [
        line for line in done.stderr.splitlines() if str(units) in line or "insights" in line
    ]
    assert message == []
    assert done.returncode == 0, done.stderr


@pytest.mark.process
def test_systemd_would_not_be_silent(units: Path) -> None:
    wrong = units / "wrong.service"
    wrong.write_text((units / "insights.service").read_text().replace("Type=exec", "Type=exact"))
    try:
        assert "exact" in analyze("verify", str(wrong)).stderr
    finally:
        wrong.unlink()


@pytest.mark.process
@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_the_units_are_shut_in(units: Path, name: str) -> None:
    """By systemd's own measure, 0 to 10: below 2.5 is "OK", an ordinary unit has 9.6."""
    done = analyze("security", "--offline=yes", "--threshold=25", "--no-pager", str(units / name))
    assert done.returncode == 0, done.stdout[-300:]


# nginx

needs_nginx = pytest.mark.skipif(executable() is None, reason="no nginx is there")


@pytest.fixture
def plain() -> str:
    """Return where the proxies listen for http that is to become https."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def behind_nginx(tmp_path: Path, served: Served, plain: str) -> Iterator[str]:
    here = f"127.0.0.1:{free_port()}"
    (tmp_path / "cache").mkdir()
    config = example(
        "deploy/nginx.conf",
        ("127.0.0.1:8000", served.host),
        ("listen 80;", f"listen {plain};"),
        ("listen 443 ssl;", f"listen {here};"),  # the same without TLS
        ("  ssl_certificate /etc/ssl/insights.pem;\n", ""),
        ("  ssl_certificate_key /etc/ssl/private/insights.key;\n", ""),
        ("/var/cache/nginx/insights", str(tmp_path / "cache")),
    )
    with nginx(tmp_path / "nginx", config, f"http://{here}/healthz"):
        yield here


@pytest.mark.process
@needs_nginx
def test_nginx_keeps_answers_for_a_second_and_no_longer(behind_nginx: str, served: Served) -> None:
    live = served.data / "live" / "fish-market.json"
    stored = live.read_bytes()
    line = "route=/oembed status=200"
    before, began = served.logged().count(line), time.monotonic()
    while time.monotonic() - began < 2:
        answer = ask(behind_nginx, "/oembed?url=http://insights.example/panel/fish-market")
        assert answer[0] == 200
    requested = served.logged().count(line) - before
    assert 1 <= requested <= 4
    assert ask(behind_nginx, "/panel/fish-market")[0] == 200
    live.unlink()
    removed = time.monotonic()
    until(lambda: ask(behind_nginx, "/panel/fish-market")[0] == 410)
    assert time.monotonic() - removed < 2.5  # a second here, a second at the service
    live.write_bytes(stored)


@pytest.mark.process
@needs_nginx
def test_nginx_keeps_one_answer_for_each_origin_and_coding(behind_nginx: str) -> None:
    origins = ("http://localhost:8001", "http://127.0.0.1:8002")
    for origin in (*origins, *origins):
        for coding in ("identity", "gzip", "br"):
            _, headers, _ = ask(
                behind_nginx,
                "/fragment/ferry-fares",
                **{"Origin": origin, "Accept-Encoding": coding},
            )
            assert headers["access-control-allow-origin"] == origin
            assert headers.get("content-encoding", "identity") == coding
            assert headers["cache-control"] == "public, max-age=30"


@pytest.mark.process
@needs_nginx
def test_nginx_keeps_no_refusal_and_shows_no_numbers(behind_nginx: str) -> None:
    stranger = {"Origin": "https://elsewhere.example"}
    assert ask(behind_nginx, "/fragment/ferry-fares", **stranger)[0] == 403
    assert ask(behind_nginx, "/fragment/ferry-fares")[0] == 200
    assert ask(behind_nginx, "/metrics")[0] == 404
    _, headers, _ = ask(behind_nginx, "/healthz")
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])


@pytest.mark.process
@needs_nginx
def test_nginx_passes_on_how_readers_call_the_service(behind_nginx: str) -> None:
    for path in ("/panel/ferry-fares", "/oembed?url=http://insights.example/panel/ferry-fares"):
        status, _, body = ask(behind_nginx, path)
        assert status == 200
        assert b"http://insights.example/panel/ferry-fares" in body


@pytest.mark.unit
def test_nginx_sends_each_header_field_once() -> None:
    """Twice it would send both, and the service would read them as two proxies' words."""
    config = (DEPLOY / "nginx.conf").read_text("utf-8")
    server, reader = config.split("server {")[-1].split("location ~ ")
    for block in (server, reader):
        names = re.findall(r"proxy_set_header (\S+)", block)
        assert len(names) > 5
        assert len(names) == len(set(names)), names


@pytest.mark.process
@needs_nginx
def test_nginx_answers_a_revalidation(behind_nginx: str) -> None:
    _, headers, _ = ask(behind_nginx, "/panel/ferry-fares")
    again = ask(behind_nginx, "/panel/ferry-fares", **{"If-None-Match": headers["etag"]})
    assert again[0] == 304


@pytest.mark.process
@needs_nginx
def test_behind_nginx_a_reload_fails_no_request_at_all(behind_nginx: str, served: Served) -> None:
    statuses: list[int] = []
    stopped = threading.Event()

    def client(number: int) -> None:
        while not stopped.is_set():
            # Each another address, so that every one comes to the service.
            address = f"/panel/ferry-fares?n={number}-{len(statuses)}"
            statuses.append(ask(behind_nginx, address)[0])

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    before = children(served.child.pid)
    os.kill(served.child.pid, signal.SIGHUP)
    until(lambda: len(now := children(served.child.pid)) == 1 and now != before)
    so_far = len(statuses)
    until(lambda: len(statuses) > so_far + 200)
    stopped.set()
    for thread in threads:
        thread.join(timeout=30)
    assert set(statuses) == {200}
    assert len(statuses) > 200


# Caddy


@contextmanager
def caddy(folder: Path, service: str, plain: str | None = None) -> Iterator[str]:
    """Run Caddy with the example's Caddyfile, without TLS."""
    found = shutil.which("caddy")
    if found is None:
        pytest.skip("no Caddy is there; `make test` installs one in CI")
    folder.mkdir()
    here = f"127.0.0.1:{free_port()}"
    site = example(
        "deploy/Caddyfile",
        ("http://insights.example {", f"http://{plain or f'127.0.0.1:{free_port()}'} {{"),
        ("\ninsights.example {", f"\nhttp://{here} {{"),
        ("127.0.0.1:8000", service),
    )
    config = folder / "Caddyfile"
    # Any name may be asked for in the test; and no interface to administrate it.
    config.write_text("{\n\tadmin off\n}\n" + site)
    own = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    environment = {**os.environ, **own}
    flags = ["--config", str(config), "--adapter", "caddyfile"]
    validated = subprocess.run(
        [found, "validate", *flags], env=environment, capture_output=True, text=True, check=False
    )
    assert validated.returncode == 0, validated.stderr
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen([found, "run", *flags], env=environment, stdout=log, stderr=log)
        try:
            answers(f"http://{here}/healthz", child)
            yield here
        finally:
            child.terminate()
            child.wait(timeout=20)


@pytest.mark.process
def test_caddy_passes_panels_on_and_shows_no_numbers(tmp_path: Path, served: Served) -> None:
    with caddy(tmp_path / "caddy", served.host) as here:
        status, headers, body = ask(here, "/panel/ferry-fares", Host=here)
        assert status == 200
        assert headers["cache-control"] == "public, max-age=30"
        assert b"<html" in body
        again = ask(here, "/panel/ferry-fares", **{"Host": here, "If-None-Match": headers["etag"]})
        assert again[0] == 304
        assert ask(here, "/metrics", Host=here)[0] == 404


@pytest.mark.process
@needs_nginx
@pytest.mark.usefixtures("behind_nginx")
def test_nginx_redirects_people_to_https_and_refuses_programs(plain: str) -> None:
    redirects_people_alone(plain, "insights.example")


@pytest.mark.process
def test_caddy_redirects_people_to_https_and_refuses_programs(
    tmp_path: Path, served: Served, plain: str
) -> None:
    with caddy(tmp_path / "caddy", served.host, plain):
        redirects_people_alone(plain, plain)


def redirects_people_alone(plain: str, host: str) -> None:
    status, headers, _ = ask(plain, "/panel/ferry-fares?lang=de", Host=host)
    assert status == 301
    there = re.sub(r":\d+", "", f"https://{host}/panel/ferry-fares?lang=de")
    assert headers["location"] == there
    status, headers, _ = ask(plain, "/api/v1/entries", Host=host, Authorization="Bearer ins_x")
    assert status == 403
    assert "location" not in headers


@pytest.mark.process
def test_caddy_lets_requests_wait_while_the_service_is_restarted(tmp_path: Path) -> None:
    statuses: list[int] = []
    stopped = threading.Event()
    port = free_port()
    with caddy_over_restart(tmp_path, port) as here:

        def client() -> None:
            while not stopped.is_set():
                statuses.append(ask(here, "/panel/ferry-fares", Host=here)[0])

        thread = threading.Thread(target=client)
        thread.start()
        until(lambda: len(statuses) > 20)
        so_far = len(statuses)
        restart(tmp_path, port)
        until(lambda: len(statuses) > so_far + 20)
        stopped.set()
        thread.join(timeout=30)
    assert set(statuses) == {200}


RUNNING: dict[int, subprocess.Popen[bytes]] = {}


@contextmanager
def caddy_over_restart(folder: Path, port: int) -> Iterator[str]:
    with serving(folder / "first", {}, workers=1):
        pass  # the store is filled
    try:
        start(folder, port)
        with caddy(folder / "caddy", f"127.0.0.1:{port}") as here:
            yield here
    finally:
        child = RUNNING.pop(port)
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=20)


def start(folder: Path, port: int) -> None:
    command = [sys.executable, "-m", "widget", "--store", f"dir:{folder / 'first' / 'data'}"]
    RUNNING[port] = subprocess.Popen([*command, "serve", "--port", str(port), "--workers", "1"])
    answers(f"http://127.0.0.1:{port}/healthz", RUNNING[port])


def restart(folder: Path, port: int) -> None:
    RUNNING[port].terminate()
    assert RUNNING[port].wait(timeout=20) == 0
    start(folder, port)
