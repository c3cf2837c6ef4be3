"""A request that is made again: nothing is done twice."""

from __future__ import annotations

import pytest
from api_support import ENTRY, ID, Caller, MakeCaller, problem_of, saved
from samples import sample_bytes

from widget.store import Store

pytestmark = pytest.mark.unit


def test_a_repeated_request_has_the_first_ones_answer_and_changes_nothing(
    cms: Caller, store: Store
) -> None:
    saved(cms)
    first = cms("POST", f"{ENTRY}/publication", {"note": "é"}, knows='"1"', key="k-1")
    again = cms("POST", f"{ENTRY}/publication", {"note": "é"}, knows='"1"', key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert store.head(ID) == 2


def test_a_key_is_good_for_one_request_of_one_token(cms: Caller, caller: MakeCaller) -> None:
    saved(cms)
    path = f"{ENTRY}/draft"
    assert cms("PUT", path, sample_bytes(), key="k").status_code == 200
    for method, where, body in (
        ("PUT", path, sample_bytes(article__title="Another")),
        ("PUT", f"{path}?x=1", sample_bytes()),
        ("POST", f"{ENTRY}/publication", sample_bytes()),
    ):
        detail = problem_of(cms(method, where, body, key="k"), 422)
        assert "was used for another request" in detail["errors"][0]["message"]
    other = caller("editor", "other")
    assert other("PUT", path, sample_bytes(), knows='"2"', key="k").headers["ETag"] == '"3"'


def test_a_request_that_failed_may_be_made_again_with_its_key(cms: Caller, store: Store) -> None:
    saved(cms)
    problem_of(cms("POST", f"{ENTRY}/publication", {}, knows='"7"', key="k"), 412)
    assert cms("POST", f"{ENTRY}/publication", {}, knows='"1"', key="k").status_code == 201
    assert store.head(ID) == 2


@pytest.mark.parametrize("key", ["two words", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(cms: Caller, store: Store, key: str) -> None:
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(), knows=None, key=key, If_None_Match="*")
    assert "Idempotency-Key" in problem_of(response, 400)["detail"]
    assert store.ids() == []
