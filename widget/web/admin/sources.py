"""What checks found of the sources and the article of an entry, and the list of what went bad."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import InsightsError, NotFound, message
from widget.http import problem_details
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.context import documents
from widget.web.source_checks import source_checks

if TYPE_CHECKING:
    from widget.sources.articles import Articles
    from widget.sources.desk import SourceDesk

# Checks are imported in the functions here: most services check no sources.

routes = Blueprint("sources", __name__)

_ENTRY = "/entries/<entry_id>"


@routes.get("/sources")
def listing() -> Response:
    """Show the entries with bad sources, or those whose articles changed."""
    kind = "articles" if request.args.get("kind") == "articles" else "sources"
    publication = request.args.get("publication", "")
    before = request.args.get("before", "")
    page = _desk().bad(
        "articles" if kind == "articles" else "sources",
        publication=publication,
        before=_place(before),
    )
    query = {"kind": kind} if kind == "articles" else {}
    query |= {"publication": publication} if publication else {}
    following = {**query, "before": f"{page.next[0]!r}~{page.next[1]}"} if page.next else {}
    return rendering.page(
        "bad_sources.html",
        page=page,
        kind=kind,
        publication=publication,
        publications=admin().scope.publications,
        first_page=url_for(".listing", **query) if before else "",  # type: ignore[arg-type]  # names of query parameters
        next_page=url_for(".listing", **following) if page.next else "",  # type: ignore[arg-type]  # names of query parameters
    )


@routes.get(f"{_ENTRY}/sources")
def show(entry_id: str) -> Response:
    """Show the sources of an entry with their checks, and its article."""
    return _page(entry_id)


@routes.post(f"{_ENTRY}/sources/checks")
def check(entry_id: str) -> AnyResponse:
    """Check the sources and the article now, in the background."""
    _found(entry_id)
    try:
        source_checks().request_check(entry_id)
    except InsightsError as error:
        response = _page(
            entry_id, problem=rendering.sentence(error), status=problem_details.status_of(error)
        )
        response.headers.extend(problem_details.headers_of(error))
        return response
    return rendering.see(url_for(".show", entry_id=entry_id))


@routes.get(f"{_ENTRY}/article")
def article(entry_id: str) -> Response:
    """Show what changed in the article, word by word."""
    found = _found(entry_id).of_entry(entry_id)
    texts = _found(entry_id).article_texts(entry_id)
    return rendering.page(
        "article.html", entry_id=entry_id, desk=found, record=found.article, texts=texts
    )


@routes.post(f"{_ENTRY}/article/settlement")
def settle(entry_id: str) -> AnyResponse:
    """Say that the analysis still fits the article."""
    _found(entry_id).of_entry(entry_id)
    try:
        sha256 = request.form.get("sha256", "")
        _articles().settle(entry_id, sha256=sha256, actor=auth.user().name)
    except InsightsError as error:
        status = problem_details.status_of(error)
        return _page(entry_id, problem=rendering.sentence(error), status=status)
    return rendering.see(url_for(".show", entry_id=entry_id))


def _page(entry_id: str, *, problem: str = "", status: int = HTTPStatus.OK) -> Response:
    desk = _found(entry_id).of_entry(entry_id)
    return rendering.page(
        "sources.html", status=status, entry_id=entry_id, desk=desk, problem=problem
    )


def _desk() -> SourceDesk:
    from widget.sources.desk import SourceDesk

    return SourceDesk(documents(), admin().editorial, admin().settings)


def _found(entry_id: str) -> SourceDesk:
    """Return the desk; answers 404 where the user has no such entry."""
    desk = _desk()
    try:
        desk.of_entry(entry_id)
    except NotFound as error:
        abort(HTTPStatus.NOT_FOUND, str(error))
    return desk


def _articles() -> Articles:
    from widget.sources.articles import Articles

    return Articles(admin().editorial, documents())


def _place(text: str) -> tuple[float, str] | None:
    """Return the place that a link names; ``message`` where it names none."""
    rank, _, key = text.partition("~")
    try:
        return (float(rank), key) if key else None
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST, message("The address of this page is incomplete."))
