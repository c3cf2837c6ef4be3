"""The cache of representations: rendered once, counted in bytes, evicted."""

from __future__ import annotations

import pytest
from panel_support import frame_page

from widget import demo
from widget.entry import Entry
from widget.http.codings import CODINGS, Representation, RepresentationCache

pytestmark = pytest.mark.unit

# The cache


def of_size(size: int) -> Representation:
    assert size % 2 == 0
    return Representation(b"x" * (size // 2), "text/plain")


def test_what_is_kept_is_made_once() -> None:
    cache, made = RepresentationCache(1_000), []

    def make() -> Representation:
        made.append(1)
        return of_size(10)

    first = cache.get("key", 1, make)
    assert cache.get("key", 1, make) is first
    assert made == [1]


def test_bytes_are_counted_and_what_was_used_least_recently_goes_first() -> None:
    cache, made = RepresentationCache(300), []

    def get(key: str) -> None:
        def make() -> Representation:
            made.append(key)
            return of_size(100)

        cache.get(key, 1, make)

    for key in "abc":
        get(key)
    get("a")
    get("d")
    assert "".join(made) == "abcd"
    for key in "acd":
        get(key)
    assert "".join(made) == "abcd"
    get("b")
    assert "".join(made) == "abcdb"
    get("a")
    assert "".join(made) == "abcdba"


def test_what_is_larger_than_the_cache_is_sent_but_not_kept() -> None:
    cache = RepresentationCache(100)
    assert cache.get("big", 1, lambda: of_size(102)).size == 102
    small = cache.get("small", 1, lambda: of_size(100))
    assert cache.get("small", 1, lambda: of_size(2)) is small
    assert cache.get("big", 1, lambda: of_size(104)).size == 104


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache = RepresentationCache(0)
    assert cache.get("a", 1, lambda: of_size(2)) is not cache.get("a", 1, lambda: of_size(2))


def test_what_an_edition_replaced_takes_no_room() -> None:
    cache = RepresentationCache(300)
    other = cache.get("other", 1, lambda: of_size(100))
    for edition in range(100):
        first = cache.get("panel", edition, lambda: of_size(100))
        assert cache.get("panel", edition, lambda: of_size(2)) is first
    assert cache.get("other", 1, lambda: of_size(2)) is other
    assert cache.get("panel", 98, lambda: of_size(2)).size == 2


@pytest.mark.parametrize("entry", demo.entries(), ids=lambda entry: entry.id)
def test_the_size_that_is_counted_covers_every_coding(entry: Entry) -> None:
    made = Representation(frame_page(entry).body, "text/html")
    assert sum(len(made.body(coding).data) for coding in CODINGS) <= made.size
    assert len({made.body(coding).etag for coding in CODINGS}) == len(CODINGS)
    assert made.body("br") is made.body("br")
