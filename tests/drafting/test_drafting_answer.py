"""A model's answer is read: form is mended and recorded, content is left for the gate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from widget.drafting.answer import InvalidAnswer, ReadAnswer, read_answer
from widget.drafting.proposal import Proposal

pytestmark = pytest.mark.unit


def answer(text: str = "Fares fall.", *, cites: object = (1,), **changes: object) -> dict[str, Any]:
    point = {"role": "different-views", "text": text, "cites": cites, "quotes": ["Fares fell."]}
    return {
        "lean": "center",
        "rationale": "It weighs both.",
        "confidence": "medium",
        "points": [point],
        **changes,
    }


def proposal(text: str) -> Proposal:
    return read_answer(text).proposal


VALID = json.dumps(answer())


def test_a_valid_answer_is_taken_as_it_is() -> None:
    assert read_answer(VALID) == ReadAnswer(Proposal.model_validate_json(VALID))


@pytest.mark.parametrize(
    ("wrapped", "mend"),
    [
        (f"```json\n{VALID}\n```", "code fence"),
        (f"Here you are:\n```\n{VALID}\n```\nAsk for more.", "code fence"),
        (f"```json\n{VALID}", "code fence"),
        (f'<think>{{"a": 1}}</think>{VALID}', "reasoning"),
        (f"<think>\nno {{ is\nclosed </think>\n\n{VALID}", "reasoning"),
        (f"{VALID} Hope this helps {{}}", "text around"),
        (f"The {{object}}: {VALID}", "text around"),
        (json.dumps({"json_tool_call": answer()}), "json_tool_call"),
        (json.dumps({"json_tool_call": {"name": "x", "arguments": answer()}}), "json_tool_call"),
    ],
)
def test_what_stands_around_an_answer_is_removed_and_recorded(wrapped: str, mend: str) -> None:
    assert proposal(wrapped) == Proposal.model_validate_json(VALID)
    assert any(mend in it for it in read_answer(wrapped).mends)


@pytest.mark.parametrize(
    "text", ["<think>x</think>", "Say ```json\n{} ``` here", 'Braces {"points": 1} inside']
)
def test_what_stands_inside_a_string_stays_whole(text: str) -> None:
    for source in (json.dumps(answer(text)), f"Here: {json.dumps(answer(text))}"):
        assert proposal(source).points[0].text == text


@pytest.mark.parametrize(
    ("written", "text", "cites"),
    [
        ("Fares fall [1, 2].", "Fares fall.", (1, 2)),
        ("Fares fall [1-3], and rise [4].", "Fares fall, and rise.", (1, 2, 3, 4)),
        ("Fares fall [^2].", "Fares fall.", (1, 2)),
        ("Fares [2][3] fall.", "Fares fall.", (1, 2, 3)),
        ("[3] Fares fall.", "Fares fall.", (1, 3)),
        ("Fares fall [2–3; 5].", "Fares fall.", (1, 2, 3, 5)),
        ("Fares fall [9].", "Fares fall.", (1, 9)),
        ("Fares fall [0].", "Fares fall.", (1, 0)),
    ],
)
def test_markers_move_to_the_cites(written: str, text: str, cites: tuple[int, ...]) -> None:
    source = json.dumps(answer(written))
    point = proposal(source).points[0]
    assert (point.text, point.cites) == (text, cites)
    assert "moved markers of $.points[0].text" in read_answer(source).mends[0]


@pytest.mark.parametrize(
    "text",
    [
        "Fares fall 【4:0†source】.",
        "Fares fall ［1］.",
        "Fares fall \ue200cite\ue202turn1search0\ue201.",
        "Fares fall [citation:1], [reference:0], [ID:0].",
        "Fares fall [9](https://elsewhere.example/a).",
        "Fares fall, says https://elsewhere.example/a?utm_source=chatgpt.com",
        "Fares fall [2019-2024].",
        "Fares fall [1-99].",
        "Fares fall [3-1].",
        "Fares fall [1-2-3].",
    ],
)
def test_what_the_gate_blocks_reaches_it(text: str) -> None:
    parsed = read_answer(json.dumps(answer(text)))
    assert parsed.proposal.points[0].text == text
    assert parsed.proposal.points[0].cites == (1,)
    assert parsed.mends == ()


def test_repeated_cites_are_removed_and_recorded() -> None:
    source = json.dumps(answer(cites=[2, 1, 2]))
    assert proposal(source).points[0].cites == (2, 1)
    assert read_answer(source).mends == ("removed repeated numbers of $.points[0].cites",)


def without(key: str) -> dict[str, Any]:
    changed = answer()
    del changed[key]
    return changed


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("I cannot help with that.", "no complete JSON object"),
        ("", "no complete JSON object"),
        (VALID[:-20], "no complete JSON object"),
        (f"```json\n{VALID[:-9]}\n```", "no complete JSON object"),
        (VALID + VALID, "2 objects, not one"),
        ("<think>" + "{" * 20_000, "no complete JSON object"),
        ("[" * 99_999, "no complete JSON object"),
        ('{"points":' + "[" * 99_999, "no complete JSON object"),
        (VALID.replace('"center"', '"Leftish"'), "$.lean Input should be"),
        (VALID.replace('"center"', '"Leftish"'), 'not "Leftish"'),
        (VALID.replace('"medium"', '"high"'), "$.confidence"),
        (json.dumps(answer(sources=[])), "$.sources is not a key"),
        (json.dumps(without("lean")), "$.lean is missing"),
        (json.dumps(without("points")), "$.points is missing"),
        (json.dumps(answer(points=[])), "$.points must not be empty"),
        (json.dumps(answer(points={})), "$.points"),
        (json.dumps(answer(" ")), "$.points[0].text must not be empty"),
        (json.dumps(answer("[1]")), "$.points[0].text must not be empty"),
        (json.dumps(answer("x" * 1_501)), "$.points[0].text"),
        (json.dumps(answer(cites=["1"])), "$.points[0].cites[0] Input should be a valid integer"),
        (json.dumps(answer(cites=[True])), "$.points[0].cites[0]"),
        (json.dumps(answer(cites=[1.5])), "$.points[0].cites[0]"),
        (VALID.replace("[1]", "[NaN]"), "JSON cannot represent"),
        (VALID.replace('"lean"', '"lean": "left", "lean"'), "$.lean is a duplicate key"),
        (VALID.replace("Fares fall", "Fares \\ud800 fall"), "surrogate"),
        (VALID.replace("Fares fall", "Fares \\u0000 fall"), "U+0000"),
        (VALID.replace("[1]", f"[{'9' * 5_000}]"), "no complete JSON object"),
        (json.dumps({"json_tool_call": "x"}), "$"),
    ],
)
def test_what_is_no_proposal_is_a_problem_in_words(source: str, problem: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        read_answer(source)
    assert problem in "; ".join(caught.value.problems)
    assert all(len(it) < 300 for it in caught.value.problems)
