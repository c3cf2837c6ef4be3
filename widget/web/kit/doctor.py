"""The doctor's page: examines a host page, by its URL or pasted, for what stops its panel."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from widget.entry import urls
from widget.errors import Throttled
from widget.http import problem_details
from widget.web.kit import pages

if TYPE_CHECKING:
    from widget.doctor import Report, Severity

MOST_HTML = 256 * 1024
MOST_HEADERS = 16 * 1024
_SEVERITIES: dict[Severity, str] = {
    "stop": "Stops the panel",
    "warning": "Could be better",
    "note": "Note",
}
_FORM = MOST_HTML + MOST_HEADERS + 8 * 1024

routes = Blueprint("doctor", __name__)


@routes.get("/doctor")
def by_address() -> Response:
    """Fetch and examine the page at ``url``."""
    from widget.web.kit import examination  # here, since few services need the doctor

    url = request.args.get("url", "").strip()
    if not url:
        return _page()
    try:
        return _page(url=url, report=examination.of_url(url))
    except Throttled as error:
        response = _page(url=url, problem=str(error), status=problem_details.status_of(error))
        response.headers["Retry-After"] = problem_details.retry_after(error)
        return response
    except examination.CannotFetch as error:
        return _page(url=url, problem=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)


@routes.post("/doctor")
def by_pasting() -> Response:
    """Examine HTML and response headers that were pasted."""
    from widget.web.kit import examination  # here, since few services need the doctor

    request.max_content_length = request.max_form_memory_size = _FORM
    html, headers = request.form.get("html", ""), request.form.get("headers", "")
    if len(html.encode()) > MOST_HTML or len(headers) > MOST_HEADERS:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    url = request.form.get("url", "").strip()
    page = partial(_page, url=url, html=html, headers=headers)
    problem = _problem(url, html)
    if problem:
        return page(pasted=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return page(report=examination.of_html(html, headers, url))


@routes.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
def _too_large(_: Exception) -> Response:
    problem = (
        f"The page is larger than {MOST_HTML // 1024} kB. Paste its head, and the part around "
        "the panel."
    )
    return _page(pasted=problem, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _problem(url: str, html: str) -> str:
    problem = urls.link_problem(url) if url else None
    if problem:
        return f"The address {problem}."
    return "" if html.strip() else "Paste the page's HTML."


def _page(
    *,
    url: str = "",
    html: str = "",
    headers: str = "",
    problem: str = "",
    pasted: str = "",
    report: Report | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    return pages.page(
        "doctor.html",
        status=status,
        url=url,
        html=html,
        headers=headers,
        problem=problem,
        pasted=pasted,
        report=report,
        severities=_SEVERITIES,
    )
