"""What a page says of itself as a source."""

from __future__ import annotations

from datetime import date

import pytest

from widget.pages.source_facts import SourceFacts, pdf_facts, read_facts

pytestmark = pytest.mark.unit

URL = "https://site.example/a"
NEWS_META = (
    '<meta property="og:type" content="article">'
    '<meta property="article:published_time" content="2026-01-02T00:00:00Z">'
)


def facts(head: str, url: str = URL) -> SourceFacts:
    return read_facts(f"<!doctype html><html><head>{head}</head><body><p>Text", url=url)


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def test_a_journal_article_is_read_from_citation_elements() -> None:
    found = facts(
        '<title>x</title><meta name="citation_title" content="Sleep on rails">'
        '<meta name="citation_journal_title" content="Journal of Nights">'
        '<meta name="citation_publication_date" content="2024/11/05">'
    )
    assert found == SourceFacts(
        "Sleep on rails", "Journal of Nights", date(2024, 11, 5), "journal", ""
    )


def test_open_graph_and_the_title_are_read() -> None:
    found = facts(
        '<title>Night &amp; day | The Site</title><meta property="og:site_name" content="The Site">'
    )
    assert (found.title, found.publisher, found.type) == ("Night & day", "The Site", "website")


@pytest.mark.parametrize(
    ("head", "url", "kind"),
    [
        (json_ld('{"@type": "NewsArticle"}'), URL, "news"),
        (json_ld('{"@type": "OpinionNewsArticle"}'), URL, "news"),
        (json_ld('{"@type": ["ScholarlyArticle"]}'), URL, "journal"),
        (json_ld('{"@type": "Book"}'), URL, "book"),
        (json_ld('{"@graph": [{"@type": "WebSite"}, {"@type": "Report"}]}'), URL, "report"),
        ('<meta property="og:type" content="book">', URL, "book"),
        ('<meta name="citation_doi" content="10.1/2">', URL, "journal"),
        ("", "https://www.audit.gov/x", "government"),
        ("", "https://data.gov.uk/x", "government"),
        ("", "https://finances.gouv.fr/", "government"),
        ("", "https://notgov.example/", "website"),
        (NEWS_META, URL, "news"),
        ("", URL, "website"),
    ],
)
def test_the_type(head: str, url: str, kind: str) -> None:
    assert facts(head, url).type == kind


@pytest.mark.parametrize(
    ("head", "copy"),
    [
        (json_ld('{"@type": "WebPage", "archivedAt": "https://archive.example/1"}'), "1"),
        ('<link rel="memento" href="https://archive.example/2">', "2"),
        ('<link rel="archived" href="javascript:x()">', ""),
        ("<link rel=memento href='http://['>", ""),
    ],
)
def test_an_archived_copy_is_taken_where_the_page_names_it(head: str, copy: str) -> None:
    assert facts(head).archive_url == (f"https://archive.example/{copy}" if copy else "")


@pytest.mark.parametrize("text", ["", "<", "<title>", "<script type=application/ld+json>[[[", "\0"])
def test_a_page_that_says_nothing_has_no_facts(text: str) -> None:
    assert read_facts(text, url=URL).fields() == {"type": "website"}


def test_only_what_is_stated_is_a_field() -> None:
    assert SourceFacts("T", published=date(2026, 1, 2)).fields() == {
        "title": "T",
        "published": "2026-01-02",
    }


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        (" Fare study\n2025 ", "Fare study 2025"),
        ("Microsoft Word - Fares and riders", "Fares and riders"),
        ("Microsoft Word - fares-final.docx", ""),
        ("fares_2025.INDD", ""),
        ("Untitled-1", ""),
        ("Slide 1", ""),
        ("Documents of a strike", "Documents of a strike"),
        ("", ""),
    ],
)
def test_the_name_of_a_file_or_a_form_is_no_title_of_a_pdf(stated: str, title: str) -> None:
    assert pdf_facts(stated, None, url=URL).title == title


def test_a_pdf_is_a_report_or_a_government_s() -> None:
    day = date(2025, 11, 2)
    assert pdf_facts("Fares", day, url=URL) == SourceFacts("Fares", published=day, type="report")
    assert pdf_facts("Fares", None, url="https://www.stats.gov.uk/f.pdf").type == "government"
