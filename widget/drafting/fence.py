"""The fence around article and evidence in a prompt: what is inside is data.

A fence is a line such as ``<<<DOCUMENT 2 nonce>>>``. The nonce is random, so that no text can
contain the line; what resembles a fence or a control token of a model is defused all the same.
"""

from __future__ import annotations

import re
import secrets

_OPEN, _CLOSE = "<＜﹤‹〈⟨《≪", ">＞﹥›〉⟩》≫"  # noqa: RUF001  # look-alikes
_GAP = "[ \\t\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*"
_RUNS = re.compile(f"[{_OPEN}](?:{_GAP}[{_OPEN}]){{2,}}|[{_CLOSE}](?:{_GAP}[{_CLOSE}]){{2,}}")
# <|im_start|>, <start_of_turn>, </s>, [INST], <<SYS>>: a local server may take them for its own.
_TOKENS = re.compile(
    r"<(?=[|｜])|(?<=[|｜])>"  # noqa: RUF001  # DeepSeek's
    r"|<(?=/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|tool_call)>)"
    r"|<<(?=/?SYS>>)|\[(?=/?(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|SYSTEM_PROMPT)\])",
    re.IGNORECASE,
)
# Control characters, and the tag characters that write invisible text.
_INVISIBLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\U000e0000-\U000e007f]")


def new_nonce() -> str:
    """Return a nonce for one prompt."""
    return secrets.token_hex(8)


def fenced(label: str, text: str, nonce: str) -> str:
    """Return ``text`` between two fences that carry ``label`` and ``nonce``."""
    return f"<<<{label} {nonce}>>>\n{defused(text, nonce)}\n<<<END {label} {nonce}>>>"


def defused(text: str, nonce: str) -> str:
    """Return ``text`` so that nothing in it can be taken for a fence or for a control token."""
    text = _INVISIBLE.sub("", text)
    spread = _GAP.join(map(re.escape, nonce))
    while text != (text := re.sub(spread, "", text, flags=re.IGNORECASE)):
        pass  # what remains may be the nonce again
    text = _RUNS.sub(lambda run: "‹" if run[0][0] in _OPEN else "›", text)  # noqa: RUF001
    return _TOKENS.sub(_split, text)


def _split(token: re.Match[str]) -> str:
    return " >" if token[0] == ">" else f"{token[0][0]} {token[0][1:]}"


def nonce_of(content: str) -> str:
    """Return the nonce of the first fence; empty where there is none."""
    found = re.search(r"^<<<[A-Z0-9 ]+ ([0-9A-Za-z]+)>>>$", content, re.MULTILINE)
    return found[1] if found else ""
