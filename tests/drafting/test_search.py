"""The Search API finds documents; their texts come from their own pages."""

from __future__ import annotations

import time

import pytest
from fake_provider import KEY, FakeProvider
from hosting import hosting
from pydantic import SecretStr

from widget.config import Settings
from widget.drafting.providers.protocol import ProviderFailed, ProviderRefused
from widget.drafting.search import MAX_DOMAINS, find, search

pytestmark = pytest.mark.unit

PATIENCE = 60.0
PAGE = "<article><p>Fares cover a tenth of the cost of the ferry, says the board of transit."
SNIPPET = "A snippet that the page does not contain"


def result(url: str, **more: object) -> dict[str, object]:
    return {"title": f"Title of {url}", "url": url, "snippet": SNIPPET, "date": None, **more}


def deadline() -> float:
    return time.monotonic() + PATIENCE


def test_queries_are_one_request_and_results_are_merged(fake: FakeProvider) -> None:
    fake.results["free ferries"] = [
        result("https://a.example/x?utm_source=perplexity", date="2026-03-01"),
        result("https://b.example/"),
    ]
    fake.results["fares"] = [result("https://a.example/x"), result("a5612f0f")]
    found = find(
        [" free  ferries ", "fares", ""],
        key=SecretStr(KEY),
        url=fake.url,
        domains=["a.example"] * (MAX_DOMAINS + 1),
        deadline=deadline(),
        max_results=7,
    )
    (sent,) = fake.requests
    assert sent.path == "/search"
    assert sent.key
    assert sent.body == {
        "query": ["free ferries", "fares"],
        "max_results": 7,
        "search_domain_filter": ["a.example"] * MAX_DOMAINS,
    }
    assert [it.url for it in found] == ["https://a.example/x", "https://b.example/", "a5612f0f"]
    assert str(found[0].published) == "2026-03-01"
    assert found[2].problem
    assert all(it.origin == "search" and not it.text for it in found)


def test_a_text_is_the_page_s_and_never_the_snippet(fake: FakeProvider) -> None:
    with hosting() as site:
        there, gone = site.origin + site.add(PAGE), f"{site.origin}/gone"
        fake.results["ferries"] = [result(there), result(gone), result("http://10.0.0.7/")]
        settings = Settings.model_validate({"publications": [{"origins": [site.origin]}]})
        found = search(
            ["ferries"],
            key=SecretStr(KEY),
            url=fake.url,
            settings=settings,
            deadline=deadline(),
        )
    assert found[0].text.startswith("Fares cover a tenth of the cost")
    assert [it.text for it in found[1:]] == ["", ""]
    assert "answered 404" in found[1].problem
    assert "public internet" in found[2].problem
    assert SNIPPET not in repr(found)


def test_nothing_is_sent_for_no_query_and_for_too_many(fake: FakeProvider) -> None:
    assert find([" ", "\u200b"], key=None, url=fake.url, deadline=deadline()) == []
    with pytest.raises(ProviderRefused, match="At most 5 queries"):
        find(list("abcdef"), key=None, url=fake.url, deadline=deadline())
    assert fake.requests == []


@pytest.mark.parametrize(
    "results",
    [
        [None, 7, "x", {}, {"url": 7}, {"url": ""}, {"url": "https://a.example/", "title": 3}],
        [[{"url": "https://a.example/"}], [{"url": "https://a.example/", "date": "soon"}]],
    ],
)
def test_results_of_another_form_are_left_out(fake: FakeProvider, results: list[object]) -> None:
    fake.results["q"] = results  # type: ignore[assignment]  # what a service may send
    found = find(["q"], key=SecretStr(KEY), url=fake.url, deadline=deadline())
    assert [(it.url, it.published) for it in found] == [("https://a.example/", None)]


def test_a_search_that_nobody_answers_names_neither_key_nor_query() -> None:
    with pytest.raises(ProviderFailed) as caught:
        find(
            ["secret query"],
            key=SecretStr("secret-key"),
            url="http://127.0.0.1:9",
            deadline=time.monotonic() + 3,
        )
    assert "secret" not in str(caught.value)
