"""Writes what the PDF on standard input says.

``python -m widget.sources.pdf_process text PAGES`` writes the text of its first pages, ``metadata``
instead of ``text`` its title and its day as JSON.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
import resource
import sys

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 30


def main() -> int:
    """Return 0, or 1 where the file cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if sys.argv[1] == "metadata":
            stated = reader.metadata
            title, created = (stated.title, stated.creation_date) if stated else (None, None)
            text = json.dumps(
                {
                    "title": str(title or ""),
                    "created": created.date().isoformat() if created else "",
                }
            )
        else:
            pages = itertools.islice(reader.pages, int(sys.argv[2]))
            text = "\n".join(page.extract_text() for page in pages)
    except Exception:  # whatever a broken file leads to
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
