"""The API's models of links for authors, and of what readers opened."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from widget.record.voices import Shows, VoiceRole, VoiceState


class VoiceRecord(BaseModel):
    """One link, and what came by it. Its address is shown once, where it is made."""

    key: str
    name: str
    role: VoiceRole
    shows: Shows
    state: VoiceState
    made_by: str
    made_at: datetime
    expires_at: datetime
    objection: str
    point: str = Field(description="What the objection is about, such as 1-2; empty: the whole.")
    objected_at: datetime | None
    reply: str
    replied_at: datetime | None
    reason: str = Field(description="Why it is not shown, as the person reads it.")


class VoiceList(BaseModel):
    """The links of an entry, the newest first."""

    items: tuple[VoiceRecord, ...]


class CountRecord(BaseModel):
    """What readers opened on one day; null for numbers below 10, and of days with few visits."""

    day: date
    groups: int | None
    previews: int | None
    sources: int | None


class CountList(BaseModel):
    """The days that are kept, oldest first, without today."""

    items: tuple[CountRecord, ...]
