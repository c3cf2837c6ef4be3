"""What a draft is made from: the article and the documents that its points may cite."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from widget.entry.vocabulary import ArticleKind, SourceKind

MAX_TEXT = 200_000
"""The most characters of one text; what is longer is cut, and ``cut`` says so."""
MAX_DOCUMENTS = 30

Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Article(_Record):
    """The article's text as it was taken, with what its page says about it.

    ``text`` has one paragraph a line. Fields that the page does not state are empty.
    ``kind`` is empty where neither the page nor the editor named one.
    """

    url: str
    title: str
    text: Text
    authors: tuple[str, ...] = ()
    section: str = ""
    kind: ArticleKind | None = None
    published: date | None = None
    language: str = ""
    cut: bool = False

    @property
    def sha256(self) -> str:
        """The hash of the text, in hexadecimal digits."""
        return digest(self.text)


class Document(_Record):
    """One document of the evidence. Its number is its place in the list, from 1.

    ``text`` is plain, one paragraph a line; it is empty where the page could not be read, and
    ``problem`` then says why. ``origin`` says who chose the document.
    """

    url: str
    title: str
    text: Text = ""
    publisher: str | None = None
    published: date | None = None
    type: SourceKind = "other"
    origin: Literal["search", "editor"] = "editor"
    problem: str = ""
    cut: bool = False

    @property
    def sha256(self) -> str:
        """The hash of the text, in hexadecimal digits."""
        return digest(self.text)


class Evidence(_Record):
    """The article, and the documents in the order of their numbers."""

    article: Article
    documents: Annotated[tuple[Document, ...], Field(max_length=MAX_DOCUMENTS)] = ()

    def cited(self, numbers: Sequence[int]) -> list[Document]:
        """Return the documents with these numbers; numbers without a document are left out."""
        return [self.documents[it - 1] for it in numbers if 1 <= it <= len(self.documents)]


def digest(text: str) -> str:
    """Return the SHA-256 of ``text`` in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
