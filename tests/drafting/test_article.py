"""The article of a draft, and which articles may have none."""

from __future__ import annotations

import pytest

from widget.config import Settings
from widget.drafting.article import article_from_html, article_from_text, ineligible
from widget.drafting.evidence import MAX_TEXT, Article
from widget.drafting.extraction import ExtractionFailed

pytestmark = pytest.mark.unit

OURS = "https://paper.example"
TEXT = "The ferry is a street that happens to float, and nobody pays for streets here."


def settings(**publication: object) -> Settings:
    return Settings.model_validate(
        {"publications": [{"name": "The Paper", "origins": [OURS], **publication}]}
    )


def page(*, canonical: str = "", body: str = "", section: str = "Opinion") -> str:
    return (
        '<!doctype html><html lang="de"><head><title>x</title>'
        f'<link rel="canonical" href="{canonical}"><script type="application/ld+json">'
        '{"@type": "OpinionNewsArticle", "headline": "Free ferries", "author": "R. Okafor", '
        f'"articleSection": "{section}", "datePublished": "2026-05-04"}}</script></head>'
        f"<body><article><h1>Free ferries</h1>{body}<p>{TEXT}</p></article></body></html>"
    )


def test_a_page_becomes_an_article() -> None:
    article = article_from_html(page(), url=f"{OURS}/a")
    assert article == Article(
        url=f"{OURS}/a",
        title="Free ferries",
        text=TEXT,
        authors=("R. Okafor",),
        section="Opinion",
        kind="opinion",
        published="2026-05-04",  # type: ignore[arg-type]  # pydantic parses it
        language="de",
    )


ELSEWHERE = "https://agency.example/original"


@pytest.mark.parametrize(
    ("url", "canonical", "used"),
    [
        (f"{OURS}/a?x=1", f"{OURS}/a", f"{OURS}/a"),
        (f"{OURS}/a", ELSEWHERE, ELSEWHERE),
        (f"{OURS}/a", "", f"{OURS}/a"),
        (f"{OURS}/a", "javascript:alert(1)", f"{OURS}/a"),
        ("https://mirror.example/a", f"{OURS}/a", f"{OURS}/a"),
        ("https://mirror.example/a", ELSEWHERE, "https://mirror.example/a"),
        ("https://mirror.example/a?x=1", "/a", "https://mirror.example/a"),
        ("", f"{OURS}/a", f"{OURS}/a"),
        ("", "", ""),
    ],
)
def test_the_canonical_url_is_believed_where_it_or_the_page_is_ours(
    url: str, canonical: str, used: str
) -> None:
    html = page(canonical=canonical)
    assert article_from_html(html, url=url, settings=settings()).url == used


@pytest.mark.parametrize(
    "byline",
    [
        "By R. Okafor",
        "R. Okafor",
        "Von R. OKAFOR · 4. Mai 2026",
        "By R Okafor, transport editor",
        "Opinion",
        "Free ferries",
    ],
)
def test_the_text_has_no_byline_and_does_not_repeat_the_title(byline: str) -> None:
    article = article_from_html(page(body=f"<p>{byline}</p>"), url=f"{OURS}/a")
    assert article.text == TEXT


@pytest.mark.parametrize(
    "sentence",
    ["I, R. Okafor, take the ferry.", "R. Okafor and everybody else who lives here take it daily"],
)
def test_a_sentence_that_names_the_author_stays(sentence: str) -> None:
    assert sentence in article_from_html(page(body=f"<p>{sentence}</p>"), url=f"{OURS}/a").text


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(ExtractionFailed, match="paste the article's text"):
        article_from_html(f'<div id="app"></div><script>x</script><p hidden>{TEXT}</p>')


def test_plain_text_becomes_paragraphs() -> None:
    article = article_from_text(
        " One\u200b  line.\r\n\r\n\tAnd <b>another</b>.\n\n", url=f" {OURS}/a ", title=" A  title\n"
    )
    assert article.text == "One line.\nAnd <b>another</b>."
    assert (article.url, article.title) == (f"{OURS}/a", "A title")
    assert not article.cut
    assert article_from_text("word " * MAX_TEXT).cut
    for blank in ("", " \n\u200b\n", "\0"):
        with pytest.raises(ExtractionFailed):
            article_from_text(blank)


def article(**changes: object) -> Article:
    given = {"url": f"{OURS}/a", "title": "x", "text": TEXT, "kind": "opinion", "section": "City"}
    return Article.model_validate({**given, **changes})


def test_an_article_that_its_publication_lists_is_eligible() -> None:
    assert ineligible(article(), settings()) == ""
    assert ineligible(article(), settings(sections=["City", "Opinion"])) == ""
    assert ineligible(article(kind="news"), settings(kinds=["opinion", "news"])) == ""
    assert ineligible(article(kind=None), settings(kinds=["letter"])) == ""


@pytest.mark.parametrize(
    ("changes", "rules", "reason"),
    [
        ({"kind": "news"}, {}, "This is a news report"),
        ({"kind": "review"}, {"kinds": ["opinion", "letter"]}, "beside: opinion, letter"),
        ({}, {"sections": ["Opinion"]}, "section is 'City'; The Paper shows panels only in: Op"),
        ({"section": ""}, {"sections": ["Opinion"]}, "section is not known"),
        ({"section": "city"}, {"sections": ["City"]}, "section is 'city'"),
        ({"kind": None}, {"sections": ["Opinion"]}, "section is 'City'"),
    ],
)
def test_an_article_that_may_have_no_panel(
    changes: dict[str, object], rules: dict[str, object], reason: str
) -> None:
    assert reason in ineligible(article(**changes), settings(**rules))


def test_the_rules_are_those_of_the_article_s_own_publication() -> None:
    both = Settings.model_validate(
        {
            "publications": [
                {"name": "The Paper", "origins": [OURS]},
                {"name": "The Post", "origins": ["https://post.example"], "kinds": ["letter"]},
            ]
        }
    )
    assert ineligible(article(), both) == ""
    assert "The Post" in ineligible(article(url="https://post.example/a"), both)
