"""What anybody can check: the commands of the page as it prints them, and ``insights log``."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest
from log_keys import key_file
from running import Running, free_port, running

from widget.config import Settings
from widget.export import export_site
from widget.store import open_store
from widget.store.rules import rules

pytestmark = pytest.mark.process

WITHDRAWN = "fish-market"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    port = free_port()
    environment = {
        "INSIGHTS_BASE_URL": f"http://127.0.0.1:{port}",
        "INSIGHTS_LOG_KEY_FILE": str(key_file(tmp_path_factory.mktemp("key"))),
    }
    folder = tmp_path_factory.mktemp("data")
    with running(folder, port=port, environment=environment) as started:
        store = started.store()
        store.withdraw(WITHDRAWN, actor="ana", legal=True)
        store.close()
        yield started


@pytest.fixture(scope="module")
def site(place: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve an export by a server that knows nothing of it."""
    folder = tmp_path_factory.mktemp("site")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    base = f"http://127.0.0.1:{server.server_address[1]}"
    settings = place.settings.model_copy(
        update={"log_key_file": Path(place.environment["INSIGHTS_LOG_KEY_FILE"])}
    )
    store = place.store()
    export_site(store, settings, folder, base)
    store.close()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield base, folder
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["service", "site"])
def base(request: pytest.FixtureRequest) -> str:
    if request.param == "service":
        return str(request.getfixturevalue("place").service)
    return str(request.getfixturevalue("site")[0])


def fetched(url: str) -> bytes:
    with urlopen(url, timeout=20) as response:  # noqa: S310  # loopback, http
        return bytes(response.read())


def printed(base: str) -> list[str]:
    """Return the commands of the page, as a reader copies them."""
    text = fetched(f"{base}/log").decode()
    return [html.unescape(it) for it in re.findall(r"<pre><code>(.*?)</code></pre>", text, re.S)]


def shell(command: str, folder: Path) -> str:
    ended = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stderr == ""
    return ended.stdout


def insights(*arguments: str, data: str = "") -> subprocess.CompletedProcess[str]:
    store = ["--store", data] if data else []
    command = [sys.executable, "-m", "widget", "--quiet", *store, "log", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_commands_of_the_page_do_what_it_says(base: str, tmp_path: Path) -> None:
    panel, chain, checkpoint, signature, verify = printed(base)
    lines = [json.loads(it) for it in fetched(f"{base}/log.jsonl").splitlines()]
    match = re.search(r"/panel/([a-z0-9-]+)\.json", panel)
    assert match
    (newest,) = [it for it in lines if it["entry"] == match[1]][-1:]
    assert shell(panel, tmp_path).split()[0] == newest["sha256"]
    assert shell(chain, tmp_path) == ""
    *text, last = shell(checkpoint, tmp_path).splitlines()
    assert text[3] == last.split()[0]
    assert text[1:3] == [base, str(len(lines))]
    assert "Signature Verified Successfully" in shell(signature, tmp_path)
    assert verify == f"insights log verify --from {base}"
    ended = insights(*verify.split()[2:])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"{len(lines)} lines; {len({it['entry'] for it in lines})} panels compared" in (
        ended.stdout
    )
    assert ended.stdout.endswith("Nothing was changed.\n")


def test_the_commands_of_the_page_find_a_change(site: tuple[str, Path], tmp_path: Path) -> None:
    base, folder = site
    _, chain, checkpoint, signature, verify = printed(base)
    whole = (folder / "log.jsonl").read_bytes()
    lines = whole.splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"publish"', b'"correct"')
    (folder / "log.jsonl").write_bytes(b"".join(lines))
    try:
        assert shell(chain, tmp_path).encode() == lines[2]
        ended = insights(*verify.split()[2:])
        assert ended.returncode == 1
        assert "line 3 does not follow the line before" in ended.stdout
        assert "Nothing was changed" not in ended.stdout
    finally:
        (folder / "log.jsonl").write_bytes(whole)
    (folder / "log.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    try:
        *text, last = shell(checkpoint, tmp_path).splitlines()
        assert text[3] != last.split()[0]
    finally:
        (folder / "log.jsonl").write_bytes(whole)
    kept = (folder / "log" / "checkpoint").read_bytes()
    (folder / "log" / "checkpoint").write_bytes(kept.replace(b"127.0.0.1", b"127.0.0.2"))
    try:
        wrong = subprocess.run(
            ["sh", "-c", signature], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert wrong.returncode != 0
        assert "the signature of the checkpoint is wrong" in insights(*verify.split()[2:]).stdout
    finally:
        (folder / "log" / "checkpoint").write_bytes(kept)


def test_what_was_kept_earlier_is_compared(base: str, tmp_path: Path) -> None:
    kept = {}
    for name in ("checkpoint", "checkpoint.sig", "key.pem"):
        kept[name] = tmp_path / name
        kept[name].write_bytes(fetched(f"{base}/log/{name}"))
    earlier = ["--checkpoint", str(kept["checkpoint"]), "--signature", str(kept["checkpoint.sig"])]
    known = ["--key", str(kept["key.pem"])]
    ended = insights("verify", "--from", base, *earlier, *known, "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    report = json.loads(ended.stdout)
    assert (report["intact"], report["signed"], report["findings"]) == (True, True, [])
    text = kept["checkpoint"].read_text().splitlines()
    kept["checkpoint"].write_text("\n".join([*text[:3], "f" * 64, text[4], ""]))
    ended = insights("verify", "--from", base, *earlier, *known, "--no-panels")
    assert ended.returncode == 1
    assert "the earlier checkpoint has another hash of line" in ended.stdout
    assert "the signature of the earlier checkpoint is wrong" in ended.stdout


def test_what_cannot_be_read_is_neither_right_nor_wrong(place: Running) -> None:
    for url in (f"http://127.0.0.1:{free_port()}", f"{place.service}/nowhere", "nonsense"):
        ended = insights("verify", "--from", url)
        assert ended.returncode == 3, ended.stdout
        assert ended.stderr.startswith("insights: ")
        assert "Traceback" not in ended.stderr
    assert insights("verify", "--signature", __file__).returncode == 2


def test_the_store_itself_is_checked_and_shown(place: Running, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(place.data, copy)
    ended = insights("verify", data=f"dir:{copy}")
    assert (ended.returncode, ended.stderr) == (0, "")
    shown = insights("show", "--limit", "1", data=f"dir:{copy}").stdout
    assert re.fullmatch(rf" *\d+  \S+ \S+  withdraw  {WITHDRAWN}  revision \d+\n", shown)
    of_one = insights("show", WITHDRAWN, "--json", data=f"dir:{copy}").stdout.splitlines()
    assert {json.loads(it)["entry"] for it in of_one} == {WITHDRAWN}
    raw = (copy / "log.jsonl").read_bytes()
    (copy / "log.jsonl").write_bytes(raw.replace(b'"late":false', b'"late":maybe', 1))
    ended = insights("verify", data=f"dir:{copy}")
    assert ended.returncode == 1
    assert "line 1 cannot be read" in ended.stdout
    (copy / "log.jsonl").write_bytes(b"".join(raw.splitlines(keepends=True)[:-1]))
    ended = insights("verify", data=f"dir:{copy}")
    assert ended.returncode == 1
    assert f"{WITHDRAWN} is not live" in ended.stdout


def test_an_export_has_no_line_more_than_its_panels(tmp_path: Path, place: Running) -> None:
    copy = tmp_path / "data"
    shutil.copytree(place.data, copy)
    settings = Settings.model_validate(
        {"store": f"dir:{copy}", "publications": [place.publication]}
    )
    store = open_store(settings.store, rules(settings), create=False)
    out = tmp_path / "out"
    export_site(store, settings, out, "https://static.example")
    assert not (out / "log" / "key.pem").exists()
    assert "It is not signed" in (out / "log" / "index.html").read_text()
    assert (out / "log.jsonl").read_bytes() == (copy / "log.jsonl").read_bytes()
    assert not (out / "panel" / f"{WITHDRAWN}.json").exists()
    store.close()
