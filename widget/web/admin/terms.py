"""The terms of entries and of the desk, as its pages show them in the user's language."""

from __future__ import annotations

from widget.accounts import ROLE_WORDS
from widget.editorial import comparison
from widget.errors import Message, message
from widget.web.admin.interface import shown

# Several vocabularies in one table: a value that two of them share means the same in both.
_TERMS: dict[str, Message] = {
    # Viewpoints, and how sure they are.
    "left": message("Left"),
    "center-left": message("Center-left"),
    "center": message("Center"),
    "center-right": message("Center-right"),
    "right": message("Right"),
    "not-political": message("Not political"),
    "not-rated": message("Not rated"),
    "low": message("Low"),
    "medium": message("Medium"),
    "high": message("High"),
    # Kinds of articles, groups, sources and corrections.
    "opinion": message("Opinion"),
    "editorial": message("Editorial"),
    "column": message("Column"),
    "letter": message("Letter"),
    "review": message("Review"),
    "analysis": message("Analysis"),
    "commentary": message("Commentary"),
    "news": message("News"),
    "ideas": message("Ideas"),
    "different-views": message("Different views"),
    "context": message("Context"),
    "reply": message("Reply"),
    "journal": message("Journal"),
    "government": message("Government"),
    "book": message("Book"),
    "report": message("Report"),
    "website": message("Website"),
    "other": message("Other"),
    "correction": message("Correction"),
    "clarification": message("Clarification"),
    "update": message("Update"),
    # Who made an analysis.
    "ai": message("AI"),
    "ai-edited": message("AI edited"),
    "human": message("Human"),
    # Where a draft stands, and a run of a language model.
    "draft": message("Draft"),
    "in-review": message("In review"),
    "returned": message("Returned"),
    "approved": message("Approved"),
    "queued": message("Waiting"),
    "fetching": message("Reading the article"),
    "searching": message("Gathering sources"),
    "writing": message("Writing"),
    "checking": message("Checking"),
    "kept": message("Draft saved"),
    "refused": message("Refused"),
    "failed": message("Failed"),
    # What receivers are notified of.
    "submitted": message("Submitted for review"),
    "published": message("Published"),
    "withdrawn": message("Withdrawn"),
    "commented": message("Commented"),
    "draft-run-finished": message("Draft run finished"),
    "objection": message("Objection"),
    "source-gone": message("Source gone"),
    "test": message("Test"),
    # The links of authors, and how far they are.
    "author": message("Author"),
    "named": message("Named in it"),
    "sent": message("Link made"),
    "objected": message("Objected"),
    "replied": message("Replied"),
    "used": message("In the draft"),
    "shown": message("Shown to readers"),
    "declined": message("Declined"),
    "expired": message("Expired"),
    # The search of a provider: the others are names.
    "none": message("None"),
    **ROLE_WORDS,
}

_VOCABULARIES = frozenset({"lean", "confidence", "kind", "role", "type", "origin"})
"""The fields of a document whose values are terms."""

_ACTIONS: dict[str, Message] = {
    "save": message("Saved a draft"),
    "discard": message("Discarded the draft"),
    "publish": message("Published"),
    "withdraw": message("Withdrew"),
    "submit": message("Submitted for review"),
    "approve": message("Approved"),
    "return": message("Returned"),
    "assign": message("Assigned"),
    "schedule": message("Planned"),
    "comment": message("Commented"),
    "resolve": message("Resolved a comment"),
    "annotate": message("Changed what stands beside it"),
    "voice": message("The author's voice"),
}

NOTES = {
    "address": message("New entry"),
    "json": message("From pasted JSON"),
    "file": message("From a file"),
    "copy": message("A copy"),
}
"""The notes of new entries, by the way in which they began. They are stored in English."""

_FORM_FIELDS: dict[str, Message] = {
    "id": message("id"),
    "schema": message("schema"),
    "provider": message("provider"),
    "assignee": message("assignee"),
    "due": message("due"),
    "publish_at": message("publish at"),
    "expires_at": message("expires at"),
    "reason": message("reason"),
    "checked": message("checked"),
    "copy": message("copy"),
    "replace": message("replace"),
    "queries": message("search queries"),
    "urls": message("addresses"),
    "documents": message("document"),
    "article_url": message("address of the article"),
    "article_html": message("HTML of the article"),
    "article_text": message("text of the article"),
    "name": message("name"),
    "days": message("days"),
}
"""Fields of forms that are no part of a document."""


def term(value: str) -> str:
    """Return a term of the vocabulary as it stands within a sentence; a name as it is."""
    return shown(_TERMS.get(value, value))


def words(value: str) -> str:
    """Return a term of the vocabulary as it stands alone: ``in-review`` is "In review"."""
    text = term(value)
    return text[:1].upper() + text[1:]


def is_term(path: str) -> bool:
    """Return whether the field at a JSONPath has a term of the vocabulary as its value."""
    return path.rpartition(".")[2] in _VOCABULARIES


def action(value: str) -> str:
    """Return what somebody did to an entry, as its history says it."""
    return shown(_ACTIONS[value])


def noted(text: str) -> str:
    """Return the note of a revision; what the service wrote is translated."""
    return shown(next((it for it in NOTES.values() if it == text), text))


def place(path: str) -> str:
    """Return the label of a JSONPath: ``$.sources[2].url`` is "Source 3, address"."""
    field = _FORM_FIELDS.get(path.removeprefix("$."))
    label = shown(field or comparison.label_of(path))
    return label[:1].upper() + label[1:]
