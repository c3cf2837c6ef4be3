"""What readers see: publishing a draft, dropping one, taking an entry down."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial import comparison
from widget.errors import Breach, Conflict, Forbidden, InvalidEntry, InvalidRequest, NotFound
from widget.purging import PurgeJob, What, describe
from widget.store import Draft, Live
from widget.web import security_events
from widget.web.admin import guards
from widget.web.admin.guards import Desk


def blueprint(desk: Desk) -> Blueprint:
    """Return ``/publication``, ``/withdrawal``, ``/draft/removal`` and ``/purge`` of an entry."""
    routes = Blueprint("publishing", __name__, url_prefix="/entries/<entry_id>")

    @routes.get("/publication")
    def compare(entry_id: str) -> Response:
        return _publication(entry_id)

    @routes.post("/publication")
    @guards.needs("publisher")
    def publish(entry_id: str) -> AnyResponse:
        try:
            desk.editorial.publish(
                entry_id, actor=guards.user().name, note=_text("note"), head=_head()
            )
        except Conflict:
            problem = "The entry was changed since you opened this page. Look once more:"
            return _publication(entry_id, problem, status=HTTPStatus.CONFLICT)
        except Forbidden as error:
            actor = guards.user().name
            security_events.record(
                "access-refused", actor=actor, subject=entry_id, detail="four_eyes"
            )
            return _publication(entry_id, str(error), status=HTTPStatus.FORBIDDEN)
        except NotFound:
            return _publication(entry_id, "There is no draft.", status=HTTPStatus.CONFLICT)
        except InvalidEntry as error:
            return _publication(
                entry_id, breaches=error.breaches, status=HTTPStatus.UNPROCESSABLE_ENTITY
            )
        return guards.see(url_for("admin.publishing.compare", entry_id=entry_id))

    @routes.post("/draft/removal")
    def discard(entry_id: str) -> AnyResponse:
        try:
            desk.editorial.discard(entry_id, actor=guards.user().name, head=_head())
        except Conflict:
            problem = "The entry was changed since you opened this page. Look once more:"
            return _publication(entry_id, problem, status=HTTPStatus.CONFLICT)
        except NotFound:
            pass  # somebody dropped it already
        return guards.see(url_for("admin.history.history", entry_id=entry_id))

    @routes.get("/withdrawal")
    def ask(entry_id: str) -> Response:
        return _withdrawal(entry_id)

    @routes.post("/withdrawal")
    @guards.needs("publisher")
    def withdraw(entry_id: str) -> AnyResponse:
        reason, legal = _text("reason"), request.form.get("legal") == "yes"
        # Whatever is newest is taken down: what must not be read cannot wait for a comparison.
        try:
            actor = guards.user().name
            desk.editorial.withdraw(entry_id, actor=actor, reason=reason, legal=legal)
        except InvalidRequest:
            problem = "Give readers a reason, or mark it as legal."
            return _withdrawal(entry_id, problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except NotFound:
            pass  # somebody took it down already
        return guards.see(url_for(".ask", entry_id=entry_id))

    @routes.get("/purge")
    def purge(entry_id: str) -> Response:
        order = _order(entry_id)
        return guards.page("_purge.html", entry_id=entry_id, order=order, said=_said(order))

    def _order(entry_id: str, what: What | None = None) -> PurgeJob | None:
        """Return the newest purge of an entry; with ``what``, only where it was for that."""
        order = desk.purges.latest(entry_id) if desk.purges else None
        return order if order and what in (None, order.what) else None

    def _said(order: PurgeJob | None) -> str:
        return guards.sentence(describe(order)) if order else ""

    def _publication(
        entry_id: str,
        problem: str = "",
        *,
        breaches: tuple[Breach, ...] = (),
        status: int = HTTPStatus.OK,
    ) -> Response:
        head = desk.store.head(entry_id) or _nothing(entry_id)
        live, draft = desk.store.live(entry_id), desk.store.draft(entry_id)
        shown = live.entry if isinstance(live, Live) else None
        actor = guards.user().name
        return guards.page(
            "publication.html",
            status=status,
            entry_id=entry_id,
            head=head,
            live=live,
            draft=draft,
            title=_title(entry_id),
            order=(order := _order(entry_id, "publish")),
            said=_said(order),
            changes=comparison.entries(shown, draft.entry) if draft else [],
            breaches=breaches or (_breaches(draft) if draft else ()),
            problem=problem,
            refusal=desk.editorial.four_eyes_refusal(entry_id, actor=actor),
        )

    def _breaches(draft: Draft) -> tuple[Breach, ...]:
        return tuple(desk.editorial.check(draft.entry))

    def _withdrawal(entry_id: str, problem: str = "", *, status: int = HTTPStatus.OK) -> Response:
        if not desk.store.head(entry_id):
            _nothing(entry_id)
        live = desk.store.live(entry_id)
        return guards.page(
            "withdrawal.html",
            status=status,
            entry_id=entry_id,
            live=live,
            shown=isinstance(live, Live),
            order=(order := _order(entry_id, "withdraw")),
            said=_said(order),
            title=_title(entry_id),
            problem=problem,
            typed=request.form.to_dict(),
        )

    def _title(entry_id: str) -> str:
        return desk.store.history(entry_id)[0].entry.article.title or entry_id

    return routes


def _nothing(entry_id: str) -> int:
    abort(HTTPStatus.NOT_FOUND, f"There is no entry {entry_id!r}.")


def _head() -> int:
    head = request.form.get("head", "")
    return int(head) if head.isdecimal() and len(head) < 10 else 0


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:2000]
