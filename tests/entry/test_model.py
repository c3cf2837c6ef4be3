"""Schema 1 as the model reads it: what any draft must keep to."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import EXAMPLES, REMOVED, sample_bytes, sample_entry

from widget.entry import (
    Article,
    Correction,
    Entry,
    Perspective,
    Point,
    Provenance,
    Source,
    Viewpoint,
    parse_entry,
    vocabulary,
)
from widget.errors import InvalidEntry

pytestmark = pytest.mark.unit


def refused(**changes: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidEntry) as caught:
        sample_entry(**changes)
    return [(breach.path, breach.message) for breach in caught.value.breaches]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_entry_of_the_newspaper_is_read_and_written_back(path: Path) -> None:
    entry = parse_entry(path.read_bytes())
    assert entry.id == path.stem
    assert parse_entry(entry.to_json()) == entry


def test_there_are_entries_of_the_newspaper() -> None:
    assert len(EXAMPLES) > 10


def test_what_is_left_out_has_its_default() -> None:
    entry = parse_entry(
        b"""{"schema": 1, "id": "a", "language": "en",
        "article": {"url": "https://a.example/", "title": "A", "kind": "opinion"},
        "viewpoint": {"lean": "not-rated"}, "provenance": {"origin": "human"}}"""
    )
    assert entry.perspectives == entry.sources == entry.corrections == ()
    assert entry.article.published is None
    assert entry.article.section == entry.viewpoint.rationale == ""


@pytest.mark.parametrize(
    ("place", "path", "hint"),
    [
        ("sourcez", "$.sourcez", "did you mean 'sources'?"),
        ("version", "$.version", "remove it"),
        ("article__titel", "$.article.titel", "did you mean 'title'?"),
        ("viewpoint__confidense", "$.viewpoint.confidense", "did you mean 'confidence'?"),
        ("perspectives__0__rolle", "$.perspectives[0].rolle", "did you mean 'role'?"),
        ("perspectives__0__points__1__txt", "$.perspectives[0].points[1].txt", "did you mean"),
        ("sources__1__ur", "$.sources[1].ur", "did you mean 'url'?"),
        ("provenance__xyzzy", "$.provenance.xyzzy", "remove it"),
        ("corrections__0__notes", "$.corrections[0].notes", "did you mean 'note'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_key_that_was_meant(
    place: str, path: str, hint: str
) -> None:
    ((told, message),) = refused(**{place: 1})
    assert told == path
    assert message.startswith(f"is not a key of an entry; {hint}")


@pytest.mark.parametrize(
    "place",
    [
        "schema",
        "id",
        "language",
        "article",
        "article__url",
        "article__title",
        "article__kind",
        "viewpoint",
        "viewpoint__lean",
        "perspectives__1__role",
        "perspectives__0__points__0__text",
        "sources__0__title",
        "sources__0__url",
        "provenance",
        "provenance__origin",
        "corrections__0__at",
        "corrections__0__kind",
        "corrections__0__note",
    ],
)
def test_a_missing_key_is_named(place: str) -> None:
    steps = [f"[{step}]" if step.isdecimal() else f".{step}" for step in place.split("__")]
    assert refused(**{place: REMOVED}) == [("$" + "".join(steps), "is missing; add it")]


TEXT = "must be text in quotation marks"
LIST = "must be a list in square brackets"
OBJECT = "must be an object in curly braces"
DATE = 'is not a date; write it like "2026-05-04", or null'
TIME = 'is not a date with time; write it like "2026-05-06T09:00:00Z"'


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("schema", 2, "must be 1"),
        ("schema", "1", "must be 1"),
        ("article__title", 7, TEXT),
        ("article__title", None, TEXT),
        ("viewpoint__rationale", [], TEXT),
        ("sources", {}, LIST),
        ("perspectives", "none", LIST),
        ("article__authors", "M. Lindqvist", LIST),
        ("viewpoint", 3, OBJECT),
        ("sources__0", "https://rail.example", OBJECT),
        ("article", [], OBJECT),
        ("viewpoint__lean", "middle", "must be 'left', 'center-left', 'center', "),
        ("article__kind", "blog", "must be 'opinion', 'editorial', "),
        ("sources__0__type", None, "must be 'news', "),
        ("corrections__0__note", "", "is empty; fill it in"),
        ("article__title", "x" * 501, "is too long; shorten it to 500 characters"),
        ("sources__0__url", "x" * 2049, "is too long; shorten it to 2048 characters"),
        ("sources__0__quote", "x" * 2001, "is too long; shorten it to 2000 characters"),
        ("viewpoint__rationale", "x" * 5001, "is too long; shorten it to 5000 characters"),
        ("article__published", "4 May 2026", DATE),
        ("article__published", "2026-5-4", DATE),
        ("article__published", "2026-02-30", DATE),
        ("article__published", "2026-05-04T00:00:00", DATE),
        ("article__published", " 2026-05-04", DATE),
        ("article__published", "1780000000", DATE),
        ("article__published", 20260504, DATE),
        ("provenance__generated_at", "2026-05-04", TIME),
        ("provenance__generated_at", "2026-05-04 09:00:00Z", TIME),
        ("provenance__generated_at", "1780000000", TIME),
        ("provenance__generated_at", 1780000000, TIME),
        ("provenance__generated_at", "2026-05-04T25:00:00Z", TIME),
        ("corrections__0__at", None, TIME),
        (
            "provenance__reviewed_at",
            "2026-05-04T09:00:00",
            'lacks its time zone; write it like "2026-05-06T09:00:00Z"',
        ),
    ],
)
def test_a_wrong_value_is_refused_where_it_stands(place: str, value: object, message: str) -> None:
    steps = [f"[{step}]" if step.isdecimal() else f".{step}" for step in place.split("__")]
    ((path, told),) = refused(**{place: value})
    assert path == "$" + "".join(steps)
    assert told.startswith(message)


@pytest.mark.parametrize(
    ("place", "items", "most"),
    [
        ("perspectives", [{"role": "ideas"}] * 7, 6),
        ("perspectives__0__points", [{"text": "x"}] * 13, 12),
        ("sources", [{"title": "x", "url": "https://x.example"}] * 100, 99),
        ("article__aliases", ["https://x.example"] * 51, 50),
        ("article__authors", ["x"] * 51, 50),
    ],
)
def test_a_list_has_an_end(place: str, items: list[object], most: int) -> None:
    ((_, message),) = refused(**{place: items})
    assert message == f"has too many items; at most {most} are accepted"
    assert sample_entry(**{place: items[:most]})


@pytest.mark.parametrize(
    "entry_id", ["", "A", "-a", "a-", "a" * 81, "a_b", "a b", "a/b", "é", "a\n", "..", "a.b"]
)
def test_an_id_that_could_be_no_file_name_is_refused(entry_id: str) -> None:
    ((path, message),) = refused(id=entry_id)
    assert path == "$.id"
    assert message.startswith("must be 1 to 80 lower-case letters, digits and hyphens, without")


@pytest.mark.parametrize("entry_id", ["a", "0", "a-b", "a--b", "a" * 80])
def test_an_id_of_letters_digits_and_hyphens_is_accepted(entry_id: str) -> None:
    assert sample_entry(id=entry_id).id == entry_id


@pytest.mark.parametrize("language", ["", "e", "english", "en_US", "en-", "en\n", "../de"])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    assert refused(language=language) == [
        ("$.language", 'must be a BCP 47 language tag such as "en" or "pt-BR"')
    ]


@pytest.mark.parametrize("language", ["en", "pt-BR", "zh-Hant-TW", "gsw", "de-CH-1996"])
def test_a_language_tag_is_accepted(language: str) -> None:
    assert sample_entry(language=language).language == language


def test_every_breach_is_told_at_once_with_its_path() -> None:
    found = refused(
        id="No",
        article__titel=1,
        article__published="soon",
        viewpoint__lean="middle",
        perspectives__0__points__1__text=3,
        sources__1__url=REMOVED,
        provenance=None,
    )
    assert [path for path, _ in found] == [
        "$.id",
        "$.article.published",
        "$.article.titel",
        "$.viewpoint.lean",
        "$.perspectives[0].points[1].text",
        "$.sources[1].url",
        "$.provenance",
    ]


def test_what_is_no_object_at_all_is_refused() -> None:
    for data in (b"[]", b"null", b"1", b'"entry"'):
        with pytest.raises(InvalidEntry, match=r"\$: must be an object in curly braces"):
            parse_entry(data)


def test_the_gate_stands_before_the_model() -> None:
    with pytest.raises(InvalidEntry, match=r"\$\.id: is a duplicate key"):
        parse_entry(b'{"id": "a", "id": "b"}')


def test_an_entry_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        sample_entry().id = "other"  # type: ignore[misc]  # that is what is tried


def test_a_document_is_written_indented_in_utf8_with_every_key_and_a_last_newline() -> None:
    written = sample_entry(article__title="Où dormir ?").to_json().decode()
    assert '\n  "schema": 1,\n' in written
    assert "Où dormir ?" in written
    assert '"quote": null' in written
    assert written.endswith("}\n")


def test_a_point_in_time_keeps_its_zone() -> None:
    entry = sample_entry(provenance__generated_at="2026-05-04T09:00:00.25+02:00")
    assert entry.provenance.generated_at == datetime(2026, 5, 4, 7, 0, 0, 250_000, UTC)
    assert b'"2026-05-04T09:00:00.250000+02:00"' in entry.to_json()


def test_the_sample_is_read_from_what_it_writes() -> None:
    assert parse_entry(sample_bytes()) == sample_entry()


# NUL and lone surrogates are what the gate refuses.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
times = st.datetimes(
    datetime(1000, 1, 1),  # noqa: DTZ001  # Hypothesis adds the zone
    datetime(9000, 1, 1),  # noqa: DTZ001
    timezones=st.builds(
        lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-23 * 60, 23 * 60)
    ),
)
dates = st.none() | st.dates(date(1, 1, 1))


def words(of: object) -> st.SearchStrategy[str]:
    return st.sampled_from(of.__args__)  # type: ignore[attr-defined]  # a Literal has them


points = st.builds(Point, text=texts, attributed_to=st.none() | texts)
entries = st.builds(
    lambda **values: Entry.model_construct(**values),
    version=st.just(1),
    id=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?", fullmatch=True),
    language=st.sampled_from(["en", "ar", "pt-BR"]),
    article=st.builds(
        Article,
        url=texts,
        aliases=st.lists(texts, max_size=3).map(tuple),
        title=texts,
        authors=st.lists(texts, max_size=3).map(tuple),
        section=texts,
        kind=words(vocabulary.ArticleKind),
        published=dates,
    ),
    viewpoint=st.builds(
        Viewpoint,
        lean=words(vocabulary.Lean),
        rationale=texts,
        confidence=st.none() | words(vocabulary.Confidence),
    ),
    perspectives=st.lists(
        st.builds(
            Perspective,
            role=words(vocabulary.Role),
            heading=st.none() | texts,
            points=st.lists(points, max_size=3).map(tuple),
            none_because=st.none() | texts,
        ),
        max_size=3,
    ).map(tuple),
    sources=st.lists(
        st.builds(
            Source,
            title=texts,
            url=texts,
            publisher=st.none() | texts,
            published=dates,
            type=words(vocabulary.SourceKind),
            quote=st.none() | texts,
            archive_url=st.none() | texts,
        ),
        max_size=3,
    ).map(tuple),
    provenance=st.builds(
        Provenance,
        origin=words(vocabulary.Origin),
        provider=st.none() | texts,
        model=st.none() | texts,
        generated_at=st.none() | times,
        reviewed_by=st.none() | texts,
        reviewed_at=st.none() | times,
    ),
    corrections=st.lists(
        st.builds(
            Correction, at=times, kind=words(vocabulary.CorrectionKind), note=texts.filter(bool)
        ),
        max_size=2,
    ).map(tuple),
)


@given(entries)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert parse_entry(entry.to_json()) == entry


def test_a_group_without_a_reason_is_written_as_before_there_were_any() -> None:
    """Otherwise the digest of every document changed, and all approvals were void."""
    entry = sample_entry()
    assert [list(it) for it in json.loads(entry.to_json())["perspectives"]] == [
        ["role", "heading", "points"]
    ] * 2
    null = parse_entry(sample_bytes(perspectives__1__none_because=None))
    assert null.to_json() == entry.to_json()
    given = sample_entry(perspectives__1__none_because="All agree.")
    assert json.loads(given.to_json())["perspectives"][1]["none_because"] == "All agree."


def test_true_is_no_schema_number() -> None:
    document = json.loads(sample_entry().to_json())
    document["schema"] = True
    with pytest.raises(InvalidEntry) as refused:
        parse_entry(json.dumps(document).encode())
    assert [breach.path for breach in refused.value.breaches] == ["$.schema"]


def test_a_document_with_thousands_of_breaches_names_the_first_and_counts_the_rest() -> None:
    document = json.loads(sample_entry().to_json())
    document.update({f"unknown{number}": 1 for number in range(5_000)})
    with pytest.raises(InvalidEntry) as refused:
        parse_entry(json.dumps(document).encode())
    assert len(refused.value.breaches) == 201
    assert refused.value.breaches[-1].message == "has 4800 more breaches; fix these first"
