"""The API's views of links for authors, and of what readers opened.

Links are not made here: a response that may be repeated (``Idempotency-Key``) is stored, and the
address of a link must not be.
"""

from __future__ import annotations

from widget.errors import NotFound
from widget.record.replies import VoiceDesk
from widget.web.api.context import api, editorial, entries
from widget.web.api.record_models import CountList, CountRecord, VoiceList, VoiceRecord
from widget.web.api.responses import ApiResponse, json_response
from widget.web.records import records


def list_voices(entry_id: str) -> ApiResponse:
    """List the links of an entry, and what came by them."""
    desk = VoiceDesk(records().voices, editorial(), api().settings)
    live = entries().live(entry_id)
    items = tuple(
        VoiceRecord.model_validate({**it.model_dump(), "state": it.state(live)})
        for it in desk.of_entry(entry_id)
    )
    return json_response(VoiceList(items=items))


def list_counts(entry_id: str) -> ApiResponse:
    """List what readers opened, day by day. Small numbers are not among them."""
    if not entries().head(entry_id):
        raise NotFound(f"there is no entry {entry_id!r}")
    if not api().settings.counts:
        raise NotFound("nothing is counted: the setting counts is off")
    cells = records().counts.of_entry(entry_id)
    items = tuple(CountRecord.model_validate(it._asdict()) for it in cells)
    return json_response(CountList(items=items))
