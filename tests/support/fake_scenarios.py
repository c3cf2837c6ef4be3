"""What the fake provider answers, by the name of the model: right answers, and wrong ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

_FENCE = re.compile(r"<<<(ARTICLE|DOCUMENT (\d+)) (\w+)>>>\n(.*?)\n<<<END \1 \3>>>", re.DOTALL)
_SENTENCE = re.compile(r"[^\n.!?。؟]{20,}?[.!?。؟]+")

Manner = Literal["whole", "trickle", "reset", "silent", "half"]


@dataclass(frozen=True)
class Reply:
    """A response: JSON, or text as it stands. ``manner`` is how it comes."""

    status: int = 200
    content: dict[str, Any] | str = ""
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = "whole"


@dataclass(frozen=True)
class Inquiry:
    """What a request to any of the endpoints is about. ``attempt`` counts from 1 per model."""

    path: str
    model: str
    instructions: str
    content: str
    properties: tuple[str, ...]
    attempt: int
    key: str

    @property
    def article(self) -> str:
        """The fenced text of the article, without the lines of its head."""
        return next((_text(it[4]) for it in _FENCE.finditer(self.content) if not it[2]), "")

    @property
    def documents(self) -> dict[int, str]:
        """The fenced texts of the documents, by number."""
        found = _FENCE.finditer(self.content)
        return {int(it[2]): _text(it[4]) for it in found if it[2]}


@dataclass(frozen=True)
class ModelOutput:
    """What a model says, whichever API carries it."""

    text: str | None
    finish: Literal["stop", "length", "refusal"] = "stop"
    reasoning: str = ""
    refusal: str = ""
    input_tokens: int | None = None


Scenario = Callable[[Inquiry], ModelOutput | Reply]


def _text(inside: str) -> str:
    return inside.partition("\n\n")[2]


def _sentences(text: str) -> list[str]:
    return [it[0].strip() for it in _SENTENCE.finditer(text)]


def faithful(inquiry: Inquiry) -> dict[str, Any]:
    """Return a proposal that the evidence supports: its texts are sentences of the evidence."""
    ideas = _sentences(inquiry.article)[:2] or ["The article argues for something."]
    points: list[dict[str, Any]] = [
        {"role": "ideas", "text": it, "cites": [], "quotes": [it]} for it in ideas
    ]
    points += [
        {"role": "different-views", "text": it, "cites": [number], "quotes": [it]}
        for number, text in inquiry.documents.items()
        for it in _sentences(text)[:1]
    ]
    return {
        "lean": "center",
        "rationale": "It names arguments of several sides.",
        "confidence": "low",
        "points": points,
    }


def right(inquiry: Inquiry) -> str:
    """Return the JSON that the request's schema asks for."""
    if "queries" in inquiry.properties:
        title = re.search(r"^Title: (.+)$", inquiry.content, re.MULTILINE)
        return json.dumps({"queries": [title[1] if title else "the article"]})
    if "ok" in inquiry.properties:
        return json.dumps({"ok": True})
    return json.dumps(faithful(inquiry), ensure_ascii=False)


def saying(change: Callable[[str], str]) -> Scenario:
    """Return a scenario that says the right JSON, changed."""
    return lambda inquiry: ModelOutput(change(right(inquiry)))


def proposing(change: Callable[[dict[str, Any], Inquiry], None]) -> Scenario:
    """Return a scenario that changes the proposal, which is an object of lists."""

    def scenario(inquiry: Inquiry) -> ModelOutput:
        if "points" not in inquiry.properties:
            return ModelOutput(right(inquiry))
        proposal = faithful(inquiry)
        change(proposal, inquiry)
        return ModelOutput(json.dumps(proposal, ensure_ascii=False))

    return scenario


def pointing(**changes: object) -> Scenario:
    """Return a scenario that changes the last point; ``suffix`` is appended to its text."""

    def change(proposal: dict[str, Any], _: Inquiry) -> None:
        point = proposal["points"][-1]
        suffix = changes.get("suffix", "")
        point.update({name: value for name, value in changes.items() if name != "suffix"})
        point["text"] = f"{point['text'].rstrip('.')}{suffix}." if suffix else point["text"]

    return proposing(change)


def once(first: Reply) -> Scenario:
    """Return a scenario whose first answer is ``first``, and right after that."""
    return lambda inquiry: first if inquiry.attempt == 1 else ModelOutput(right(inquiry))


def error(status: int, message: str, **more: str) -> Reply:
    """Return an error as all three providers send it."""
    kind = more.pop("type", "invalid_request_error")
    body = {"type": "error", "error": {"message": message, "type": kind, **more}}
    return Reply(status, body)


def _off_schema(proposal: dict[str, Any], _: Inquiry) -> None:
    proposal["lean"], proposal["sources"] = "Leftish", ["https://elsewhere.example/"]


def _altered_quote(proposal: dict[str, Any], _: Inquiry) -> None:
    """Take "not" out of every quote."""
    for point in proposal["points"]:
        words = point["quotes"][0].split()
        point["quotes"] = [" ".join(it for it in words if it != "not") or "not"]


def _curly(proposal: dict[str, Any], _: Inquiry) -> None:
    for point in proposal["points"]:
        point["quotes"] = [it.replace("'", "’") for it in point["quotes"]]


def _no_schema(inquiry: Inquiry) -> ModelOutput | Reply:
    if inquiry.properties:
        return error(400, "'response_format.type' must be 'text' or 'json_object'")
    return ModelOutput(json.dumps(faithful(inquiry), ensure_ascii=False))


HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
BAD_GATEWAY = Reply(502, HTML, {"Content-Type": "text/html"})
BUSY = Reply(429, {"error": {"message": "Slow down"}}, {"Retry-After": "2"})

SCENARIOS: dict[str, Scenario] = {
    "ok": lambda inquiry: ModelOutput(right(inquiry)),
    "sonar-gone": lambda _: error(410, "Sonar is now the Agent API"),  # 1
    "failed": lambda _: Reply(200, {"status": "failed", "output": []}),  # 2
    "error-200": lambda _: Reply(200, {"error": {"message": "Model crashed"}}),  # 3
    "bad-gateway": lambda _: BAD_GATEWAY,  # 4
    "bad-gateway-once": once(BAD_GATEWAY),
    "busy": lambda _: BUSY,  # 5
    "busy-once": once(BUSY),
    "busy-for-long": lambda _: Reply(429, {"error": {"message": "x"}}, {"Retry-After": "9000"}),
    "effort": lambda _: error(400, "Unsupported parameter", param="effort"),  # 6
    "trickle": lambda inquiry: Reply(200, right(inquiry), manner="trickle"),  # 7
    "fenced": saying(lambda text: f"```json\n{text}\n```"),  # 8
    "thinking": saying(lambda text: f'<think>{{"a":1}}</think>{text}'),  # 9
    "inner-think": pointing(text="<think>x</think>"),  # 10
    "trailing": saying(lambda text: f"{text} Hope this helps {{}}"),  # 11
    "length-half": lambda inquiry: ModelOutput(right(inquiry)[:-40], finish="length"),  # 12
    "length-whole": lambda inquiry: ModelOutput(right(inquiry), finish="length"),
    "half-json": saying(lambda text: text[:-40]),
    "tool-call": saying(lambda text: f'{{"json_tool_call":{text}}}'),  # 13
    "reasoning-only": lambda inquiry: ModelOutput(None, reasoning=right(inquiry)),  # 14
    "refusal": lambda _: ModelOutput(None, finish="refusal", refusal="I can't"),  # 15
    "leftish": proposing(_off_schema),  # 16
    "cut-prompt": lambda inquiry: ModelOutput(right(inquiry), input_tokens=2_050),  # 17
    "prose": saying(lambda _: "The article argues for free ferries."),  # 18
    "cite-9": pointing(suffix=" [9]"),  # 19
    "cite-0": pointing(suffix=" [0]"),  # 20
    "markers": pointing(suffix=" [1, 2][1-3][^1]"),  # 21
    "fullwidth": pointing(suffix=" 【4:0†source】［1］"),  # 22
    "private-use": pointing(suffix=" \ue200cite\ue202turn1search0\ue201"),  # 23
    "citation": pointing(suffix=" [citation:1] [reference:0] [ID:0]"),  # 24
    "link": pointing(suffix=" [9](https://elsewhere.example/claim)"),  # 25
    "chatgpt-url": pointing(suffix=" https://rail.example/a?utm_source=chatgpt.com"),  # 28
    "redirect-url": pointing(
        suffix=" https://vertexaisearch.cloud.google.com/grounding-api-redirect/AUZIYQ"
    ),  # 29
    "id-url": proposing(lambda proposal, _: proposal.update(url="a5612f0f")),  # 30
    "foreign-url": pointing(suffix=" https://elsewhere.example/"),  # 31
    "sentence-url": pointing(suffix=" https://rail.example/As the study says, fares fall"),  # 32
    "made-up-quote": pointing(quotes=["Nobody has ever written this sentence anywhere."]),  # 33
    "negation": proposing(_altered_quote),  # 34
    "curly": proposing(_curly),  # 36
    "german": pointing(text="Die Fähre sollte nichts kosten, und der Bus auch nicht."),  # 37
    "citations-400": lambda _: error(400, "citations are incompatible with output_config"),  # 42
    "no-schema": _no_schema,  # 43
    # Beyond the table: connections, sizes, redirects, and what a provider repeats.
    "reset": lambda _: Reply(manner="reset"),
    "half-body": lambda inquiry: Reply(200, right(inquiry), manner="half"),
    "silent": lambda _: Reply(manner="silent"),
    "huge": lambda _: Reply(200, "x" * (5 << 20)),
    "html-200": lambda _: Reply(200, HTML, {"Content-Type": "text/html"}),
    "array": lambda _: Reply(200, "[]"),
    "deep": lambda _: Reply(200, "[" * 200_000),
    "redirect": lambda _: Reply(307, "", {"Location": "/elsewhere"}),
    "overloaded": lambda _: error(529, "Overloaded", type="overloaded_error"),
    "echo-key": lambda inquiry: error(401, f"Incorrect API key provided: {inquiry.key}."),
    "echo-short-key": lambda inquiry: error(401, f"Bad key {inquiry.key[:9]}***{inquiry.key[-7:]}"),
    "echo-key-500": lambda inquiry: Reply(500, {"error": f"no such user: {inquiry.key}"}),
    "echo-prompt": lambda inquiry: error(400, f"Cannot read: {inquiry.content[:2_000]}"),
    "echo-prompt-200": lambda inquiry: Reply(200, {"error": {"message": inquiry.content[-600:]}}),
    "odd-usage": lambda inquiry: ModelOutput(right(inquiry), input_tokens=-5),
}
