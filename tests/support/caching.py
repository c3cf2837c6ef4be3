"""A real Varnish before real servers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from running import answers
from samples import ROOT


def varnishd() -> str:
    """Return where Varnish is; skips where there is none."""
    found = shutil.which("varnishd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("no Varnish is there; `make test` installs one in CI")
    return found


@contextmanager
def varnish(
    folder: Path, vcl: str, here: str, path: str = "/"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Varnish with ``vcl`` at ``here``, host and port, from when ``path`` answers on."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "default.vcl").write_text(vcl)
    # Not in its jail, whose users cannot read a folder of ours.
    command = [varnishd(), "-j", "none", "-F", "-a", here, "-f", str(folder / "default.vcl")]
    command += ["-T", "none", "-n", str(folder / "varnish"), "-s", "malloc,50m"]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            answers(f"http://{here}{path}", child)
            yield child
        finally:
            child.terminate()
            child.wait(timeout=30)


def example(name: str, *replaced: tuple[str, str]) -> str:
    """Return a file of examples/ with its addresses replaced; each must be in it."""
    text = (ROOT / "examples" / name).read_text("utf-8")
    for written, own in replaced:
        assert written in text, f"{name} has no {written}"
        text = text.replace(written, own)
    return text
