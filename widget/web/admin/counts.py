"""What readers open in a panel, day by day, where the setting ``counts`` is on."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort

from widget.record.counts import FEWEST
from widget.web.admin import rendering
from widget.web.admin.context import admin
from widget.web.admin.count_chart import HEIGHT, WIDTH, chart
from widget.web.admin.interface import gettext as _

routes = Blueprint("counts", __name__)


@routes.get("/counts/<entry_id>")
def show(entry_id: str) -> Response:
    """Show a chart and the same as a table. Numbers of few are not shown."""
    store = admin().store
    if not store.head(entry_id):
        abort(HTTPStatus.NOT_FOUND, _("There is no entry %(entry)r.", entry=entry_id))
    is_on = admin().settings.counts
    cells = admin().records.counts.of_entry(entry_id) if is_on else []
    titles = {
        "groups": _("Groups opened"),
        "previews": _("Previews of sources opened"),
        "sources": _("Sources followed"),
    }
    return rendering.page(
        "counts.html",
        entry_id=entry_id,
        title=store.history(entry_id)[0].entry.article.title or entry_id,
        is_on=is_on,
        cells=cells,
        charts=[chart(name, title, cells) for name, title in titles.items()],
        fewest=FEWEST,
        width=WIDTH,
        height=HEIGHT,
        days=admin().settings.counts_days,
    )
