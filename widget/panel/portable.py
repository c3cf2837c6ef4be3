"""A fragment's HTML made fit for documents of any encoding, and for pages with templates in them.

It stands in the host's own document. Where that is not UTF-8, bytes of ours would be other letters;
where Vue, AngularJS or Handlebars reads the page, ``{{ … }}`` in an entry would be run as code.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_TOKEN = re.compile(r"""<(?:[^>"]|"[^"]*")*>|[^<]+""")
# Of two characters that open an expression somewhere ({{ [[ ${ #{ {% <%) the first, written out or
# as any character reference; and the second.
_FIRST = r"[{\[$#@<]|&\w+;|&#x?[0-9a-f]+;"
_SECOND = r"[{\[%]|&(?:lbrace|lcub|lbrack|lsqb|percnt);|&#0*(?:123|91|37);|&#x0*(?:7b|5b|25);"
_OPENING = re.compile(rf"({_FIRST})(?={_SECOND})", re.IGNORECASE)
_HREF = re.compile(r'(?<= href=")(https?://[^/?#"]*)?([^"]*)')


def without_expressions(html: str) -> str:
    """Return ``html``, one element, so that no template engine finds an expression in it.

    The element says so to Vue and AngularJS in their own words, which also holds for attributes.
    For all others a comment stands between the braces: no text has both.
    """
    if not _OPENING.search(html):
        return html
    parts = (
        token if token.startswith("<") else _OPENING.sub(r"\1<!---->", token)
        for token in _TOKEN.findall(html)
    )
    return "".join(parts).replace("<section", "<section v-pre data-ng-non-bindable", 1)


def in_ascii(html: str) -> bytes:
    """Return ``html`` with a character reference for everything outside ASCII.

    Not so in an address, whose query a browser would encode as the document is (URL, 4.2): there
    it is percent-encoded UTF-8, but for the host's name.
    """
    html = _HREF.sub(lambda it: (it[1] or "") + _percent_encoded(it[2]), html)
    return html.encode("ascii", "xmlcharrefreplace")


def _percent_encoded(url: str) -> str:
    return re.sub(r"[^\x00-\x7f]+", lambda it: quote(it[0]), url)
