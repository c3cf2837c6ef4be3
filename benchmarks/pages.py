"""Response times of the editors' pages, over HTTP, and of the first request after the start."""

from __future__ import annotations

import html
import re
import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.newsroom import PAPER, entries
from benchmarks.serving import Browser, serving

Times = dict[str, list[float]]


def measure(data: Path, count: int, *, rounds: int = 30) -> tuple[float, Times]:
    """Return the seconds until ready, and for each page the milliseconds of each request."""
    names = [entry.id for entry in entries(60) if entry.live and not entry.draft][:rounds]
    last = -(-count // 50)
    listed = {
        "list, first page": "",
        "list, last page": f"?page={last}",
        "list by title": "?sort=title",
        "filter: live": "?state=live",
        "filter: with a draft": "?state=draft",
        "filter: withdrawn": "?state=withdrawn",
        "filter: viewpoint": "?lean=left",
        "filter: section": "?section=Letters",
        "filter: language": "?language=es",
        "search: a rare word": "?q=ropeway+observatory",
        "search: a word in every entry": "?q=the",
        "search: an address": f"?q={PAPER}/opinion/{names[0]}",
    }
    times: Times = {}

    def note(name: str, ask: Callable[[], tuple[float, str]]) -> str:
        took, text = ask()
        times.setdefault(name, []).append(took)
        return text

    with serving(f"dir:{data}") as service:
        browser = Browser(service.port)
        browser.sign_in(f"dir:{data}")
        note("first request once ready", lambda: browser.timed("/admin/entries"))
        browser.learn_token()
        for number, name in enumerate(names):
            for label, query in listed.items():
                note(label, lambda query=query: browser.timed(f"/admin/entries{query}"))  # type: ignore[misc]  # called at once
            at = f"/admin/entries/{name}"
            page = note("editor", lambda at=at: browser.timed(at))  # type: ignore[misc]
            form = form_of(page)
            form["title"] = f"{form.get('title', '')} {number}"
            for label, path in {
                "editor: check": f"{at}/check",
                "editor: preview": f"{at}/preview",
                "editor: save the draft": f"{at}/draft",
            }.items():
                note(label, lambda path=path, form=form: browser.timed(path, form))  # type: ignore[misc]
            note("history", lambda at=at: browser.timed(f"{at}/history"))  # type: ignore[misc]
            compare = f"{at}/comparison?from=1&to=2"
            note("comparison", lambda compare=compare: browser.timed(compare))  # type: ignore[misc]
        return service.ready_seconds, times


def form_of(page: str) -> dict[str, str]:
    """Return the data of the editor's form."""
    form: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or " checked" in tag):
            form[name[1]] = html.unescape(value[1]) if value else ""
    wide = '<{0}[^>]* name="([^"]*)"[^>]*>(.*?)</{0}>'
    for field, text in re.findall(wide.format("textarea"), page, re.DOTALL):
        form[field] = html.unescape(text.removeprefix("\n"))
    for field, options in re.findall(wide.format("select"), page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        found = chosen or first
        form[field] = html.unescape(found[1]) if found else ""
    form.pop("csrf", None)
    return form


def quantile(times: list[float], share: float) -> float:
    """Return the time within which ``share`` of the requests were answered."""
    if len(times) == 1:
        return times[0]
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]


def table(times: Times) -> str:
    """Return median and p95 of each page."""
    lines = [f"  {'':32}{'median':>9}{'p95':>9}   (ms)"]
    for name, each in times.items():
        lines.append(f"  {name:32}{quantile(each, 0.5):9.1f}{quantile(each, 0.95):9.1f}")
    return "\n".join(lines)
