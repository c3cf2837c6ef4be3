"""Lighthouse scores of the frame, and of a newspaper's pages with and without a panel.

The score for performance goes by how fast this machine happened to be: a busy one only ever
takes points off. So the best of a few runs counts; the raw results have every run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from running import answers, free_port

ROOT = Path(__file__).parents[1]
COMMAND = ROOT / "tests" / "node" / "node_modules" / ".bin" / "lighthouse"
RESULTS = ROOT / "benchmarks" / "results" / "lighthouse.json"
CATEGORIES = ("performance", "accessibility", "best-practices")
WAYS = ("frame", "native-frame", "component", "htmx2", "htmx4", "include")
TRIES = 3

_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update"
)


@dataclass
class Page:
    """One page and its scores, 0 to 100, by category, of each run."""

    name: str
    url: str
    runs: list[dict[str, int]] = field(default_factory=list)

    @property
    def best(self) -> dict[str, int]:
        """Return each category's best score."""
        return {name: max(run[name] for run in self.runs) for name in CATEGORIES}


def pages(service: str, paper: str) -> list[Page]:
    """Return the frame, and each host page without and with a panel."""
    hosts = [*((way, f"/ways/{way}") for way in WAYS), ("site", "/opinion/ferry-fares")]
    return [
        Page("the frame itself", f"{service}/panel/ferry-fares"),
        *(
            Page(f"{way}{', no panel' if bare else ''}", f"{paper}{path}{bare}")
            for way, path in hosts
            for bare in ("?bare", "")
        ),
    ]


def report(
    url: str, *, audits: tuple[str, ...] = (), chromium: Path | None = None
) -> dict[str, Any]:
    """Return Lighthouse's report on a page; of all its audits, or only of ``audits``.

    ``chromium`` is the browser to use instead of the one that Lighthouse finds by itself.
    Raises RuntimeError with the output of Lighthouse if there is none.
    """
    audit_option = f"--only-audits={','.join(audits)}" if audits else ""
    only = audit_option or f"--only-categories={','.join(CATEGORIES)}"
    environment = {**os.environ, **({"CHROME_PATH": str(chromium)} if chromium else {})}
    command = [str(COMMAND), url, "--output=json", "--quiet", only, f"--chrome-flags={_FLAGS}"]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{url}: {done.stderr.decode().strip()[-800:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    if "runtimeError" in found:
        raise RuntimeError(f"{url}: {found['runtimeError']['message']}")
    return found


def scores(found: dict[str, Any]) -> dict[str, int]:
    """Return a report's scores, 0 to 100, by category."""
    return {name: round(100 * it["score"]) for name, it in found["categories"].items()}


def main() -> None:
    """Print a table, and store the scores of every run."""
    if not COMMAND.exists():
        print("Lighthouse is not there; `make test` installs it where npm is")
        return
    print("Lighthouse, the best of up to three runs: performance, accessibility, best practices")
    with demo() as (service, paper):
        measured = pages(service, paper)
        for page in measured:
            while len(page.runs) < TRIES and (not page.runs or min(page.best.values()) < 100):
                page.runs.append(scores(report(page.url)))
            print(f"  {page.name:24}", *(f"{score:4}" for score in page.best.values()), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    records = [
        {name: it for name, it in asdict(page).items() if name != "url"} for page in measured
    ]
    RESULTS.write_text(json.dumps(records, indent=1) + "\n", "utf-8")


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """Run the demo for the length of the block; yields the URLs of service and newspaper."""
    ports = [str(free_port()) for _ in range(2)]
    command = [sys.executable, "-m", "widget", "demo", "--port", ports[0], "--paper-port", ports[1]]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    service, paper = (f"http://127.0.0.1:{port}" for port in ports)
    try:
        for url in (f"{service}/healthz", f"{paper}/"):
            answers(url, child)
        yield service, paper
    finally:
        child.terminate()
        child.wait(timeout=20)
