"""What readers are told about reports, in the language of the panel."""

from __future__ import annotations

from typing import Literal

from widget import i18n
from widget.record.reports import KINDS, Kind


def _(message: str) -> str:
    """Mark a message for extraction; ``translated`` looks it up."""
    return message


_KINDS: dict[Kind, str] = {
    "wrong": _("It is wrong"),
    "source": _("The source does not say so"),
    "unfair": _("It is unfair"),
    "offensive": _("It is offensive"),
    "other": _("Something else"),
}
_CORRECTIONS: dict[Kind, str] = {
    "wrong": _("One point was wrong. It has been corrected."),
    "source": _("One point said what its source does not say. It has been corrected."),
    "unfair": _("One point was unfair. It has been reworded."),
    "offensive": _("One point was offensive. It has been reworded."),
    "other": _("One point has been corrected."),
}

Problem = Literal["kind", "text", "long", "address", "early", "old", "busy", "full"]
_PROBLEMS: dict[Problem, str] = {
    "kind": _("Choose what is wrong."),
    "text": _("Say what is wrong in a few words."),
    "long": _("Shorten the text to 1,000 characters."),
    "address": _("This is no mail address. Correct it, or leave it empty."),
    "early": _("This was very fast. Please send it once more."),
    "old": _("This form was open for a long time. Please send it once more."),
    "busy": _("Too many reports were sent just now. Please send this one later."),
    "full": _("Many reports about this panel are waiting. Please send this one later."),
}
FIELDS: dict[Problem, str] = {"kind": "kind", "text": "text", "long": "text", "address": "address"}
"""The field that a problem is shown at; others are shown above the form."""


def kinds(language: str) -> list[tuple[Kind, str]]:
    """Return the kinds of reports with their names."""
    return [(it, translated(_KINDS[it], language)) for it in KINDS]


def problem(name: Problem, language: str) -> str:
    """Return what is wrong and what to do."""
    return translated(_PROBLEMS[name], language)


def correction_note(kind: Kind, language: str) -> str:
    """Return the note of a correction that editors begin with."""
    return translated(_CORRECTIONS[kind], language)


def translated(message: str, language: str) -> str:
    """Return a message in the interface language of ``language``."""
    text: str = i18n.translations(i18n.interface_language(language)).ugettext(message)
    return text
