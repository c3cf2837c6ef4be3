"""Hosts that pass for others, and hosts that are nobody's site."""

from __future__ import annotations

import pytest
from samples import PUBLICATION, sample_document, sample_entry

from widget.entry import check, light_html, urls

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "host",
    [
        "p\u0430ypal.com",  # Cyrillic a
        "P\u0410YPAL.com",
        "xn--pypal-4ve.com",
        "g\u03bfogle.com",  # Greek omicron
        "www.\u0456nsights.example",  # Ukrainian i
        "b\u0561nk.example",  # Armenian
        "\u0430\u03b1.example",
        "bank.c\u043em",
    ],
)
def test_a_host_in_mixed_scripts_is_no_link(host: str) -> None:
    problem = urls.link_problem(f"https://{host}/login")
    assert problem
    assert "mixes" in problem
    assert "href" not in light_html.clean(f'<a href="https://{host}/">x</a>')


@pytest.mark.parametrize(
    "host",
    [
        "straße.example",
        "müller-lüdenscheidt.example",
        "пример.example",
        "пример.рф",
        "παράδειγμα.example",
        "例え.example",
        "サッカーnews.example",
        "東京メトロ.jp",
        "한국news.example",
        "中文ㄅ.example",
        "مثال.example",
        "उदाहरण.example",
        "ตัวอย่าง.example",
        "col·lecció.cat",
        "xn--e1afmkfd.example",
        "4chan-2.example",
    ],
)
def test_a_host_in_the_scripts_of_one_language_is_one(host: str) -> None:
    assert urls.link_problem(f"https://{host}/") is None
    assert urls.link_doubt(f"https://{host}/") is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://192.0.2.7/report", "by its number"),
        ("https://[2001:db8::1]/report", "by its number"),
        ("http://localhost:8000/", "another machine"),
        ("http://printer.local/", "another machine"),
        ("https://reports.example./1", "dot at its end"),
        ("https://\u0430\u0440\u0440\u04cf\u0435.com/", "reads like 'apple'"),
        ("https://xn--80ak6aa92e.com/", "reads like 'apple'"),
    ],
)
def test_a_host_that_is_odd_is_warned_of(url: str, said: str) -> None:
    assert urls.link_problem(url) is None
    assert said in (urls.link_doubt(url) or "")
    sources = sample_document()["sources"]
    sources[0]["url"] = url
    entry = sample_entry(sources=sources)
    (breach,) = [it for it in check(entry, PUBLICATION) if it.path == "$.sources[0].url"]
    assert (breach.severity, said in breach.message) == ("warning", True)


def test_an_ordinary_address_raises_no_doubt() -> None:
    for url in ("https://reports.example/1", "https://www.example.co.uk", "not an address", ""):
        assert urls.link_doubt(url) is None
