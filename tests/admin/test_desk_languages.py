"""Every page of the editors speaks the language of who reads it, in every state that it has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from made_up_language import TAG, in_greek_letters, offered, untranslated
from newsroom import ENTRY, form_of, post, signed_in
from samples import PAPER, PUBLICATION, sample_document, sample_entry
from werkzeug.test import TestResponse

from widget.accounts import Accounts
from widget.config import DraftingProvider, Settings
from widget.drafting.runs import DraftRequest, new_run, open_runs
from widget.editorial.review import CHECKLIST
from widget.entry import Entry
from widget.store import Store

pytestmark = pytest.mark.unit
# ruff: noqa: S106  # the fields of forms are called so

ID = "night-trains"
KNOWN = frozenset(
    {
        # The product, formats, standards, keys of documents and of the settings.
        *("Insights", "JSON", "UTC", "HTML", "SHA", "BCP", "UTF", "KB", "MB", "en", "pt", "BR"),
        *("null", "notify", "four_eyes", "none_because", "publish_at", "insights", "toml", "cms"),
        *("em", "strong", "url", "title", "publisher", "published", "type", "text"),
        # Names, and ids of entries and of runs.
        *(
            "el",
            "ana",
            "Ana",
            "ben",
            "eve",
            "night",
            "trains",
            "Asia",
            "Tokyo",
            "The",
            "Paper",
            "sonar",
        ),
        *(
            "perplexity",
            "Perspectives",
            "gone",
            "new",
            "blank",
            "nowhere",
            "href",
            "ar",
            "de",
            "es",
            "fr",
        ),
    }
)
Walk = Callable[[TestResponse], TestResponse]


@pytest.fixture(autouse=True)
def language(tmp_path: Path) -> Iterator[None]:
    with offered(tmp_path):
        yield


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with two publications that require reviews, and with a provider."""
    paper = PUBLICATION.model_copy(update={"review": "required", "time_zone": "Asia/Tokyo"})
    other = PUBLICATION.model_copy(update={"name": "eve", "origins": ("https://eve.example",)})
    provider = DraftingProvider(name="sonar", kind="perplexity", model="perplexity/sonar")
    return settings.model_copy(update={"publications": (paper, other), "drafting": (provider,)})


@pytest.fixture
def look() -> Iterator[Walk]:
    """Return what collects the texts of pages that are not translated; there are none."""
    found: dict[str, list[str]] = {}

    def seen(answer: TestResponse) -> TestResponse:
        if texts := untranslated(answer.text, KNOWN):
            found[f"{answer.status_code} {answer.request.path}"] = texts
        return answer

    yield seen
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def greek(**changes: object) -> Entry:
    return sample_entry(**(in_greek_letters(sample_document(**changes)) | {"language": TAG}))


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return _speaking(signed_in(app, accounts, "admin", "ana"))


@pytest.fixture
def ben(app: Flask, accounts: Accounts) -> FlaskClient:
    return _speaking(signed_in(app, accounts, "publisher", "ben"))


def _speaking(client: FlaskClient) -> FlaskClient:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = TAG
    return client


def _token(page: TestResponse) -> str:
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


def _page_of_too_many_tries(visitor: FlaskClient) -> TestResponse:
    page = visitor.get("/admin/login")
    for _ in range(20):
        wrong = {"csrf": _token(page), "name": "ana", "password": "wrong"}
        page = visitor.post("/admin/login", data=wrong)
        if page.status_code == 429:
            break
    return page


def test_pages_before_somebody_is_signed_in(app: Flask, look: Walk) -> None:
    visitor = _speaking(app.test_client())
    page = look(visitor.get("/admin/login"))
    token = _token(page)
    wrong = {"csrf": token, "name": "ana", "password": "wrong"}
    assert look(visitor.post("/admin/login", data=wrong)).status_code == 403
    page = _page_of_too_many_tries(visitor)
    assert look(page).status_code == 429
    token = _token(page)
    assert look(visitor.get("/admin/link")).status_code == 200
    assert look(visitor.post("/admin/link", data={"csrf": token, "code": "x"})).status_code == 403
    assert look(visitor.post(f"{ENTRY}/draft", data={"language": "el"})).status_code == 401


def test_the_list_and_new_entries(ana: FlaskClient, store: Store, look: Walk) -> None:
    look(ana.get("/admin/entries"))
    look(ana.get("/admin/entries/new"))
    look(post(ana, "/admin/entries", way="address", url="nowhere"))
    look(post(ana, "/admin/entries", way="json", document="[]"))
    look(post(ana, "/admin/entries", way="json", document="{}"))
    store.save(greek(), actor="ana")
    human = {"origin": "human", "reviewed_by": None, "reviewed_at": None}
    gone = greek(id="gone", article__url=f"{PAPER}/gone", provenance=human)
    store.save(gone, actor="ana")
    store.publish("gone", actor="ben")
    store.withdraw("gone", actor="ben", reason="α")
    look(ana.get("/admin/entries"))
    look(ana.get("/admin/entries?state=live"))
    look(ana.get(f"/admin/entries/new?copy={ID}"))
    look(post(ana, "/admin/entries", way="address", url=f"{PAPER}/night-trains"))
    for action in ("assign", "submit", "publish", "withdraw"):
        compared = post(ana, "/admin/bulk/comparison", action=action, entry=ID)
        assert look(compared).status_code == 200
        done = post(ana, "/admin/bulk", action=action, entry=f"{ID} 99", reason="")
        assert look(done).status_code == 200
    look(post(ana, "/admin/bulk/comparison", action="assign"))
    look(post(ana, "/admin/bulk/comparison", action="dance"))


def test_the_editor_with_whatever_can_be_wrong(ana: FlaskClient, store: Store, look: Walk) -> None:
    url = f"{PAPER}/blank"
    assert post(ana, "/admin/entries", way="address", url=url, language=TAG).status_code == 303
    look(ana.get("/admin/entries/blank"))
    for reason in ("slow", "unknown-host", "private", "status", "certificate", "type", "url"):
        look(ana.get(f"/admin/entries/blank?unread={reason}&added=1.2.3"))
    blank = ana.get("/admin/entries/blank?attempted=1")
    look(blank)
    look(post(ana, "/admin/entries/blank/check", data=form_of(blank)))
    store.save(greek(), actor="ana")
    page = look(ana.get(ENTRY))
    wrong = {
        "article.url": "nowhere",
        "article.kind": "news",
        "article.published": "yesterday",
        "language": "sv",
        "viewpoint.rationale": "<script>",
        "perspectives.0.points.0.text": "α [9]",
        "perspectives.1.points.0.text": "α (1)",
        "sources.0.url": "https://a@b",
        "sources.1.title": "",
        "corrections.0.note": "\u200b",
    }
    look(post(ana, f"{ENTRY}/check", data={**form_of(page), **wrong}))
    look(post(ana, f"{ENTRY}/draft", data={**form_of(page), **wrong}))
    look(post(ana, f"{ENTRY}/preview", data={**form_of(page), **wrong}))


def test_what_the_buttons_of_the_editor_say(ana: FlaskClient, store: Store, look: Walk) -> None:
    store.save(greek(), actor="ana")
    page = ana.get(ENTRY)
    for button in (
        *({"add": it} for it in ("sources", "corrections", "perspectives", "missing-sources")),
        *({"move": "sources.0.down"}, {"remove": "sources.0"}, {"remove": "corrections.0"}),
        *({"cite": "perspectives.0.points.0.1"}, {"history": "undo"}, {"history": "redo"}),
        {"paste": "perspectives", "pasted": "1. α\n2. β https://rail.example/γ\u200b"},
        {"paste": "sources", "pasted": "-"},
        *({"fill": "sources"}, {"fill": "sources.0"}, {"confirm": "sources.0"}),
    ):
        data = {**form_of(page), **button}
        page = look(ana.post(f"{ENTRY}/draft", data=data, headers={"HX-Request": "true"}))
        assert page.status_code == 200, button


def test_two_people_in_one_entry(
    ana: FlaskClient, ben: FlaskClient, store: Store, look: Walk
) -> None:
    store.save(greek(), actor="ana")
    mine = form_of(ana.get(ENTRY))
    theirs = form_of(look(ben.get(ENTRY)))
    post(ben, f"{ENTRY}/draft", data={**theirs, "article.title": "β", "article.section": "β"})
    look(ana.get(f"{ENTRY}/presence"))
    data = {**mine, "article.title": "γ"}
    assert look(post(ana, f"{ENTRY}/draft", data=data)).status_code == 409
    htmx = {"HX-Request": "true"}
    look(ana.post(f"{ENTRY}/draft", data=data, headers=htmx))
    look(post(ana, f"{ENTRY}/draft", data={**mine, "viewpoint.rationale": "δ"}))
    text = json.dumps({**in_greek_letters(sample_document()), "language": TAG})
    look(post(ana, f"{ENTRY}/json", document=text, head="1"))
    look(ana.get(f"{ENTRY}/json"))
    look(post(ana, f"{ENTRY}/json/check", document="[]"))
    look(ana.post(f"{ENTRY}/json", data={"document": "[]"}, headers=htmx))


def test_a_draft_on_its_way_to_readers_and_back(
    ana: FlaskClient, ben: FlaskClient, store: Store, look: Walk
) -> None:
    page = f"{ENTRY}/publication"
    store.save(greek(), actor="ana")

    def go(client: FlaskClient, to: str, /, **fields: str) -> TestResponse:
        digest = look(client.get(page)).text.partition('name="digest" value="')[2][:64]
        data = {"digest": digest, **fields, "path": fields.get("about", "")}
        answer = post(client, f"{ENTRY}/{to}", data=data)
        return look(answer)

    go(ana, "withdrawal")
    go(ana, "submission", note="α")
    go(ben, "comments", text="α", about="$.sources[0]")
    go(ben, "comments", text="")
    go(ben, "return")
    go(ben, "return", note="α")
    go(ana, "comments/1/resolution")
    go(ana, "approval")
    go(ana, "assignment", assignee="ben", due="2030-01-02")
    go(ana, "assignment", assignee="nobody")
    go(ana, "schedule", publish_at="2030-01-02T10:00", expires_at="soon")
    go(ana, "schedule", publish_at="2030-01-02T10:00", expires_at="2030-01-03T10:00", reason="α")
    look(ana.get("/admin/entries"))
    look(ana.get("/admin/plan"))
    go(ana, "submission")
    digest = ben.get(page).text.partition('name="digest" value="')[2][:64]
    approval = {"digest": digest, "checked": list(CHECKLIST)}
    assert post(ben, f"{ENTRY}/approval", data=approval).status_code == 303
    go(ana, "publication", head="1")
    head = str(store.head(ID))
    assert post(ben, f"{ENTRY}/publication", head=head).status_code == 303
    look(ben.get(page))
    look(ben.get(f"{ENTRY}/withdrawal"))
    go(ben, "withdrawal", reason="")
    assert go(ben, "withdrawal", reason="α").status_code == 303
    look(ben.get(page))
    look(ben.get(f"{ENTRY}/withdrawal"))
    look(ben.get(ENTRY))
    for path in ("history", "comparison?from=1&to=2", "comparison?to=1", "record"):
        look(ben.get(f"{ENTRY}/{path}"))
    look(ben.get("/admin/entries"))


def test_people_and_their_accounts(
    app: Flask, ana: FlaskClient, accounts: Accounts, look: Walk
) -> None:
    look(ana.get("/admin/me"))
    look(post(ana, "/admin/me/password", password="x", again="y", current="z"))
    look(ana.get("/admin/people"))
    look(post(ana, "/admin/people", name="A B", role="editor"))
    link = look(post(ana, "/admin/people", name="ben", role="editor")).text
    look(post(ana, "/admin/people/ben/tokens", token="cms", role="editor", days="90"))
    look(post(ana, "/admin/people/ben/tokens", token="cms", role="admin", days="90"))
    look(post(ana, "/admin/people/ben/tokens", token="cms", role="editor", days="7"))
    look(post(ana, "/admin/people/ana/disabling"))
    look(ana.get("/admin/people/ben"))
    post(ana, "/admin/people/ben/disabling")
    look(ana.get("/admin/people/ben"))
    look(post(ana, "/admin/people/ben/links"))
    look(ana.get("/admin/people/eve"))
    post(ana, "/admin/people/ben/enabling")
    link = post(ana, "/admin/people/ben/links").text
    code = link.partition("/admin/link#")[2].partition("<")[0]
    visitor = _speaking(app.test_client())
    token = _token(visitor.get("/admin/link"))
    assert look(visitor.post("/admin/link", data={"csrf": token, "code": code})).status_code == 200
    later = _speaking(signed_in(app, accounts, "editor", "eve"))
    look(later.get("/admin/people"))


def test_drafts_by_models_and_errors(ana: FlaskClient, settings: Settings, look: Walk) -> None:
    look(ana.get("/admin/drafts"))
    look(ana.get("/admin/drafts/new"))
    look(post(ana, "/admin/drafts", url="nowhere"))
    runs = open_runs(settings.store)
    asked = DraftRequest(provider="sonar", article_url=f"{PAPER}/night-trains")
    run = new_run(asked, actor="ana")
    runs.add(run, per_hour=5)
    look(ana.get("/admin/drafts"))
    look(ana.get(f"/admin/drafts/{run.id}"))
    look(ana.get(f"/admin/drafts/{run.id}/evidence/3"))
    for path in ("entries/gone", "entries/gone/publication", "entries/gone/history", "drafts/gone"):
        assert look(ana.get(f"/admin/{path}")).status_code == 404
    look(ana.get("/admin/notifications"))
