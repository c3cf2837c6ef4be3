"""The command ``import``, for many entries at once."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from widget.cli.context import Context, actor_option
from widget.cli.next_steps import next_steps
from widget.cli.output import confirm
from widget.cli.progress import progress
from widget.entry import Entry, parse_entry
from widget.errors import Breach, InsightsError, InvalidEntry
from widget.store.entry_summary import lookup_keys

_BATCH = 250
"""Documents that are saved, and acknowledged, as a whole."""
_AT_ONCE = 2
_SPACE = " \t\r\n"


@dataclass(frozen=True)
class Document:
    """One document to import, and its place: ``file``, ``file:line`` or ``file[index]``."""

    where: str
    data: bytes


_Put = Callable[[list[Entry]], list[InsightsError | None]]
_Outcome = tuple[Document, Entry | None, InsightsError | None]


@click.command("import")
@click.argument(
    "paths",
    metavar="PATH…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path, allow_dash=True),
)
@click.option("--publish", "and_publish", is_flag=True, help="Also publish the entries.")
@click.option("--note", default="Imported.", help="A note for the history.", show_default=True)
@actor_option()
@click.pass_obj
def import_entries(
    context: Context, paths: tuple[Path, ...], *, and_publish: bool, note: str, actor: str
) -> None:
    """Save many entries as drafts.

    PATH is a file with one entry, a JSON array of entries or one entry per line, a folder of
    such files, or - for standard input. Each entry is imported completely or not at all; refused
    entries are listed with the reason, and the exit status is 1.
    """
    context.require("publisher" if and_publish else "editor")
    documents = [document for path in _files(paths) for document in _documents(path)]
    refused: list[tuple[str, Breach]] = []
    with context.editorial() as editorial, progress("Importing", len(documents)) as report:
        put = partial(editorial.put_all, actor=actor, note=note, publish=and_publish)
        for outcomes in _put_all(documents, put):
            for document, entry, error in outcomes:
                with _adding(refused, document.where):
                    if error is not None:
                        with next_steps(editorial, entry, saved=False):
                            raise error
            report(len(outcomes))
    for where, breach in refused:
        click.echo(f"{where}: {breach.path}: {breach.message}", err=True)
    count = len({where for where, _ in refused})
    imported = len(documents) - count
    outcome = "published" if and_publish else "saved as drafts"
    confirm(f"{imported} {outcome}, {count} refused")
    if refused:
        sys.exit(1)


def _put_all(documents: list[Document], put: _Put) -> Iterator[list[_Outcome]]:
    """Put all of ``documents`` in batches; yields each with why it was refused, or None.

    One batch waits for its store while the next is prepared, unless they have an id or a URL in
    common: of two such documents the first one wins.
    """
    under_way: deque[tuple[Future[list[_Outcome]], set[str]]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, "importing") as threads:
        for start in range(0, len(documents), _BATCH):
            batch = [(it, _parsed(it)) for it in documents[start : start + _BATCH]]
            names = {name for _, it in batch if isinstance(it, Entry) for name in _names(it)}
            while under_way and (
                len(under_way) >= _AT_ONCE or any(names & others for _, others in under_way)
            ):
                yield under_way.popleft()[0].result()
            under_way.append((threads.submit(_put, batch, put), names))
        while under_way:
            yield under_way.popleft()[0].result()


def _parsed(document: Document) -> Entry | InvalidEntry:
    try:
        return parse_entry(document.data)
    except InvalidEntry as error:
        return error


def _names(entry: Entry) -> Iterator[str]:
    yield f"id {entry.id}"
    yield from lookup_keys(entry)


def _put(batch: list[tuple[Document, Entry | InvalidEntry]], put: _Put) -> list[_Outcome]:
    entries = [it for _, it in batch if isinstance(it, Entry)]
    try:
        refusals = iter(put(entries))
    except InsightsError as error:
        refusals = iter([error] * len(entries))
    return [
        (document, it, next(refusals)) if isinstance(it, Entry) else (document, None, it)
        for document, it in batch
    ]


@contextmanager
def _adding(refused: list[tuple[str, Breach]], where: str) -> Iterator[None]:
    """Add the error of the block to ``refused``."""
    try:
        yield
    except InvalidEntry as error:
        refused += [(where, breach) for breach in error.breaches]
    except InsightsError as error:
        refused.append((where, Breach("$", str(error))))


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted([*path.glob("*.json"), *path.glob("*.jsonl")])
        else:
            yield path


def _documents(path: Path) -> Iterator[Document]:
    data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    text = data.decode("utf-8-sig", "surrogateescape")
    name = "standard input" if str(path) == "-" else str(path)
    if text.lstrip(_SPACE).startswith("["):
        yield from _array(name, text)
    elif path.suffix == ".jsonl" or _is_lines(text):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip(_SPACE):
                yield _document(f"{name}:{number}", line)
    else:
        yield Document(name, data)


def _document(where: str, text: str) -> Document:
    return Document(where, text.encode("utf-8", "surrogateescape"))


def _is_lines(text: str) -> bool:
    """Return whether the first line is a complete document and others follow."""
    first, _, rest = text.lstrip(_SPACE).partition("\n")
    if not rest.strip(_SPACE):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _array(name: str, text: str) -> Iterator[Document]:
    """Split a JSON array into its items, each of which is then parsed separately."""
    decoder = json.JSONDecoder()
    at, index = text.index("[") + 1, 0
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            # The rest cannot be split; parsing it reports what is wrong.
            yield _document(f"{name}[{index}]", text[at:] or "[")
            return
        yield _document(f"{name}[{index}]", text[at:end])
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at += 1
        index += 1


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at
