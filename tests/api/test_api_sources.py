"""Checks of sources through the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_support import ENTRY, Caller, saved
from flask import Flask
from running import until
from samples import PUBLICATION
from small_web import SmallWeb, small_web
from small_web_cases import QUOTE, page

from widget.config import Settings

pytestmark = pytest.mark.unit

CHECKS = f"{ENTRY}/source-checks"


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        served.add("localhost", "/report", page(f"<p>{QUOTE}</p>"))
        yield served


@pytest.fixture
def settings(settings: Settings, web: SmallWeb) -> Settings:
    origins = (*PUBLICATION.origins, web.url("localhost", ""))
    publication = PUBLICATION.model_copy(update={"origins": origins})
    return settings.model_copy(update={"publications": (publication,)})


def put(cms: Caller, url: str) -> None:
    saved(cms, sources__0__url=url, sources__0__quote=QUOTE, sources__1__url=url)


def test_a_check_is_asked_for_and_read_later(cms: Caller, web: SmallWeb) -> None:
    put(cms, web.url("localhost", "/report"))
    before = cms("GET", CHECKS)
    assert before.status_code == 200
    assert before.json == {"checked_at": None, "requested_at": None, "items": []}
    answer = cms("POST", CHECKS)
    assert answer.status_code == 202
    assert answer.headers["Location"].endswith(CHECKS)
    assert answer.json
    assert answer.json["requested_at"]
    until(lambda: bool((cms("GET", CHECKS).json or {})["checked_at"]))
    found = cms("GET", CHECKS).json
    assert found
    assert found["checked_at"] > found["requested_at"]
    first, second = found["items"]
    assert (first["number"], first["bad"], second["number"]) == (1, "", 2)
    (check,) = first["checks"]
    assert (check["answer"], check["quote"], check["status"]) == ("ok", "found", 200)
    assert second["checks"][0]["quote"] == "none"


def test_nobody_asks_more_than_the_service_can_do(cms: Caller, app: Flask, web: SmallWeb) -> None:
    """No account can use the service to load other sites."""
    put(cms, web.url("localhost", "/report"))
    statuses = [cms("POST", CHECKS).status_code for _ in range(40)]
    assert set(statuses) == {202, 429}
    assert statuses.count(202) <= 30
    assert len(web.requests) <= 1 + 30
    assert app.extensions["insights.sources"]


def test_an_entry_that_is_not_there_is_not_checked(cms: Caller) -> None:
    for method in ("GET", "POST"):
        assert cms(method, CHECKS).status_code == 404
