"""Asking for drafts, and following the runs. Off until a provider is configured."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, get_args

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.entry.vocabulary import ArticleKind
from widget.errors import Breach, InsightsError, InvalidEntry, Throttled
from widget.http import problem_details
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _

if TYPE_CHECKING:
    from widget.drafting.evidence import Article, Document
    from widget.drafting.runs import DraftRequest
    from widget.drafting.service import Drafting

routes = Blueprint("drafting", __name__, url_prefix="/drafts")

_LISTED = 50
_MAX_FILE = 2_000_000


@routes.get("")
def listing() -> Response:
    """Show the newest runs, and the providers."""
    service = drafting()
    runs = service.runs.newest(limit=_LISTED)
    return rendering.page("drafts.html", runs=runs, providers=service.providers, tested=None)


@routes.post("/providers/<name>/test")
@auth.needs("admin")
def test(name: str) -> Response:
    """Test the connection to a provider."""
    service = drafting()
    try:
        answer, problem = service.test(name), ""
    except InsightsError as error:
        answer, problem = None, rendering.sentence(error)
    return rendering.page(
        "drafts.html",
        runs=service.runs.newest(limit=_LISTED),
        providers=service.providers,
        tested=name,
        answer=answer,
        problem=problem,
    )


@routes.get("/new")
def new() -> Response:
    """Show the form that asks for a draft."""
    return _form(request.args.to_dict())


@routes.post("")
def ask() -> AnyResponse:
    """Ask for a draft."""
    try:
        run = drafting().ask(_request(), actor=auth.user().name)
    except InvalidEntry as error:
        return _form(
            request.form.to_dict(),
            breaches=error.breaches,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    except Throttled as error:
        response = _form(
            request.form.to_dict(),
            breaches=(Breach("$.provider", str(error)),),
            status=HTTPStatus.TOO_MANY_REQUESTS,
        )
        response.headers["Retry-After"] = problem_details.retry_after(error)
        return response
    return rendering.see(url_for(".show", run_id=run.id))


@routes.get("/<run_id>")
def show(run_id: str) -> Response:
    """Show a run; htmx gets only what changes while it goes."""
    run = drafting().runs.get(run_id)
    template = "_run.html" if rendering.is_htmx() else "run.html"
    return rendering.page(template, run=run, evidence=drafting().evidence(run_id))


@routes.post("/<run_id>/cancellation")
def cancel(run_id: str) -> AnyResponse:
    """Ask for a run to end."""
    drafting().cancel(run_id, actor=auth.user().name)
    return rendering.see(url_for(".show", run_id=run_id))


@routes.get("/<run_id>/evidence/<int:number>")
def document(run_id: str, number: int) -> Response:
    """Show a text of the evidence, 0 for the article, with the passage of a finding marked."""
    run, evidence = drafting().runs.get(run_id), drafting().evidence(run_id)
    texts: list[Article | Document] = []
    if evidence:
        texts = [evidence.article, *evidence.documents]
    if not 0 <= number < len(texts):
        abort(
            HTTPStatus.NOT_FOUND,
            _("Run %(run)s has no document %(number)d.", run=run_id, number=number),
        )
    response = rendering.page(
        "evidence.html",
        run=run,
        number=number,
        document=texts[number],
        pieces=_marked(texts[number].text, request.args.get("passage", "")),
        bare=request.args.get("bare") == "1",
    )
    return rendering.framed(response, rendering.POLICY)


def drafting() -> Drafting:
    """Return drafting; 404 where no provider is configured."""
    service = admin().drafting
    if service is None:
        abort(HTTPStatus.NOT_FOUND, _("Drafting is off: no provider is configured."))
    return service


def _form(
    typed: dict[str, str], *, breaches: tuple[Breach, ...] = (), status: int = HTTPStatus.OK
) -> Response:
    return rendering.page(
        "draft.html",
        status=status,
        typed=typed,
        breaches=breaches,
        providers=drafting().providers,
        kinds=get_args(ArticleKind),
    )


def _request() -> DraftRequest:
    """Return what the form asks for. Raises InvalidRequest."""
    # Imported here: drafting is off until a provider is configured.
    from widget.drafting.runs import request_from
    from widget.drafting.sources import read_evidence

    evidence = request.files.get("evidence")
    data = evidence.read(_MAX_FILE) if evidence else b""
    article = request.files.get("file")
    page = article.read(_MAX_FILE).decode("utf-8", "replace") if article else ""
    return request_from(
        provider=_line("provider"),
        article_url=_line("url"),
        article_html=page or None,
        article_text=request.form.get("text", "").strip() or None,
        title=_line("title"),
        section=_line("section"),
        kind=_line("kind") or None,
        language=_line("language"),
        queries=_lines("queries"),
        urls=_lines("sources"),
        documents=read_evidence(data) if data else (),
        entry_id=_line("entry") or None,
        replace=request.form.get("replace") == "yes",
    )


def _line(name: str) -> str:
    return request.form.get(name, "").strip()


def _lines(name: str) -> tuple[str, ...]:
    return tuple(it.strip() for it in request.form.get(name, "").splitlines() if it.strip())


def _marked(text: str, passage: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, and whether each is the passage."""
    at = text.find(passage) if passage else -1
    if at < 0:
        return [(text, False)]
    end = at + len(passage)
    return [(text[:at], False), (passage, True), (text[end:], False)]
