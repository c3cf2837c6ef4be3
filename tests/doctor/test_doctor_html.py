"""The elements of a page, as a browser finds them, and at a cost that stays small."""

from __future__ import annotations

import html5lib
import pytest
from doctor_support import perfect
from html5lib._tokenizer import HTMLTokenizer
from hypothesis import given
from hypothesis import strategies as st
from pace import within

from widget.pages.html import elements
from widget.panel import WAYS

pytestmark = pytest.mark.unit

PIECES = st.lists(
    st.sampled_from(
        [
            "<p class=a>", "</p>", "<a href='?x=1&copy=2&amp;y=&#65;'>", "<img src = x>", "text",
            "<!-- <i> -->", "<!-->", "<b a=1 A=2 b>", "<i/>", "<u x=\"'>\">", "< b>", "</>", "<?x>",
            "<!x>", "<script>'<p>'</script>", "<style><s></style >", "<textarea><q></textarea>",
            "&lt;",
            "<em\ntitle='a\tb'>", "<x =y>", "<x a=/b/>", "&", "<", ">", "\n", "<div><!--x--!><hr>",
        ]
    ),
    max_size=12,
)  # fmt: skip


@given(PIECES)
def test_the_elements_are_those_that_a_browser_s_tokenizer_finds(pieces: list[str]) -> None:
    source = "<body>" + "".join(pieces)
    found = [
        (it.name, {k: v for k, v in it.attributes.items() if k})
        for it in elements(source)
        if it.name != "!--"
    ]
    assert found == reference(source)


def reference(source: str) -> list[tuple[str, dict[str, str]]]:
    """Return the start tags that html5lib's tokenizer finds, told of raw elements as a tree is."""
    tokenizer = HTMLTokenizer(source)
    found = []
    for token in tokenizer:
        if token["type"] not in (3, 5):  # start tags, empty or not
            continue
        name = token["name"]
        found.append((name, dict(token["data"])))
        if name in ("style", "xmp", "iframe", "noembed", "noframes", "noscript"):
            tokenizer.state = tokenizer.rawtextState
        elif name in ("title", "textarea"):
            tokenizer.state = tokenizer.rcdataState
        elif name == "script":
            tokenizer.state = tokenizer.scriptDataState
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_real_page_has_the_elements_of_its_tree(way: str) -> None:
    source = perfect(way)  # type: ignore[arg-type]  # of the list
    tree = html5lib.parse(source, treebuilder="etree", namespaceHTMLElements=False)
    wanted = [it for it in tree.iter() if isinstance(it.tag, str)]
    names = [it.tag.rpartition("}")[2] for it in wanted]
    found = {it.name for it in elements(source)}
    assert found - {"!--"} <= set(names)
    assert sum(it.name == "a" for it in elements(source)) <= names.count("a") + 3


HOSTILE = [
    "<",
    "<!--",
    "<a ",
    "<a x='",
    "<a x=",
    "</a ",
    "<script>",
    "<svg>",
    "<p a",
    "&",
    "=",
    "</",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_pages_cost_no_more_than_their_length(unit: str) -> None:
    size = 256 * 1024
    with within(1.5):  # a quadratic one takes many minutes
        for _ in elements("<p " + unit * (size // len(unit))):
            pass
        for _ in elements(unit * (size // len(unit))):
            pass
