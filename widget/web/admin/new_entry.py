"""A new entry from its article's address: what the article's page says, and a pasted analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from widget.editorial.new_ids import free_id
from widget.editorial.pasting import read_pasted
from widget.entry import Entry, urls
from widget.errors import InvalidEntry, Throttled
from widget.pages.head import read_head
from widget.pages.metadata import Metadata, believed_canonical, read_metadata
from widget.web.admin import filling, forms, pasted
from widget.web.admin.context import admin
from widget.web.admin.forms import Document


@dataclass(frozen=True, slots=True)
class Begun:
    """A new entry. ``unread``: why the article's page was not read; ``added``: what was pasted.

    Both are short, for the query of the editor's page: a reason of the page fetcher, and counts of
    points, sources and invisible characters such as ``9.5.0``. Empty where there is none.
    """

    entry: Entry
    unread: str = ""
    added: str = ""


def begin(url: str, form: Mapping[str, str]) -> Begun:
    """Return the new entry for the article at a valid URL. Raises InvalidEntry.

    Where ``read`` is in the form, its page is read; what somebody wrote goes before that.
    """
    metadata, unread = _metadata(url) if "read" in form else (Metadata(), "")
    address = believed_canonical(url, metadata, filling.listed_origins())
    name = form.get("id", "").strip() or free_id(admin().editorial, address)
    title = form.get("title", "").strip() or metadata.title
    language = form.get("language", "").strip() or metadata.language or "en"
    document = forms.blank(name, url=address, title=title, language=language)
    _describe(document, metadata, url)
    added = _paste(document, form.get("pasted_html") or form.get("pasted", ""))
    judged = forms.judge(document, admin().settings)
    if judged.entry is None:
        raise InvalidEntry(judged.breaches)
    return Begun(judged.entry, unread, added)


def _metadata(url: str) -> tuple[Metadata, str]:
    """Return what the page says, and a reason of the page fetcher where it was not read."""
    from widget.net.page_fetcher import FetchFailed

    try:
        page = filling.read_page(url)
    except FetchFailed as error:
        return Metadata(), error.reason
    except TimeoutError:
        return Metadata(), "slow"
    except Throttled:
        return Metadata(), "busy"
    return read_metadata(read_head(page.text), url=page.url), ""


def _describe(document: Document, metadata: Metadata, url: str) -> None:
    article = document["article"]
    article["authors"] = list(metadata.authors)
    article["section"] = metadata.section
    if metadata.kind:
        article["kind"] = metadata.kind
    if metadata.published:
        article["published"] = metadata.published.isoformat()
    if urls.normalize(url) != urls.normalize(article["url"]):
        article["aliases"] = [url]


def _paste(document: Document, text: str) -> str:
    if not text.strip():
        return ""
    found = read_pasted(text)
    pasted.add_pasted(document, found)
    points = sum(len(it.points) for it in found.groups)
    return f"{points}.{len(found.sources)}.{found.removed}"
