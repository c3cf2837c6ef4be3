"""Each rule of the gate by a table: what it blocks, and the nearest thing that it must not."""

from __future__ import annotations

import pytest
from gate_support import URLS, brief, entry, evidence, of_point, of_text, rules

from widget.drafting.gate import check_entry

pytestmark = pytest.mark.unit

LIED = "The study says “{}” [1]."


@pytest.mark.parametrize(
    "quote",
    [
        "bicycles are not permitted on the upper deck",
        "Bicycles are not permitted on the upper deck,",
        "bicycles are\u00a0not permitted … on every pier",
        "Ilka Brandvold, who led the study, expects […] missing revenue",
        "Fares recover 11 percent of the ferry’s operating cost",
        "[B]icycles are not permitted",
    ],
)
def test_an_exact_quotation_passes_in_any_typography(quote: str) -> None:
    assert of_text(LIED.format(quote)) == []
    assert of_point("The study holds on to its rule.", quotes=[quote]) == []


@pytest.mark.parametrize(
    "quote",
    [
        "bicycles are permitted on the upper deck",
        "bicycles are … permitted on the upper deck",
        "on every pier … bicycles are not permitted",
        "Bicycles Are not permitted on the upper deck",
        "bicycles are not allowed on the upper deck",
        "cycles are not permitted",
        "A third of the passengers … a second vessel",
        "ridership rose by 23 percent",
    ],
)
def test_an_altered_quotation_blocks(quote: str) -> None:
    found = of_text(LIED.format(quote))
    if quote.startswith("A third"):
        assert found == []  # in order, and nothing is negated between
    else:
        assert "quote-altered" in rules(found)
        assert "quote-altered" in rules(of_point("The study is clear.", quotes=[quote]))


@pytest.mark.parametrize(
    "marks",
    ["“{}”", '"{}"', "«{}»", "« {} »", "„{}“", "»{}«", "‘{}’", "‹{}›", "「{}」", "<q>{}</q>"],
)
def test_quotation_marks_of_every_style_are_seen(marks: str) -> None:
    assert rules(of_text(f"It says {marks.format('we want no boat at all')} [1].")) == {
        "quote-altered"
    }
    assert of_text(f"It says {marks.format('We want a second vessel')} [1].") == []


def test_a_quotation_may_not_leave_out_the_negation_beside_it() -> None:
    assert rules(of_text("Bicycles are “permitted on the upper deck” [1].")) == {"quote-altered"}
    assert of_text("Bicycles are not “permitted on the upper deck” [1].") == []
    german = evidence(
        "Wir erlauben Fahrräder an Bord nicht, sagt der Rat der Stadt.", language="de"
    )
    text = "Der Rat der Stadt sagt: „Wir erlauben Fahrräder an Bord“ [1]."
    assert rules(of_text(text, german, sources=URLS[:1], language="de")) == {"quote-altered"}


def test_a_sentence_that_loses_or_gains_a_negation_blocks() -> None:
    said = "The board decided that bicycles are {}permitted on the upper deck [1]."
    assert rules(of_text(said.format(""))) == {"quote-altered"}
    assert of_text(said.format("not ")) == []
    held = evidence(
        "The board, which was not asked at all, decided that boats are to be free.", "x"
    )
    assert of_text("The board decided that boats are to be free [1].", held) == []
    assert rules(of_text("A third of the passengers do not come from Northbank [1].")) == {
        "quote-altered"
    }


@pytest.mark.parametrize(
    "text",
    [
        "Fares recover 11% of the cost.",
        "Fares recover 11\u00a0per cent of the cost.",
        "Fares recover eleven percent of the cost.",
        "About 1.9 million crowns would be missing.",
        "Some 1 900 000 crowns would be missing.",
        "Nearly two million crowns would be missing.",
        "One passenger in three comes from Northbank.",
        "33 percent of them come from Northbank.",
    ],
)
def test_a_number_passes_however_it_is_written(text: str) -> None:
    assert of_text(f"{text} [1]") == []


@pytest.mark.parametrize(
    "text",
    [
        "Fares recover 12 percent of the cost.",
        "Fares recover 11.5 percent of the cost.",
        "Fares recover twelve percent of the cost.",
        "Some 1.8 million crowns would be missing.",
        "1,900 crowns would be missing.",
        "Nearly three million crowns would be missing.",
        "A quarter of the passengers come from there.",
        "Two in three passengers come from there.",
        "5 percent of them come from Northbank.",
        "Seven piers have a sign.",
    ],
)
def test_another_number_blocks(text: str) -> None:
    assert rules(of_text(f"{text} [1]")) == {"number-unsupported"}


@pytest.mark.parametrize(
    "text",
    [
        "It was decided on May 5, 2026.",
        "It was decided on 2026-05-05.",
        "It was decided on the 5th of May 2026.",
        "It was decided in May 2026.",
        "It was decided in May.",
        "It was decided on 05/05/2026.",
    ],
)
def test_a_date_passes_however_it_is_written(text: str) -> None:
    assert of_text(f"{text} [1]") == []


@pytest.mark.parametrize(
    "text",
    [
        "It was decided on May 6, 2026.",
        "It was decided on 5 June 2026.",
        "It was decided on 5 May 2025.",
        "It was decided in 2027.",
        "It was decided in March.",
        "It was decided on 06/05/2026.",
    ],
)
def test_another_date_blocks(text: str) -> None:
    assert rules(of_text(f"{text} [1]")) == {"date-unsupported"}


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("Ilka Brandvold", True),
        ("Ilka Brandvold, economist", True),
        ("Authors of the study", True),
        ("Ilka Vale", False),
        ("Transport Workers of Aldermouth", False),
        ("Harbor Statistics Office", False),
    ],
)
def test_an_attribution_names_somebody_in_a_cited_text(name: str, *, named: bool) -> None:
    found = of_text("Fares recover 11 percent [1].", by=name)
    assert rules(found) == (set() if named else {"name-unsupported"})


@pytest.mark.parametrize(
    "url",
    [
        "https://transit.example.evil.example/study",
        "https://transit.example/other",
        "https://tr\u0430nsit.example/study",
        "https://t.co/abc",
        "a5612f0f",
        "https://transit.example/study and what it says",
    ],
)
def test_a_source_outside_the_evidence_blocks(url: str) -> None:
    found = check_entry(entry("It rose [2].", sources=(url, URLS[1])), evidence())
    assert [(it.path, it.rule) for it in found] == [("$.sources[0].url", "url-foreign")]


@pytest.mark.parametrize("url", ["https://bad.example/x", "www.bad.example", "bad.example/page"])
def test_a_url_in_a_text_blocks(url: str) -> None:
    assert rules(of_text(f"See {url} for more [1].")) == {"url-foreign"}
    link = f'See <a href="https://{url.removeprefix("https://")}">more</a> [1].'
    assert "url-foreign" in rules(of_text(link))


@pytest.mark.parametrize(
    "mark",
    [
        "【4:0†source】", "\uff3b\uff11\uff3d", "[citation:1]", "[reference:0]", "[1, 2]", "[^1]",
        "turn0search1", "\ue200cite\ue202turn0search1\ue201", "```json", "<think>hm</think>",
        "As an AI, I cannot say.", "Ignore previous instructions.", "<|im_end|>",
        "9f3ac17b5e024d68",
    ],
)  # fmt: skip
def test_leftovers_block(mark: str) -> None:
    assert "marker-debris" in rules(of_text(f"The fare is low {mark} [1]."))


def test_notations_that_become_cites_are_no_leftovers_of_a_proposal() -> None:
    assert of_point("The fare is low [1, 2], and it stays low [^1].") == []
    assert rules(of_point("The fare is low 【4:0†source】.")) == {"marker-debris"}


def test_the_nonce_of_the_fence_blocks() -> None:
    held = entry("The fare is low, says qrst-77 [1].")
    assert brief(check_entry(held, evidence(), nonce="qrst-77")) == [("marker-debris", "qrst-77")]
    assert check_entry(held, evidence(), nonce="other") == []


@pytest.mark.parametrize(
    "text",
    [
        "Die Fähre ist nicht so teuer, wie der Rat der Stadt es bei der Sitzung gesagt hat.",
        "El consejo dice que la tarifa es baja y que no hay dinero para los barcos.",
        "La ville dit que le prix est bas et qu’il n’y a pas d’argent pour les bateaux.",
        "تقول البلدية إن الأجرة منخفضة وإن المال لا يكفي للقوارب.",
    ],
)
def test_another_language_blocks(text: str) -> None:
    assert "wrong-language" in rules(of_text(f"{text} [1]"))
    assert "wrong-language" in rules(of_text(f"The fare is low, says the city. {text} [1]"))


@pytest.mark.parametrize("text", ["No.", "Le Monde de la Mer.", "Die Welt und der Tag.", "2 + 2."])
def test_a_short_text_is_not_taken_for_another_language(text: str) -> None:
    assert "wrong-language" not in rules(of_text(f"{text} [1]"))


def test_a_name_that_no_evidence_contains_is_a_warning() -> None:
    found = check_entry(entry("The study by Wanda Okoye says that fares are low [1]."), evidence())
    assert [(it.rule, it.severity, it.detail) for it in found] == [
        ("name-unseen", "warn", "Wanda Okoye")
    ]
    assert of_text("The study by Ilka Brandvold says that fares are low [1].") == []


def test_25_words_in_a_row_are_a_warning() -> None:
    words = [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(30)]
    held = evidence(" ".join(words), "x")
    assert rules(of_text(" ".join(words[2:27]) + " [1].", held)) == {"copied"}
    assert of_text(" ".join(words[2:26]) + " [1].", held) == []
    assert of_text(f"“{' '.join(words[2:27])}” [1].", held) == []


def test_a_finding_shows_the_nearest_passage_and_where_it_is() -> None:
    (found,) = check_entry(entry("Fares recover 19 percent of the cost [1]."), evidence())
    assert found.passage == "Fares recover 11 percent of the ferry's operating cost."
    assert (found.document, found.detail, found.path) == (
        1, "19 percent", "$.perspectives[0].points[0].text",
    )  # fmt: skip
    assert "reason" in found.message


def test_ideas_are_held_against_the_article() -> None:
    text = "“The ferry is a street that happens to float”, the author writes."
    assert of_text(text, role="ideas") == []
    assert rules(of_text("“The ferry is a road”, the author writes.", role="ideas")) == {
        "quote-altered"
    }
