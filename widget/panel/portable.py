"""Makes a fragment safe for documents of any encoding, and for pages that are templates.

A fragment becomes part of the host's document. In a document that is not UTF-8, its bytes would be
other letters; in a template of Vue, AngularJS or Handlebars, ``{{ … }}`` would run as code.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_TOKEN = re.compile(r"""<(?:[^>"]|"[^"]*")*>|[^<]+""")
# The first and the second character of an expression delimiter ({{ [[ ${ #{ {% <%), as a character
# or as a character reference.
_FIRST = r"[{\[$#@<]|&\w+;|&#x?[0-9a-f]+;"
_SECOND = r"[{\[%]|&(?:lbrace|lcub|lbrack|lsqb|percnt);|&#0*(?:123|91|37);|&#x0*(?:7b|5b|25);"
_OPENING = re.compile(rf"({_FIRST})(?={_SECOND})", re.IGNORECASE)
_HREF = re.compile(r'(?<= href=")(https?://[^/?#"]*)?([^"]*)')


def without_expressions(html: str) -> str:
    """Return ``html``, one element, without expressions of any template engine.

    Attributes on the element exclude it from Vue and AngularJS. For other engines, a comment
    separates the two characters of each delimiter.
    """
    if not _OPENING.search(html):
        return html
    parts = (
        token if token.startswith("<") else _OPENING.sub(r"\1<!---->", token)
        for token in _TOKEN.findall(html)
    )
    return "".join(parts).replace("<section", "<section v-pre data-ng-non-bindable", 1)


def in_ascii(html: str) -> bytes:
    """Return ``html`` with a character reference for each non-ASCII character.

    URLs are percent-encoded as UTF-8 instead, except for the host: a browser would encode the
    query in the encoding of the document (URL, 4.2).
    """
    html = _HREF.sub(lambda it: (it[1] or "") + _percent_encoded(it[2]), html)
    return html.encode("ascii", "xmlcharrefreplace")


def _percent_encoded(url: str) -> str:
    return re.sub(r"[^\x00-\x7f]+", lambda it: quote(it[0]), url)
