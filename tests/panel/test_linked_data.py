"""What a panel says to machines is right by schema.org, and the host's own data stays whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from panel_support import HOSTILE
from samples import (
    EXAMPLES,
    PAPER,
    PERMALINK,
    PUBLICATION,
    one_point,
    parse_fragment,
    parse_html,
    sample_entry,
)
from schema_org import SCHEMA, Item, json_ld, microdata, problems

from widget.entry import Entry, parse_entry
from widget.panel import Options, fragment, frame

pytestmark = pytest.mark.unit

ENTRIES = [parse_entry(path.read_bytes()) for path in EXAMPLES]
CORRECTED = sample_entry(
    corrections=[
        {"at": "2026-06-01T10:00:00Z", "kind": "correction", "note": "It was nine & not ten."},
        {"at": "2026-07-01T10:00:00Z", "kind": "update", "note": "</script><b>New</b> figures."},
    ]
)


@dataclass(frozen=True)
class Approved:
    reviewer: str = "ana"
    role: str = "editor"
    at: datetime = datetime(2026, 8, 1, 9, tzinfo=UTC)


def of_frame(entry: Entry, *, by: str = "role", reviews: tuple[Approved, ...] = ()) -> Item:
    publication = PUBLICATION.model_copy(update={"reviewer": by})
    page = frame(entry, publication, Options(), permalink=PERMALINK, reviews=reviews)
    (found,) = json_ld(parse_html(page.body.decode()))
    assert found["@context"] == "https://schema.org"
    return found


def of_fragment(entry: Entry, reviews: tuple[Approved, ...] = ()) -> Item:
    page = fragment(entry, PUBLICATION, Options(), permalink=PERMALINK, reviews=reviews)
    (found,) = microdata(parse_fragment(page.body.decode()))
    return found


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.mark.parametrize("entry", [*ENTRIES, CORRECTED], ids=lambda it: it.id)
def test_both_forms_hold_to_the_vocabulary_and_say_the_same(entry: Entry) -> None:
    page, work = of_frame(entry, reviews=(Approved(),)), of_fragment(entry, (Approved(),))
    assert (list(problems(page)), list(problems(work))) == ([], [])
    main = page["mainEntity"]
    for name in ("@type", "url", "isBasedOn", "digitalSourceType", "dateModified"):
        assert main.get(name) == work.get(name)
    assert [it["url"] for it in main["citation"]] == listed(work.get("citation"))
    assert listed(main.get("correction")) == listed(work.get("correction"))
    assert main["isBasedOn"] == entry.article.url
    assert [it["name"] for it in main["citation"]] == [it.title for it in entry.sources]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"@type": "Opinion"}, "'Opinion' is no type"),
        ({"@type": "CreativeWork", "opinion": "x"}, "CreativeWork: 'opinion' is no property"),
        ({"@type": "CreativeWork", "reviewedBy": "x"}, "CreativeWork has no reviewedBy"),
        ({"@type": "CreativeWork", "dateModified": "May"}, "'May' is no dateModified"),
        ({"@type": "CreativeWork", "digitalSourceType": f"{SCHEMA}AI"}, "is no digitalSourceType"),
        ({"@type": "CreativeWork", "correction": {"@type": "Person"}}, "is no correction"),
    ],
)
def test_the_vocabulary_finds_what_is_wrong(item: Item, problem: str) -> None:
    assert problem in " ".join(problems(item))


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("ai", "TrainedAlgorithmicMediaDigitalSource"),
        ("ai-edited", "CompositeWithTrainedAlgorithmicMediaDigitalSource"),
        ("human", "DigitalArtDigitalSource"),
    ],
)
def test_how_the_analysis_came_about_is_said_by_origin(origin: str, expected: str) -> None:
    entry = sample_entry(provenance__origin=origin)
    for reviews in ((), (Approved(),)):
        for work in (of_frame(entry, reviews=reviews)["mainEntity"], of_fragment(entry, reviews)):
            assert work["digitalSourceType"] == f"{SCHEMA}{expected}"


def test_the_date_is_that_of_the_last_change_that_the_document_or_a_review_proves() -> None:
    assert of_fragment(CORRECTED)["dateModified"] == "2026-07-01T10:00:00Z"
    assert of_fragment(CORRECTED, (Approved(),))["dateModified"] == "2026-08-01T09:00:00Z"
    never = {"provenance__generated_at": None, "provenance__reviewed_at": None}
    bare = sample_entry(corrections=[], **never)
    assert "dateModified" not in of_fragment(bare)
    assert "dateModified" not in of_frame(bare)["mainEntity"]


def test_only_a_proven_review_is_one_and_it_stands_on_the_page() -> None:
    declared = sample_entry(provenance__reviewed_by="Ben", provenance__reviewed_at=None)
    assert "reviewedBy" not in of_frame(declared)
    by_role = of_frame(declared, reviews=(Approved(), Approved()))
    assert by_role["reviewedBy"] == [{"@type": "Organization", "name": "The Paper"}]
    assert by_role["lastReviewed"] == "2026-08-01"
    assert "reviewedBy" not in by_role["mainEntity"]
    by_name = of_frame(declared, by="name", reviews=(Approved(), Approved("ben")))
    assert [it["name"] for it in by_name["reviewedBy"]] == ["ana", "ben"]
    assert "reviewedBy" not in of_fragment(declared, (Approved(),))


def test_hostile_text_stays_text_in_both() -> None:
    changes = {"article__title": HOSTILE, "sources__0__title": HOSTILE}
    entry = sample_entry(**changes)
    work = of_frame(entry)["mainEntity"]
    assert HOSTILE in work["name"]
    assert work["citation"][0]["name"] == HOSTILE
    assert list(problems(of_fragment(entry))) == []


def test_an_address_that_may_not_be_linked_to_is_in_neither() -> None:
    entry = sample_entry(**one_point("x [1]", sources__0__url="javascript:alert(1)"))
    assert "url" not in of_frame(entry)["mainEntity"]["citation"][0]
    assert "javascript" not in str(of_fragment(entry))


# The host's own data

HOST_DATA = (
    '<script type="application/ld+json">{"@context":"https://schema.org",'
    '"@type":"OpinionNewsArticle","headline":"Bring the night trains back"}</script>'
)


def host(panel: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>Host</title>{HOST_DATA}</head><body>'
        '<article itemscope itemtype="https://schema.org/OpinionNewsArticle">'
        '<h1 itemprop="headline">Bring the night trains back</h1>'
        '<p>By <span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        '<span itemprop="name">M. Lindqvist</span></span></p>'
        f'<div itemprop="articleBody">One bed is one seat.</div>{panel}'
        '<p><time itemprop="datePublished" datetime="2026-03-02">March</time></p>'
        "</article></body></html>"
    )


def test_a_host_s_own_article_stays_whole_with_a_panel_inside_of_it() -> None:
    panel = fragment(CORRECTED, PUBLICATION, Options(), permalink=PERMALINK).body.decode()
    alone, together = parse_html(host("")), parse_html(host(panel))
    assert json_ld(alone) == json_ld(together)
    (article,) = microdata(alone)
    assert microdata(together) == [article, of_fragment(CORRECTED)]
    assert article == {
        "@type": "OpinionNewsArticle",
        "headline": "Bring the night trains back",
        "author": {"@type": "Person", "name": "M. Lindqvist"},
        "articleBody": "One bed is one seat.",
        "datePublished": "2026-03-02",
    }
    assert list(problems(article)) == []


def test_a_panel_without_styles_has_the_same_data_and_a_document_no_microdata() -> None:
    bare = fragment(CORRECTED, PUBLICATION, Options(styles="none"), permalink=PERMALINK)
    assert microdata(parse_fragment(bare.body.decode())) == [of_fragment(CORRECTED)]
    page = frame(CORRECTED, PUBLICATION, Options(), permalink=PERMALINK).body.decode()
    assert microdata(parse_html(page)) == []
    assert PAPER in page
