"""The panel's stylesheet, in two forms.

Plain, for the frame and the shadow root; and hardened, for the host's own DOM: every
declaration is ``!important`` in a cascade layer. Among important declarations, a layer wins
over unlayered ones (CSS Cascade 5, section 6.4.4) regardless of specificity, so that the
host's rules do not affect the panel. Every selector begins with ``.insights``, so that the
panel's rules do not affect the host.
"""

from __future__ import annotations

import re
from functools import cache

import rcssmin
import tinycss2

from widget import assets
from widget.config import Accent


@cache
def panel_stylesheet() -> str:
    """Return the stylesheet for the component's shadow root, minified."""
    return _minified("panel.css") + _minified("anchor.css") + _minified("sheet.css")


def frame_stylesheet(accent: Accent) -> str:
    """Return the stylesheet for the frame, minified."""
    own = _minified("panel.css") + _minified("anchor.css") + _minified("frame.css")
    return own + _accent_rule(accent)


def fragment_stylesheet(accent: Accent, *, themed: bool = True, rtl: bool = True) -> str:
    """Return the stylesheet for the host's own DOM, minified.

    ``themed`` and ``rtl``: with the rules for panels that set a theme, and that are written from
    right to left. They are more specific than all others, so that a panel without them does not
    change one with them in the same document.
    """
    return f"@layer insights{{{_hardened_for(themed=themed, rtl=rtl)}}}{_accent_rule(accent)}"


@cache
def _hardened_for(*, themed: bool, rtl: bool) -> str:
    css = _hardened()
    if not themed:
        css = re.sub(r"\.insights\[data-theme[^{}]*\{[^{}]*\}", "", css)
    if not rtl:
        css = re.sub(r"\.insights\[dir=rtl[^{}]*\{[^{}]*\}", "", css)
    return css


@cache
def _hardened() -> str:
    css = _minify(_important(_read("isolate.css") + _read("panel.css")))
    # The minifier decodes escapes, but the host's document may have any encoding.
    return re.sub(r"[^\x00-\x7f]", lambda it: rf"\{ord(it[0]):x} ", css)


@cache
def host_stylesheet() -> str:
    """Return the stylesheet that hosts with a strict CSP link to, minified."""
    return fragment_stylesheet(Accent()) + _minified("place.css")


def _accent_rule(accent: Accent) -> str:
    return (
        f".insights{{--insights-accent-light:{accent.light};--insights-accent-dark:{accent.dark}}}"
    )


@cache
def _minified(name: str) -> str:
    return _minify(_read(name))


def _minify(css: str) -> str:
    minified: str = rcssmin.cssmin(css)
    return minified


def _read(name: str) -> str:
    return (assets.folder("static") / name).read_text("utf-8")


def _important(css: str) -> str:
    return "".join(
        _important_rule(rule)
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    )


def _important_rule(rule: tinycss2.ast.Node) -> str:
    if rule.type == "error":
        raise ValueError(f"panel.css, line {rule.source_line}: {rule.message}")
    prelude = tinycss2.serialize(rule.prelude).strip()
    content = tinycss2.serialize(rule.content)
    if rule.type == "at-rule":
        return f"@{rule.at_keyword} {prelude}{{{_important(content)}}}"
    declarations = tinycss2.parse_blocks_contents(
        rule.content, skip_comments=True, skip_whitespace=True
    )
    for declaration in declarations:
        if declaration.type != "declaration":
            raise ValueError(f"panel.css, line {declaration.source_line}: not a declaration")
        declaration.important = True
    return f"{prelude}{{{';'.join(node.serialize() for node in declarations)}}}"
