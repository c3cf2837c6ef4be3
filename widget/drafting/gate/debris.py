"""Leftovers in a text: markers in other notations, fences, reasoning, talk of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from widget.entry.notations import other_notations

# Notations that drafting turns into cites; they are debris only where they are left in an entry.
_MENDED = re.compile(r"\[[^\[\]]*\d[^\[\]]*\]", re.ASCII)
_FULL_WIDTH = re.compile(r"[\uff3b\u3010\u3014][^\uff3d\u3011\u3015\n]{0,60}[\uff3d\u3011\u3015]")
_LEFTOVERS = re.compile(
    r"""
    [\ue000-\uf8ff\ufff9-\ufffd]+                             # private use, replacement
    | (?:cite|image|news|turn)?\W?turn\d+(?:search|view|news|fetch|image|file|product|academic)\d+
    | \[(?:citation|reference|ref|id|source|doc(?:ument)?|evidence)[:\s_\#]*\d*\]
    | \[(?:citation|source)\ needed\] | \[oaicite[^\]]*\]
    | :?contentReference\[[^\]]*\](?:\{[^}]*\})?
    | oai_?cite\w* | \[\^[\w-]+\]
    | ```+\w* | ~~~+ | ^\s*json\s*\{ | \{\s*"(?:text|role|points|cites|quotes|lean)"\s*:
    | </?(?:think|thinking|thought|reasoning|scratchpad|answer|analysis|reflection)>
    | &lt;/?(?:think|thinking|thought|reasoning|scratchpad|answer|reflection)&gt;
    | <\|[^|>\n]{1,40}\|?> | \[/?INST\] | <</?SYS>> | <(?:start|end)_of_turn> | </?s>
    | \b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b      # a nonce or a hash
    | (?:<{3,}|>{3,}|={4,}|-{4,}|\#{3,})                       # fences and headings
    | \*\*[^*\n]+\*\* | ^\s{0,3}\#{1,6}\s                      # Markdown
    | \\u[0-9a-f]{4}
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_TALK = re.compile(
    r"""\b(?:
    as\ an?\ (?:AI|artificial\ intelligence|(?:large\ )?language\ model)\b
    | I(?:'m|\ am)\ (?:just\ )?an?\ (?:AI|(?:large\ )?language\ model)\b
    | I(?:'m|\ am)\ (?:sorry|unable\ to)\b
    | I\ (?:cannot|can't|can\ not)\ (?:assist|help|comply|provide|browse)
    | (?:my|your)\ (?:training\ data|knowledge\ cutoff|system\ prompt|instructions)
    | (?:the|this)\ system\ prompt | system\ prompt\s*:
    | (?:ignore|disregard|forget|override|bypass)\W+(?:\w+\W+){0,4}?
      (?:instructions?|prompts?|rules|directives|guidelines|above)
    | (?:follow|obey)\ (?:these|the\ following|my)\ (?:new\ )?(?:instructions?|commands?|orders)
    | (?:new|updated|additional|important)\ (?:system\ )?instructions?\s*:
    | you\ (?:are|must)\ now\b | from\ now\ on,?\ you
    | (?:respond|reply|answer|output|print|write)\ only\ (?:with|the)\b
    | (?:do\ not|don't)\ mention\ (?:this|these|the\ above)
    | (?:do\ not|don't|never)\ (?:follow|obey)\ (?:\w+\ ){1,3}?(?:that\ )?(?:you\ |your\ |above\b)
    | reveal\ (?:the|your)\ (?:prompt|instructions|key|system)
    | here\ is\ the\ (?:json|requested|corrected|final)\b | (?:sure|certainly),?\ here\b
    | hope\ this\ helps
    | let\ me\ (?:think|analy[sz]e|check\ the)\b | the\ user\ (?:wants|asks|asked|is\ asking)\b
    | chain[\ -]of[\ -]thought
    | als\ (?:KI|künstliche\ Intelligenz|(?:großes\ )?Sprachmodell)\b
    | (?:ignoriere?|missachte|vergiss)n?\ (?:\w+\ ){0,4}?
      (?:anweisung(?:en)?|instruktionen|vorgaben|regeln|befehle)
    | (?:gib|zeige|nenne)\ (?:\w+\ ){0,3}?(?:systemprompt|system-prompt|anweisungen)
    | como\ (?:una\ )?(?:IA|inteligencia\ artificial|modelo\ de\ lenguaje)\b
    | (?:ignora|ignore|olvida|descarta|omite)d?\ (?:\w+\ ){0,4}?
      (?:instrucciones|indicaciones|órdenes|reglas)
    | en\ tant\ qu(?:e\ |')(?:IA|intelligence\ artificielle|modèle\ de\ langage)\b
    | (?:ignore[zr]?|oublie[zr]?)\ (?:\w+\ ){0,4}?(?:instructions|consignes|règles|directives)
    | (?:تجاهل|انس|تجاوز)\ (?:\w+\ ){0,3}?(?:التعليمات|الأوامر|القواعد|تعليمات)
    | (?:بصفتي|كوني|باعتباري)\ (?:نموذج|ذكاء)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SPEAKER = re.compile(
    r"(?:^|\n|[.!?]\s)\s*(?:system|assistant|user|human|tool)\s*:\s", re.IGNORECASE
)
_SPEAKER_INSIDE = re.compile(r"\b(?:Assistant|ASSISTANT|USER|SYSTEM|HUMAN):\s")


def find(raw: str, *, mended: bool, nonce: str = "") -> Iterator[str]:
    """Yield the leftovers in a raw text, each once.

    ``mended``: the text is a proposal's, whose notations such as ``[1, 2]`` become cites.
    ``nonce`` is what fenced the evidence in the prompt.
    """
    seen: list[str] = []
    for found in _all(raw, mended=mended, nonce=nonce):
        text = found.strip()
        if text and not any(text in it for it in seen):
            seen.append(text)
            yield text


def _all(raw: str, *, mended: bool, nonce: str) -> Iterator[str]:
    if nonce and nonce in raw:
        yield nonce
    for mark in other_notations(raw).marks:
        if not (mended and _MENDED.fullmatch(mark) and ":" not in mark and not _is_named(mark)):
            yield mark
    straight = raw.replace("\u2019", "'").replace("\u00a0", " ")
    for pattern in (_FULL_WIDTH, _LEFTOVERS, _TALK, _SPEAKER, _SPEAKER_INSIDE):
        for match in pattern.finditer(straight):
            if not (mended and _MENDED.fullmatch(match[0]) and not _is_named(match[0])):
                yield match[0]


def _is_named(mark: str) -> bool:
    """Return whether a mark names what it is, such as ``[citation:1]``."""
    return re.search("[a-z]{2}", mark, re.IGNORECASE) is not None
