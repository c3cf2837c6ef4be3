"""Findings of the gate: what in a draft its evidence does not support."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, ValidatorFunctionWrapHandler, WrapValidator

from widget.errors import Message

BlockingRule = Literal[
    "cite-unknown",
    "cite-missing",
    "quote-altered",
    "number-unsupported",
    "date-unsupported",
    "name-unsupported",
    "url-foreign",
    "marker-debris",
    "wrong-language",
]
WarningRule = Literal["name-unseen", "one-host", "copied", "lean-unstable"]
Rule = BlockingRule | WarningRule


def _as_is(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    return value if isinstance(value, Message) else validate(value)


Text = Annotated[str, WrapValidator(_as_is)]
"""A text that stays a message, and so can be translated, until the finding is stored."""


class Finding(BaseModel):
    """One finding.

    ``path`` is the JSONPath in the entry, ``sentence`` the sentence that it is about, ``detail``
    the words in it, such as a number. ``passage`` is the nearest passage of the evidence, empty
    where there is none; it helps a person to compare and decides nothing. ``document`` is the
    number of the document that contains it, 0 for the article.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    rule: Rule
    severity: Literal["block", "warn"]
    message: Text
    sentence: str = ""
    detail: str = ""
    passage: str = ""
    document: int | None = None

    @property
    def id(self) -> str:
        """The same for the same rule and words, wherever the point was moved to."""
        content = "\0".join((self.rule, self.sentence, self.detail))
        return hashlib.sha256(content.encode()).hexdigest()[:16]
