"""The doctor's page: a host page by its address or pasted, and what stops its panel."""

from __future__ import annotations

import math
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from widget import doctor
from widget.config import Settings
from widget.doctor import CannotFetch, Report, Severity
from widget.entry import urls
from widget.errors import Throttled
from widget.store import EntryReader
from widget.web.kit import pages

MOST_HTML = 256 * 1024
MOST_HEADERS = 16 * 1024
_SEVERITIES: dict[Severity, str] = {
    "stop": "Stops the panel",
    "warning": "Could be better",
    "note": "To know",
}
_FORM = MOST_HTML + MOST_HEADERS + 8 * 1024


def blueprint(settings: Settings, store: EntryReader) -> Blueprint:
    """Return the routes ``/doctor``: GET fetches, POST takes what was pasted."""
    routes = Blueprint("doctor", __name__)
    fetches = doctor.fetch_limiter()

    @routes.get("/doctor")
    def by_address() -> Response:
        url = request.args.get("url", "").strip()
        if not url:
            return _page()
        try:
            with fetches.slot():
                fetched = doctor.fetch(url, settings)
        except CannotFetch as error:
            return _page(url=url, problem=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except Throttled as error:
            response = _page(url=url, problem=str(error), status=HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
            return response
        return _page(url=url, report=_report(fetched.html, fetched.headers, fetched.url))

    @routes.post("/doctor")
    def by_pasting() -> Response:
        request.max_content_length = request.max_form_memory_size = _FORM
        html, written = request.form.get("html", ""), request.form.get("headers", "")
        if len(html.encode()) > MOST_HTML or len(written) > MOST_HEADERS:
            abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        url = request.form.get("url", "").strip()
        problem = urls.link_problem(url) if url else None
        if problem or not html.strip():
            wrong = f"The address {problem}." if problem else "Paste the page's HTML."
            return _page(
                url=url,
                html=html,
                headers=written,
                pasted=wrong,
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        report = _report(html, doctor.header_lines(written), url)
        return _page(url=url, html=html, headers=written, report=report)

    @routes.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    def too_large(_: Exception) -> Response:
        problem = (
            f"The page is larger than {MOST_HTML // 1024} kB. Paste its head, and the part around "
            "the panel."
        )
        return _page(pasted=problem, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def _report(html: str, headers: list[tuple[str, str]], url: str) -> Report:
        base = pages.base_of(settings)
        # Drafts are nobody's business here: this page asks for no account.
        return doctor.examine(
            html, headers, url=url, settings=settings, store=store, base=base, drafts=False
        )

    return routes


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
