"""What a publisher pastes, over the API: the same as the builder and the command say."""

from __future__ import annotations

import pytest
from api_support import ENTRY, ID, MakeCaller, problem_of
from samples import PUBLICATION, sample_entry

from widget import panel
from widget.panel import Choices, Options
from widget.store import Store

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _published(store: Store) -> None:
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ana")


def test_a_snippet_is_what_the_builder_shows(caller: MakeCaller) -> None:
    query = "as=htmx2&host=strict&theme=dark&open=ideas,sources&accent=FFEE00&heading-level=3"
    answer = caller()("GET", f"{ENTRY}/snippet?{query}")
    options = Options(
        theme="dark",
        open=frozenset({"ideas", "sources"}),
        accent="#ffee00",
        heading_level=3,
    )
    choices = Choices(way="htmx2", host="strict", options=options)
    made = panel.snippet(sample_entry(), PUBLICATION, choices, base="http://localhost")
    assert answer.get_json() == {"head": made.head, "body": made.body, "policy": made.policy}


@pytest.mark.parametrize(
    ("query", "path"),
    [("as=gopher", "$.as"), ("accent=red", "$.accent"), ("colour=red", "$.colour")],
)
def test_a_wrong_choice_is_named(caller: MakeCaller, query: str, path: str) -> None:
    problem = problem_of(caller()("GET", f"{ENTRY}/snippet?{query}"), 422)
    assert [error["path"] for error in problem["errors"]] == [path]


def test_there_is_no_snippet_of_what_is_not_live(caller: MakeCaller, store: Store) -> None:
    call = caller()
    problem_of(call("GET", "/api/v1/entries/unknown/snippet"), 404)
    store.withdraw(ID, actor="ana", reason="Wrong.")
    problem_of(call("GET", f"{ENTRY}/snippet"), 410)
