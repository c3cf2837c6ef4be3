"""Reads a model's answer: a proposal, or what is wrong with it.

Form is mended where the intention is clear, and each mend is recorded. Content stays as it is for
the gate: a cite outside the evidence, a URL, other kinds of markers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from widget.drafting.proposal import Proposal
from widget.entry.json_input import child_path, read_json
from widget.errors import InsightsError, InvalidEntry

MAX_PROBLEMS = 20
MAX_RANGE = 12
"""The most documents that a marker such as ``[1-3]`` may stand for."""
_MAX_STARTS = 40
_THOUGHTS = re.compile(r"\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[A-Za-z]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_NUMBER = r"\^?[0-9]{1,2}"
_MARKER = re.compile(
    rf"[ \t\u00a0\u202f]*\[({_NUMBER}(?:[ ]*[-–,;][ ]*{_NUMBER})*)\](?!\()"  # noqa: RUF001
)
_MESSAGES = {
    "extra_forbidden": "is not a key of this object; leave it out",
    "missing": "is missing",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


class InvalidAnswer(InsightsError):
    """An answer is no proposal; ``problems`` are sentences for the model and for the record."""

    def __init__(self, problems: Iterable[str], *, mends: Iterable[str] = ()) -> None:
        self.problems = tuple(problems)
        self.mends = tuple(mends)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A proposal. ``mends`` says what was corrected in the form of the answer."""

    proposal: Proposal
    mends: tuple[str, ...] = ()


def read_answer(text: str) -> ReadAnswer:
    """Return the proposal in the text of a completion. Raises InvalidAnswer."""
    mends: list[str] = []
    try:
        # Read again, strictly: duplicate keys, NaN, huge numbers, halves of surrogate pairs.
        source = _candidate(text, mends).source.encode("utf-8", "surrogatepass")
        content = _mended(_unwrapped(read_json(source), mends), mends)
        proposal = Proposal.model_validate_json(json.dumps(content))
    except InvalidEntry as error:
        problems = [f"{it.path} {it.message}" for it in error.breaches[:MAX_PROBLEMS]]
        raise InvalidAnswer(problems, mends=mends) from None
    except ValidationError as error:
        raise InvalidAnswer(_problems(error), mends=mends) from None
    return ReadAnswer(proposal, tuple(mends))


@dataclass(frozen=True, slots=True)
class _Object:
    """A JSON object in a text. ``bare``: nothing but white space stands around it."""

    source: str
    content: dict[str, Any]
    bare: bool


def _candidate(text: str, mends: list[str]) -> _Object:
    """Return the one JSON object that may be a proposal. Raises InvalidAnswer."""
    rest = text.removeprefix("\ufeff").strip()
    thoughts = _THOUGHTS.match(rest)
    if thoughts:
        rest = rest[thoughts.end() :].strip()
        mends.append("removed the reasoning before the answer")
    found = _objects(rest)
    # A fence inside a string of the object is no fence around it.
    if not rest.startswith("{") and (fence := _FENCE.search(rest)) and _objects(fence[1]):
        found = _objects(fence[1])
        mends.append("removed the code fence around the answer")
    proposals = [it for it in found if _is_proposal(it.content)] or found[:1]
    if not proposals:
        raise InvalidAnswer(["The answer contains no complete JSON object."], mends=mends)
    if len(proposals) > 1:
        number = len(proposals)
        raise InvalidAnswer([f"The answer contains {number} objects, not one."], mends=mends)
    if not proposals[0].bare:
        mends.append("removed text around the JSON object")
    return proposals[0]


def _objects(text: str) -> list[_Object]:
    """Return the JSON objects at the top of ``text``; none of an object that is incomplete."""
    decoder, found, at = json.JSONDecoder(), list[_Object](), text.find("{")
    for _ in range(_MAX_STARTS):
        if at < 0:
            break
        try:
            content, end = decoder.raw_decode(text, at)
        except RecursionError:
            return []
        except ValueError:
            if re.match(r'\{\s*"', text[at:]):
                return found  # the rest is inside an object that does not end
            end = at + 1
        else:
            bare = not text[:at].strip() and not text[end:].strip()
            found.append(_Object(text[at:end], content, bare))
        at = text.find("{", end)
    return found


def _is_proposal(content: dict[str, Any]) -> bool:
    return "points" in content or "json_tool_call" in content


def _unwrapped(content: Any, mends: list[str]) -> Any:  # noqa: ANN401  # JSON
    """Return the object inside ``{"json_tool_call": {…}}``, which some servers leave around it."""
    if isinstance(content, dict) and list(content) == ["json_tool_call"]:
        mends.append("removed the wrapper json_tool_call")
        inner = content["json_tool_call"]
        if isinstance(inner, dict) and "points" not in inner:
            inner = inner.get("arguments", inner.get("parameters", inner))
        return inner
    return content


def _mended(content: Any, mends: list[str]) -> Any:  # noqa: ANN401  # JSON
    """Move markers from the points' texts to their cites, and remove repeated cites."""
    if not isinstance(content, dict) or not isinstance(content.get("points"), list):
        return content
    points = []
    for index, point in enumerate(content["points"]):
        if isinstance(point, dict) and isinstance(point.get("text"), str):
            path = f"$.points[{index}]"
            cites = point.get("cites", [])
            text, moved = _without_markers(point["text"])
            if moved and isinstance(cites, list):
                mends.append(f"moved markers of {path}.text to cites: {moved}")
                cites = [*cites, *moved]
            elif moved:
                text = point["text"]
            if isinstance(cites, list):
                unique = list({json.dumps(it): it for it in cites}.values())
                if not moved and len(unique) < len(cites):
                    mends.append(f"removed repeated numbers of {path}.cites")
                point = {**point, "cites": unique}
            point = {**point, "text": text.strip()}
        points.append(point)
    return {**content, "points": points}


def _without_markers(text: str) -> tuple[str, list[int]]:
    """Return ``text`` without ``[1, 2]``, ``[1-3]`` and ``[^1]``, and their numbers."""
    moved: list[int] = []

    def move(marker: re.Match[str]) -> str:
        numbers: list[int] = []
        for part in re.split(r"[,;]", marker[1].replace("^", "")):
            ends = [int(it) for it in re.split(r"[-–]", part)]  # noqa: RUF001
            if len(ends) > 2 or not 0 <= ends[-1] - ends[0] < MAX_RANGE:
                return marker[0]
            numbers += range(ends[0], ends[-1] + 1)
        moved.extend(it for it in numbers if it not in moved)
        return ""

    return _MARKER.sub(move, text), moved


def _problems(error: ValidationError) -> list[str]:
    problems = []
    for detail in error.errors(include_url=False, include_context=False)[:MAX_PROBLEMS]:
        path = "$"
        for key in detail["loc"]:
            path = child_path(path, key)
        message = _MESSAGES.get(detail["type"], detail["msg"])
        if detail["type"] in ("literal_error", "int_type", "string_type"):
            message += f", not {json.dumps(detail['input'], ensure_ascii=False, default=str)[:60]}"
        problems.append(f"{path} {message}")
    return problems
