"""The record of a review for people: as plain text, or as an HTML page without other files."""

from __future__ import annotations

from typing import Literal

import jinja2

from widget import assets
from widget.editorial.evidence import ReviewEvidence

