"""Which URLs are accepted as a source's, and how they are written."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from widget.entry import tracking, urls
from widget.errors import message
from widget.pages.visible_text import visible

_TRACKING = re.compile(tracking.PATTERN, re.IGNORECASE | re.ASCII)
# Services that answer with a redirect: the address says nothing about the page behind it.
_REDIRECTS = re.compile(
    r"""(?:
    (?:[\w-]+\.)*vertexaisearch\.cloud\.google\.com/ | [^/]+/grounding-api-redirect\b
    | (?:www\.)?google\.[a-z.]{2,6}/(?:url|aclk)\b | (?:www\.)?googleadservices\.com/
    | news\.google\.com/(?:rss/)?(?:articles|read)\b
    | (?:www\.)?bing\.com/(?:ck/|aclick|aclk|news/apiclick) | r\.search\.yahoo\.com/
    | (?:[\w-]+\.)?duckduckgo\.com/[ly](?:/|\.js)
    | (?:www\.)?facebook\.com/l\.php | lm?\.(?:facebook|instagram)\.com/
    | out\.reddit\.com/ | (?:www\.)?linkedin\.com/redir | away\.vk\.com/
    | (?:t\.co|bit\.ly|tinyurl\.com|goo\.gl|ow\.ly|buff\.ly|is\.gd|lnkd\.in|dlvr\.it)/
    | (?:trib\.al|rb\.gy|cutt\.ly)/
    | [^/]*safelinks\.protection\.outlook\.com | [^/]*urldefense\.(?:com|proofpoint\.com)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_redirect(url: str) -> bool:
    """Return whether a valid URL is of a search engine or shortener that only leads on."""
    return bool(_REDIRECTS.match(f"{urls.host_of(url)}{urlsplit(url).path}"))


def foreign_url(url: str) -> str:
    """Return why ``url`` is not accepted as a source's, empty where it is.

    An id such as ``a5612f0f`` in place of a URL, a URL with a sentence in it, and redirects of
    search engines and shorteners, whose target nobody can check later.
    """
    if problem := urls.link_problem(url):
        return message(
            "The source's address %(url)s %(problem)s.", url=_shown(url), problem=problem
        )
    parts = urlsplit(url)
    if len(re.findall(r"(?:%20|\+)[^%+]", f"{parts.path}")) >= 4 or "%0A" in url.upper():
        return message(
            "The source's address %(url)s has a sentence in it; give the page's address.",
            url=_shown(url),
        )
    if is_redirect(url):
        return message(
            "The source's address %(url)s only leads on to another; open it, and give the "
            "address of the page itself.",
            url=_shown(url),
        )
    return ""


def without_tracking(url: str) -> str:
    """Return a valid URL without tracking parameters and the fragment's text directive."""
    parts = urlsplit(url)
    pairs = [it for it in parts.query.split("&") if it and not _TRACKING.match(it)]
    fragment = parts.fragment.partition(":~:")[0]
    return urlunsplit(parts._replace(query="&".join(pairs), fragment=fragment))


def _shown(url: str) -> str:
    """Return a URL for a message, without its query and a password."""
    text = re.sub(r"(?<=//)[^/?#]*@", "…@", visible(url).partition("?")[0])
    return text if len(text) <= 80 else f"{text[:79]}…"
