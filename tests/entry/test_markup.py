"""Light HTML: whatever is put in, nothing comes out but what is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from samples import ROOT, parse_fragment

from widget.entry import light_html
from widget.entry.urls import link_problem

pytestmark = pytest.mark.unit

ATTACKS = [
    # Addresses that run
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="java&#9;script:alert(1)">x</a>',
    '<a href="java&#x0A;script:alert(1)">x</a>',
    '<a href="java&Tab;script:alert(1)">x</a>',
    '<a href="java&NewLine;script:alert(1)">x</a>',
    '<a href="javascript&colon;alert(1)">x</a>',
    '<a href="javascript&#58;alert(1)">x</a>',
    '<a href="javascript&#x3a;alert(1)">x</a>',
    '<a href="javascript&#x000003a;alert(1)">x</a>',
    '<a href="javascript&#58alert(1)">x</a>',
    '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;:alert(1)">x</a>',
    '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74:alert(1)">x</a>',
    '<a href="&amp;#106;avascript:alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<a href="java\0script:alert(1)">x</a>',
    '<a href="&#1;javascript:alert(1)">x</a>',
    '<a href="javascript://paper.example/%0aalert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="/admin">x</a>',
    '<a href="https:evil.example">x</a>',
    '<a href="https:\\\\evil.example">x</a>',
    '<a href="https://paper.example&#64;evil.example">x</a>',
    '<a href="https://paper.example&commat;evil.example">x</a>',
    '<a href="https://ｅvil.example">x</a>',
    '<a href="feed:javascript:alert(1)">x</a>',
    "<a href=`javascript:alert(1)`>x</a>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href="https://a.example" href="javascript:alert(1)">x</a>',
    '<a href="javascript:alert(1)" href="https://a.example">x</a>',
    '<a xlink:href="javascript:alert(1)">x</a>',
    '<A HREF="javascript:alert(1)">x</A>',
    # Attributes
    '<a href="https://a.example" onclick="alert(1)">x</a>',
    '<a href="https://a.example" target="_top" style="position:fixed" class="y" id="z">x</a>',
    '<a/href="https://a.example"/onmouseover="alert(1)">x</a>',
    "<b onmouseover=alert(1)>x</b>",
    "<b/onmouseover=alert(1)//>x</b>",
    '<em style="background:url(javascript:alert(1))">x</em>',
    '<abbr title="a" onfocus="alert(1)" autofocus tabindex=1>x</abbr>',
    "<abbr title='\"><script>alert(1)</script>'>x</abbr>",
    '<abbr title="&quot;onmouseover=&quot;alert(1)">x</abbr>',
    '<abbr title="<a href=https://evil.example>">x</abbr>',
    '<abbr title="</abbr><img src=x onerror=alert(1)>">x</abbr>',
    '<q cite="javascript:alert(1)">x</q>',
    '<code data-x="1" hx-get="/x" contenteditable>x</code>',
    '<br clear="all" onload=alert(1)>',
    # Elements
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script\x0d>alert(1)</script>",
    "<script/xss>alert(1)</script/x>",
    "<img src=x onerror=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><p><style><!--</style><img src=x onerror=alert(1)>--></style>",
    '<svg><title><a id="</title><img src=x onerror=alert(1)>">',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<math href="javascript:alert(1)">x</math>',
    '<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>',
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<iframe><b></iframe><img src=x onerror=alert(1)>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    "<style>@import 'https://evil.example'</style>",
    '<style><b title="</style><img src=x onerror=alert(1)>"></style>',
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<input onfocus=alert(1) autofocus>",
    "<video><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<noembed><b title="</noembed><img src=x onerror=alert(1)>">',
    '<textarea><b title="</textarea><img src=x onerror=alert(1)>">',
    '<title><b title="</title><img src=x onerror=alert(1)>">',
    '<xmp><b title="</xmp><img src=x onerror=alert(1)>">',
    "<plaintext><img src=x onerror=alert(1)>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<select><option><img src=x onerror=alert(1)></option></select>",
    "<table><td background=javascript:alert(1)>x</td></table>",
    "<insights-widget entry=x></insights-widget>",
    "<isindex action=javascript:alert(1)>",
    "<body onload=alert(1)>x",
    # Comments, sections, declarations
    "<!-- <img src=x onerror=alert(1)> -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!---><img src=x onerror=alert(1)>",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<svg><![CDATA[</svg><img src=x onerror=alert(1)>]]>",
    "<!DOCTYPE html [<!ENTITY x 'y'>]><b>&x;</b>",
    "<?xml version='1.0'?><?php echo 1 ?><img src=x onerror=alert(1)>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "</p title='<img src=x onerror=alert(1)>'>",
    "<% <img src=x onerror=alert(1)> %>",
    # Unclosed and broken
    '<a href="https://a.example',
    '<a href="javascript:alert(1)',
    "<a <b>x",
    "<b><i>x</b></i>",
    "<img src=x onerror=alert(1)//",
    "<img src='x' onerror='alert(1)'",
    "<",
    "</",
    "<a",
    "<b></b></b></b><em>",
    "\0<scr\0ipt>alert(1)</script>",
    "<b\0onclick=alert(1)>x</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "&#0;&#x110000;&#xD800;&#9999999999;&nosuch;&lt&gt&ampx;&#x;",
    "{{ 7 * 7 }}{% raw %}<b>${x}</b>",
]


def seen(html: str, *, more: frozenset[str] = frozenset()) -> list[str]:
    """Return the elements that a browser makes of ``html``; fail where one is not allowed."""
    _root, *elements = parse_fragment(html).iter()
    for element in elements:
        assert isinstance(element.tag, str), f"a comment: {html!r}"
        assert element.tag in light_html.TAGS, element.tag
        assert set(element.attrib) <= light_html.ATTRIBUTES.get(element.tag, frozenset()) | (
            more if element.tag == "a" and "href" in element.attrib else frozenset()
        )
        if "href" in element.attrib:
            assert link_problem(element.attrib["href"]) is None
    return [element.tag for element in elements]


def holds(text: str) -> None:
    """Hold ``clean``, ``change`` and ``display`` to what they promise for ``text``."""
    once = light_html.clean(text)
    assert type(once) is Markup
    shown = light_html.display(text)
    assert seen(shown, more=frozenset({"target", "rel"})) == seen(once)
    for element in parse_fragment(shown).iter("a"):
        if "href" in element.attrib:
            assert (element.get("target"), element.get("rel")) == ("_blank", "noopener")
    if light_html.cost_problem(once) is None:  # what was left open is closed, and so it is longer
        assert light_html.clean(str(once)) == once
        assert light_html.change(str(once)) is None


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack)[:70])
def test_nothing_but_what_is_allowed_comes_out(attack: str) -> None:
    holds(attack)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack)[:70])
def test_an_attack_inside_allowed_elements_comes_no_further(attack: str) -> None:
    holds(f'<a href="https://a.example">one <em>{attack}</em></a> two')
    holds(f'<abbr title="{attack}">x</abbr>')
    holds(f"<abbr title='{attack}'>x</abbr>")


def test_there_are_attacks_enough() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 60


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "&",
        '"',
        "'",
        "/",
        "=",
        "!",
        "-",
        "--",
        "[",
        "]",
        ";",
        "#",
        "x",
        "a",
        "b",
        "p",
        "`",
        "\\",
        "\x00",
        "é",
        "<a",
        "<b>",
        "</b>",
        "</a>",
        "href=",
        'href="',
        "javascript:",
        "https://a.example",
        "title=",
        "title='",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<svg>",
        "</svg>",
        "<math>",
        "<style>",
        "</style>",
        "<script>",
        "</script>",
        "<textarea>",
        "<title>",
        "<noscript>",
        "<table>",
        "<td>",
        "<select>",
        "<template>",
        "<p>",
        "<br>",
        "<br/>",
        "<abbr",
        "<abbr>",
        "<q>",
        "&lt;",
        "&gt;",
        "&amp;",
        "&#58;",
        "&#x3a;",
        "&colon;",
        "&quot;",
        "&Tab;",
        "&nosuch;",
        "onerror=",
        "<img",
        "<?x",
        "<plaintext>",
    ]
)


@given(st.lists(PIECES | st.sampled_from(" \t\n\r"), max_size=25).map("".join))
def test_html_like_text_is_cleaned_once_and_for_all(text: str) -> None:
    holds(text)


@given(st.text(max_size=60))
def test_any_text_is_cleaned_once_and_for_all(text: str) -> None:
    holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a &amp; b &lt; c &eacute;&#233;&#xe9;",
        '<a href="https://a.example/?x=1&amp;y=2">x</a>',
        "<em>a</em> <strong>b</strong> <b>c</b> <i>d</i> <q>e</q> <cite>f</cite>",
        "<code>g</code> <sub>h</sub> <sup>i</sup><br>",
        '<abbr title="International Union of Railways">UIC</abbr>',
        "<em>a <strong>b</strong></em>",
        "Fish & chips > soup",
        "two\nlines",
        "مرحبا بالعالم",
    ],
)
def test_allowed_html_stays_as_readers_see_it(text: str) -> None:
    assert light_html.change(text) is None
    assert "".join(parse_fragment(light_html.clean(text)).itertext()) == "".join(
        parse_fragment(text).itertext()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<B>x</B>", "<b>x</b>"),
        ("<a href='https://a.example'>x</a>", '<a href="https://a.example">x</a>'),
        ("a & b", "a &amp; b"),
        ("<br/>", "<br>"),
        ("one\r\ntwo", "one\ntwo"),
        ("one <", "one &lt;"),
        ("one </", "one &lt;/"),
        ("1 < 2", "1 &lt; 2"),
    ],
)
def test_spelling_is_no_change(text: str, expected: str) -> None:
    assert light_html.clean(text) == expected
    assert light_html.change(text) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<h1>x</h1>", "x"),
        ('<i class="y">x</i>', "<i>x</i>"),
        ('<a href="javascript:x">y</a>', "<a>y</a>"),
        ("<b>x", "<b>x</b>"),
        ("x<!-- y -->", "x"),
        ("<script>x</script>", "x"),
        # A tag that does not end takes the rest of the text with it.
        ('x <a href="https://a.example>y</a>', "x "),
        ("x <a href='https://a.example>y</a>", "x "),
        ('x <a href="https://a.example" ', "x "),
        ("x <a/", "x "),
        ("x <b ", "x "),
        ("x <a href=https://a.example", "x &lt;a href=https://a.example"),
    ],
)
def test_a_change_that_readers_notice_is_told_as_what_is_left(text: str, left: str) -> None:
    assert light_html.change(text) == left
    assert light_html.clean(text) == left


def test_a_link_is_shown_in_a_tab_of_its_own_without_an_opener() -> None:
    assert light_html.display('<a href="https://a.example">x</a>') == (
        '<a target="_blank" rel="noopener" href="https://a.example">x</a>'
    )


def test_bleach_stands_at_one_door() -> None:
    doors = [
        path.name
        for path in (ROOT / "widget").rglob("*.py")
        if "import bleach" in path.read_text("utf-8") or "from bleach" in path.read_text("utf-8")
    ]
    assert doors == ["light_html.py"]
