"""The 43 malformed outputs, by number: what this part refuses, mends, or hands on to the gate.

Rows whose outcome belongs to the gate or to the fetcher are checked up to there: the text arrives
unchanged, and cites and quotes arrive as numbers and passages.
"""

from __future__ import annotations

import pytest
from fake_scenarios import SCENARIOS
from providers_support import EVIDENCE, Asking, composed

from widget.drafting.answer import InvalidAnswer, ReadAnswer, read_answer
from widget.drafting.composing import repair
from widget.drafting.evidence import Document

pytestmark = pytest.mark.unit


def ask(asking: Asking, model: str) -> ReadAnswer:
    return read_answer(asking.complete(model).text)


RIGHT = 8  # documents of the evidence, each with a point; two ideas come before
ROWS_ELSEWHERE = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 12, 14, 15, 17, 42, 43), "test_providers.py"),
    **dict.fromkeys((38, 39), "test_injection.py"),
    # The model never writes a source: these are about results of the search, and fetching them.
    **dict.fromkeys((26, 27, 40, 41), "the search and the fetcher"),
}
MENDED = {  # number: model, mend
    8: ("fenced", "removed the code fence around the answer"),
    9: ("thinking", "removed the reasoning before the answer"),
    11: ("trailing", "removed text around the JSON object"),
    13: ("tool-call", "removed the wrapper json_tool_call"),
}
PROBLEMS = {  # number: model, problem
    12: ("half-json", "no complete JSON object"),
    16: ("leftish", "$.sources is not a key"),
    18: ("prose", "no complete JSON object"),
    30: ("id-url", "$.url is not a key"),
}
HANDED_ON = {  # number: model, text that the gate must find
    10: ("inner-think", "<think>x</think>"),
    22: ("fullwidth", "【4:0†source】［1］"),
    23: ("private-use", "\ue200cite\ue202turn1search0\ue201"),
    24: ("citation", "[citation:1] [reference:0] [ID:0]"),
    25: ("link", "[9](https://elsewhere.example/claim)"),
    28: ("chatgpt-url", "https://rail.example/a?utm_source=chatgpt.com"),
    29: ("redirect-url", "https://vertexaisearch.cloud.google.com/grounding-api-redirect/AUZIYQ"),
    31: ("foreign-url", "https://elsewhere.example/"),
    32: ("sentence-url", "https://rail.example/As the study says, fares fall"),
    37: ("german", "Die Fähre sollte nichts kosten, und der Bus auch nicht."),
}
CITED = {  # number: model, cites of the last point
    19: ("cite-9", (8, 9)),
    20: ("cite-0", (8, 0)),
    21: ("markers", (8, 1, 2, 3)),
}
QUOTED = {  # number: model, quote of the last point
    33: ("made-up-quote", "Nobody has ever written this sentence anywhere."),
    34: ("negation", "It's permitted to sail in winter 8."),
    36: ("curly", "It’s not permitted to sail in winter 8."),
}


def test_every_row_is_somewhere() -> None:
    here = {*MENDED, *PROBLEMS, *HANDED_ON, *CITED, *QUOTED, 35}
    assert here | set(ROWS_ELSEWHERE) == set(range(1, 44))
    for model, _ in (*MENDED.values(), *PROBLEMS.values(), *HANDED_ON.values()):
        assert model in SCENARIOS


@pytest.mark.parametrize("row", MENDED)
def test_form_is_mended_and_recorded(asking: Asking, row: int) -> None:
    model, mend = MENDED[row]
    answer = ask(asking, model)
    assert answer.mends == (mend,)
    assert answer.proposal == ask(asking, "ok").proposal


@pytest.mark.parametrize("row", PROBLEMS)
def test_what_is_no_proposal_is_repaired_once_with_its_problems(asking: Asking, row: int) -> None:
    model, problem = PROBLEMS[row]
    prompt = composed()
    completion = asking.complete(model, prompt)
    with pytest.raises(InvalidAnswer) as caught:
        read_answer(completion.text)
    assert problem in "; ".join(caught.value.problems)
    again = repair(prompt, completion.text, caught.value.problems)
    assert problem in again.content
    assert again.content.startswith(prompt.content)
    assert (again.instructions, again.schema) == (prompt.instructions, prompt.schema)
    assert read_answer(asking.complete("ok", again).text).proposal


@pytest.mark.parametrize("row", HANDED_ON)
def test_what_the_gate_must_see_stays_in_the_text(asking: Asking, row: int) -> None:
    model, text = HANDED_ON[row]
    answer = ask(asking, model)
    assert text in answer.proposal.points[-1].text
    assert answer.proposal.points[-1].cites == (RIGHT,)
    assert answer.mends == ()


@pytest.mark.parametrize("row", CITED)
def test_cites_reach_the_gate_as_numbers(asking: Asking, row: int) -> None:
    model, cites = CITED[row]
    point = ask(asking, model).proposal.points[-1]
    assert point.cites == cites
    assert "[" not in point.text


@pytest.mark.parametrize("row", QUOTED)
def test_quotes_reach_the_gate_unchanged(asking: Asking, row: int) -> None:
    model, quote = QUOTED[row]
    assert ask(asking, model).proposal.points[-1].quotes == (quote,)


def test_a_document_without_text_keeps_its_number_and_may_not_be_cited() -> None:
    """Row 35: a quote that cites it reaches the gate, which has no text to find it in."""
    unread = Document(url="https://dead.example/", title="Gone", problem="404")
    evidence = EVIDENCE.model_copy(update={"documents": (unread, *EVIDENCE.documents[:1])})
    content = composed(evidence).content
    first, second = content.index("<<<DOCUMENT 1"), content.index("<<<DOCUMENT 2")
    assert "could not be read. Do not cite" in content[first:second]
    assert "could not be read" not in content[second:]
