"""What lists, searches and lookups by URL use of an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from widget.entry import Entry, Withdrawn, urls
from widget.entry.containment import or_else
from widget.errors import Breach, message
from widget.store.protocol import Draft, Live
from widget.store.query import LONG_AGO, Row, State
from widget.store.workflow import NO_WORKFLOW, Workflow


def summarize(
    entry_id: str,
    live: Live | Withdrawn | None,
    draft: Draft | None,
    entry: Entry | None,
    problem: str = "",
    *,
    workflow: Workflow = NO_WORKFLOW,
) -> Row:
    """Return the row of an entry that shows the document ``entry``, None if that is unreadable."""
    state: State = "draft" if live is None else "both" if draft else "live"
    if isinstance(live, Withdrawn):
        state = "withdrawn"
    origin = urls.origin_key(entry.article.url) if entry else None
    return Row(
        id=entry_id,
        title=entry.article.title if entry else "",
        url=entry.article.url if entry else "",
        state="invalid" if problem else state,
        waiting=draft is not None,
        lean=entry.viewpoint.lean if entry else None,
        section=entry.article.section if entry else "",
        language=entry.language if entry else "",
        changed=max([LONG_AGO, *(it.at for it in (live, draft) if it)]),
        problem=problem,
        phase=workflow.phase if draft else None,
        saved_by=(workflow.saved_by or "") if draft else "",
        assignee=workflow.assignee or "",
        due=workflow.due,
        planned=workflow.next_due(waiting=draft is not None, live=isinstance(live, Live)),
        open_comments=workflow.open_comments,
        origin=origin,
        live_origin=origin if live is None else urls.origin_key(article_url(live)),
    )


def article_url(live: Live | Withdrawn) -> str:
    """Return the URL of the article whose panel is or was live."""
    return live.entry.article.url if isinstance(live, Live) else live.article_url


def search_text(entry_id: str, entry: Entry | None) -> str:
    """Return the text that a search looks through, case folded."""
    texts = _texts(entry) if entry else ()
    return "\n".join([entry_id, *texts]).replace("\0", " ").casefold()


def _texts(entry: Entry) -> Iterator[str]:
    article = entry.article
    yield from (article.title, article.url, *article.aliases, *article.authors)
    yield entry.viewpoint.rationale
    for group in entry.perspectives:
        yield from (group.heading or "", group.none_because or "")
        for point in group.points:
            yield from (point.text, point.attributed_to or "")
    for source in entry.sources:
        yield from (source.title, source.url, source.publisher or "", source.quote or "")


def lookup_key(url: str) -> str | None:
    """Return the key by which an entry is found for ``url``; None if that is not a URL."""
    return or_else("looking up a URL", lambda: _normalized(url), None)


def _normalized(url: str) -> str | None:
    try:
        return urls.normalize(url)
    except ValueError:
        return None


def lookup_keys(entry: Entry) -> frozenset[str]:
    """Return the lookup keys of all URLs of an entry."""
    all_urls = [entry.article.url, *entry.article.aliases]
    return frozenset(key for key in map(_own_key, all_urls) if key)


@lru_cache(1_024)
def _own_key(url: str) -> str | None:
    """Return the key of an entry's own URL, which a change asks for several times."""
    return lookup_key(url)


@dataclass(frozen=True, slots=True)
class UrlTaken(Breach):
    """A URL that the entry ``owner`` has."""

    owner: str = ""


def url_conflicts(entry: Entry, owner: Callable[[str], str | None]) -> list[Breach]:
    """Return the URLs of ``entry`` that other entries own; ``owner`` returns the id for a key."""
    article = entry.article
    found_at = [("$.article.url", article.url)]
    found_at += [(f"$.article.aliases[{i}]", url) for i, url in enumerate(article.aliases)]
    found: list[Breach] = []
    for path, url in found_at:
        owned_by = owner(_own_key(url) or "") or entry.id
        if owned_by != entry.id:
            taken = message(
                "is already the URL of the entry %(entry)r; change it in one of them",
                entry=owned_by,
            )
            found.append(UrlTaken(path, taken, owner=owned_by))
    return found
