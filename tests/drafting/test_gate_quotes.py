from __future__ import annotations

import pytest
from gate_support import evidence, of_point, of_text, rules

pytestmark = pytest.mark.unit

BOARD = "bicycles are not permitted on the upper deck"


@pytest.mark.parametrize(
    "quoted",
    [
        f"“{BOARD}”",
        f"'{BOARD}'",
        f"«{BOARD}»",
        f"„{BOARD}“",
        f"<q>{BOARD}</q>",
        f"“B{BOARD[1:]}.”",
        "“bicycles are not permitted … and it said so on every pier”",
        "“bicycles\u00a0are not per\u00admitted”",
    ],
)
def test_an_exact_quotation_passes_in_any_typography(quoted: str) -> None:
    assert of_text(f"The board said: {quoted} [1].") == []


@pytest.mark.parametrize(
    "quoted",
    [
        "bicycles are permitted on the upper deck",
        "bicycles are … permitted on the upper deck",
        "permitted on the upper deck",
        "bicycles are never permitted on the upper deck",
        "bicycles are not permitted on the lower deck",
        "not bicycles are permitted on the upper deck",
        "it said so on every pier … bicycles are not permitted",
        "icycles are not permitted",
    ],
)
def test_an_altered_quotation_blocks(quoted: str) -> None:
    assert ("quote-altered", quoted) in of_text(f"The board said: “{quoted}” [1].")
    assert ("quote-altered", quoted) in of_point("The board spoke.", quotes=[quoted])


def test_a_quotation_must_be_in_the_text_that_is_cited() -> None:
    assert ("quote-altered", BOARD) in of_text(f"The board said: “{BOARD}” [2].")


def test_a_passage_without_its_negation_blocks_though_the_text_negates() -> None:
    held = evidence("They said: we do not want a second vessel.", "x")
    found = of_point("They do not want it.", held, quotes=["want a second vessel"])
    assert found == [("quote-altered", "want a second vessel")]


def test_a_heading_or_a_clause_before_does_not_negate_what_is_quoted() -> None:
    held = evidence("The ferry that charges nothing\nThe boat is full.", "x")
    assert of_point("It is full.", held, quotes=["The boat is full."]) == []
    held = evidence("We do not ask for money, we ask for time.", "x")
    assert of_point("They want time.", held, quotes=["we ask for time"]) == []


@pytest.mark.parametrize(
    ("language", "source", "repeated"),
    [
        ("en", "The Transit Board did not comment.", "The Transit Board comment."),
        ("es", "La partida no está dotada.", "La partida está dotada."),
        ("es", "Hubo catorce incidentes, ninguno grave.", "Hubo catorce incidentes, alguno grave."),
        ("es", "No recomienda abrir sin vigilancia.", "No recomienda abrir con vigilancia."),
        ("es", "Son 3 en 2025. No se prevé ningún impuesto.", "Se prevé ningún impuesto."),
        ("fr", "Aucune ville n’a rouvert son pont.", "Une ville a rouvert son pont."),
        ("de", "Die Verträge enden nicht im August.", "Die Verträge enden im August."),
        ("ar", "لم يشمل المسح باعة الأرصفة.", "يشمل المسح باعة الأرصفة."),
    ],
)
def test_a_sentence_that_repeats_its_source_but_for_a_negation_blocks(
    language: str, source: str, repeated: str
) -> None:
    held = evidence(source, "x", language=language)
    found = of_text(f"{repeated} [1]", held, language=language)
    assert rules(found) == {"quote-altered"}
    assert of_text(f"{source} [1]", held, language=language) == []


def test_a_negation_that_belongs_to_the_next_word_is_not_missed_here() -> None:
    held = evidence("Donde había clases con inscripción no cayó.", "x", language="es")
    text = "La asistencia cayó, salvo donde había clases con inscripción [1]."
    assert of_text(text, held, language="es") == []
