from __future__ import annotations

import pytest
from gate_support import evidence, of_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("by", ["Ilka Brandvold", "Brandvold, author of the study", "The study"])
def test_an_attribution_that_the_source_names_passes(by: str) -> None:
    assert of_text("The gap is large [1].", by=by) == []


@pytest.mark.parametrize("by", ["Viktor Sandoval", "Ilka Sandoval", "Brightwater Institute"])
def test_an_attribution_to_somebody_else_blocks(by: str) -> None:
    assert [rule for rule, _ in of_text("The gap is large [1].", by=by)] == ["name-unsupported"]


def test_an_attribution_without_a_name_shares_a_word_with_the_source() -> None:
    held = evidence("Enquête des commerçants du quai.", "Service de secours.", language="fr")
    by = "Association des commerçants du quai"
    assert of_text("Le prix monte [1].", held, by=by, language="fr") == []
    assert of_text("Le prix monte [2].", held, by=by, language="fr") == [("name-unsupported", by)]


def test_a_name_that_no_text_contains_is_remarked() -> None:
    assert of_text("The fare pleased Viktor Sandoval [1].") == [("name-unseen", "Viktor Sandoval")]
    assert of_text("The fare pleased Ilka Brandvold [1].") == []
