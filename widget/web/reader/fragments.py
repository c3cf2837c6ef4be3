"""Panels as pieces of HTML, for scripts and servers: ``/fragment/<id>`` and ``/fragment?url=``."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request

from widget import panel
from widget.errors import InvalidEntry
from widget.http import responses
from widget.panel import Options
from widget.web.reader import foreign
from widget.web.reader.subject import (
    Subject,
    framed_blueprint,
    represent,
    requested,
)

routes = framed_blueprint("fragment")


@routes.after_request
def _not_a_result(response: Response) -> Response:
    """Keep fragments out of the results of search engines, which may render pages with them."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def fragment(entry_id: str | None) -> Response:
    """Send the panel to a server, or to a script of an origin that is listed."""
    embedder = foreign.foreign_origin()
    if (early := foreign.early_response(embedder)) is not None:
        return early
    subject = requested(entry_id)
    if (refused := foreign.refusal(embedder, subject)) is not None:
        return refused
    response = _nothing() if subject is None else _sent(subject, utf8=embedder is not None)
    return responses.allow_origin(response, embedder) if embedder else response


# The slashed forms respond by themselves: a redirect would need CORS on its way. They have an
# endpoint of their own, since Werkzeug would redirect to the form that has the same defaults.
for _path, _endpoint, _defaults in (
    ("/fragment", "fragment", {"entry_id": None}),
    ("/fragment/<entry_id>", "fragment", {}),
    ("/fragment/", "slashed", {"entry_id": None}),
    ("/fragment/<entry_id>/", "slashed", {}),
):
    routes.add_url_rule(
        _path,
        _endpoint,
        fragment,
        defaults=_defaults,
        methods=["GET", "OPTIONS"],
        provide_automatic_options=False,
    )


def _sent(subject: Subject, *, utf8: bool) -> Response:
    # Only a script's request names its origin. A server's may be put into a page of any encoding.
    try:
        shown = represent(subject, Options.from_query(request.args), panel.fragment, utf8=utf8)
    except InvalidEntry:
        # An empty response leaves the host page as it is; htmx 4 would show an error in it.
        return _empty("no-store")
    return responses.send(shown, request, vary=["Origin"])


def _nothing() -> Response:
    response = _empty(responses.SHORT)
    response.vary.add("Origin")
    return response


def _empty(cache_control: str) -> Response:
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Cache-Control"] = cache_control
    return response
