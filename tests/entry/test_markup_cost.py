"""Light HTML that would take long to clean is refused before it is looked at."""

from __future__ import annotations

import pytest
from pace import within
from test_markup import seen

from widget.entry import light_html

pytestmark = pytest.mark.unit

SLOW = [
    "<b>",
    "<i><b>",
    "</b>",
    "<",
    "<a ",
    "<a href=",
    "<!--",
    "<p><table>",
    "<svg><style>",
    "<q></b>",
    "&",
    "&amp;",
    "&#0;",
    "&nosuch;",
    "<a href='&",
]


@pytest.mark.parametrize("shape", SLOW)
def test_what_is_slow_to_clean_is_refused_at_once(shape: str) -> None:
    # Uncleaned: bleach would need 10 to 50 seconds for most of these at 100 KB.
    text = shape * (100_000 // len(shape))
    with within(0.1):
        problem = light_html.cost_problem(text)
        with pytest.raises(ValueError, match="shorten"):
            light_html.clean(text)
    assert problem == f"has {len(text)} characters; shorten it to {light_html.MAX_LENGTH}"


@pytest.mark.parametrize("shape", SLOW)
def test_the_slowest_that_is_accepted_is_cleaned_within_a_second(shape: str) -> None:
    most = min(
        light_html.MAX_LENGTH // len(shape),
        light_html.MAX_ANGLES // (shape.count("<") or 1) if "<" in shape else light_html.MAX_LENGTH,
        light_html.MAX_AMPERSANDS // shape.count("&") if "&" in shape else light_html.MAX_LENGTH,
    )
    text = shape * most
    text += "x" * (light_html.MAX_LENGTH - len(text))
    assert light_html.cost_problem(text) is None
    with within(1):
        cleaned = light_html.clean(text)
    seen(cleaned)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<" * 201, "contains '<' 201 times; at most 200 are accepted"),
        ("&" * 201, "contains '&' 201 times; at most 200 are accepted"),
        ("x" * 5001, "has 5001 characters; shorten it to 5000"),
        ("<" * 200 + "&" * 200 + "x" * 4600, None),
    ],
)
def test_the_limits_are_told(text: str, problem: str | None) -> None:
    assert light_html.cost_problem(text) == problem
