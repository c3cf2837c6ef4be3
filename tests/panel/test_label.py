"""The label on top of a panel, and what its disclosure says of those who reviewed it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from panel_support import HOSTILE, PLAIN, is_the_panels_own, panel_of
from samples import (
    PERMALINK,
    PUBLICATION,
    parse_fragment,
    parse_html,
    sample_entry,
    text_of,
    with_class,
)

from widget import i18n
from widget.config import Publication
from widget.entry import Entry
from widget.panel import WAYS, Options, Way, fragment, frame, oembed, snippet
from widget.store import Approval

pytestmark = pytest.mark.unit

Role = Literal["editor", "publisher", "admin"]
BASE = "https://insights.example"
LABELS = [
    ("ai", False, "AI-generated"),
    ("ai", True, "AI-generated, reviewed by an editor"),
    ("ai-edited", False, "AI-generated, edited by people"),
    ("ai-edited", True, "AI-generated, edited and reviewed"),
    ("human", False, "Written by people"),
    ("human", True, "Written by people"),
]
ORIGINS = [("ai", "AI-generated"), ("ai-edited", "AI-generated"), ("human", "Written by people")]


def approval(reviewer: str = "ana", role: Role = "editor", day: int = 3) -> Approval:
    at = datetime(2026, 5, day, 9, tzinfo=UTC)
    return Approval(reviewer=reviewer, role=role, proof="session", at=at, digest="0" * 64)


def by(origin: str, **provenance: object) -> Entry:
    given = {"origin": origin, "provider": "Quill", **provenance}
    return sample_entry(provenance=given)


def shown(
    entry: Entry,
    *reviews: Approval,
    way: str = "frame",
    publication: Publication = PUBLICATION,
    options: Options = PLAIN,
) -> Any:  # noqa: ANN401  # html5lib gives an untyped element tree
    make, read = (frame, parse_html) if way == "frame" else (fragment, parse_fragment)
    page = make(entry, publication, options, permalink=PERMALINK, reviews=reviews)
    return read(page.body.decode())


def disclosed(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401  # as `shown` has them
    (disclosure,) = with_class(shown(*args, **kwargs), "insights-disclosure")
    return text_of(disclosure.find("p"))


# On top


@pytest.mark.parametrize("way", ["frame", "fragment"])
@pytest.mark.parametrize(("origin", "reviewed", "words"), LABELS)
def test_the_label_is_the_first_thing_after_the_title(
    origin: str, reviewed: bool, words: str, way: str
) -> None:
    panel = panel_of(shown(by(origin), *[approval()] * reviewed, way=way))
    title, label, *_ = panel.find("header")
    assert title.get("class") == "insights-title"
    assert text_of(label) == words


@pytest.mark.parametrize("way", ["frame", "fragment"])
def test_the_label_leads_to_the_disclosure(way: str) -> None:
    panel = panel_of(shown(by("ai"), way=way))
    (label,) = with_class(panel, "insights-origin")
    (disclosure,) = with_class(panel, "insights-disclosure")
    assert label.get("href") == f"#{disclosure.get('id')}"
    assert label.get("target") == "_self"


def test_a_review_that_is_only_declared_changes_no_label() -> None:
    declared = by("ai", reviewed_by="A. Desk", reviewed_at="2026-03-03T08:00:00Z")
    (label,) = with_class(shown(declared), "insights-origin")
    assert text_of(label) == "AI-generated"


@pytest.mark.parametrize("language", [it for it in i18n.languages() if it != "en"])
def test_every_language_has_labels_and_roles_of_its_own(language: str) -> None:
    own = Options(language=language)
    two = (approval(), approval("ben"))
    for origin, _, english in LABELS:
        for reviews in ((), two):
            (label,) = with_class(shown(by(origin), *reviews, options=own), "insights-origin")
            assert text_of(label) != english
    # Whole phrases: "administrator" is a word of many languages.
    roles: dict[Role, tuple[str, str]] = {
        "editor": ("an editor", "another editor"),
        "publisher": ("a publishing editor", "another publishing editor"),
        "admin": ("an administrator", "another administrator"),
    }
    for role, english in roles.items():
        told = disclosed(by("ai"), approval(role=role), approval("ben", role), options=own)
        assert not any(f" {it}" in told for it in english)


# Titles


@pytest.mark.parametrize(("origin", "reviewed", "words"), LABELS)
def test_the_frames_title_says_the_label(origin: str, reviewed: bool, words: str) -> None:
    tree = shown(by(origin), *[approval()] * reviewed)
    assert text_of(tree.find("head/title")) == f"Insights ({words}): Bring the night trains back"


@pytest.mark.parametrize("way", [way for way in WAYS if way != "site"])
@pytest.mark.parametrize(("origin", "words"), ORIGINS)
def test_a_snippet_says_only_what_stays_true(way: Way, origin: str, words: str) -> None:
    """It is pasted once: a review may come, or be voided, long afterwards."""
    embed = snippet(by(origin), PUBLICATION, way, base=BASE, reviews=(approval(),))
    title = f"Insights ({words}): Bring the night trains back"
    assert f"{title}. This article" in embed.body
    assert "review" not in embed.body
    assert embed.title == title


@pytest.mark.parametrize(("origin", "words"), ORIGINS)
def test_oembeds_title_says_the_same(origin: str, words: str) -> None:
    entry = by(origin)
    embed = snippet(entry, PUBLICATION, "oembed", base=BASE)
    document = oembed(entry, PUBLICATION, embed, base=BASE)
    assert document["title"] == f"Insights ({words}): Bring the night trains back"
    assert f'title="{document["title"]}"' in document["html"]


# The disclosure

BY_NAME = PUBLICATION.model_copy(update={"reviewer": "name"})


def test_a_proven_review_is_told_by_role() -> None:
    entry = by("ai", reviewed_by="editor", reviewed_at="2026-05-03T09:00:00Z")
    assert disclosed(entry, approval()) == (
        "This analysis was generated by AI from Quill. Reviewed by an editor on 3 May 2026. "
        "Insights appears beside opinion pieces, never beside news."
    )


def test_a_proven_review_is_told_by_name_where_the_publication_says_so() -> None:
    text = disclosed(by("ai"), approval(), publication=BY_NAME)
    assert "Reviewed by ana on 3 May 2026." in text
    assert "editor" not in text


@pytest.mark.parametrize(
    ("role", "publication", "second"),
    [
        ("editor", PUBLICATION, "Also reviewed by another editor on 4 May 2026."),
        ("publisher", PUBLICATION, "Also reviewed by a publishing editor on 4 May 2026."),
        ("editor", BY_NAME, "Also reviewed by ben on 4 May 2026."),
    ],
)
def test_two_reviews_are_both_told(role: Role, publication: Publication, second: str) -> None:
    text = disclosed(by("ai"), approval(), approval("ben", role, 4), publication=publication)
    assert f"on 3 May 2026. {second} Insights" in text


def test_a_declared_review_says_who_declares_it() -> None:
    assert "Reviewed, according to the newsroom, by A. Desk. Insights" in disclosed(
        by("ai", reviewed_by="A. Desk")
    )


def test_proof_counts_and_not_what_the_document_declares() -> None:
    text = disclosed(by("ai", reviewed_by="A. Desk"), approval(), publication=BY_NAME)
    assert "Reviewed by ana" in text
    assert "A. Desk" not in text


def test_what_nobody_reviewed_says_so() -> None:
    nobody = "No person reviewed it before it was published."
    assert nobody in disclosed(by("ai"))
    assert nobody not in disclosed(by("ai"), approval())
    assert nobody not in disclosed(by("human"))


@pytest.mark.parametrize("way", ["frame", "fragment"])
def test_a_reviewers_name_is_text(way: str) -> None:
    tree = shown(by("ai"), approval(HOSTILE), way=way, publication=BY_NAME)
    is_the_panels_own(tree)
    assert f"Reviewed by {HOSTILE} on" in text_of(panel_of(tree))


# The contact


@pytest.mark.parametrize("way", ["frame", "fragment"])
@pytest.mark.parametrize(
    ("contact", "href", "text"),
    [
        ("desk@paper.example", "mailto:desk@paper.example", "desk@paper.example"),
        ("a+b%c@paper.example", "mailto:a+b%25c@paper.example", "a+b%c@paper.example"),
        (
            "https://paper.example/contact/",
            "https://paper.example/contact/",
            "paper.example/contact",
        ),
    ],
)
def test_the_disclosure_links_to_the_contact(way: str, contact: str, href: str, text: str) -> None:
    publication = Publication(contact=contact)
    (disclosure,) = with_class(
        shown(by("ai"), way=way, publication=publication), "insights-disclosure"
    )
    link = list(disclosure.iter("a"))[-1]
    assert (link.get("href"), text_of(link)) == (href, text)
    assert text_of(disclosure).endswith(f"Contact: {text}")
    assert "Contact" not in text_of(panel_of(shown(by("ai"), way=way)))


# No different views

WHY = "Nobody we asked opposes it: {{7*7}} <b>all</b> of them."
NONE = {"role": "different-views", "heading": None, "points": [], "none_because": WHY}


@pytest.mark.parametrize("way", ["frame", "fragment"])
def test_an_empty_group_says_why_there_are_no_different_views(way: str) -> None:
    (group,) = (
        it
        for it in with_class(shown(sample_entry(perspectives__1=NONE), way=way), "insights-group")
        if it.get("data-role") == "different-views"
    )
    assert [text_of(it) for it in group.iter("p")] == [WHY]
    assert with_class(group, "insights-count") == []
    assert list(group.iter("ul")) == []
