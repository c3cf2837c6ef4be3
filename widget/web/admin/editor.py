"""The editor of one entry: the form, the JSON side, checks, the preview."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, get_args

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from widget import diff, editing, panel
from widget.entry import Entry, parse_entry
from widget.errors import Breach, Conflict, InvalidEntry
from widget.panel import Options
from widget.store import Draft, Live, Withdrawn
from widget.vocabulary import (
    ArticleKind,
    Confidence,
    CorrectionKind,
    Lean,
    Origin,
    Role,
    SourceKind,
)
from widget.web.admin import forms, guards
from widget.web.admin.forms import Document, Judgement
from widget.web.admin.guards import Desk

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


@dataclass(frozen=True, slots=True)
class Standing:
    """How an entry stands. ``head`` was read first, so that it is never too new."""

    head: int
    live: Live | Withdrawn | None
    draft: Draft | None
    entry: Entry


def standing(desk: Desk, entry_id: str) -> Standing:
    """Return how an entry stands, with what an editor goes on from. 404 where there is none."""
    head = desk.store.head(entry_id)
    live, draft = desk.store.live(entry_id), desk.store.draft(entry_id)
    entry = draft.entry if draft else live.entry if isinstance(live, Live) else None
    if entry is None:
        history = desk.store.history(entry_id)
        if not history:
            abort(HTTPStatus.NOT_FOUND, f"There is no entry {entry_id!r}.")
        entry = history[0].entry
    return Standing(head, live, draft, entry)


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
        at = forms.arrange(document, request.form)
        judged = _judge(_without_blanks(document))
        head = request.form.get("over") or request.form.get("head", "")
        try:
            if judged.entry is None:
                if at is None:
                    return _refused(now, document, judged)
                return _editor(now, document, judged, at=at, head=head)
            if not _same(judged.entry, now, head):
                note = "Autosaved" if guards.is_htmx() else ""
                actor = guards.user().name
                editing.save(desk.store, judged.entry, actor=actor, note=note, head=_number(head))
        except Conflict:
            return _conflict(standing(desk, entry_id), document, judged, head)
        if guards.is_htmx():
            return guards.page("_saved.html", now=standing(desk, entry_id), problem="")
        if at and len(document["corrections"]) > len(judged.entry.corrections):
            # A correction with nothing in it yet cannot be kept, only shown.
            return _editor(standing(desk, entry_id), document, judged, at=at)
        if request.form.get("then") == "publication":
            return guards.see(f"/admin/entries/{entry_id}/publication")
        place = f"#f-{forms.first_field(at).replace('.', '-')}" if at else ""
        return guards.see(f"/admin/entries/{entry_id}{place}")

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

    @routes.get("/json")
    def source(entry_id: str) -> Response:
        now = standing(desk, entry_id)
        return _source(now, now.entry.to_json().decode())

    @routes.post("/json")
    def save_source(entry_id: str) -> AnyResponse:
        now = standing(desk, entry_id)
        text = request.form.get("document", "").replace("\r\n", "\n")
        head = request.form.get("over") or request.form.get("head", "")
        try:
            entry = parse_entry(text.encode())
            if entry.id != entry_id:
                raise InvalidEntry([Breach("$.id", f"must stay {entry_id!r}")])
        except InvalidEntry as error:
            return _source(now, text, error.breaches, head=head)
        try:
            if not _same(entry, now, head):
                actor = guards.user().name
                editing.save(desk.store, entry, actor=actor, note="As JSON", head=_number(head))
        except Conflict:
            now = standing(desk, entry_id)
            changes = diff.entries(now.entry, entry)
            return _source(now, text, head=head, changes=changes, status=HTTPStatus.CONFLICT)
        return guards.see(f"/admin/entries/{entry_id}/json")

    def _judge(document: Document) -> Judgement:
        return forms.judge(document, desk.settings.publication_for)

    def _preview(entry: Entry) -> Response:
        theme = request.values.get("theme")
        publication = desk.settings.publication_for(entry.article.url)
        options = Options(theme=theme if theme in ("light", "dark") else None, open=_EVERYTHING)  # type: ignore[arg-type]  # just checked
        permalink = f"{request.url_root}panel/{entry.id}"
        made = panel.frame(entry, publication, options, permalink=permalink)
        response = Response(made.body, content_type="text/html; charset=utf-8")
        return _framed(response, made.policy or guards.POLICY)

    return routes


def _editor(
    now: Standing,
    document: Document,
    judged: Judgement,
    *,
    at: str = "",
    head: str = "",
    status: int = HTTPStatus.OK,
    conflict: list[diff.Change] | None = None,
    unsaved: bool = False,
) -> Response:
    return guards.page(
        "editor.html",
        status=status,
        now=now,
        document=document,
        values=forms.values(document),
        choices=_CHOICES,
        at=forms.first_field(at),
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


def _conflict(now: Standing, document: Document, judged: Judgement, head: str) -> Response:
    if guards.is_htmx():
        problem = "Not saved: somebody else saved this entry. Press Save to compare both versions"
        return guards.page("_saved.html", now=now, problem=problem)
    changes = diff.documents(forms.of_entry(now.entry), document)
    return _editor(
        now, document, judged, head=head, conflict=changes, status=HTTPStatus.CONFLICT, unsaved=True
    )


def _source(
    now: Standing,
    text: str,
    breaches: tuple[Breach, ...] = (),
    *,
    head: str = "",
    changes: list[diff.Change] | None = None,
    status: int | None = None,
) -> Response:
    refused = HTTPStatus.UNPROCESSABLE_ENTITY if breaches else HTTPStatus.OK
    return guards.page(
        "source.html",
        status=status or refused,
        now=now,
        text=text,
        breaches=breaches,
        head=head or now.head,
        conflict=changes,
    )


def _same(entry: Entry, now: Standing, head: str) -> bool:
    """Say whether there is nothing to save: the newest version says all that already."""
    settled = now.draft or not isinstance(now.live, Withdrawn)
    return entry == now.entry and bool(settled) and _number(head) <= now.head


def _number(head: str) -> int:
    return int(head) if head.isdecimal() and len(head) < 10 else 0


def _without_blanks(document: Document) -> Document:
    """Leave out corrections that nobody wrote anything into yet: a draft cannot hold them."""
    kept = [each for each in document["corrections"] if str(each.get("note", "")).strip()]
    return {**document, "corrections": kept}


def _framed(response: Response, policy: str) -> Response:
    """Let the editor, and no other page, frame the answer."""
    kept = [part for part in policy.split("; ") if not part.startswith("frame-ancestors")]
    response.headers["Content-Security-Policy"] = "; ".join([*kept, "frame-ancestors 'self'"])
    return response
