"""A withdrawn entry, as its notice shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An entry that was withdrawn: the data of its notice. ``at`` is in UTC."""

    id: str
    language: str
    article_url: str
    article_title: str
    revision: int
    at: datetime
    reason: str
    legal: bool
