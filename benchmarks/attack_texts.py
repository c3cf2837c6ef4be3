"""Malicious texts: a grammar of HTML, of malformed HTML, and of numbers.

Everything is derived from a seed, so that a failure can be reproduced.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator


def _each(text: str) -> tuple[str, ...]:
    return tuple(text.split(" "))


_ELEMENTS = _each(
    "a abbr b br cite code em i q strong sub sup A ABBR Em script style svg math img iframe object "
    "embed base link meta form input button textarea select option table td tr template noscript "
    "noembed xmp plaintext title details marquee frameset body html head p h1 div isindex image "
    "foreignObject annotation-xml mtext mglyph insights-widget a:b x-y video audio source"
)
_ATTRIBUTES = _each(
    "href title onclick onerror onload onfocus style class id src srcdoc action formaction data "
    "xlink:href cite background autofocus hx-get hx-on:click data-hx-get target rel name HREF is "
    'slot part x1 "x 1<y'
)
_ADDRESSES = _each(
    "https://paper.example/ javascript:alert(1) JaVaScRiPt:alert(1) java\tscript:alert(1) "
    "java&#9;script:alert(1) javascript&colon;alert(1) &#106avascript:alert(1) "
    "data:text/html,<script>alert(1)</script> vbscript:x //evil.example /admin \\\\evil "
    "https://paper.example&#64;evil.example https://[::1]/ https://1.2.3.4/ feed:x blob:x "
    "https://\u0440aper.example/ https:paper https://paper.example/?q=[1]"
)
_SCRIPTS = ("alert(1)", "window.pwned=1", "document.title='pwned'", "fetch('//evil.example')")
_CONTROLS = "\0\x01\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f\x80\x85\x9f\u200b\u202e\u2028\ufeff\ufffe\ufdd0"
_SECTIONS = (
    "<![", "<![>", "<![CDATA[", "]]>", "<!", "<!>", "<!DOCTYPE html [", "<!DOCTYPE",
    "<!ENTITY x 'y'>", "<?xml version='1.0'?>", "<?", "<?php echo 1 ?>", "<!--", "-->", "--!>",
    "<!-->", "<!--->",
    "<!--[if IE]>", "<![endif]-->", "</", "</>", "</ >", "<%", "%>", "<!-", "<!--<!--", "</!",
)  # fmt: skip
_REFERENCES = (
    "&", "&lt;", "&gt;", "&amp;", "&quot;", "&lt", "&nosuch;", "&notin;", "&noti", "&#0;", "&#x0;",
    "&#xD800;", "&#x110000;", "&#9999999999;", "&#", "&#x", "&#;", "&#x;", "&Tab;", "&NewLine;",
    "&#x3C;script&#x3E;", "&amp;lt;", "&AMP", "&#128;", "&#38;lt;", "&#1114111;",
)  # fmt: skip
_WORDS = (
    "plain", "two words", "[1]", "[2][1]", "\\[1]", "[99]", "[1, 2]", "[^1]", "【1†source】",
    "\uff3b\uff11\uff3d", "{{ 7*7 }}", "{% raw %}", "${x}", "<%= x %>", "é", "مرحبا", "中文",
    "\U0001d4b3", "\U0010ffff", "ﬁ",
    "İ", "ß", " ", "\n", "\r\n", "\r", "\t", "'", '"', "`", "=", "/", ">", "<", "\\", "a" * 80,
    "%3Cscript%3E",
)  # fmt: skip
_LONG = 4_900


class Grammar:
    """Makes texts from ``seed``; the same seed, the same texts.

    ``surrogates``: among them some that no UTF-8 can hold.
    """

    def __init__(self, seed: int, *, surrogates: bool = False) -> None:
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self._surrogates = surrogates
        self._makers: tuple[tuple[Callable[[], str], int], ...] = (
            (self._start_tag, 30),
            (self._end_tag, 12),
            (self._element, 16),
            (lambda: self._one(_SECTIONS), 14),
            (lambda: self._one(_REFERENCES), 12),
            (self._number, 3),
            (lambda: self._one(_WORDS), 30),
            (self._controls, 6),
            (self._run, 3),
        )

    def text(self) -> str:
        """Return the next text."""
        length = self._random.choice((1, 2, 2, 3, 4, 6, 10))
        text = "".join(self._piece() for _ in range(length))
        if self._random.random() < 0.2 and text:  # cut somewhere, as a form or a file may be
            text = text[: self._random.randrange(len(text)) + 1]
        return text

    def texts(self, count: int) -> Iterator[str]:
        """Yield the next ``count`` texts."""
        return (self.text() for _ in range(count))

    def _one(self, several: tuple[str, ...] | list[str] | str) -> str:
        return self._random.choice(several)

    def _piece(self) -> str:
        makers, weights = zip(*self._makers, strict=True)
        return str(self._random.choices(makers, weights)[0]())

    def _start_tag(self) -> str:
        attributes = "".join(
            self._attribute() for _ in range(self._random.choice((0, 0, 1, 1, 2, 4)))
        )
        end = self._one((">", ">", ">", "/>", "", " ", "\0>", "<", "//>"))
        return f"<{self._one(_ELEMENTS)}{attributes}{end}"

    def _end_tag(self) -> str:
        return f"</{self._one(_ELEMENTS)}{self._one(('>', '>', ' x=1>', '/>', ''))}"

    def _element(self) -> str:
        name = self._one(_ELEMENTS)
        return f"<{name}{self._attribute()}>{self._piece()}</{name}>"

    def _attribute(self) -> str:
        gap = self._one((" ", " ", "/", "\n", "\x0c", "\t", ""))
        name = self._one(_ATTRIBUTES)
        value = self._one(_SCRIPTS if name.startswith("on") else _ADDRESSES)
        if self._random.random() < 0.15:
            value = self._piece() if self._random.random() < 0.7 else self._one(_REFERENCES)
        quote = self._one(('"', '"', "'", "", "`"))
        end = quote if self._random.random() < 0.9 else ""
        sign = self._one(("=", "=", "=", "", " = ", "=="))
        return f"{gap}{name}{sign}{quote}{value}{end}" if sign else f"{gap}{name}"

    def _number(self) -> str:
        digits = self._one(("0", "1", "9", "58", "60")) * self._random.choice(
            (3, 8, 30, 400, 4_400)
        )
        return f"&#{self._one(('', 'x', 'X'))}{digits[:4_400]}{self._one((';', '', 'g'))}"

    def _controls(self) -> str:
        several = _CONTROLS + ("\ud800\udfff" if self._surrogates else "")
        return "".join(self._one(several) for _ in range(self._random.choice((1, 1, 3))))

    def _run(self) -> str:
        unit = self._one(
            ("<", "&", "<a ", '<a "', "<b>", "</b>", "[1]", "&#", "<!--", "x", "\\[", "<a><b>")
        )
        return unit * min(self._random.choice((20, 190, 5_000)), _LONG // len(unit))
