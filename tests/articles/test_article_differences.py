"""What counts as a change of an article, and what does not."""

from __future__ import annotations

import pytest

from widget.sources.articles.differing import difference, text_sha256

pytestmark = pytest.mark.unit

OLD = "\n".join(
    [
        "Night trains are the future of travel, and everybody knows it.",
        "Last year 4.2 million people took one. That is twice as many as in 2019.",
        "Why they pay",
        "“We could run more of them”, says the minister – but there are no carriages.",
        "The state should buy carriages. It has bought worse things.",
    ]
)


def shown(old: str, new: str, whole: str = "") -> list[str]:
    """Return the changes as people read them."""
    marks = {"same": "%s", "removed": "[-%s-]", "added": "[+%s+]"}
    found = difference(old, new, whole=whole)
    return ["".join(marks[it.kind] % it.text for it in pieces) for pieces in found.changes]


@pytest.mark.parametrize("new", [
    OLD,
    OLD.replace("“", '"').replace("”", '"').replace("–", "—"),
    OLD.replace(" – ", "—"),
    OLD.replace("“", "« ").replace("”", " »"),
    OLD.replace(" ", "\u00a0").replace("carriages", "car\u00adriages"),
    OLD.replace(". ", ".\u2009 "),
    OLD.replace("future", "\ufb01ction").replace("\ufb01ction", "future"),
    OLD.replace("\n", " ", 1),
    OLD.replace("2019.", "2019.\n").replace("one. That", "one.\nThat"),
    OLD.replace(". It has bought", ".\nIt has bought"),
    f"{OLD}\n5 comments",
    f"Updated 4 May 2026, 10:14\n{OLD}",
    f"3 min read\n{OLD}\n12.403 Aufrufe",
])  # fmt: skip
def test_what_readers_do_not_see_is_no_change(new: str) -> None:
    assert shown(OLD, new) == []


def test_a_changed_word_is_shown_in_its_paragraph() -> None:
    assert shown(OLD, OLD.replace("4.2 million", "4.2 thousand")) == [
        "Last year 4.2 [-million-][+thousand+] people took one. That is twice as many as in 2019."
    ]


@pytest.mark.parametrize(("before", "after"), [
    ("should buy", "should not buy"),
    ("The state", "The State"),
    ("worse things.", "worse things!"),
    ("Why they pay", "Why they do not pay"),
    ("the minister", "the former minister"),
])  # fmt: skip
def test_a_change_of_words_is_one_however_small(before: str, after: str) -> None:
    (change,) = shown(OLD, OLD.replace(before, after))
    assert "[-" in change or "[+" in change


def test_an_added_paragraph_and_a_removed_one_are_shown_alone() -> None:
    added = "A correction: the figure above was wrong when this was published."
    assert shown(OLD, f"{OLD}\n{added}") == [f"[+{added}+]"]
    lines = OLD.split("\n")
    assert shown(OLD, "\n".join(lines[:3] + lines[4:])) == [
        "[-'We could run more of them', says the minister - but there are no carriages.-]"
    ]


def test_a_moved_paragraph_that_is_still_in_the_page_has_not_gone() -> None:
    lines = OLD.split("\n")
    shorter = "\n".join(lines[:4])
    assert shown(OLD, shorter, whole=f"Menu\n{OLD}\nRead more") == []
    assert shown(OLD, shorter, whole="Menu\nRead more") == [f"[-{lines[4]}-]"]


@pytest.mark.parametrize("more", ["", "Subscribe to read on. It costs 2 euros a week."])
def test_a_page_that_shows_only_the_beginning_hides_the_rest(more: str) -> None:
    first = OLD.split("\n")[0]
    found = difference(OLD, f"Menu\n{first}\n{more}", whole="Sign in")
    assert found.teaser
    assert found.changes == ()


def test_a_text_that_was_replaced_shows_so() -> None:
    found = difference(OLD, "This article was removed after a complaint. We are sorry for it.")
    assert not found.teaser
    assert found.remaining == 0
    assert found.changes


def test_long_texts_are_compared_within_seconds() -> None:
    old = "\n".join(f"Paragraph {n} says that {n * 7} trains went at night." for n in range(3_000))
    new = "\n".join(f"Paragraph {n} says that {n * 9} trains went at night." for n in range(3_000))
    assert len(difference(old, new).changes) > 1_000


def test_the_hash_stays_with_typography_and_goes_with_a_word() -> None:
    assert text_sha256(OLD) == text_sha256(OLD.replace("“", '"').replace("\n", "  "))
    assert text_sha256(OLD) != text_sha256(OLD.replace("4.2", "2.4"))
