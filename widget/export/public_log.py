"""The files of the public log: its lines, the checkpoint with its signature, and the page."""

from __future__ import annotations

from collections.abc import Iterator

from widget.config import Settings
from widget.record.checkpoint import Checkpoint, checkpoint_of
from widget.record.log_page import PATH, log_page, view_of
from widget.record.signing import open_signer
from widget.store import EntryReader

LINES = f"{PATH}.jsonl"
_BATCH = 10_000


def log_paths(settings: Settings) -> set[str]:
    """Return the paths of the files of ``log_files``."""
    paths = {LINES, f"{PATH}/checkpoint", f"{PATH}/index.html"}
    return paths | {f"{PATH}/checkpoint.sig", f"{PATH}/key.pem"} if settings.log_key_file else paths


def log_files(
    store: EntryReader, settings: Settings, base: str, size: int
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the first ``size`` lines, those that say what the others are last."""
    yield LINES, b"".join(_lines(store, size))
    checkpoint: Checkpoint = checkpoint_of(store, base, size)
    signer = open_signer(settings.model_copy(update={"base_url": base}))
    if signer:
        yield f"{PATH}/key.pem", signer.public_pem
        yield f"{PATH}/checkpoint.sig", signer.sign(checkpoint.encode())
    yield f"{PATH}/checkpoint", checkpoint.encode()
    view = view_of(store, settings, base, before=size + 1, static=True)
    yield f"{PATH}/index.html", log_page(view, settings).body


def _lines(store: EntryReader, size: int) -> Iterator[bytes]:
    after = 0
    while after < size:
        found = store.log_lines(after=after, limit=min(_BATCH, size - after))
        if not found:
            return
        yield from (it.encode() + b"\n" for it in found)
        after += len(found)
