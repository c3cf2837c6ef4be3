"""The editor of one entry: the form, its checks, the preview."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, get_args

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget import panel
from widget.editorial import comparison
from widget.entry import Entry
from widget.entry.vocabulary import (
    ArticleKind,
    Confidence,
    CorrectionKind,
    Lean,
    Origin,
    Role,
    SourceKind,
)
from widget.errors import Breach, Conflict
from widget.panel import Options
from widget.web import templating
from widget.web.admin import forms, guards
from widget.web.admin.form_actions import Arranged, arrange
from widget.web.admin.forms import Document, Judgement
from widget.web.admin.guards import Desk
from widget.web.admin.standing import Standing, number, standing

_CHOICES = {
    "kind": get_args(ArticleKind),
    "lean": get_args(Lean),
    "confidence": get_args(Confidence),
    "role": get_args(Role),
    "type": get_args(SourceKind),
    "origin": get_args(Origin),
    "correction": get_args(CorrectionKind),
}
_EVERYTHING = frozenset({*get_args(Role), "sources"})


def blueprint(desk: Desk) -> Blueprint:
    """Return ``/entries/<id>`` and what belongs to its form."""
    routes = Blueprint("editor", __name__, url_prefix="/entries/<entry_id>")

    @routes.get("")
    def form(entry_id: str) -> Response:
        now = standing(desk, entry_id)
        document = forms.of_entry(now.entry)
        return _editor(now, document, _judge(document))

    @routes.post("/draft")
    def save(entry_id: str) -> AnyResponse:
        now = standing(desk, entry_id)
        document = forms.document(request.form, entry_id)
        arranged = arrange(document, request.form)
        judged = _judge(_without_blanks(document))
        head = request.form.get("over") or request.form.get("head", "")
        try:
            if judged.entry is None:
                if arranged is None:
                    return _refused(now, document, judged)
                return _editor(now, document, judged, arranged=arranged, head=head)
            if not now.says(judged.entry, head):
                note = "Autosaved" if guards.is_htmx() and not arranged else ""
                actor = guards.user().name
                desk.editorial.save(judged.entry, actor=actor, note=note, head=number(head))
        except Conflict:
            now = standing(desk, entry_id)
            return _conflict(now, document, judged, head, arranged=arranged is not None)
        now = standing(desk, entry_id)
        if arranged and (guards.is_htmx() or _unkept(document, judged.entry)):
            return _editor(now, document, judged, arranged=arranged)
        if guards.is_htmx():
            return guards.page("_saved.html", now=now, problem="")
        if request.form.get("then") == "publication":
            return guards.see(url_for("admin.publishing.compare", entry_id=entry_id))
        place = f"f-{arranged.at.replace('.', '-')}" if arranged and arranged.at else None
        return guards.see(url_for(".form", entry_id=entry_id, _anchor=place))

    @routes.post("/check")
    def check(entry_id: str) -> Response:
        document = forms.document(request.form, entry_id)
        return guards.page("_checked.html", **_said(document, _judge(_without_blanks(document))))

    @routes.get("/preview")
    def saved_preview(entry_id: str) -> Response:
        return _preview(standing(desk, entry_id).entry)

    @routes.post("/preview")
    def preview(entry_id: str) -> Response:
        document = forms.document(request.form, entry_id)
        judged = _judge(_without_blanks(document))
        if judged.entry is None:
            response = guards.page("no_preview.html", breaches=judged.breaches)
            return _framed(response, guards.POLICY)
        return _preview(judged.entry)

    def _judge(document: Document) -> Judgement:
        return forms.judge(document, desk.settings)

    def _preview(entry: Entry) -> Response:
        theme = request.values.get("theme")
        publication = desk.settings.publication_for(entry.article.url)
        options = Options(theme=theme if theme in ("light", "dark") else None, open=_EVERYTHING)  # type: ignore[arg-type]  # just checked
        permalink = f"{templating.own_base(desk.settings.base_url)}/panel/{entry.id}"
        made = panel.frame(entry, publication, options, permalink=permalink)
        response = Response(made.body, content_type="text/html; charset=utf-8")
        return _framed(response, made.policy or guards.POLICY)

    return routes


def _editor(
    now: Standing,
    document: Document,
    judged: Judgement,
    *,
    arranged: Arranged | None = None,
    head: str = "",
    status: int = HTTPStatus.OK,
    conflict: list[comparison.FieldDiff] | None = None,
    unsaved: bool = False,
) -> Response:
    return guards.page(
        "editor.html",
        status=status,
        now=now,
        document=document,
        values=forms.values(document),
        choices=_CHOICES,
        arranged=arranged or Arranged(),
        head=head or now.head,
        conflict=conflict,
        problem="",
        unsaved=unsaved or conflict is not None or judged.entry is None,
        **_said(document, judged),
    )


def _said(document: Document, judged: Judgement) -> dict[str, Any]:
    """Return what is said of a document, in order and by the place of the form."""
    known = forms.slots(document)
    beside: dict[str, list[Breach]] = {name: [] for name in sorted(known)}
    listed = [(breach, forms.slot(breach.path, known)) for breach in judged.breaches]
    for breach, name in listed:
        if name:
            beside[name].append(breach)
    return {"judged": judged, "listed": listed, "beside": beside}


def _refused(now: Standing, document: Document, judged: Judgement) -> Response:
    if guards.is_htmx():
        count = len(judged.breaches)
        problem = f"Not saved: {count} thing{'s' if count > 1 else ''} to mend first"
        return guards.page("_saved.html", now=now, problem=problem)
    head = request.form.get("head", "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _editor(now, document, judged, head=head, status=status, unsaved=True)


def _conflict(
    now: Standing, document: Document, judged: Judgement, head: str, *, arranged: bool
) -> Response:
    if guards.is_htmx() and not arranged:
        problem = "Not saved: somebody else saved this entry. Press Save to compare both versions"
        return guards.page("_saved.html", now=now, problem=problem)
    changes = comparison.documents(forms.of_entry(now.entry), document)
    return _editor(
        now, document, judged, head=head, conflict=changes, status=HTTPStatus.CONFLICT, unsaved=True
    )


def _without_blanks(document: Document) -> Document:
    """Leave out corrections that nobody wrote anything into yet: a draft cannot hold them."""
    kept = [each for each in document["corrections"] if str(each.get("note", "")).strip()]
    return {**document, "corrections": kept}


def _unkept(document: Document, entry: Entry) -> bool:
    """Say whether the form shows a correction that the draft cannot keep yet."""
    return len(document["corrections"]) > len(entry.corrections)


def _framed(response: Response, policy: str) -> Response:
    """Let the editor, and no other page, frame the answer."""
    kept = [part for part in policy.split("; ") if not part.startswith("frame-ancestors")]
    response.headers["Content-Security-Policy"] = "; ".join([*kept, "frame-ancestors 'self'"])
    return response
