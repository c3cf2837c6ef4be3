"""MDN's HTTP Observatory, the way its scanner judges a site, over the files of examples/deploy/."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from caching import example
from operating_support import serving
from running import free_port
from samples import ROOT
from static_site import executable, nginx

NODE = ROOT / "tests" / "node"
PACKAGE = NODE / "node_modules" / "@mdn" / "mdn-http-observatory"
PAGES = [
    *("/panel/ferry-fares", "/panel/never-published", "/fragment/ferry-fares", "/nowhere"),
    *("/snippet", "/snippet/ferry-fares", "/doctor", "/admin/login", "/admin/entries"),
]

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("node") is None or not PACKAGE.exists() or executable() is None,
        reason="no Node.js with MDN's Observatory, or no nginx; `make test` installs them in CI",
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """Give the ports of http and https of a service behind nginx, and whom to trust."""
    folder = tmp_path_factory.mktemp("observatory")
    plain, secure = free_port(), free_port()
    authority = trustme.CA()
    issued, trusted = authority.issue_cert("localhost"), folder / "authority.pem"
    pem, key = folder / "insights.pem", folder / "insights.key"
    issued.cert_chain_pems[0].write_to_path(str(pem))
    issued.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(trusted))
    public = f"https://localhost:{secure}"
    settings = example("deploy/insights.toml", ("https://insights.example", public))
    (folder / "cache").mkdir()
    with serving(folder / "service", {}, workers=1, config=settings) as served:
        config = example(
            "deploy/nginx.conf",
            ("127.0.0.1:8000", served.host),
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
            ("https://insights.example", public),
            ("/etc/ssl/insights.pem", str(pem)),
            ("/etc/ssl/private/insights.key", str(key)),
            ("server_name insights.example;", "server_name localhost;"),
            ("/var/cache/nginx/insights", str(folder / "cache")),
        )
        ready = f" server {{ listen 127.0.0.1:{(door := free_port())}; return 204; }}"
        with nginx(folder / "nginx", config + ready, f"http://127.0.0.1:{door}/"):
            yield plain, secure, trusted


def test_every_page_has_the_best_grade(site: tuple[int, int, Path]) -> None:
    plain, secure, trusted = site
    command = ["node", "observatory.mjs", "localhost", str(plain), str(secure), *PAGES]
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(trusted)}
    done = subprocess.run(
        command, cwd=NODE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == set(PAGES)
    for page, judged in found.items():
        assert judged["grade"] == "A+", (page, judged)
        assert judged["failed"] == [], (page, judged)
