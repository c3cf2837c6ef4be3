"""The W3C's checker (vnu) finds no error in what we serve."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from benchmarks.weights import service
from widget import demo
from widget.cli.evidence import rendered
from widget.config import Settings
from widget.editorial.evidence import DraftingEvidence, EvidenceText, GateFinding, evidence_of
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.store import open_store
from widget.store.rules import rules

pytestmark = pytest.mark.process

VNU = Path(__file__).parents[1] / "node" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

# CSS that browsers know and this version of the checker does not; its word on anything else
# counts. Not one of them is HTML. At light-dark() with var() alone in it, the checker itself fails.
NEWER_THAN_THE_CHECKER = re.compile(
    "CSS: (“(container-type|frame-sizing|position-area|position-try-fallbacks)”: "
    "Property “[a-z-]+” doesn't exist|Unrecognized at-rule “@container”"
    "|“min-height”: Parse Error|“--accent”: Cannot invoke )"
)


def errors(pages: dict[str, bytes], folder: Path) -> list[str]:
    """Return what the checker says of HTML documents, as ``name: message``."""
    for name, body in pages.items():
        (folder / f"{name}.html").write_bytes(body)
    command = ["java", "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always"]
    files = [str(folder / f"{name}.html") for name in pages]
    said = subprocess.run([*command, *files], check=True, capture_output=True, timeout=300).stdout
    return [
        f"{Path(message['url']).stem}: line {message.get('lastLine')}: {message['message']}"
        for message in json.loads(said)["messages"]
        if message["type"] == "error" and not NEWER_THAN_THE_CHECKER.match(message["message"])
    ]


@pytest.fixture(scope="module", autouse=True)
def _checker() -> None:
    if not shutil.which("java"):
        pytest.skip("Java is not there, which the W3C's checker needs")
    if not VNU.exists():
        pytest.skip("the W3C's checker is not there; `make test` installs it where npm is")


def test_frames_fragments_and_notices_are_valid(tmp_path: Path) -> None:
    client = service(str(tmp_path / "data"))
    ids = [entry.id for entry in demo.entries()]
    pages = {f"frame-{entry_id}": client.get(f"/panel/{entry_id}").data for entry_id in ids}
    pages["unknown"] = client.get("/panel/unknown").data
    for path in ("corrections", "corrections/the-harbor-courier"):
        answer = client.get(f"/{path}")
        assert answer.status_code == 200
        pages[path.replace("/", "-")] = answer.data
    head = b'<!doctype html><html lang="en"><head><title>Host</title></head><body><h1>Host</h1>'
    for entry_id in ids:
        fragment = client.get(f"/fragment/{entry_id}").data
        pages[f"fragment-{entry_id}"] = head + fragment
    assert errors(pages, tmp_path) == []


def test_every_page_of_the_demo_is_valid(tmp_path: Path) -> None:
    paper: Flask = demo.newspaper("http://127.0.0.1:8000")
    client = paper.test_client()
    paths = ["/", "/two", *(page.href for page in demo.HOST_PAGES if page.ways)]
    paths += [
        f"/opinion/{entry.id}" for entry in demo.entries() if "/opinion/" in entry.article.url
    ]
    paths.append("/news/breakwater-storm")
    pages = {path.strip("/").replace("/", "-") or "front": client.get(path) for path in paths}
    assert {answer.status_code for answer in pages.values()} == {200}
    assert errors({name: answer.data for name, answer in pages.items()}, tmp_path) == []


def test_the_record_of_a_review_is_valid(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    settings = Settings.model_validate({"store": f"dir:{folder}"})
    store = open_store(settings.store, rules(settings))
    editorial = Editorial(store, settings)
    entry = demo.entries()[0]
    editorial.save(entry, actor="ana <&>", note='"Quoted" & <b>bold</b>')
    editorial.comments.add(entry.id, actor="bo", text="Who says so?", path="$.sources[0]")
    bo = Reviewer("bo", "editor", "session", "bo")
    editorial.review.approve(entry.id, reviewer=bo, checked=CHECKLIST, note="<Read>")
    at = datetime(2026, 5, 6, 7, 8, 9, 123456, UTC)
    run = DraftingEvidence(
        run="0" * 16,
        provider="sonar",
        model="q-4",
        requested_by="ana",
        requested_at=at,
        findings=tuple(
            GateFinding(
                path="$.perspectives[0]",
                rule="cite-missing",
                severity="block",
                message="cites nothing",
                sentence="",
                resolved_by=by,
                resolved_at=at if by else None,
                reason="<Read>" if by else None,
            )
            for by in ("bo", None)
        ),
        documents=(
            EvidenceText(
                number=0, url="https://a.example/?b&c", title="<A>", sha256="0", problem=""
            ),
            EvidenceText(number=1, url="https://d.example/", title="", sha256="1", problem="gone"),
        ),
    )
    record = evidence_of(store, settings, entry.id, run_of=lambda _: run)
    pages = {"record": rendered(record, "html").encode()}
    bare = evidence_of(store, settings, entry.id, revision=1)
    pages["bare"] = rendered(bare.model_copy(update={"approvals": ()}), "html").encode()
    assert errors(pages, tmp_path) == []


def test_the_checker_sees_an_error(tmp_path: Path) -> None:
    page = b'<!doctype html><html lang="en"><title>Broken</title><p id=a><p id=a>'
    assert errors({"broken": page}, tmp_path) != []
