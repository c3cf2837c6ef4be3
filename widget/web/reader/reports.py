"""The form with which readers report a problem: ``/report/<id>``, without a script.

There is no token against forged requests, since a report is sent with nobody's authority: no
cookie, no session, nothing that another site could borrow. What its form carries is a stamp of
time, signed, that tells persons from programs that answer at once.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import get_args
from urllib.parse import urlencode

from flask import Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget import i18n, panel
from widget.config import Publication
from widget.entry import Withdrawn, urls
from widget.errors import Throttled
from widget.http import problem_details, responses
from widget.http.codings import Representation
from widget.panel import Options
from widget.record.report_inbox import Listener, ReportInbox, Submission
from widget.record.reports import MAX_TEXT, Kind, is_address, point_text
from widget.store import Live
from widget.web.context import documents, service
from widget.web.reader import report_page, report_words
from widget.web.reader.report_words import Problem
from widget.web.reader.subject import (
    HTML,
    CacheSubject,
    framed_blueprint,
    represent,
    set_cache_subject,
)

INBOX = "insights.reports"
LISTENER = "insights.reports.listener"
"""Where an application has its inbox, and who is to know of reports."""

_CARRIED = ("lang", "theme", "accent", "point")
"""What of the query stays: the look of the panel, and the way back to the point."""

routes = framed_blueprint("report")


@routes.get("/report/<entry_id>")
def form(entry_id: str) -> AnyResponse:
    """Show the form, or that a report was sent."""
    found = _live(entry_id)
    if isinstance(found, Response):
        return found
    view = _view(found)
    if request.args.get("sent"):
        answer = request.args["sent"]
        return _page(replace(view, state="sent", answer=answer), found)
    return _page(replace(view, token=_inbox().keys.form_token(entry_id)), found)


@routes.post("/report/<entry_id>")
def send(entry_id: str) -> AnyResponse:
    """Take a report in."""
    found = _live(entry_id)
    if isinstance(found, Response):
        return found
    if request.form.get("website"):
        return _sent(entry_id, "thanks")  # a program: what it sent is dropped, and it need not know
    problems = _problems(entry_id)
    if problems:
        return _again(found, problems, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        receipt = _inbox().submit(found, _submission(found), address=request.remote_addr or "")
    except Throttled as error:
        full: Problem = "full" if "panel" in str(error) else "busy"
        response = _again(found, [full], HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = problem_details.retry_after(error)
        return response
    wants_answer = bool(request.form.get("address", "").strip())
    return _sent(entry_id, ("yes" if receipt.answers else "no") if wants_answer else "thanks")


def set_listener(app: object, listener: Listener) -> None:
    """Have ``listener`` called with reports that persons are to be notified of."""
    app.extensions[LISTENER] = listener  # type: ignore[attr-defined]  # a Flask application


def _inbox() -> ReportInbox:
    """Return the inbox, opened by the first form: nothing else of a reader's needs it."""
    found: ReportInbox | None = current_app.extensions.get(INBOX)
    if found is None:
        found = ReportInbox(documents())
        found.listener = current_app.extensions.get(LISTENER)
        found = current_app.extensions.setdefault(INBOX, found)
    return found


def _live(entry_id: str) -> Live | Response:
    """Return the live entry, or the response that says why there is nothing to report on."""
    set_cache_subject(CacheSubject(entry_id))
    subject, options = service().store.live(entry_id), Options.from_query(request.args)
    if subject is None:
        page = panel.message_frame("unknown", service().settings.publications[0], options)
        return _uncached(Representation(page.body, HTML, policy=page.policy), HTTPStatus.NOT_FOUND)
    if isinstance(subject, Withdrawn):
        return _uncached(represent(subject, options, panel.frame), HTTPStatus.GONE)
    if _publication(subject).reports == "off":
        return _page(replace(_view(subject), state="off"), subject, HTTPStatus.NOT_FOUND)
    return subject


def _publication(live: Live) -> Publication:
    return service().settings.publication_for(live.entry.article.url)


def _view(live: Live) -> report_page.View:
    """Return the view of an empty form."""
    entry, publication = live.entry, _publication(live)
    options = Options.from_query(request.args)
    language = options.language or i18n.interface_language(entry.language)
    foreign = i18n.written_in(entry.language) != i18n.written_in(language)
    point = request.args.get("point", "")
    quote = point_text(entry, point) or ""
    look = replace(options.canonical(publication, entry.language), instance=None, open=frozenset())
    query = look.to_query()
    return report_page.View(
        state="form",
        entry_id=entry.id,
        language=language if foreign else entry.language,
        content_language=entry.language,
        theme=None if options.theme == "host" else options.theme,
        title=entry.article.title,
        article_url="" if urls.link_problem(entry.article.url) else entry.article.url,
        quote=quote,
        action=_url(entry.id, query | ({"point": point} if quote else {})),
        whole_url=_url(entry.id, query),
        back_url=_panel_url(entry.id, query, point if quote else ""),
    )


def _url(entry_id: str, query: dict[str, str]) -> str:
    tail = f"?{urlencode(query)}" if query else ""
    return f"{url_for('.form', entry_id=entry_id)}{tail}"


def _panel_url(entry_id: str, query: dict[str, str], point: str) -> str:
    # The panel's blueprint has a name of its own below somebody else's application.
    root = url_for(".form", entry_id=entry_id).removesuffix(f"/report/{entry_id}")
    tail = f"?{urlencode(query)}" if query else ""
    return f"{root}/panel/{entry_id}{tail}{f'#p{point}' if point else ''}"


def _problems(entry_id: str) -> list[Problem]:
    """Return what is wrong with what was typed, and then with how it came."""
    typed = _typed()
    found: list[Problem] = []
    if typed["kind"] not in get_args(Kind):
        found.append("kind")
    elif typed["kind"] == "other" and not typed["text"]:
        found.append("text")
    if len(typed["text"]) > MAX_TEXT:
        found.append("long")
    if typed["address"] and not is_address(typed["address"]):
        found.append("address")
    state = _inbox().keys.form_state(entry_id, request.form.get("token", ""))
    return found if state == "valid" or found else [state]


def _typed() -> dict[str, str]:
    """Return the fields; line breaks are those of Unix, and control characters are dropped."""
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    return {
        "kind": request.form.get("kind", ""),
        "text": "".join(it for it in text if it == "\n" or it.isprintable()),
        "address": request.form.get("address", "").strip(),
    }


def _submission(live: Live) -> Submission:
    typed, point = _typed(), request.args.get("point", "")
    return Submission(
        kind=typed["kind"],  # type: ignore[arg-type]  # _problems looked
        point=point if point_text(live.entry, point) is not None else "",
        text=typed["text"],
        address=typed["address"],
    )


def _again(live: Live, problems: list[Problem], status: HTTPStatus) -> Response:
    """Show the form with what was typed, and what is wrong with it."""
    view = _view(live)
    token = request.form.get("token", "")
    if "early" not in problems:  # an early one is old enough by the time it is sent again
        token = _inbox().keys.form_token(live.entry.id)
    listed = [
        (report_words.FIELDS.get(it, ""), report_words.problem(it, view.language))
        for it in problems
    ]
    view = replace(view, token=token, typed=_typed(), problems=tuple(listed))
    return _page(view, live, status)


def _sent(entry_id: str, outcome: str) -> AnyResponse:
    look = {name: it for name, it in request.args.items() if name in _CARRIED}
    return redirect(_url(entry_id, look | {"sent": outcome}), HTTPStatus.SEE_OTHER)


def _page(view: report_page.View, live: Live, status: int = HTTPStatus.OK) -> Response:
    publication = _publication(live)
    accent = Options.from_query(request.args).accent_on(publication)
    body, policy = report_page.render(view, accent, publication)
    return _uncached(Representation(body, HTML, policy=policy), status)


def _uncached(representation: Representation, status: int) -> Response:
    return responses.send(representation, request, status=status, cache_control="no-store")
