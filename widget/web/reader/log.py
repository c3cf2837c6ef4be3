"""The public log: its page, its lines, the checkpoint with its signature, and the key."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from widget.http import responses
from widget.http.codings import Representation
from widget.record.checkpoint import checkpoint_of
from widget.record.log_page import PATH, log_page, view_of
from widget.record.signing import Signer, open_signer
from widget.web.context import service
from widget.web.reader.subject import HTML

LINES = 1_000
"""Lines of one response of log.jsonl."""
JSON_LINES = "application/x-ndjson"
PEM = "application/x-pem-file"
# A checkpoint and its signature are fetched one after the other: no cache may keep one of them.
_FRESH = "no-cache"
_UNSIGNED = (
    "The log of this service is not signed: it has no key (log_key_file). The checkpoint itself is "
    "at /log/checkpoint."
)

routes = Blueprint("log", __name__)


@routes.get(f"/{PATH}")
def page() -> Response:
    """Send the page."""
    context = service()
    view = view_of(context.store, context.settings, context.base(), before=_number("before"))

    def is_fresh(wait: bool) -> bool | None:  # noqa: FBT001  # as responses.IsFresh has it
        return context.store.log_size() == view.size if wait else None

    responses.cacheable(request, is_fresh)

    def rendered() -> Representation:
        shown = log_page(view, context.settings)
        return Representation(shown.body, HTML, policy=shown.policy)

    representation = context.representations.get(
        (PATH, view.before, view.base), view.size, rendered
    )
    return responses.send(representation, request)


@routes.get(f"/{PATH}/")
def slashed() -> Response:
    """Redirect to the page."""
    return responses.without_slash(PATH, request)


@routes.get(f"/{PATH}.jsonl")
def lines() -> Response:
    """Send lines after number ``after``, each as it was hashed."""
    after = _number("after") or 0
    found = service().store.log_lines(after=after, limit=LINES)
    data = b"".join(it.encode() + b"\n" for it in found)
    response = responses.send(Representation(data, JSON_LINES, quick=True), request)
    if len(found) == LINES:
        response.headers["Link"] = f'<{PATH}.jsonl?after={found[-1].number}>; rel="next"'
    return responses.allow_origin(response, "*")


@routes.get(f"/{PATH}/checkpoint")
def checkpoint() -> Response:
    """Send the checkpoint, of the first ``lines`` where that is given."""
    return _plain(_checkpoint(), "text/plain; charset=utf-8")


@routes.get(f"/{PATH}/checkpoint.sig")
def signature() -> Response:
    """Send the signature of exactly the bytes of the checkpoint."""
    return _plain(_signer().sign(_checkpoint()), "application/octet-stream")


@routes.get(f"/{PATH}/key.pem")
def key() -> Response:
    """Send the public key."""
    return _plain(_signer().public_pem, PEM)


def _checkpoint() -> bytes:
    return checkpoint_of(service().store, service().base(), _number("lines")).encode()


def _signer() -> Signer:
    signer = open_signer(service().settings)
    if signer is None:
        abort(HTTPStatus.NOT_FOUND, _UNSIGNED)
    return signer


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def _plain(data: bytes, content_type: str) -> Response:
    representation = Representation(data, content_type)
    response = responses.send(representation, request, cache_control=_FRESH)
    return responses.allow_origin(response, "*")
