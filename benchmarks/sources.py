"""Recall and precision of *quote found*, over 1,000 pages made from the tests' small web.

Each page of the small web that can be read is the frame for others: its text is put between other
paragraphs, into other markup, and the quote asked for is the page's own, or one that was changed
so that the page does not have it.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from small_web import Page, small_web
from small_web_cases import CASES, FILLER, Case, serve

from widget.config import Settings
from widget.drafting.gate import folding
from widget.entry import Source
from widget.sources.checking import check, read
from widget.sources.fetching import SourceFetcher
from widget.sources.pace import Pace
from widget.storage.documents.sqlite import SqliteDocuments

PAGES = 1_000
SEED = 17


KINDS = (
    "as it is",
    "changed quote",
    "changed letter",
    "frame",
    "part of the quote",
    "split by an element",
    "split by a raised number",
    "split by an advert",
    "split by a hyphen at a line's end",
    "other typography",
)


@dataclass(frozen=True)
class Trial:
    """A page, the quote that is looked for, whether it is there, and how the page was made."""

    case: Case
    is_there: bool
    kind: str


@dataclass(frozen=True)
class Result:
    """Counts of trials, by whether the quote is there and what the check said."""

    found: int
    missed: int
    wrong: int
    right: int
    faults: tuple[str, ...]
    seconds: float

    @property
    def recall(self) -> float:
        """The share of quotes that are there and were found."""
        return self.found / (self.found + self.missed)

    @property
    def precision(self) -> float:
        """The share of findings that are true."""
        return self.found / (self.found + self.wrong)


def trials(count: int = PAGES) -> list[Trial]:
    """Return trials, the same at each run."""
    chance = random.Random(SEED)  # noqa: S311  # no secret
    bases = [it for it in CASES if it.quoted and it.quote in ("found", "missing")]
    made: list[Trial] = []
    while len(made) < count:
        base = chance.choice(bases)
        variant = _variant(base, len(made), chance)
        if variant is not None:
            made.append(variant)
    return made


def _variant(base: Case, number: int, chance: random.Random) -> Trial | None:
    """Return a trial that is made from a page; None where this kind cannot be made of it."""
    name = f"bench-{number}"
    kind = chance.choice(KINDS)
    case = replace(base, name=name, more=_moved(base, name))
    if kind == "as it is":
        return Trial(case, is_there=base.quote == "found", kind=kind)
    quote = base.quoted or ""
    if kind.startswith("changed"):
        changed = _changed(quote, chance) if kind == "changed quote" else _misspelt(quote, chance)
        there = False  # whatever the page has, it is not this
        return Trial(replace(case, quoted=changed), is_there=there, kind=kind) if changed else None
    if base.quote != "found":
        return None
    if kind == "part of the quote":
        words = quote.split(" ")
        if len(words) < 6 or "…" in quote or "..." in quote:
            return None
        first = chance.randrange(len(words) - 4)
        return Trial(
            replace(case, quoted=" ".join(words[first : first + 5])), is_there=True, kind=kind
        )
    if kind == "other typography":
        return Trial(replace(case, quoted=_typography(quote)), is_there=True, kind=kind)
    text = quote.replace("&", "&amp;").replace("<", "&lt;")
    if "…" in quote or "..." in quote:
        return None
    if kind.startswith("split"):
        inner = _split(text, kind, chance)
        return (
            Trial(replace(case, page=_page(inner, chance)), is_there=True, kind=kind)
            if inner
            else None
        )
    return Trial(replace(case, page=_page(text, chance)), is_there=True, kind=kind)


def _split(text: str, kind: str, chance: random.Random) -> str:
    """Return the markup of a text with something in it; "" where that cannot be made."""
    if "&" in text:
        return ""
    if kind == "split by an element":
        at = chance.randrange(1, max(2, len(text) - 1))
        tag = chance.choice(["em", "b", "a href=/x", "span", "mark", "strong"])
        return f"{text[:at]}<{tag}>{text[at:]}</{tag.partition(' ')[0]}>"
    words = text.split(" ")
    if len(words) < 5:
        return ""
    at = chance.randrange(1, len(words) - 1)
    if kind == "split by a raised number":
        words[at] += f"<sup>{chance.randrange(1, 30)}</sup>"
    elif kind == "split by an advert":
        name = chance.choice(["aside", "div"])
        words[at] += f"</p><{name}>Advertisement: travel by night for less.</{name}><p>"
    else:
        long = [it for it, word in enumerate(words) if len(word) > 6 and word.isalpha()]
        if not long:
            return ""
        at = chance.choice(long)
        words[at] = f"{words[at][:3]}-\n{words[at][3:]}"
    return " ".join(words)


def _misspelt(quote: str, chance: random.Random) -> str:
    """Return the quote with another letter in one place."""
    places = [it for it, letter in enumerate(quote) if letter.isalpha()][1:]
    at = chance.choice(places)
    other = chance.choice([it for it in quote if it.isalpha() and it.lower() != quote[at].lower()])
    changed = quote[:at] + other + quote[at + 1 :]
    return changed if _differs(changed, quote) else ""


def _moved(base: Case, name: str) -> dict[tuple[str, str], Page]:
    """Return the further pages of a case at its new host."""
    return {
        (f"{name}.example" if host == base.host else host, path): page
        for (host, path), page in base.more.items()
    }


def _page(text: str, chance: random.Random) -> Page:
    """Return a page with ``text`` among other paragraphs."""
    others = [f"<p>{' '.join(chance.sample(FILLER.split(), 30))}.</p>" for _ in range(12)]
    element = chance.choice(["p", "blockquote", "li", "td", "div", "h2", "figcaption"])
    others.insert(chance.randrange(12), f"<{element}>{text}</{element}>")
    return Page(f"<!doctype html><meta charset=utf-8><body>{''.join(others)}".encode())


def _changed(quote: str, chance: random.Random) -> str:
    """Return another quote with the same letters but for a few; "" where none can be made."""
    if "…" in quote or "..." in quote:
        return ""
    words = quote.split(" ")
    if len(words) < 4:
        at = chance.randrange(len(quote) // 2, len(quote) - 1)
        changed = quote[:at] + quote[at + 1 :]
    else:
        at = chance.randrange(1, len(words) - 1)
        match chance.choice(["drop", "swap", "add"]):
            case "drop":
                words.pop(at)
            case "swap":
                words[at], words[at - 1] = words[at - 1], words[at]
            case _:
                words.insert(at, words[chance.randrange(len(words))])
        changed = " ".join(words)
    return changed if _differs(changed, quote) else ""


def _differs(changed: str, quote: str) -> bool:
    """Return whether the letters differ: a page has what differs in its marks alone."""
    letters = [[it for it in folding.fold(text) if it.isalnum()] for text in (changed, quote)]
    return letters[0] != letters[1] and not _within(letters[0], letters[1])


def _within(one: list[str], other: list[str]) -> bool:
    return "".join(one) in "".join(other)


def _typography(quote: str) -> str:
    """Return the quote as another editor might have typed it."""
    return (
        quote.replace("'", "\u2019")
        .replace(" - ", " \u2013 ")
        .replace(" ", "\u00a0", 2)
        .replace("...", "…")
    )


def measure(chosen: list[Trial]) -> Result:
    """Check all trials against servers on loopback."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    faults: list[str] = []
    with small_web() as web, tempfile.TemporaryDirectory() as folder:
        serve(web, tuple(it.case for it in chosen))
        documents = SqliteDocuments(str(Path(folder) / "records.sqlite3"))
        pace = Pace(documents, seconds=0)
        origins = web.origins
        fetcher = SourceFetcher(Settings(), pace, resolver=web.resolve, origins=origins)
        began = time.perf_counter()
        for trial in chosen:
            its = trial.case
            url = web.url(its.host, its.path)
            source = Source(title=its.title, url=url, quote=its.quoted)
            result = check(source, read(fetcher.fetch(url)), None, at=datetime.now(UTC))
            said = result.quote == "found"
            counts[trial.is_there, said] += 1
            if trial.is_there != said:
                faults.append(f"{trial.kind}: {its.quoted!r}")
        seconds = time.perf_counter() - began
        documents.close()
    return Result(
        found=counts[True, True],
        missed=counts[True, False],
        wrong=counts[False, True],
        right=counts[False, False],
        faults=tuple(faults),
        seconds=seconds,
    )


def table(result: Result) -> Iterator[str]:
    """Yield the lines to print."""
    yield f"  the quote is there: found {result.found}, not found {result.missed}"
    yield f"  it is not there:    found {result.wrong}, not found {result.right}"
    yield f"  recall {result.recall:.4f}, precision {result.precision:.4f}"
    yield f"  {result.seconds:.0f} seconds"
    yield from (f"    {it}" for it in result.faults[:20])
