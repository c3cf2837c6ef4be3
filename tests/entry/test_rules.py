"""The rules for publishing: one row each, and every breach at once."""

from __future__ import annotations

import pytest
from samples import PUBLICATION, one_point, sample_entry

from widget.config import Publication
from widget.demo import entries
from widget.entry import check

pytestmark = pytest.mark.unit


def found(
    publication: Publication = PUBLICATION, severity: str | None = None, **changes: object
) -> list[tuple[str, str]]:
    return [
        (breach.path, breach.message)
        for breach in check(sample_entry(**changes), publication)
        if severity in (None, breach.severity)
    ]


P0 = "$.perspectives[0].points[0]"
POINT = "perspectives__0__points__0"


def test_the_sample_may_be_published() -> None:
    assert found() == []


def test_every_entry_of_the_newspaper_may_be_published() -> None:
    for entry in entries():
        assert check(entry, PUBLICATION) == []


@pytest.mark.parametrize(
    ("place", "value", "path", "message"),
    [
        pytest.param(
            f"{POINT}__text",
            "Sleepers [1] and more [3].",
            f"{P0}.text",
            "cites source [3], but there are only 2; add the source or remove the marker",
            id="every marker resolves",
        ),
        pytest.param(
            f"{POINT}__text",
            '<a href="https://x.example">see [1]</a>',
            f"{P0}.text",
            "has the marker [1] inside a link; move it after the link",
            id="no marker stands in a link",
        ),
        pytest.param(
            "perspectives__1__points__0__text",
            "Each berth costs more.",
            "$.perspectives[1].points[0].text",
            "cites no source; every different view needs one: add a marker such as [1]",
            id="every different view cites a source",
        ),
        pytest.param(
            "perspectives__1__points__0__text",
            r"Each berth costs more \[2].",
            "$.perspectives[1].points[0].text",
            "cites no source; every different view needs one: add a marker such as [1]",
            id="an escaped marker cites nothing",
        ),
        pytest.param(
            f"{POINT}__text",
            " ",
            f"{P0}.text",
            "is empty; write the point or remove it",
            id="a point says something",
        ),
        pytest.param(
            f"{POINT}__attributed_to",
            "",
            f"{P0}.attributed_to",
            "is empty; give a name, or null",
            id="an attribution names somebody",
        ),
        pytest.param(
            "perspectives__0__heading",
            " ",
            "$.perspectives[0].heading",
            "is empty; give a heading, or null",
            id="a heading says something",
        ),
        pytest.param(
            "sources__0__title",
            "",
            "$.sources[0].title",
            "is empty; give the source's title",
            id="a source has a title",
        ),
        pytest.param(
            "sources__0__url",
            "",
            "$.sources[0].url",
            "is empty; give an address that begins with https://",
            id="a source has an address",
        ),
        pytest.param(
            "sources__0__url",
            "javascript:alert(1)",
            "$.sources[0].url",
            "is not absolute; write it with https:// (or http://) and the host",
            id="a source's address is http or https",
        ),
        pytest.param(
            "sources__0__url",
            "https://me:secret@rail.example",
            "$.sources[0].url",
            "contains a user name or password; remove everything before the @",
            id="a source's address has no credentials",
        ),
        pytest.param(
            "sources__0__url",
            "https://rail.example/\u202e",
            "$.sources[0].url",
            "contains the invisible character U+202E; remove it",
            id="a source's address has no control characters",
        ),
        pytest.param(
            "sources__0__archive_url",
            "archive.example",
            "$.sources[0].archive_url",
            "is not absolute; write it with https:// (or http://) and the host",
            id="an archived copy has an address",
        ),
        pytest.param(
            "article__url",
            "/opinion/night-trains",
            "$.article.url",
            "is not absolute; write it with https:// (or http://) and the host",
            id="an article has an address",
        ),
        pytest.param(
            "article__aliases",
            ["ftp://paper.example/x"],
            "$.article.aliases[0]",
            "is not absolute; write it with https:// (or http://) and the host",
            id="an alias is an address",
        ),
        pytest.param(
            "article__title",
            " ",
            "$.article.title",
            "is empty; give the article's title",
            id="an article has a title",
        ),
        pytest.param(
            "article__authors",
            ["A", ""],
            "$.article.authors[1]",
            "is empty; give the author's name",
            id="an author has a name",
        ),
        pytest.param(
            "article__kind",
            "news",
            "$.article.kind",
            "is 'news'; The Paper shows panels only beside: opinion, editorial, column, "
            "letter, review, analysis, commentary",
            id="never news",
        ),
        pytest.param(
            "provenance__provider",
            None,
            "$.provenance.provider",
            "is empty; name the AI provider, which the panel discloses",
            id="an analysis by AI names its provider",
        ),
        pytest.param(
            "corrections__0__note",
            " ",
            "$.corrections[0].note",
            "is empty; give what was corrected",
            id="a correction says what was corrected",
        ),
    ],
)
def test_a_broken_rule_is_told_with_its_path_and_the_remedy(
    place: str, value: object, path: str, message: str
) -> None:
    assert found(**{place: value}) == [(path, message)]


def test_a_source_that_is_cited_nowhere_is_to_be_cited_or_removed() -> None:
    assert found(**one_point("Only the first [1].")) == [
        ("$.sources[1]", "is never cited; cite it as [2] in a point or remove it")
    ]


def test_an_escaped_marker_neither_cites_nor_dangles() -> None:
    assert found(**one_point(r"Text [1][2], and \[9] as it is written.")) == []


def test_a_marker_without_any_source_is_told_so() -> None:
    assert found(**one_point("Nobody says so [1].", sources=[])) == [
        (
            f"{P0}.text",
            "cites source [1], but there are no sources; add the source or remove the marker",
        )
    ]


def test_groups_without_points_and_entries_without_groups_are_not_published() -> None:
    assert found(perspectives=[], sources=[]) == [
        ("$.perspectives", "is empty; add a group of points")
    ]
    assert found(perspectives=[{"role": "context"}], sources=[]) == [
        ("$.perspectives[0].points", "is empty; add a point or remove the group")
    ]


NONE = {"role": "different-views", "none_because": "All agree, the ministry too."}


def test_an_empty_group_of_different_views_is_published_if_it_says_why() -> None:
    cited = {"perspectives__0__points__0__text": "Sleepers replace flights [1][2]."}
    assert found(perspectives__1=NONE, **cited) == []
    assert found(perspectives__1={"role": "different-views"}, **cited) == [
        (
            "$.perspectives[1].points",
            "is empty; add a point, say in none_because why there are none, or remove the group",
        )
    ]


@pytest.mark.parametrize("role", ["ideas", "context", "reply"])
def test_only_different_views_may_be_missing(role: str) -> None:
    cited = {"perspectives__1__points__0__text": "Each berth costs more [1][2]."}
    assert found(perspectives__0={**NONE, "role": role}, **cited) == [
        (
            "$.perspectives[0].none_because",
            f"is only for a group of different-views, and this is one of {role}; remove it",
        )
    ]


def test_a_group_has_points_or_says_why_it_has_none() -> None:
    assert found(perspectives__1__none_because="All agree.") == [
        (
            "$.perspectives[1].none_because",
            "says why there are no different views, but the group has points; remove one of them",
        )
    ]


@pytest.mark.parametrize(
    ("reason", "problem"),
    [(" ", "is empty; give the reason"), ("\u202e", "contains the control character U+202E")],
)
def test_the_reason_for_no_different_views_is_one(reason: str, problem: str) -> None:
    cited = {"perspectives__0__points__0__text": "Sleepers replace flights [1][2]."}
    ((path, message),) = found(perspectives__1={**NONE, "none_because": reason}, **cited)
    assert path == "$.perspectives[1].none_because"
    assert message.startswith(problem)


def test_a_publication_may_list_news_and_leave_out_letters() -> None:
    daring = Publication(name="Daring", kinds=("news",))
    assert found(daring, article__kind="news") == []
    assert [path for path, _ in found(daring, article__kind="letter")] == ["$.article.kind"]


def test_a_section_must_be_one_of_those_that_the_publication_lists() -> None:
    strict = Publication(name="Strict", sections=("Opinion", "Letters"))
    assert found(strict) == []
    assert found(strict, article__section="Sport") == [
        ("$.article.section", "is 'Sport'; Strict shows panels only in: Opinion, Letters")
    ]


@pytest.mark.parametrize("origin", ["ai", "ai-edited"])
def test_who_makes_with_ai_says_so_and_an_approval_names_the_reviewer(origin: str) -> None:
    paths = [
        path
        for path, _ in found(
            provenance__origin=origin, provenance__provider=" ", provenance__reviewed_by=None
        )
    ]
    assert paths == ["$.provenance.provider"]


def test_what_people_wrote_needs_no_provider() -> None:
    assert found(provenance={"origin": "human"}) == []


def test_what_sanitizing_changes_is_a_warning_that_shows_what_is_left() -> None:
    changes = {f"{POINT}__text": 'Sleepers <i onclick="x()">win</i> <script>x()</script>[1].'}
    assert found(severity="error", **changes) == []
    ((path, message),) = found(severity="warning", **changes)
    assert path == f"{P0}.text"
    assert (
        message
        == "contains HTML that is not allowed; it would be shown as: Sleepers <i>win</i> x()[1]."
    )


def test_a_rationale_is_held_to_the_same() -> None:
    ((path, message),) = found(severity="warning", viewpoint__rationale="<h1>Big</h1>")
    assert path == "$.viewpoint.rationale"
    assert message.endswith("shown as: Big")


def test_a_marker_that_sanitizing_removes_is_none() -> None:
    changes = one_point('<abbr title="[9]">UIC</abbr> [1][2]<script title="[7]"></script>.')
    assert found(severity="error", **changes) == []


def test_text_that_would_be_slow_to_clean_is_refused_uncleaned() -> None:
    text = "<" * 201 + "[1]"
    paths = found(severity="error", **{f"{POINT}__text": text})
    assert paths == [(f"{P0}.text", "contains '<' 201 times; at most 200 are accepted")]


def test_an_alias_that_names_the_article_once_more_is_a_warning() -> None:
    aliases = [
        "http://www.paper.example/opinion/night-trains/?utm_source=mail",
        "https://paper.example/b",
        "https://paper.example/b#top",
    ]
    message = "repeats an address of the article; remove it"
    assert found(severity="error", article__aliases=aliases) == []
    assert found(severity="warning", article__aliases=aliases) == [
        ("$.article.aliases[0]", message),
        ("$.article.aliases[2]", message),
    ]


def test_every_breach_is_listed_at_once_in_the_order_of_the_document() -> None:
    paths = [
        path
        for path, _ in found(
            article__url="",
            article__kind="news",
            viewpoint__rationale="<h1>x</h1>",
            perspectives__0__points__0__text="[7] and [8]",
            perspectives__1__points__0__text="No source",
            sources__1__title="",
            provenance__provider="",
            corrections__0__note="\x07",
        )
    ]
    assert paths == [
        "$.article.url",
        "$.article.kind",
        "$.viewpoint.rationale",
        f"{P0}.text",
        f"{P0}.text",
        "$.perspectives[1].points[0].text",
        "$.sources[1].title",
        "$.provenance.provider",
        "$.corrections[0].note",
    ]


def test_a_point_that_says_nothing_once_it_is_sanitized_is_refused() -> None:
    messages = [message for _, message in found(severity="error", **{f"{POINT}__text": "<p></p>"})]
    assert any("is empty after" in message for message in messages)


def test_a_marker_that_dangles_twice_in_a_point_is_reported_once() -> None:
    messages = [message for _, message in found(**one_point("One [9] and again [9]."))]
    assert sum("cites source [9]" in message for message in messages) == 1
