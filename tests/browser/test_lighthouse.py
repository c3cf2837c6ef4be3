"""What Lighthouse finds that does not hang on how busy this machine is."""

from __future__ import annotations

from collections.abc import Iterator

import browsers
import pytest
from running import Running, running

from benchmarks import lighthouse

pytestmark = pytest.mark.browser

# Of those for performance: what is there or not, whatever the clock says.
AUDITS = (
    "cumulative-layout-shift",
    "render-blocking-resources",
    "uses-text-compression",
    "redirects",
    "unsized-images",
    "duplicated-javascript",
    "no-document-write",
    "uses-passive-event-listeners",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Lighthouse starts a browser of its own, which knows no host names of the tests' own."""
    with running(tmp_path_factory.mktemp("lighthouse")) as started:
        yield started


def lacking(place: Running, path: str) -> dict[str, object]:
    """Return the audits that take points from a page at ``path``, and what they say.

    Of performance only what Lighthouse says of the service's answers counts, or of the page as a
    whole: the newspaper's own stylesheet blocks its rendering, panel or not.
    """
    if not lighthouse.COMMAND.exists():
        pytest.skip("Lighthouse is not there; `make test` installs it where npm is")
    url = path if path.startswith("http") else f"{place.paper}{path}"
    found = lighthouse.report(url, chromium=browsers.find("chromium"))
    others = {
        it["id"]
        for category in ("accessibility", "best-practices")
        for it in found["categories"][category]["auditRefs"]
        if it["weight"]
    }
    said: dict[str, object] = {}
    for name in others.union(AUDITS):
        audit = found["audits"][name]
        if audit["score"] in (None, 1):
            continue
        items = audit.get("details", {}).get("items", [])
        ours = [it for it in items if it.get("url", place.service).startswith(place.service)]
        if name in others or ours or not items:
            said[name] = items
    return said


def test_the_frame_lacks_nothing(place: Running) -> None:
    assert lacking(place, f"{place.service}/panel/ferry-fares") == {}


# Of the two frames and of the two versions of htmx one each: `make bench` measures all.
@pytest.mark.parametrize("way", ["frame", "component", "htmx4", "include", "site"])
def test_a_panel_takes_nothing_from_its_host_page(place: Running, way: str) -> None:
    assert lacking(place, "/opinion/ferry-fares" if way == "site" else f"/ways/{way}") == {}
