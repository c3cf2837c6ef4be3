"""What a PDF says, read in a process of its own: files from anywhere may take any time."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from datetime import date
from typing import Literal

from widget.errors import InvalidSettings

SECONDS = 20.0
MAX_PAGES = 500


class PdfUnread(Exception):  # an event
    """It was not read; the message says why."""


def can_read_pdf() -> bool:
    """Return whether the library is installed, which is an extra."""
    return importlib.util.find_spec("pypdf") is not None


def pdf_text(body: bytes) -> str:
    """Return the text of a PDF, line by line.

    Raises PdfUnread, and InvalidSettings where the library is not installed.
    """
    return _read(body, "text", seconds=SECONDS)


def pdf_metadata(body: bytes, *, seconds: float) -> tuple[str, date | None]:
    """Return the title that a PDF states and the day on which it was created.

    "" and None where it does not. Raises as ``pdf_text``.
    """
    stated = json.loads(_read(body, "metadata", seconds=seconds))
    return stated["title"], date.fromisoformat(stated["created"]) if stated["created"] else None


def _read(body: bytes, what: Literal["text", "metadata"], *, seconds: float) -> str:
    if not can_read_pdf():
        raise InvalidSettings(
            "sources: reading PDFs needs pypdf, which is not installed; run: "
            "pip install 'insights-widget[sources]'"
        )
    command = [sys.executable, "-m", "widget.sources.pdf_process", what, str(MAX_PAGES)]
    try:
        found = subprocess.run(  # noqa: S603  # our own module
            command, input=body, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise PdfUnread(f"Reading this PDF takes longer than {seconds:.0f} seconds.") from None
    except OSError as error:
        raise PdfUnread(f"The process that reads PDFs cannot be started: {error}") from error
    if found.returncode:
        raise PdfUnread("This PDF cannot be read; it may be damaged or protected.")
    return found.stdout.decode("utf-8", "replace")
