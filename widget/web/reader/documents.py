"""Live entries as JSON: ``/panel/<id>.json``, the bytes whose SHA-256 stands in the log."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request

from widget.entry import Withdrawn
from widget.http import problem_details, responses
from widget.http.codings import Representation
from widget.store import Live
from widget.store.public_document import public_document
from widget.web.context import service
from widget.web.reader import foreign
from widget.web.reader.subject import framed_blueprint, requested, version_of

JSON = "application/json"

routes = framed_blueprint("document")


@routes.route("/panel/<entry_id>.json", methods=["GET", "OPTIONS"], provide_automatic_options=False)
def document(entry_id: str) -> Response:
    """Send the document to a server, or to a script of an origin that is listed."""
    embedder = foreign.foreign_origin()
    if (early := foreign.early_response(embedder)) is not None:
        return early
    subject = requested(entry_id)
    if (refused := foreign.refusal(embedder, subject)) is not None:
        return refused
    match subject:
        case Live():
            response = responses.send(_represent(subject), request, vary=["Origin"])
        case Withdrawn():
            response = _missing(HTTPStatus.GONE, "The panel was withdrawn.")
        case None:
            response = _missing(HTTPStatus.NOT_FOUND, "There is no panel with this id.")
    return responses.allow_origin(response, embedder) if embedder else response


def _represent(live: Live) -> Representation:
    return service().representations.get(
        (document.__name__, live.entry.id),
        version_of(live),
        lambda: Representation(public_document(live), JSON),
    )


def _missing(status: HTTPStatus, detail: str) -> Response:
    headers = {"Vary": "Origin"}
    response = problem_details.problem(status, detail, headers=headers)
    response.headers["Cache-Control"] = responses.SHORT
    return response
