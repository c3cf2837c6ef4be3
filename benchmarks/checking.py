"""CPU time of the rules for publishing, and of each stage of the first response after a change.

Each text is new to the process, so that nothing was sanitized before.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import costly_texts
from benchmarks.newsroom import PUBLICATION
from benchmarks.pages import quantile
from benchmarks.takedown import live
from widget import demo
from widget.app import create_app, rules
from widget.config import Settings
from widget.entry import Entry, check, light_html, parse_entry
from widget.entry.limits import light_texts
from widget.http.codings import Representation
from widget.panel import Options, Page, frame
from widget.panel.view import panel_view
from widget.store import Store, open_store

Times = dict[str, list[float]]
"""Milliseconds of CPU time by what was measured."""

ROUNDS = 5
PERMALINK = "https://insights.example/panel/x"
_numbers = itertools.count(1)


def rules_of_typical_entries() -> Times:
    """Measure the rules of the demo's and the newsroom's entries, and bleach's part of them."""
    documents = [entry.model_dump(mode="json", by_alias=True) for entry in demo.entries()]
    documents += live(40)
    times: Times = {"rules, typical entry": [], "rules, the same again": [], "sanitizing alone": []}
    for document in documents * ROUNDS:
        entry = _unseen(document)
        times["rules, typical entry"].append(cpu(partial(check, entry, PUBLICATION)))
        times["rules, the same again"].append(cpu(partial(check, entry, PUBLICATION)))
        times["sanitizing alone"].append(cpu(partial(_sanitize, _unseen(document))))
    return times


def rules_of_costliest_entries() -> Times:
    """Measure the rules of the costliest entries that are accepted, by shape of their texts."""
    document = next(live(10))
    times: Times = {}
    for shape in costly_texts.SHAPES:
        for _ in range(5):
            entry = costly_texts.costliest(document, shape, first=1_000 * next(_numbers))
            taken = cpu(partial(check, entry, PUBLICATION))
            times.setdefault(f"rules, {shape}", []).append(taken)
    return times


def first_responses(folder: Path, count: int = 100) -> Times:
    """Measure the stages of the first response after a publication, in one process.

    "whole" is the request through Flask; "read" is the store's part of it. The other stages run
    alone, with texts that the rules have sanitized already; "sanitize" is what that spares.
    """
    settings = Settings.model_validate({"store": f"dir:{folder}", "publications": [PUBLICATION]})
    store = open_store(settings.store, rules(settings))
    client = create_app(settings, store).test_client()
    times: Times = {}

    def measured(name: str, run: Callable[[], object]) -> None:
        times.setdefault(name, []).append(cpu(run))

    try:
        for document in live(count):
            path = f"/panel/{document['id']}"
            request = partial(client.get, path, headers={"Accept-Encoding": "br"})
            request()
            _publish(store, document)
            measured("whole", request)
            measured("the same from Flask's cache", request)
            entry = _publish(store, document)
            measured("read", partial(store.live, entry.id))
            measured("view", partial(_view, entry))
            measured("view and template", partial(_frame, entry))
            page = Representation(_frame(entry).body, "", quick=True)
            measured("compress", partial(page.body, "br"))
            measured("sanitize", partial(_sanitize, _unseen(document)))
    finally:
        store.close()
    return times


def _publish(store: Store, document: dict[str, Any]) -> Entry:
    """Publish the entry with texts that are new to the process, checked as by the service."""
    entry = _unseen(document)
    check(entry, PUBLICATION)
    store.save(entry, actor="ana")
    store.publish(entry.id, actor="ana")
    return entry


def cpu(run: Callable[[], object]) -> float:
    """Return the CPU time of ``run`` in this thread, in milliseconds."""
    started = time.thread_time()
    run()
    return (time.thread_time() - started) * 1000


def table(times: Times) -> Iterator[str]:
    """Yield a line for each measurement: median, p95 and maximum in milliseconds."""
    for name, each in times.items():
        shares = "".join(f"{quantile(each, share):9.2f}" for share in (0.5, 0.95))
        yield f"  {name:44}{shares}{max(each):9.2f}"


def _unseen(document: dict[str, Any]) -> Entry:
    """Return the entry with another number in each text, so that no cache has any of them."""
    number = next(_numbers)
    changed = json.loads(json.dumps(document))
    changed["article"]["title"] += f" {number}"
    changed["viewpoint"]["rationale"] += f" {number}."
    for group in changed["perspectives"]:
        for point in group["points"]:
            point["text"] += f" {number}."
    return parse_entry(json.dumps(changed).encode())


def _sanitize(entry: Entry) -> None:
    for _, text in light_texts(entry):
        light_html.clean(text)


def _frame(entry: Entry) -> Page:
    return frame(entry, PUBLICATION, Options(), permalink=PERMALINK)


def _view(entry: Entry) -> None:
    panel_view(entry, PUBLICATION, Options(), permalink=PERMALINK, prefix="")
