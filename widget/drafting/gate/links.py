"""URLs: those of sources, and those that a text should not have."""

from __future__ import annotations

import re

from widget.drafting.gate.corpus import Corpus
from widget.drafting.source_urls import is_redirect
from widget.entry import urls
from widget.errors import Message, message

_URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"\u201c\u201d\u00bb]+|\bwww\.[^\s<>\"\u201c\u201d\u00bb]+",
    re.IGNORECASE,
)
_TOP_LEVEL = (
    "com|org|net|info|io|ai|co|app|dev|biz|edu|gov|int|mil|news|press|example|test|site|online|xyz|"
    "uk|de|fr|es|at|ch|eu|us|ca|au|ie|it|nl|be|pt|pl|se|no|dk|fi|ru|cn|jp|in|br|mx|ar|eg|ma|sa|ae|jo|lb"
)
_BARE = re.compile(
    rf"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TOP_LEVEL})(?![\w-])(?!\.\w)(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)


def in_text(text: str) -> list[str]:
    """Return the URLs in plain text, also those without a scheme, such as ``paper.example/x``."""
    found = [_trimmed(it) for it in _URL.findall(text)]
    found += [_trimmed(it) for it in _BARE.findall(_URL.sub(" ", text))]
    return list(dict.fromkeys(found))


def _trimmed(url: str) -> str:
    return url.rstrip(".,;:!?)]}'\u2019\u2026")


def problem(url: str, corpus: Corpus) -> Message | None:
    """Return why the URL of a source or a link is no URL of the evidence, or None."""
    if reason := urls.link_problem(url):
        return reason
    if is_redirect(url):
        return message("is a redirect, which hides the page that it leads to")
    return None if corpus.has_url(url) else message("is the URL of no document of the evidence")


def problem_in_text(url: str, corpus: Corpus) -> Message | None:
    """Like ``problem``; a bare host is accepted if a text of the evidence is from there."""
    full = url if "://" in url else f"https://{url}"
    reason = problem(full, corpus)
    if reason and "/" not in url and url.lower() in {hosts_of(it.url) for it in corpus.texts}:
        return None
    return reason


def hosts_of(url: str) -> str:
    """Return the host without ``www.``; empty for what is no URL."""
    try:
        return urls.host_of(url).removeprefix("www.")
    except ValueError:
        return ""
