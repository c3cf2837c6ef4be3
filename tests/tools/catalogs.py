"""Brings the templates up to the code, and the languages' catalogs up to them: ``make messages``.

There are two domains: ``messages``, what readers see, and ``desk``, the editors' pages. A catalog
keeps a header of its own: the comment on top, which says how the translation was made and who may
correct it, its language and its plural rule, and neither dates nor addresses, which would change at
each run. ``pybabel update`` knows the header whole or not at all.
"""

from __future__ import annotations

import io
import re
import tomllib
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po
from samples import ROOT

LOCALE = ROOT / "widget" / "locale"
DOMAINS = ("messages", "desk")
# A call of ``counted`` has the number behind its two forms; see widget.errors.
_KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "message": None, "counted": (1, 2)}


def template(domain: str) -> bytes:
    """Return the template of a domain, as its texts stand in code and templates now."""
    found = Catalog(charset="utf-8")
    for folder in ("widget", "templates"):
        patterns = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in _mappings(domain)
            if pattern.startswith(f"{folder}/")
        ]
        for _, _, message, comments, context in extract_from_dir(
            ROOT / folder, patterns, keywords=_KEYWORDS if domain == "desk" else DEFAULT_KEYWORDS
        ):
            found.add(message, auto_comments=comments, context=context)
    written = io.BytesIO()
    write_po(written, found, no_location=True, omit_header=True, sort_output=True)
    return written.getvalue()


def _mappings(domain: str) -> list[tuple[str, str]]:
    if domain == "desk":
        found = tomllib.loads((LOCALE / "desk.toml").read_text("utf-8"))
    else:
        found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]
    return [(one["pattern"], one["method"]) for one in found["mappings"]]


def updated(language: str, domain: str) -> bytes:
    """Return a catalog of ``language`` with its template's messages and its own header."""
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    content = path.read_bytes()
    catalog = read_po(io.BytesIO(content), abort_invalid=True)
    comment = re.match(rb"(?:#.*\n)*", content)
    with (LOCALE / f"{domain}.pot").open("rb") as source:
        catalog.update(read_po(source), no_fuzzy_matching=True)
    header = (
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: nplurals={catalog.num_plurals}; plural={catalog.plural_expr};\\n"\n\n'
    )
    written = io.BytesIO()
    write_po(written, catalog, omit_header=True)
    return (comment[0] if comment else b"") + header.encode() + written.getvalue()


def main() -> None:
    """Write the templates, then each catalog, anew."""
    for domain in DOMAINS:
        (LOCALE / f"{domain}.pot").write_bytes(template(domain))
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        path.write_bytes(updated(path.parent.parent.name, path.stem))


if __name__ == "__main__":
    main()
