"""Brings the languages' catalogs up to the template: ``make messages``, second half.

A catalog keeps a header of its own: its language and its plural rule, and neither dates nor
addresses, which would change at each run. ``pybabel update`` knows the header whole or not at all.
"""

from __future__ import annotations

import io

from babel.messages.pofile import read_po, write_po
from samples import ROOT

LOCALE = ROOT / "widget" / "locale"


def updated(language: str, domain: str = "messages") -> bytes:
    """Return a catalog of ``language`` with its template's messages and its own header."""
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as source:
        catalog = read_po(source, abort_invalid=True)
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
    return header.encode() + written.getvalue()


def main() -> None:
    """Write each catalog anew."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        path.write_bytes(updated(path.parent.parent.name, path.stem))


if __name__ == "__main__":
    main()
