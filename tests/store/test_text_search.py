"""Searches find what a plain scan of all texts finds: in every store, every script, every way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_support import entry

from widget.store import Query, Row, Sites, Sort, Store
from widget.store.directory import text_search
from widget.store.directory.search_index import IndexUpdate, SearchIndex
from widget.store.entry_summary import search_text
from widget.store.query import COUNTED, key, moment

TITLES = {
    "ferry": "Make the ferry free, they say: 100% of it",
    "gull": "Straße, STRASSE und Öl; İstanbul ve ISPARTA",
    "heron": "東京都庁の渡し船 東京",
    "ibis": "\u0644\u0645\u0627\u0630\u0627 \u0627\u0644\u0639\u064e\u0628\u0651\u0627\u0631\u0629",
    "jay": "🚢🚢 👩\u200d👩\u200d👧 e\u0301te\u0301 été",
    "kite": 'it\'s "quoted" * ^ : ( ) - + {col}: NEAR(a b) AND OR NOT a_b a%b \\ \\%',
    "lark": "ﬃ ŉ ΐ Σίσυφος ΣΊΣΥΦΟΣ a\ufffd\ufffe\uffff\U0010ffff",
    "mew": "zz",
}
PIECES = st.sampled_from(
    [*" ".join(TITLES.values()), "zz", "ry", "th", "qq", "e\u0301", "\0", " ", "\u3000", '"']
)


def part(of: str) -> st.SearchStrategy[str]:
    """Draw a part of a text, perhaps across its words."""
    ends = st.tuples(st.integers(0, len(of)), st.integers(1, 8))
    return ends.map(lambda at: of[at[0] : at[0] + at[1]])


SEARCHES = st.one_of(
    st.one_of(*map(part, TITLES.values())),
    st.lists(st.one_of(*map(part, TITLES.values())), min_size=2, max_size=3).map(" ".join),
    st.lists(PIECES, min_size=1, max_size=4).map("".join),
)


def contains(text: str, query: Query) -> bool:
    return all(word.replace("\0", " ") in text for word in query.words)


def test_a_search_finds_what_a_scan_of_all_texts_finds(store: Store) -> None:
    texts = {}
    for name, title in TITLES.items():
        saved = store.save(entry(name, title), actor="ana").entry
        texts[name] = search_text(name, saved)

    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(SEARCHES, st.sampled_from(["id", "title", "changed"]), st.booleans())
    def check(search: str, sort: Sort, backwards: bool) -> None:  # Hypothesis fills it
        query = Query(search=search, sort=sort, backwards=backwards)
        whole = store.rows(replace(query, search=""), limit=100)
        expected = [row.id for row in whole if contains(texts[row.id], query)]
        found = store.rows(query, limit=100)
        assert [row.id for row in found] == expected
        assert store.counts(query).found == len(expected)
        assert store.rows(query, limit=2, offset=1) == found[1:3]
        if found:
            assert store.rows(query, limit=3, after=key(sort, found[0])) == found[1:4]

    check()


@pytest.fixture(params=["as it is", "as if it were large"])
def index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchIndex]:
    if request.param != "as it is":
        for name, value in {"FEW": 2, "NEAR": 2, "FAR": 5, "MOST": 12}.items():
            monkeypatch.setattr(text_search, name, value)
    with tempfile.TemporaryDirectory() as folder:
        opened = SearchIndex(folder)
        yield opened
        opened.close()


def fill(index: SearchIndex, texts: list[str]) -> None:
    for old in index.ids():
        index.write([IndexUpdate(old)])
    index.write(
        IndexUpdate(f"e{n:04}", row(n), text, fingerprint=n) for n, text in enumerate(texts)
    )


def row(number: int) -> Row:
    origin = f"https://{number % 2}.example"
    return Row(
        id=f"e{number:04}",
        title=str(number * 7919 % 100),
        state="live",
        section="Ports" if number % 3 else "Birds",
        language="en",
        changed=moment(number * 31 % 17),
        origin=origin,
        live_origin=origin,
    )


LETTERS = st.sampled_from('abz"*%_ \n-東京\u0301é🚢\u0651\u0639\ufffd\ufffe\uffff\U0010ffff')
TEXTS = st.lists(st.text(LETTERS, max_size=12), max_size=24)


@pytest.mark.unit
def test_every_way_of_searching_finds_the_same(index: SearchIndex) -> None:
    narrowed = st.sampled_from(
        [
            Query(),
            Query(sort="title"),
            Query(sort="id", section="Ports"),
            Query(sites=(Sites(("https://1.example",)),)),
            Query(section="Birds", sites=(Sites(("https://1.example",), others=True),)),
        ]
    )

    @settings(deadline=None, max_examples=150)
    @given(TEXTS, st.lists(st.text(LETTERS, min_size=1, max_size=5), max_size=3), narrowed)
    def check(texts: list[str], words: list[str], others: Query) -> None:
        fill(index, texts)
        query = replace(others, search=" ".join(words))
        rows = index.rows(others, limit=100)
        expected = [it for it in rows if contains(texts[int(it.id[1:])], query)]
        assert index.rows(query, limit=100) == expected
        assert index.rows(query, limit=3, offset=2) == expected[2:5]
        assert index.counts(query).found == len(expected)

    check()


@pytest.mark.unit
def test_a_changed_or_removed_text_is_found_no_longer(index: SearchIndex) -> None:
    fill(index, ["zz top", "zzz"])
    index.write([IndexUpdate("e0000", row(0), "gone"), IndexUpdate("e0001")])
    for word in ("zz", "z", "top", "zzz"):
        assert index.rows(Query(search=word), limit=9) == [], word
    assert [it.id for it in index.rows(Query(search="ne"), limit=9)] == ["e0000"]


@pytest.mark.unit
@pytest.mark.parametrize("word", ["e", "he", "the", "gather"])
def test_a_search_is_counted_exactly_up_to_a_bound_and_says_so_beyond(
    index: SearchIndex, word: str
) -> None:
    texts = ["they gather"] * COUNTED + ["nothing of it"[:4]] * 5
    fill(index, texts)
    found = index.counts(Query(search=word))
    assert (found.found, found.more, found.total) == (COUNTED, False, COUNTED + 5)
    fill(index, ["they gather", *texts])
    found = index.counts(Query(search=word))
    assert (found.found, found.more, found.total) == (COUNTED, True, COUNTED + 6)
    assert not index.counts(Query()).more
    assert len(index.rows(Query(search=word), limit=9, offset=COUNTED)) == 1


@pytest.mark.unit
@pytest.mark.parametrize("length", [200, 5_000])
def test_a_very_long_word_is_searched_for_as_a_whole(index: SearchIndex, length: int) -> None:
    long = "".join(chr(0x4E00 + number % 900) for number in range(length))
    fill(index, [long, long[:-1], long[1:]])
    assert [it.id for it in index.rows(Query(search=long), limit=9)] == ["e0000"]
