"""The steps of a review that its stories share: what is pasted, planned, served and recorded."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Page, expect
from running import Running
from ways import PATIENCE

from widget import i18n

URLS = tuple(
    f"https://{name}.example/{name}-2026"
    for name in ("transit", "works", "riders", "council", "shade")
)
IDEAS = (
    "A bench is the cheapest way to make a bus stop usable [1].",
    "Whoever waits is a passenger already, the column says [2].",
    "Shade counts as much as a seat in July.",
    "A stop without a seat tells the old to stay at home [1][5].",
    "The council has the wood, and no plan for it [4].",
)
VIEWS = (
    "Benches cost more in upkeep than in wood, the works office reports [2].",
    "A faster bus would make waiting shorter [3].",
    "Some stops are too narrow for a bench and a wheelchair [4].",
    "Riders asked for shade before seats [3][5].",
)


def pasted(language: str) -> str:
    """Return nine points and five URLs under the headings that panels of a language have."""
    _ = i18n.translations(language).gettext
    sources = [f"[{number}] Report {number} {url}" for number, url in enumerate(URLS, 1)]
    return "\n".join(
        [
            _("Ideas expressed in the piece"),
            *(f"- {it}" for it in IDEAS),
            "",
            _("Different views on the topic"),
            *(f"- {it}" for it in VIEWS),
            "",
            _("Sources"),
            *sources,
        ]
    )


def plan(page: Page, review: str, write: Callable[[datetime], None]) -> datetime:
    """Plan the publication for three seconds later; on a slow machine that may have passed by then.

    ``write`` fills in the time and sends the form.
    """
    planned = page.locator("#review .notice a[href='#plan']")
    for seconds in (3, 8, 20, 60):
        page.goto(review)
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
        write(at)
        expect(planned.or_(page.get_by_role("alert")).first).to_be_visible()
        if planned.count():
            return at
    raise AssertionError("every time had passed before it was saved")


def shown(place: Running, name: str) -> int:
    """Return how the service answers readers."""
    try:
        with urlopen(f"{place.service}/panel/{name}") as answer:  # noqa: S310  # loopback
            return int(answer.status)
    except HTTPError as error:
        return error.code


def turned(place: Running, name: str, status: int) -> datetime:
    """Wait until every worker answers with ``status``; return when one last did not."""
    until, in_a_row = time.monotonic() + PATIENCE, 0
    last = datetime.min.replace(tzinfo=UTC)
    while in_a_row < 12:
        assert time.monotonic() < until, f"{name} is not {status}"
        asked = datetime.now(UTC)
        if shown(place, name) == status:
            in_a_row += 1
        else:
            in_a_row, last = 0, asked
    return last


def evidence(place: Running, name: str, revision: int) -> dict[str, Any]:
    """Return what the command prints."""
    command = [sys.executable, "-m", "widget", "--store", f"dir:{place.data}", "evidence", name]
    done = subprocess.run(
        [*command, "--revision", str(revision), "--format", "json"],
        check=True,
        capture_output=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def assert_evidence(proof: dict[str, Any], *, digest: str, reviewer: str, note: str) -> None:
    """Hold the record of the published version to what its story was."""
    approval, void = proof["approvals"]
    assert (void["reviewer"], void["this_version"]) == (reviewer, False)
    assert (approval["reviewer"], approval["proof"]) == (reviewer, "session")
    assert (approval["this_version"], approval["sha256"]) == (True, digest)
    assert len(approval["checked"]) == 5
    assert (proof["version"]["sha256"], proof["version"]["standing"]) == (digest, "withdrawn")
    assert (proof["review"]["review"], proof["review"]["given"]) == ("proven", 1)
    comment = proof["comments"][0]
    assert (comment["path"], comment["resolved_by"]) == ("$.perspectives[0].points[2]", "mia")
    steps = ("submit", "return", "approve", "publish", "withdraw")
    events = [it for it in proof["events"] if it["action"] in steps]
    assert [it["action"] for it in events] == [
        *("submit", "return", "submit", "approve", "publish", "approve", "withdraw")
    ]
    assert events[1]["note"] == note
    assert [it["this_version"] for it in events] == [
        *(False, False, False, True, True, False, True)
    ]
