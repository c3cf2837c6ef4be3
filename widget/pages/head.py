"""What a page has for machines: meta elements, links, JSON-LD, its language and its title."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from widget.pages.html import Element, elements

MAX_ELEMENTS = 20_000
MAX_DATA = 500_000
"""Characters of all JSON-LD in the page; what follows is ignored."""
_NAMES = ("property", "name", "itemprop", "http-equiv")
_RELATIONS = frozenset({"canonical", "archived", "memento"})


@dataclass(slots=True)
class PageHead:
    """``meta`` has names in lower case, ``links`` the first href of each relation in use."""

    language: str = ""
    title: str = ""
    meta: list[tuple[str, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)


def read_head(text: str) -> PageHead:
    """Return what the page has for machines, wherever in it."""
    head = PageHead()
    for count, element in enumerate(elements(text)):
        if count == MAX_ELEMENTS:
            break
        if not element.inert:
            _add(head, element)
    return head


def _add(head: PageHead, element: Element) -> None:
    match element.name:
        case "html":
            head.language = head.language or element.get("lang") or ""
        case "title":
            head.title = head.title or html.unescape(element.text[:1_000])
        case "meta":
            content = element.get("content") or ""
            for attribute in _NAMES:
                if content and (name := element.get(attribute)):
                    head.meta.append((name.lower(), content))
        case "link":
            for relation in _RELATIONS.intersection((element.get("rel") or "").lower().split()):
                head.links.setdefault(relation, element.get("href") or "")
        case "script" if (element.get("type") or "").lower() == "application/ld+json":
            if sum(map(len, head.data)) + len(element.text) <= MAX_DATA:
                head.data.append(element.text)
