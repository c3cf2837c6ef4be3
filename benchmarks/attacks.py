"""A hundred thousand attack texts: exceptions, and the slowest times."""

from __future__ import annotations

import io
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from benchmarks.attack_texts import Grammar
from benchmarks.attacked import documents
from widget import panel
from widget.accounts import open_accounts
from widget.app import create_app, rules
from widget.cli import main as command
from widget.config import Publication, Settings
from widget.entry import Entry, check, footnotes, light_html, parse_entry
from widget.entry.containment import log as contained
from widget.errors import InvalidEntry
from widget.panel import Options
from widget.store import open_store
from widget.web.admin import forms

SITE = "https://paper.example"
PUBLICATION = Publication(name="The Paper", origins=(SITE,), review="optional")
WAYS = ("file", "API", "editor", "import", "publication texts")
CHUNK = 5_000


def measure(count: int, *, processes: int = 2) -> dict[str, Any]:
    """Send ``count`` texts through every function and every way; each process has its own seeds."""
    chunks = [(seed, min(CHUNK, count - seed * CHUNK)) for seed in range(-(-count // CHUNK))]
    started = time.monotonic()
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(_chunk, chunks))
    arrived = {way: sum(each["arrived"].get(way, 0) for each in found) for way in WAYS}
    return {
        "texts": sum(each["texts"] for each in found),
        "texts in entries": sum(arrived.values()),
        "by way": arrived,
        "entries refused": sum(each["refused"] for each in found),
        "raised": [line for each in found for line in each["raised"]][:20],
        "slowest ms": round(max(each["slowest"] for each in found) * 1000, 1),
        "worst ratio": round(max(each["ratio"] for each in found), 2),
        "seconds": round(time.monotonic() - started, 1),
    }


def table(found: dict[str, Any]) -> str:
    """Return the measurements as text."""
    ways = ", ".join(f"{way} {number:,}" for way, number in found["by way"].items())
    return "\n".join(
        (
            f"  {found['texts']:,} texts through every function that reads light HTML",
            f"  {found['texts in entries']:,} texts in entries: {ways}",
            f"  raised {len(found['raised'])}; the slowest text took {found['slowest ms']} ms",
            f"  eight times a text took {found['worst ratio']} times as long at worst",
            *(f"  RAISED {line}" for line in found["raised"]),
        )
    )


def _chunk(given: tuple[int, int]) -> dict[str, Any]:
    seed, count = given
    raised: list[str] = []
    slowest = ratio = 0.0
    for number, text in enumerate(Grammar(seed, surrogates=True).texts(count)):
        start = time.process_time()
        try:
            _through(text)
        except Exception as error:  # that is what is looked for
            raised.append(f"{type(error).__name__} for {text[:80]!a}")
        slowest = max(slowest, time.process_time() - start)
        if number % 50 == 0 and text:
            ratio = max(ratio, _ratio(text))
    arrived, refused, failed = _in_entries(seed, count)
    return {
        "texts": count,
        "arrived": arrived,
        "refused": refused,
        "raised": raised + failed,
        "slowest": slowest,
        "ratio": ratio,
    }


def _through(text: str) -> None:
    footnotes.renumber(text, {1: 2, 2: None})
    footnotes.split(light_html.display(text))
    if light_html.cost_problem(text) is None:
        clean = light_html.clean(text)
        light_html.change(text)
        list(footnotes.markers(clean))


def _ratio(text: str) -> float:
    """Return the factor in time for renumbering eight times the text; 8 if it is fast."""
    text *= max(1, 4_000 // len(text))
    times = []
    for longer in (text, text * 8):
        start = time.process_time()
        footnotes.renumber(longer, {1: 2})
        times.append(time.process_time() - start)
    return times[1] / times[0] if times[1] > 0.05 else 8.0


def _in_entries(seed: int, count: int) -> tuple[dict[str, int], int, list[str]]:
    failures: list[str] = []
    arrived: dict[str, int] = {}
    refused = 0
    logging.getLogger("widget.store").setLevel(logging.ERROR)  # each file that is set aside
    records = io.StringIO()
    contained.addHandler(handler := logging.StreamHandler(records))
    with tempfile.TemporaryDirectory() as folder, _Place(Path(folder)) as place:
        for number, (data, texts) in enumerate(documents(seed, count, site=SITE)):
            way = WAYS[number % len(WAYS)]
            try:
                if not place.ways[way](data):
                    refused += 1
                _render(data)
            except Exception as error:
                failures.append(f"{way}: {type(error).__name__}: {error}"[:200])
            arrived[way] = arrived.get(way, 0) + texts
        failures += place.check_all()
    contained.removeHandler(handler)
    if "Traceback" in records.getvalue():
        failures.append("contained: " + records.getvalue()[-300:])
    return arrived, refused, failures


def _render(data: bytes) -> None:
    """Render an entry as a preview does; most of these would break the rules for publishing."""
    entry = parse_entry(data)
    for render in (panel.frame, panel.fragment):
        render(entry, PUBLICATION, Options(), permalink=f"{SITE}/panel/{entry.id}")


class _Place:
    """A store, an application and a newsroom's account, to which the texts are sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = Settings(store=f"dir:{folder / 'data'}", publications=(PUBLICATION,))
        self._store = open_store(self._settings.store, rules(self._settings))
        accounts = open_accounts(self._settings.store)
        app = create_app(self._settings, self._store, accounts)
        app.testing = True  # what a view raises is raised here
        self._client = app.test_client()
        accounts.add_user("ed", "editor")
        later = datetime.now(UTC) + timedelta(hours=3)
        self._token, _ = accounts.create_token(
            "attacks", "editor", owner="ed", expires_at=later, actor="ed"
        )
        self.ways: dict[str, Callable[[bytes], bool]] = {
            "file": self._file,
            "API": self._api,
            "editor": self._editor,
            "import": self._import,
            "publication texts": self._publication,
        }

    def __enter__(self) -> _Place:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def _file(self, data: bytes) -> bool:
        name = json.loads(data)["id"]
        (self._folder / "data" / "live" / f"{name}.json").write_bytes(data)
        self._store.poll()
        return self._store.live(name) is not None

    def _api(self, data: bytes) -> bool:
        name = json.loads(data)["id"]
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        url = f"/api/v1/entries/{name}/draft"
        answered = self._client.put(url, data=data, headers={**headers, "If-None-Match": "*"})
        if answered.status_code >= 500:
            raise AssertionError(answered.text[:100])
        return answered.status_code < 300

    def _editor(self, data: bytes) -> bool:
        document = json.loads(data)
        entry_id = document["id"]
        typed = forms.document(forms.values(document), entry_id)
        judged = forms.judge(typed, self._settings)
        forms.slots(typed)
        for breach in judged.breaches:
            forms.slot(breach.path, forms.slots(typed))
        return judged.entry is not None

    def _import(self, data: bytes) -> bool:
        path = self._folder / "import.jsonl"
        path.write_bytes(data.replace(b"\n", b" ") + b"\n")
        arguments = ["--store", self._settings.store, "import", str(path)]
        done = CliRunner().invoke(command, arguments)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code == 0

    def _publication(self, data: bytes) -> bool:
        try:
            entry = parse_entry(data)
        except InvalidEntry:
            return False
        light_texts = [text for _, text in _light(entry)]
        publication = Publication(
            name=entry.article.title,
            introduction=light_texts[0],
            disclosure=light_texts[1],
            methodology=light_texts[2],
        )
        check(entry, publication)
        for render in (panel.frame, panel.fragment):
            render(entry, publication, Options(), permalink=f"{SITE}/panel/{entry.id}")
        return True

    def check_all(self) -> list[str]:
        """Request every panel and list; return the failures."""
        wrong = []
        for name in self._store.ids():
            for path in (
                f"/panel/{name}",
                f"/fragment/{name}",
                f"/oembed?url={SITE}/opinion/{name}",
            ):
                answered = self._client.get(path)
                if answered.status_code >= 500:
                    wrong.append(f"{path}: {answered.status_code}")
        self._store.problems(thorough=True)
        return wrong


def _light(entry: Entry) -> Iterator[tuple[str, str]]:
    for group in entry.perspectives:
        for point in group.points:
            yield group.role, point.text
