"""The list of entries, and new ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, get_args

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial import cursors
from widget.editorial import listing as entry_listing
from widget.editorial.listing import Listing, ListingRequest
from widget.editorial.new_ids import free_id
from widget.entry import Entry, parse_entry, urls
from widget.entry.json_input import MAX_BYTES
from widget.entry.vocabulary import Lean
from widget.errors import Breach, Conflict, InvalidEntry, message
from widget.store import Sort
from widget.web.admin import auth, forms, interface, new_entry, rendering
from widget.web.admin.context import admin
from widget.web.admin.new_entry import Begun
from widget.web.admin.terms import NOTES

routes = Blueprint("entries", __name__)

_ORDER = frozenset({"sort", "page", "after", "before"})
"""The parts of a list's URL that choose no entries."""


@routes.get("/")
def start() -> AnyResponse:
    """Redirect to the list of entries."""
    return rendering.see(url_for("admin.entries.listing"))


@routes.get("/entries")
def listing() -> Response:
    """Show the entries that the query finds."""
    today = datetime.now(interface.zone()).date()
    search = ListingRequest.from_query(request.args, today=today).resolved(admin().scope)
    listing = entry_listing.find(admin().store, search)
    return rendering.page(
        "_listing.html" if rendering.is_htmx() else "entries.html",
        query=search.query,
        state=search.state,
        people=admin().colleagues(disabled=True),
        publications=admin().scope.publications,
        publication=search.publication,
        publication_of=lambda row: admin().settings.publication_for(row.url).name,
        listing=listing,
        states=entry_listing.STATES,
        active={key: value for key, value in request.args.items() if value and key not in _ORDER},
        due=search.due,
        days=entry_listing.DUE,
        today=today,
        leans=get_args(Lean),
        sorts=get_args(Sort),
        previous_page=_previous(search, listing),
        next_page=_next(search, listing),
    )


@routes.get("/entries/new")
def new() -> Response:
    """Show the form for a new entry."""
    return _form(copy=request.args.get("copy", ""))


@routes.post("/entries")
def create() -> AnyResponse:
    """Create a draft."""
    try:
        begun = _begun_from_form()
        entry = begun.entry
        _save_new(entry)
    except InvalidEntry as error:
        return _form(
            copy=request.form.get("copy", ""),
            breaches=error.breaches,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    unread, added = begun.unread or None, begun.added or None
    return rendering.see(
        url_for("admin.editor.form", entry_id=entry.id, unread=unread, added=added)
    )


def _save_new(entry: Entry) -> None:
    """Save the draft. Raises InvalidEntry where its id or its URL is another entry's."""
    store = admin().store
    if store.head(entry.id) or store.draft(entry.id):
        raise _taken(entry.id)
    owner = store.find(entry.article.url)
    if owner:
        raise InvalidEntry(
            [Breach("$.article.url", message("is the address of %(entry)r already", entry=owner))]
        )
    try:
        note = str.__str__(NOTES[_way()])
        admin().editorial.save(entry, actor=auth.user().name, note=note, head=0)
    except Conflict as error:
        raise _taken(entry.id) from error


def _way() -> str:
    way = request.form.get("way", "")
    return way if way in NOTES else "address"


def _form(*, copy: str, breaches: tuple[Breach, ...] = (), status: int = HTTPStatus.OK) -> Response:
    return rendering.page(
        "new.html",
        status=status,
        copy=copy,
        breaches=breaches,
        way=_way() if breaches else "copy" if copy else "address",
        typed={} if not breaches else request.form.to_dict(),
    )


def _begun_from_form() -> Begun:
    way = _way()
    if way == "json":
        return Begun(parse_entry(request.form.get("document", "").encode()))
    if way == "file":
        file = request.files.get("file")
        return Begun(parse_entry(file.read(MAX_BYTES + 1) if file else b""))
    url = urls.with_scheme(request.form.get("url", "")).strip()
    problem = urls.link_problem(url)
    if problem:
        raise InvalidEntry([Breach("$.article.url", problem)])
    if way == "address":
        return new_entry.begin(url, request.form)
    name = request.form.get("id", "").strip() or free_id(admin().editorial, url)
    judged = forms.judge(_copy(request.form.get("copy", ""), name, url), admin().settings)
    if judged.entry is None:
        raise InvalidEntry(judged.breaches)
    return Begun(judged.entry)


def _copy(of: str, name: str, url: str) -> forms.Document:
    """Return a copy without what concerns the other article only."""
    history = admin().store.history(of)
    if not history:
        raise InvalidEntry([Breach("$.copy", message("names no entry"))])
    document = forms.of_entry(history[0].entry)
    document |= {"id": name, "corrections": []}
    document["article"] |= {"url": url, "aliases": []}
    return document


def _taken(entry_id: str) -> InvalidEntry:
    problem = message(
        "is taken: there is an entry %(entry)r already; open it, or choose another id",
        entry=entry_id,
    )
    return InvalidEntry([Breach("$.id", problem)])


def _previous(search: ListingRequest, listing: Listing) -> str | None:
    """Return the URL of the page before this one, by the key of the first row of this one."""
    if not listing.has_previous:
        return None
    before = cursors.encode(search.query.sort, listing.rows[0])
    return _link(replace(search, page=max(1, listing.page - 1)), before=before)


def _next(search: ListingRequest, listing: Listing) -> str | None:
    """Return the URL of the next page, by the key of the last row of this one."""
    if not listing.has_next:
        return None
    after = cursors.encode(search.query.sort, listing.rows[-1])
    return _link(replace(search, page=listing.page + 1), after=after)


def _link(search: ListingRequest, **place: str) -> str:
    query = search.query
    parts: dict[str, Any] = {
        "q": query.search,
        "state": search.state,
        "lean": query.lean,
        "section": query.section,
        "language": query.language,
        "assignee": query.assignee,
        "publication": search.publication,
        "saved_by": query.saved_by,
        "due": search.due,
        "comments": "open" if query.commented else None,
        "sort": None if query.sort == "changed" else query.sort,
        "page": None if search.page == 1 else search.page,
        **place,
    }
    return url_for("admin.entries.listing", **{name: it for name, it in parts.items() if it})
