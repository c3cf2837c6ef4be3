"""Embeds of other projects, which benchmarks/reader.py measures beside ours.

Their packages come from the locks in ``benchmarks/others/`` into ``build/others/``; nothing of
them is part of the project. Chosen are those that run by themselves: scripts that fit a frame to
its content as Datawrapper's does (pym.js, iframe-resizer in its last version under the MIT
licence, @newswire/frames), giscus' component without its remote application, and the whole of
Isso, which is to self-hosted comments what Remark42 is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import answers, free_port
from static_site import nginx

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "benchmarks" / "others"
FOLDER = ROOT / "build" / "others"
_ROLLDOWN = ROOT / "tests" / "node" / "node_modules" / ".bin" / "rolldown"

SCRIPTS = {
    "pym": "pym.js/dist/pym.v1.min.js",
    "resizer": "iframe-resizer/js/iframeResizer.min.js",
    "resizer-child": "iframe-resizer/js/iframeResizer.contentWindow.min.js",
    "newswire": "@newswire/frames/dist/frames.umd.js",
    "giscus": "giscus.min.js",
}


def install() -> None:
    """Install what the locks name, if it is not there. Raises CalledProcessError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(LOCKS / name, FOLDER)
    if not (FOLDER / "node_modules").exists():
        command = ["npm", "ci", "--ignore-scripts", "--silent", "--prefix", str(FOLDER)]
        subprocess.run(command, check=True)
    if not _bundle().exists():
        # As a site would deliver it: one file with the Lit that it imports.
        entry = FOLDER / "node_modules" / "giscus" / "dist" / "giscus.mjs"
        bundle = [str(_ROLLDOWN), str(entry), "--file", str(_bundle()), "--minify"]
        subprocess.run(bundle, check=True, stdout=subprocess.DEVNULL, cwd=FOLDER)
    if not _isso().exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER / "isso")], check=True)
        pip = [str(FOLDER / "isso" / "bin" / "pip"), "install", "-q", "--require-hashes"]
        subprocess.run([*pip, "-r", str(LOCKS / "isso.txt")], check=True)


def script(name: str) -> str:
    """Return one of ``SCRIPTS``."""
    return (FOLDER / "node_modules" / SCRIPTS[name]).read_text("utf-8")


def _bundle() -> Path:
    return FOLDER / "node_modules" / SCRIPTS["giscus"]


def _isso() -> Path:
    return FOLDER / "isso" / "bin" / "isso"


@contextmanager
def isso(folder: Path, host: str) -> Iterator[int]:
    """Run Isso for pages of ``host``, behind an nginx that compresses; yield nginx's port."""
    port, door = free_port(), free_port()
    config = folder / "isso.cfg"
    config.write_text(
        f"[general]\ndbpath = {folder}/comments.db\nhost = {host}\n"
        f"[server]\nlisten = http://127.0.0.1:{port}/\n"
        "[guard]\nenabled = false\n"
    )
    http = f"""
    gzip on; gzip_comp_level 9; gzip_proxied any;
    gzip_types text/css text/javascript application/javascript application/json;
    server {{ listen 127.0.0.1:{door}; location / {{
      proxy_pass http://127.0.0.1:{port}; proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto https;
    }} }}"""
    with (folder / "isso.log").open("wb") as log:
        child = subprocess.Popen([str(_isso()), "-c", str(config), "run"], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}/js/embed.min.js"
            answers(url, child)
            with nginx(folder / "nginx", http, f"http://127.0.0.1:{door}/js/embed.min.js"):
                yield door
        finally:
            child.terminate()
            child.wait(timeout=20)
