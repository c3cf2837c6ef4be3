"""All text that readers see in a page, in its order, boilerplate included.

``extraction`` leaves out what it takes for boilerplate; a quotation may stand in just that.
"""

from __future__ import annotations

import re
from typing import Any

from widget.drafting.extraction import parse
from widget.drafting.hidden import remove_hidden
from widget.drafting.page_html import rewrite
from widget.drafting.page_styles import Styles

# HTML Standard, section 15.3: these do not break a line. All others stand between two lines.
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em"}
    | {"font", "i", "ins", "kbd", "label", "mark", "q", "rb", "ruby", "s", "samp", "small", "span"}
    | {"strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
_MARK = re.compile(r"\[?\d{1,3}\]?|[*\u2020\u2021]{1,3}")
_PRONUNCIATION = frozenset({"rt", "rp", "rtc"})


def page_text(html: str, *, running: bool = False) -> str:
    """Return what readers see of a page; ``running``: without marks of notes, asides and figures.

    Raises ExtractionFailed for a page that is too large or too complex, and InvalidSettings where
    the library is not installed.
    """
    page = rewrite(html)
    root = parse(page.html, deep=True)
    if root is None:
        return ""
    remove_hidden(root, Styles(page.styles))
    pieces: list[str] = []
    # An element to open, or the text that follows one. Pages may be nested deeper than the stack.
    pending: list[Any] = [*root.iter("body")][:1] or [root]
    while pending:
        it = pending.pop()
        if isinstance(it, str):
            pieces.append(it)
            continue
        if it.tag in _PRONUNCIATION or (running and _is_beside(it)):
            continue
        edge = "" if _is_inline(it.tag) else "\n"
        pieces += edge, it.text or ""
        pending.append(edge)
        for child in reversed(it):
            pending += child.tail or "", child
    return "".join(pieces)


def _is_inline(name: object) -> bool:
    # An element of the page's own is inline unless its styles say otherwise.
    return name in _INLINE or "-" in str(name)


def _is_beside(element: Any) -> bool:  # noqa: ANN401  # an lxml element
    """Return whether an element interrupts the text: an aside, or the raised mark of a note."""
    if element.tag in ("aside", "figure") or element.get("role") == "doc-noteref":
        return True
    return element.tag == "sup" and (
        any((it.get("href") or "").startswith("#") for it in element.iter("a"))
        or _MARK.fullmatch(element.text_content().strip()) is not None
    )
