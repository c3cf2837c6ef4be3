"""Reports, checks and links stay with the publication of their entry."""

from __future__ import annotations

import re
import time
from contextlib import closing

import pytest
from flask import Flask
from newsroom import csrf
from scopes_support import WALKS, browser, neutral, opened, rest, routes
from three_records import UNKNOWN_REPORT, fill_records, records_of, report_id
from three_sites import (
    SECRETS,
    SITES,
    entry_id,
    fill,
    marks,
    others,
    person,
    secret,
    with_three_sites,
)

from widget.accounts import Accounts, Role
from widget.config import Settings
from widget.record import report_desk
from widget.record.voices import Voices
from widget.sources import desk as source_desk
from widget.storage.documents import open_documents
from widget.store import Store
from widget.web.admin.voices import MAX_LISTED

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_three_sites(settings)


@pytest.fixture(autouse=True)
def filled(store: Store, settings: Settings, accounts: Accounts) -> None:
    fill(store, settings, accounts)
    fill_records(store, settings)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_a_report_of_another_publication_is_as_unknown_as_one_that_never_was(
    app: Flask, accounts: Accounts, settings: Settings, publication: str, role: Role
) -> None:
    client = browser(app, accounts, publication, role)
    token = csrf(client)
    before = {name: records_of(settings, name) for name in others(publication)}
    walked = [it for it in routes(app) if "<report_id>" in it[1]]
    assert len(walked) > 6
    who = person(publication, "editor")
    sent = {"csrf": token, "answer": "Overwritten", "text": "Overwritten", "assignee": who}
    for foreign in others(publication):
        for method, rule in walked:
            answers = []
            for each in (report_id(foreign), UNKNOWN_REPORT):
                answer = opened(client, method, rule.replace("<report_id>", each), sent)
                assert answer.status_code == 404, rule
                assert not marks(foreign, rest(answer, each)), rule
                answers.append(neutral(answer, each))
            assert answers[0] == answers[1], rule
    assert {name: records_of(settings, name) for name in others(publication)} == before
    own = client.get(f"/admin/reports/{report_id(publication)}")
    assert f"{SECRETS[publication]} statement" in own.text


@pytest.mark.exhaustive
@pytest.mark.parametrize("publication", SITES)
def test_lists_beside_the_entries_have_the_publication_s_own_and_count_these_alone(
    app: Flask, accounts: Accounts, publication: str
) -> None:
    client = browser(app, accounts, publication, "editor")
    word = SECRETS[publication]
    reports = client.get("/admin/reports").text
    assert reports.count(f'href="/admin/reports/{secret(publication)}-') == 2
    assert re.search(r'href="/admin/reports"[^>]*>Reports[^0-9<]*(<[^>]*>)*[^0-9]*2\b', reports)
    for path, text in (
        ("/admin/sources", f"{word} source"),
        ("/admin/sources?kind=articles", f"{word} trains"),
        ("/admin/voices", f"{word} Author"),
    ):
        page = client.get(path).text
        assert page.count(text) >= 2, path
        for foreign in others(publication):
            assert not marks(foreign, page.lower()), path
    for foreign in others(publication):
        for path in ("/admin/reports", "/admin/sources"):
            for query in (
                {"publication": foreign},
                {"assignee": person(foreign, "editor")},
                {"before": f"{time.time() + 60}~{report_id(foreign)}"},
                {"kind": "articles", "publication": foreign},
                *({"state": it} for it in ("all", "open", "assigned", "upheld", "resolved")),
            ):
                page = client.get(path, query_string=query)
                assert page.status_code == 200
                assert not marks(foreign, rest(page, *query.values())), query


def test_where_a_list_stops_reading_names_nothing_of_another_publication(
    app: Flask, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_desk, "_MOST_READ", 2)
    monkeypatch.setattr(source_desk, "_MOST_READ", 2)
    client = browser(app, accounts, "The Paper", "editor")
    for path in ("/admin/reports?", "/admin/sources?", "/admin/sources?kind=articles&"):
        url, found, pages = path, 0, 0
        while url and pages < 20:
            page = client.get(url).text
            for foreign in others("The Paper"):
                assert not marks(foreign, page.lower()), url
            found += len(re.findall('href="/admin/(?:reports|entries)/quokka-', page))
            match = re.search(r'href="([^"]*before=[^"]*)"', page)
            url, pages = match[1].replace("&amp;", "&") if match else "", pages + 1
        assert 2 < pages < 20, path
        assert found >= 2, path


def test_links_of_others_do_not_push_one_s_own_out_of_the_list(
    app: Flask, accounts: Accounts, settings: Settings
) -> None:
    with closing(open_documents(settings.store)) as documents:
        voices = Voices(lambda: documents)
        for number in range(MAX_LISTED):
            name = entry_id("The Gazette", "live")
            voices.make(name, name=f"N{number}", role="named", shows="panel", actor="x", days=60)
    page = browser(app, accounts, "The Paper", "editor").get("/admin/voices").text
    assert page.count("Quokka Author") == 2
    assert not marks("The Gazette", page.lower())
