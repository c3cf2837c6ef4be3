"""The editor of one entry: the form, its checks, the preview."""

from __future__ import annotations

import copy
import re
from http import HTTPStatus
from typing import get_args

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget import i18n, panel
from widget.editorial import comparison
from widget.editorial.comments import Comment
from widget.entry import Entry, urls
from widget.entry.vocabulary import (
    ArticleKind,
    Confidence,
    CorrectionKind,
    Lean,
    Origin,
    Role,
    SourceKind,
)
from widget.errors import Conflict, message
from widget.panel import Options
from widget.store import Approval, Live
from widget.web.admin import (
    auth,
    drafted,
    edits,
    filling,
    forms,
    merged,
    pasted,
    presence,
    rendering,
    verdict,
)
from widget.web.admin.context import admin
from widget.web.admin.edits import Carried
from widget.web.admin.entry_status import EntryStatus, entry_status, revision_number
from widget.web.admin.form_actions import FormAction, missing_sources
from widget.web.admin.forms import Document, Judgement
from widget.web.admin.interface import gettext as _
from widget.web.admin.interface import ngettext, shown
from widget.web.admin.merged import Merged
from widget.web.context import service

_CHOICES = {
    "kind": get_args(ArticleKind),
    "lean": get_args(Lean),
    "confidence": get_args(Confidence),
    "role": get_args(Role),
    "type": get_args(SourceKind),
    "origin": get_args(Origin),
    "correction": get_args(CorrectionKind),
}
_UNREAD = {
    "slow": message("its site did not answer in time"),
    "busy": message("many pages are being read just now"),
    "unknown-host": message("its host is not to be found"),
    "private": message("it is not in the public internet"),
    "status": message("its site refused it"),
    "certificate": message("its certificate is not valid"),
    "too-large": message("it is too large"),
    "type": message("it is no HTML page"),
    **dict.fromkeys(
        ("no-answer", "redirect", "not-allowed", "url"), message("its site did not send it")
    ),
}
"""Why an article's page was not read, by the page fetcher's reason."""
_EVERYTHING = frozenset({*get_args(Role), "sources"})


routes = Blueprint("editor", __name__, url_prefix="/entries/<entry_id>")


@routes.get("")
def form(entry_id: str) -> Response:
    """Show the editor of an entry."""
    now = entry_status(entry_id)
    document = forms.of_entry(now.entry)
    carried = edits.recalled(entry_id, document, request.args, head=now.head)
    done = carried.changes.done
    words = done[-1].words if done else ""
    added = re.fullmatch(r"(\d{1,4})\.(\d{1,4})\.(\d{1,6})", request.args.get("added", ""))
    if added and now.head == 1:
        words = pasted.summary(*map(int, added.groups()))
        carried.changes.add(words, pasted.out_of_new(document))
    if request.args.get("report"):
        words = _("A correction was begun. Correct the point, and say what changed.")
    action = FormAction(request.args.get("at", ""), words)
    return _editor(now, document, _judge(document), arranged=action, carried=carried)


@routes.get("/draft")
def reload(entry_id: str) -> AnyResponse:
    """Show the editor where the address is that of an answer to one of its buttons."""
    return rendering.see(url_for(".form", entry_id=entry_id))


@routes.post("/draft")
def save(entry_id: str) -> AnyResponse:
    """Save the form as the draft, or do what one of its buttons says."""
    status = entry_status(entry_id)
    document = forms.document(request.form, entry_id)
    if "over" in request.form:
        merged.take_theirs(document, request.form.getlist("theirs"))
    typed = copy.deepcopy(document)
    action, carried = edits.act(document, request.form)
    judged = _judge(_without_blanks(document))
    head = request.form.get("over") or request.form.get("head", "")
    if judged.entry is None:
        return _invalid(status, document, judged, action, head, carried)
    try:
        if action and action.back and not rendering.is_htmx():
            # What goes with a removal was perhaps just typed; the way back leads through it.
            status, head = _save_typed(status, typed, head)
        _save(status, judged.entry, head, by_person=action is not None or not rendering.is_htmx())
    except Conflict:
        return _conflict(entry_status(entry_id), document, judged, head, action)
    without_reason = drafted.settle(judged.entry, request.form)
    return _saved(document, judged, action, carried, without_reason=without_reason)


def _invalid(
    status: EntryStatus,
    document: Document,
    judged: Judgement,
    action: FormAction | None,
    head: str,
    carried: Carried,
) -> Response:
    if action is None:
        return _refused(status, document, judged)
    return _editor(status, document, judged, arranged=action, head=head, carried=carried)


def _save_typed(status: EntryStatus, typed: Document, head: str) -> tuple[EntryStatus, str]:
    """Save the form as it was before its button was pressed. Raises Conflict."""
    judged = _judge(_without_blanks(typed))
    if judged.entry is None or status.is_saved(judged.entry, head):
        return status, head
    _save(status, judged.entry, head, by_person=True)
    status = entry_status(judged.entry.id)
    return status, str(status.head)


def _save(status: EntryStatus, entry: Entry, head: str, *, by_person: bool) -> None:
    """Save ``entry`` unless that is the newest version already. Raises Conflict."""
    if not status.is_saved(entry, head):
        note = "" if by_person else "Autosaved"
        actor, number = auth.user().name, revision_number(head)
        admin().editorial.save(entry, actor=actor, note=note, head=number)


def _saved(
    document: Document,
    judged: Judgement,
    action: FormAction | None,
    carried: Carried,
    *,
    without_reason: str,
) -> AnyResponse:
    entry_id = document["id"]
    now = entry_status(entry_id)
    if without_reason:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _editor(now, document, judged, status=status, without_reason=without_reason)
    unsaved = judged.entry is not None and _has_unsaved_correction(document, judged.entry)
    if action and (rendering.is_htmx() or unsaved or not edits.is_repeatable(request.form)):
        return _editor(now, document, judged, arranged=action, carried=carried)
    if rendering.is_htmx():
        return rendering.page("_saved.html", now=now, problem="")
    if request.form.get("then") == "publication":
        return rendering.see(url_for("admin.publishing.compare", entry_id=entry_id))
    anchor = f"f-{action.at.replace('.', '-')}" if action and action.at else None
    if settled := request.form.get("resolve") or request.form.get("accept"):
        anchor = f"s-{settled.replace('.', '-')}"
    did = edits.recall_key(request.form, action)
    at = now.head if did else None
    tried = request.form.get("attempted")
    return rendering.see(
        url_for(".form", entry_id=entry_id, _anchor=anchor, did=did, head=at, attempted=tried)
    )


@routes.post("/check")
def check(entry_id: str) -> Response:
    """Show what is wrong with the form as it is."""
    document = forms.document(request.form, entry_id)
    judged = _judge(_without_blanks(document))
    fresh = entry_status(entry_id).entry if "fresh" in request.form else None
    shown = verdict.view(document, judged, fresh=fresh)
    return rendering.page("_checked.html", **shown)


@routes.post("/source-facts")
def source_facts(entry_id: str) -> AnyResponse:
    """Return what the page at an address says of itself, for a script that fills in a source."""
    entry_status(entry_id)
    url = urls.with_scheme(request.form.get("url", ""))
    facts, problem = filling.facts_of(url)
    return jsonify(url=url, facts=facts, problem=shown(problem))


@routes.get("/preview")
def saved_preview(entry_id: str) -> Response:
    """Show the panel of the newest version."""
    return _preview(entry_status(entry_id).entry)


@routes.post("/preview")
def preview(entry_id: str) -> Response:
    """Show the panel of the form as it is."""
    document = forms.document(request.form, entry_id)
    judged = _judge(_without_blanks(document))
    if judged.entry is None:
        response = rendering.page("no_preview.html", breaches=judged.breaches)
        return rendering.framed(response, rendering.POLICY)
    return _preview(judged.entry)


def _judge(document: Document) -> Judgement:
    judged = forms.judge(document, admin().settings)
    judged = drafted.with_findings(judged, drafted.checks_of(judged.entry))
    foreign = admin().editorial.foreign_urls(judged.entry) if judged.entry else []
    return Judgement(None, (*foreign, *judged.breaches)) if foreign else judged


def _preview(entry: Entry) -> Response:
    theme = request.values.get("theme")
    publication = admin().settings.publication_for(entry.article.url)
    options = Options(theme=theme if theme in ("light", "dark") else None, open=_EVERYTHING)  # type: ignore[arg-type]  # just checked
    permalink = service().permalink(entry.id)
    page = panel.frame(
        entry, publication, options, permalink=permalink, reviews=_approvals_of(entry)
    )
    response = Response(page.body, content_type="text/html; charset=utf-8")
    return rendering.framed(response, page.policy or rendering.POLICY)


def _approvals_of(entry: Entry) -> tuple[Approval, ...]:
    """Return the proof with which ``entry`` would appear, or does."""
    store = admin().store
    if draft := store.draft(entry.id):
        return draft.workflow.approvals_of(entry)
    live = store.live(entry.id)
    return live.approvals if isinstance(live, Live) and live.entry == entry else ()


def _editor(
    now: EntryStatus,
    document: Document,
    judged: Judgement,
    *,
    arranged: FormAction | None = None,
    carried: Carried | None = None,
    head: str = "",
    status: int = HTTPStatus.OK,
    conflict: list[comparison.FieldDiff] | None = None,
    both: Merged | None = None,
    unsaved: bool = False,
    without_reason: str = "",
) -> Response:
    checks = drafted.checks_of(judged.entry)
    carried = carried or edits.of_form(request.form)
    return rendering.page(
        "editor.html",
        status=status,
        now=now,
        entry_id=document["id"],
        presence=presence.others(document["id"]),
        comments=_open_comments(document["id"]),
        document=document,
        values=forms.values(document),
        choices=_CHOICES,
        arranged=arranged or FormAction(),
        carried=carried,
        unread=_UNREAD.get(request.args.get("unread", "")),
        filled=filling.marked(document, carried.marks),
        missing=missing_sources(document),
        unfilled=filling.waiting(document),
        direction=i18n.direction(document["language"]),
        head=head or now.head,
        conflict=conflict,
        both=both,
        problem="",
        drafted=drafted.view_of(document, checks),
        without_reason=without_reason,
        unsaved=unsaved or conflict is not None or judged.entry is None,
        **verdict.view(document, judged, fresh=_fresh(now)),
    )


def _open_comments(entry_id: str) -> dict[str, list[Comment]]:
    """Return the open comments by the place of the field that they are about, as forms name it."""
    if not admin().store.workflow(entry_id).open_comments:
        return {}
    found: dict[str, list[Comment]] = {}
    for comment in admin().editorial.comments.of(entry_id):
        if comment.resolved_by is None:
            place = re.sub(r"\[(\d+)\]", r".\1", comment.path.removeprefix("$."))
            found.setdefault(place, []).append(comment)
    return found


def _fresh(now: EntryStatus) -> Entry | None:
    """Return the saved version of a new entry that nobody has tried to publish yet."""
    return now.entry if now.live is None and "attempted" not in request.values else None


def _refused(now: EntryStatus, document: Document, judged: Judgement) -> Response:
    if rendering.is_htmx():
        problem = ngettext(
            "Not saved: %(num)d thing to fix first",
            "Not saved: %(num)d things to fix first",
            len(judged.breaches),
        )
        return rendering.page("_saved.html", now=now, problem=problem)
    head = request.form.get("head", "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _editor(now, document, judged, head=head, status=status, unsaved=True)


def _conflict(
    now: EntryStatus, document: Document, judged: Judgement, head: str, action: FormAction | None
) -> Response:
    """Save both versions as one where no part differs; else show the parts that do."""
    if rendering.is_htmx() and action is None:
        problem = _("Not saved: somebody else saved this entry. Press Save to merge both versions")
        return rendering.page("_saved.html", now=now, problem=problem)
    both = merged.with_newest(now, judged.entry, head) if judged.entry else None
    if both and not both.parts and action is None:
        together = _judge(both.document)
        if together.entry is not None:
            note = merged.note(both)
            actor = auth.user().name
            admin().editorial.save(together.entry, actor=actor, note=note, head=now.head)
            now = entry_status(now.entry.id)
            return _editor(now, both.document, together, both=both)
    changes = comparison.documents(forms.of_entry(now.entry), document)
    shown = both.document if both and action is None else document
    return _editor(
        now,
        shown,
        _judge(_without_blanks(shown)),
        head=head,
        conflict=changes,
        both=both if action is None else None,
        status=HTTPStatus.CONFLICT,
    )


def _without_blanks(document: Document) -> Document:
    """Leave out corrections without a note: a draft cannot contain them."""
    written = [each for each in document["corrections"] if str(each.get("note", "")).strip()]
    return {**document, "corrections": written}


def _has_unsaved_correction(document: Document, entry: Entry) -> bool:
    """Return whether the form has a correction that the draft cannot contain yet."""
    return len(document["corrections"]) > len(entry.corrections)
