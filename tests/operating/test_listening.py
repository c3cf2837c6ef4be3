"""What `serve` listens on, in every form that people write it in, and what it says of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from operating_support import serving
from running import answers, children, free_port, until

from widget import server
from widget.cli import main
from widget.errors import InvalidSettings


@pytest.mark.unit
@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:81"),
        ("::", "http://[::]:81"),
        ("::1", "http://[::1]:81"),
        ("localhost", "http://localhost:81"),
    ],
)
def test_addresses_are_written_as_urls_have_them(host: str, url: str) -> None:
    assert server.url_of(host, 81) == url


@pytest.mark.unit
@pytest.mark.parametrize(("host", "name"), [("0.0.0.0", "localhost"), ("::", "localhost")])  # noqa: S104  # only named
def test_what_listens_everywhere_is_reached_as_localhost(host: str, name: str) -> None:
    assert server.reachable(host) == name
    assert server.reachable("::1") == "::1"


@pytest.mark.unit
def test_a_busy_port_is_named_with_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InvalidSettings) as refused:
            server.resolve("127.0.0.1", port)
        assert str(refused.value) == (f"Port {port} is already in use. Choose another with --port.")


@pytest.mark.unit
@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "127.0.0.1:8000", "a b"])
def test_what_is_no_address_of_this_machine_is_said_to_be_none(host: str) -> None:
    with pytest.raises(InvalidSettings, match=r"not an address.*of this machine.*--host"):
        server.resolve(host, free_port())


@contextmanager
def listening(folder: Path, host: str, **more: str) -> Iterator[tuple[str, int]]:
    """Run `serve --host HOST` over an empty store; yield what it printed, and its port."""
    (folder / "data" / "live").mkdir(parents=True)
    port, log = free_port(), folder / "log"
    stored = {name: it for name, it in os.environ.items() if not name.startswith("INSIGHTS_")}
    environment = {**stored, "PYTHONPATH": os.pathsep.join(sys.path), **more}
    command = [sys.executable, "-m", "widget", "serve", "--workers", "1", "--host", host]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        reached = server.reachable(host.strip("[]"))
        answers(f"{server.url_of(reached, port)}/healthz", child)
        yield log.read_text("utf-8"), port
    finally:
        child.terminate()
        child.wait(timeout=20)


@pytest.mark.process
@pytest.mark.parametrize(
    ("host", "shown"), [("[::1]", "[::1]"), ("::", "[::]"), ("localhost",) * 2]
)
def test_serve_takes_every_form_and_prints_where_the_pages_are(
    tmp_path: Path, host: str, shown: str
) -> None:
    with listening(tmp_path, host) as (text, port):
        assert f"at http://{shown}:{port} with" in text
        base = "http://[::1]" if "1" in host else "http://localhost"
        for path in ("/admin/", "/snippet", "/doctor"):
            assert f"{base}:{port}{path}\n" in text
        with urlopen(f"{base}:{port}/", timeout=20) as answer:  # noqa: S310  # loopback, http
            assert answer.status == 200


@pytest.mark.process
def test_serve_prints_the_addresses_that_readers_and_editors_use(tmp_path: Path) -> None:
    more = {
        "INSIGHTS_BASE_URL": "https://paper.example/insights",
        "INSIGHTS_ADMIN_HOST": "desk.example",
    }
    with listening(tmp_path, "127.0.0.1", **more) as (text, _):
        assert "https://desk.example/insights/admin/\n" in text
        assert "https://paper.example/insights/snippet\n" in text


@pytest.mark.process
def test_a_changed_file_of_settings_holds_without_being_told(tmp_path: Path) -> None:
    """Wrong ones are logged, and those before go on."""
    allowed = {"Origin": "https://new.example"}
    with serving(tmp_path, {}, workers=1, config="") as served:
        config = tmp_path / "insights.toml"
        assert served.get("/fragment/fish-market", **allowed)[0] == 403
        config.write_text("four_eyes = 'perhaps'\n")
        until(lambda: "not reloaded" in served.logged())
        assert "four_eyes" in served.logged()
        publication = '[[publications]]\norigins = ["https://new.example"]\n'
        config.write_text(f"port = 1\n{publication}")
        until(lambda: served.get("/fragment/fish-market", **allowed)[0] == 200)
        assert "port was changed; restart the service" in served.logged()
        before = children(served.child.pid)
        os.kill(served.child.pid, signal.SIGHUP)
        until(lambda: len(now := children(served.child.pid)) == 1 and now != before)
        assert served.get("/fragment/fish-market", **allowed)[0] == 200


@pytest.mark.unit
@pytest.mark.usefixtures("a_folder_of_its_own")
def test_commands_say_that_an_address_is_this_machines_alone() -> None:
    alone = CliRunner().invoke(main, ["snippet"])
    assert alone.exit_code == 0
    assert "http://127.0.0.1:8000/embed.js" in alone.stdout
    assert "which readers cannot reach" in alone.stderr
    assert "--base" in alone.stderr
    given = CliRunner().invoke(main, ["snippet", "--base", "https://panels.example/insights/"])
    assert "https://panels.example/insights/embed.js" in given.stdout
    assert "cannot reach" not in given.stderr
    page = CliRunner().invoke(main, ["doctor", "-"], input="<p>A page.</p>")
    assert "which readers cannot reach" in page.stderr
