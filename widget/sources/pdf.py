"""The text of a PDF, read in a process of its own: files from anywhere may take any time."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

from widget.errors import InvalidSettings

SECONDS = 20
MAX_PAGES = 500


class PdfUnread(Exception):  # an event
    """The text was not read; the message says why."""


def pdf_text(body: bytes) -> str:
    """Return the text of a PDF, line by line.

    Raises PdfUnread, and InvalidSettings where the library is not installed.
    """
    if importlib.util.find_spec("pypdf") is None:
        raise InvalidSettings(
            "sources: reading PDFs needs pypdf, which is not installed; run: "
            "pip install 'insights-widget[sources]'"
        )
    command = [sys.executable, "-m", "widget.sources.pdf_process", str(MAX_PAGES)]
    try:
        found = subprocess.run(  # noqa: S603  # our own module
            command, input=body, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise PdfUnread(f"Reading this PDF takes longer than {SECONDS} seconds.") from None
    except OSError as error:
        raise PdfUnread(f"The process that reads PDFs cannot be started: {error}") from error
    if found.returncode:
        raise PdfUnread("This PDF cannot be read; it may be damaged or protected.")
    return found.stdout.decode("utf-8", "replace")
