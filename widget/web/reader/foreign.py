"""Requests of scripts on other pages: who asks, and who is refused (Fetch, section 3.3)."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request

from widget.config import Publication
from widget.entry.urls import origin
from widget.http import problem_details, responses
from widget.web.context import service
from widget.web.reader.subject import Subject, publication_of


def foreign_origin() -> str | None:
    """Return the origin of the page whose script asks; None for our own pages and for servers."""
    embedder = request.headers.get("Origin")
    own = (origin(request.url_root), service().settings.base_origin)
    return None if embedder in own else embedder


def early_response(embedder: str | None) -> Response | None:
    """Refuse an origin that no publication lists, and respond to preflights; None otherwise."""
    if embedder and not service().settings.allows(embedder):
        return _refused(embedder, service().settings.publications[0])
    return responses.preflight(embedder) if request.method == "OPTIONS" else None


def refusal(embedder: str | None, subject: Subject | None) -> Response | None:
    """Refuse an origin that the publication of ``subject`` does not list; None otherwise."""
    if embedder is None or subject is None or publication_of(subject).allows(embedder):
        return None
    return _refused(embedder, publication_of(subject))


def _refused(embedder: str, publication: Publication) -> Response:
    detail = responses.not_listed(embedder, publication)
    return problem_details.problem(HTTPStatus.FORBIDDEN, detail, headers={"Vary": "Origin"})
