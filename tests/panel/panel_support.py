"""What the tests of the panel share: views of it, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from samples import (
    PAPER,
    PERMALINK,
    PUBLICATION,
    parse_fragment,
    parse_html,
    with_class,
)

from widget.config import Publication
from widget.entry import Entry, Withdrawn
from widget.entry.urls import link_problem
from widget.panel import (
    Options,
    Page,
    fragment,
    frame,
)

PLAIN = Options()
Tree = Any
Way = Callable[..., Tree]


def frame_page(
    subject: Entry | Withdrawn, options: Options = PLAIN, publication: Publication = PUBLICATION
) -> Page:
    return frame(subject, publication, options, permalink=PERMALINK)


def framed(
    subject: Entry | Withdrawn, options: Options = PLAIN, publication: Publication = PUBLICATION
) -> Tree:
    return parse_html(frame_page(subject, options, publication).body.decode())


def included(
    subject: Entry | Withdrawn, options: Options = PLAIN, publication: Publication = PUBLICATION
) -> Tree:
    page = fragment(subject, publication, options, permalink=PERMALINK)
    assert page.policy is None
    return parse_fragment(page.body.decode())


def panel_of(tree: Tree) -> Tree:
    (panel,) = with_class(tree, "insights")
    return panel


def withdrawn(**changes: object) -> Withdrawn:
    values: dict[str, Any] = {
        "id": "night-trains",
        "language": "en",
        "article_url": f"{PAPER}/opinion/night-trains",
        "article_title": "Bring the night trains back",
        "revision": 3,
        "at": datetime(2026, 6, 1, 10, tzinfo=UTC),
        "reason": "A claim was wrong.",
        "legal": False,
        **changes,
    }
    return Withdrawn(**values)


# Hostile text, and what the panel itself is made of

HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)></style></title>{{7*7}}&lt;%(x)s"
)
ELEMENTS = {
    *("section", "header", "footer", "h1", "h2", "h3", "p", "div", "ol", "ul", "li", "details"),
    *("summary", "blockquote", "button", "a", "span", "strong", "em", "q", "sup", "time", "bdi"),
    *("link", "meta"),  # microdata
}
ATTRIBUTES = {
    *("class", "id", "part", "lang", "dir", "role", "open", "href", "target", "rel", "type"),
    *("aria-labelledby", "aria-label", "aria-hidden", "datetime"),
    *("data-entry", "data-accent", "data-role"),
    *("popover", "popovertarget"),
    *("v-pre", "data-ng-non-bindable"),
    *("itemscope", "itemtype", "itemprop", "content"),
}


def is_the_panels_own(tree: Tree) -> None:
    for element in panel_of(tree).iter():
        if not isinstance(element.tag, str):
            continue  # a comment, between the braces of what a template engine would run
        assert element.tag in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
        href = element.get("href", "#")
        assert href.startswith("#") or link_problem(href) is None
