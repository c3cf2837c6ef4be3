"""The exported site behind a real nginx, beside the newspaper: what `running` is to the service."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import https
from hosting import hosting
from running import Running, answers, free_port, process

from widget import demo
from widget.config import ENV_PREFIX
from widget.editorial.service import Editorial
from widget.export import export_site

_CONFIG = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log warn; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  types {{
    text/html html; text/css css; text/javascript js; application/json json;
  }}
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {http}
}}
"""


def executable() -> str | None:
    """Return where nginx is, also where it is no ordinary user's program."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@contextmanager
def nginx(folder: Path, http: str, url: str) -> Iterator[None]:
    """Run nginx with ``http`` as what its http block holds; begins when ``url`` answers."""
    found = executable()
    assert found, "nginx is not there"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, http=http))
    command = [found, "-p", str(folder), "-e", str(folder / "log"), "-c", str(config)]
    child = subprocess.Popen(command)
    try:
        answers(url, child)
        yield
    finally:
        child.terminate()
        child.wait(timeout=20)


@contextmanager
def exported(folder: Path) -> Iterator[Running]:
    """Serve the demo's entries as files, below a path, until the block ends.

    At host names of the tests' own, over https, as `running` does where it is ``named``.
    """
    port, paper_port = free_port(), free_port()
    backend = f"http://127.0.0.1:{port}/insights"
    out = folder / "root" / "insights"
    with ExitStack() as stack:
        host = stack.enter_context(hosting(named=True))
        https_port, paper_https = (
            stack.enter_context(https.over_https(it)) for it in (port, paper_port)
        )
        base = f"https://{https.SERVICE}:{https_port}/insights"
        paper, unlisted = (
            f"https://{name}:{paper_https}" for name in (https.PAPER, https.UNLISTED)
        )
        publication = demo.publication(paper, host.origin, host.same_site)
        place = Running(
            base, paper, unlisted, host, folder / "data", publication, static=True, backend=backend
        )
        store = place.store()
        demo.fill(Editorial(store, place.settings))
        export_site(store, place.settings, out, base)
        store.close()
        server = (
            f"server {{ listen 127.0.0.1:{port}; root {out.parent}; include {out}/nginx.conf; }}"
        )
        stack.enter_context(nginx(folder / "nginx", server, f"{backend}/embed.js"))
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)}
        environment = {
            **inherited,
            demo.SERVICE_VARIABLE: base,
            demo.BACKEND_VARIABLE: backend,
        }
        url = f"http://127.0.0.1:{paper_port}/"
        newspaper = process(["widget.demo", str(paper_port)], url, environment)
        stack.enter_context(newspaper)
        yield place
