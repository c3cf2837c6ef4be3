"""The editors' pages, by HTTP: who is let in, what is kept, what is refused."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import PASSWORD, csrf, form_of, post, signed_in
from samples import sample_bytes, sample_document, sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Live, Store, Withdrawn

ENTRY = "/admin/entries/night-trains"


@pytest.fixture
def editor(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor")


@pytest.fixture
def publisher(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "publisher")


@pytest.fixture
def drafted(store: Store) -> Store:
    store.save(sample_entry(), actor="somebody")
    return store


@pytest.fixture
def shown(drafted: Store) -> Store:
    drafted.publish("night-trains", actor="somebody")
    return drafted


# Who is let in.


def routes(app: Flask) -> Iterator[tuple[str, str, str | None]]:
    """Yield each editors' route: its method, an address, the role that it needs."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin"):
            continue
        path = rule.rule.replace("<entry_id>", "night-trains").replace("<secret>", "x")
        needed = getattr(app.view_functions[rule.endpoint], "needed", "editor")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path, needed


def test_every_page_refuses_whoever_is_not_signed_in(app: Flask, shown: Store) -> None:
    del shown
    walked = [each for each in routes(app) if each[2] is not None]
    assert len(walked) > 15
    for method, path, _ in walked:
        answer = app.test_client().open(path, method=method)
        if method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["Location"].startswith("/admin/login?next="), path
        else:
            assert answer.status_code == 401, path


def test_every_page_refuses_whoever_lacks_the_role(
    app: Flask, shown: Store, editor: FlaskClient
) -> None:
    token = csrf(editor)
    higher = [each for each in routes(app) if each[2] in ("publisher", "admin")]
    assert {path.rpartition("/")[2] for _, path, _ in higher} >= {
        "publication",
        "withdrawal",
        "restorations",
    }
    for method, path, _ in higher:
        answer = editor.open(path, method=method, data={"csrf": token, "legal": "yes"})
        assert answer.status_code == 403, path
    assert isinstance(shown.live("night-trains"), Live)


def test_only_signing_in_is_open_to_anyone(app: Flask) -> None:
    free = {path for _, path, needed in routes(app) if needed is None}
    assert free == {"/admin/login", "/admin/sign-in/x"}


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        ({}, False),
        ({"X-CSRF-Token": "wrong"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://localhost:81"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
    ],
)
def test_every_unsafe_route_refuses_a_missing_token_and_a_foreign_origin(
    app: Flask, accounts: Accounts, shown: Store, headers: dict[str, str], right: bool
) -> None:
    client = signed_in(app, accounts, "admin")
    head = shown.head("night-trains")
    data = {"csrf": csrf(client)} if right else {}
    for method, path, _ in routes(app):
        if method != "GET":
            answer = client.open(path, method=method, headers=headers, data=data)
            assert answer.status_code == 403, path
    assert shown.head("night-trains") == head
    assert client.get("/admin/entries").status_code == 200, "still signed in"


def test_a_token_may_come_as_a_header(publisher: FlaskClient, shown: Store) -> None:
    answer = publisher.post(
        f"{ENTRY}/withdrawal",
        data={"legal": "yes"},
        headers={"X-CSRF-Token": csrf(publisher), "Origin": "http://localhost"},
    )
    assert answer.status_code == 303
    assert isinstance(shown.live("night-trains"), Withdrawn)


def test_the_service_s_own_address_counts_as_its_origin_behind_a_proxy(
    settings: Settings, shown: Store, accounts: Accounts
) -> None:
    own = settings.model_copy(update={"base_url": "https://insights.example"})
    client = signed_in(create_app(own, shown, accounts), accounts, "publisher")
    here = {"Origin": "https://insights.example"}
    data = {"legal": "yes", "csrf": csrf(client)}
    answer = client.post(f"{ENTRY}/withdrawal", data=data, headers=here)
    assert answer.status_code == 303


def test_every_answer_carries_the_headers_and_no_script_of_its_own(
    app: Flask, publisher: FlaskClient, shown: Store
) -> None:
    del shown
    for method, path, _ in routes(app):
        if method != "GET":
            continue
        answer = publisher.get(path)
        assert answer.status_code in (200, 303, 403), path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        framers = "'self'" if path.endswith("/preview") else "'none'"
        assert policy.endswith(f"frame-ancestors {framers}"), path
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if not path.endswith("/preview"):
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", answer.text)


def test_another_host_name_than_the_admins_has_no_such_pages(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    own = settings.model_copy(update={"admin_host": "desk.example"})
    client = create_app(own, store, accounts).test_client()
    assert client.get("/admin/login", headers={"Host": "insights.example"}).status_code == 404
    assert client.get("/admin/login", headers={"Host": "desk.example:8000"}).status_code == 200


# Signing in and out.


def sign_in(client: FlaskClient, password: str, **fields: str) -> Any:  # noqa: ANN401
    page = client.get("/admin/login").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    data = {"csrf": token[1], "name": "ann", "password": password, **fields}
    return client.post("/admin/login", data=data)


def test_the_right_password_opens_a_session_and_logout_ends_it(
    app: Flask, accounts: Accounts
) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    client = app.test_client()
    answer = sign_in(client, PASSWORD, next="/admin/entries/new?copy=x")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/entries/new?copy=x")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("insights=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    kept = client.get_cookie("insights")
    assert kept
    assert post(client, "/admin/logout").status_code == 303
    client.set_cookie("insights", kept.value)
    assert client.get("/admin/entries").status_code == 303, "ended on the server, too"


def test_over_https_the_cookie_is_bound_to_this_host(app: Flask, accounts: Accounts) -> None:
    user = accounts.add_user("ann", "editor", PASSWORD)
    secret = accounts.sign_in_link(user)
    answer = app.test_client().get(f"/admin/sign-in/{secret}", base_url="https://insights.example")
    (cookie, *_) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-insights=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_session_s_id_is_new_at_every_login(app: Flask, accounts: Accounts) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    client = app.test_client()
    client.set_cookie("insights", "planted")
    sign_in(client, PASSWORD)
    kept = client.get_cookie("insights")
    assert kept
    assert kept.value != "planted"
    assert accounts.session("planted") is None


def test_a_wrong_password_says_neither_which_was_wrong_nor_forgets_the_name(
    app: Flask, accounts: Accounts
) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    known = sign_in(app.test_client(), "wrong")
    unknown = sign_in(app.test_client(), "wrong", name="bob")
    assert known.status_code == unknown.status_code == 403
    said = "This name and password do not belong together."
    assert said in known.text
    assert said in unknown.text
    assert 'value="ann"' in known.text


def test_too_many_tries_are_told_when_to_come_back(app: Flask, accounts: Accounts) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    client = app.test_client()
    answers = [sign_in(client, "wrong") for _ in range(8)]
    last = answers[-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    assert re.search(r"Try again in \d+ seconds, after \d\d:\d\d:\d\d UTC", last.text)


def test_a_link_signs_in_once(app: Flask, accounts: Accounts) -> None:
    secret = accounts.sign_in_link(accounts.add_user("ann", "editor", PASSWORD))
    assert app.test_client().get(f"/admin/sign-in/{secret}").status_code == 303
    assert app.test_client().get(f"/admin/sign-in/{secret}").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/admin",
        "/\\evil.example",
        "/admin\\..",
        "/admin//evil",
        "/panel/x",
        "javascript:alert(1)",
        "/admin/\r\nSet-Cookie: a=b",
    ],
)
def test_the_way_on_stays_on_the_site(app: Flask, accounts: Accounts, path: str) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    answer = sign_in(app.test_client(), PASSWORD, next=path)
    assert answer.headers["Location"] in ("/admin/entries", "/admin//evil")


def test_what_was_typed_outlives_the_session(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    form = form_of(editor.get(ENTRY))
    form["article.title"] = 'Typed <b>"while"</b>\nsigned out'
    editor.delete_cookie("insights")
    here = {"Origin": "http://localhost"}
    refused = editor.post(f"{ENTRY}/draft", data=form, headers=here)
    assert refused.status_code == 401
    assert "Typed &lt;b&gt;" in refused.text
    anew = signed_in(app, accounts, "editor")
    again = anew.post(f"{ENTRY}/draft", data=form, headers=here)
    assert again.status_code == 403, "the token is that of the session before"
    assert "Send again" in again.text
    assert "Typed" not in anew.post(f"{ENTRY}/draft", data=form).text, "perhaps another site's"
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.revision == 1


# The list and new entries.


def test_the_list_shows_states_in_words_and_keeps_filters_in_the_address(
    editor: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(id="other", article__url="https://paper.example/o"), actor="x")
    text = editor.get("/admin/entries?state=live&q=night").text
    assert "1 of 2 entries" in text
    assert '<option value="live" selected>' in text
    assert 'href="/admin/entries/night-trains"' in text
    piece = editor.get("/admin/entries?q=nothing-like-it", headers={"HX-Request": "true"}).text
    assert "No entry is like that." in piece
    assert "<html" not in piece


def test_an_entry_begins_from_an_address(editor: FlaskClient, store: Store) -> None:
    answer = post(
        editor, "/admin/entries", way="address", url="https://paper.example/a/My%20Town.html"
    )
    assert answer.headers["Location"] == "/admin/entries/my-town"
    draft = store.draft("my-town")
    assert draft
    assert draft.actor == "editor"
    assert draft.entry.article.url == "https://paper.example/a/My%20Town.html"
    page = editor.get("/admin/entries/my-town").text
    assert "things to mend before publishing" in page
    twice = post(editor, "/admin/entries", way="address", url="https://other.example/my-town")
    assert twice.headers["Location"] == "/admin/entries/my-town-2"


def test_an_entry_begins_from_json_from_a_file_and_as_a_copy(
    editor: FlaskClient, store: Store
) -> None:
    pasted = post(editor, "/admin/entries", way="json", document=sample_bytes().decode())
    assert pasted.headers["Location"] == ENTRY
    other = sample_bytes(id="other", article__url="https://paper.example/o", article__aliases=[])
    file = (io.BytesIO(other), "other.json")
    assert post(editor, "/admin/entries", way="file", file=file).status_code == 303
    post(editor, "/admin/entries", way="copy", copy="other", id="third", url="https://p.example/3")
    draft = store.draft("third")
    assert draft
    assert draft.entry.corrections == ()
    assert draft.entry.sources == sample_entry().sources


def test_what_cannot_be_an_entry_is_refused_and_kept_in_the_form(
    editor: FlaskClient, shown: Store
) -> None:
    for fields, said in (
        ({"way": "json", "document": '{"schema": 1,'}, "line 1, column"),
        ({"way": "json", "document": sample_bytes().decode()}, "is taken"),
        ({"way": "address", "url": "ftp://x"}, "is not absolute"),
        (
            {"way": "address", "url": "https://paper.example/opinion/night-trains", "id": "n"},
            "is the address of",
        ),
        ({"way": "copy", "copy": "nothing", "url": "https://paper.example/z"}, "names no entry"),
        ({"way": "file"}, "is not JSON"),
    ):
        answer = post(editor, "/admin/entries", **fields)
        assert answer.status_code == 422, fields
        assert said in answer.text
    assert shown.ids() == ["night-trains"]


# The editor.


def test_a_form_that_is_sent_back_unchanged_changes_nothing(
    editor: FlaskClient, shown: Store
) -> None:
    answer = editor.post(f"{ENTRY}/draft", data=form_of(editor.get(ENTRY)))
    assert answer.status_code == 303
    assert shown.head("night-trains") == 2
    assert shown.draft("night-trains") is None


def test_what_is_typed_becomes_the_draft_and_readers_see_nothing_of_it(
    editor: FlaskClient, shown: Store
) -> None:
    form = form_of(editor.get(ENTRY))
    form |= {
        "article.title": "Anew",
        "article.authors": "A. One\r\n\r\n B. Two ",
        "csrf": csrf(editor),
    }
    assert editor.post(f"{ENTRY}/draft", data=form).status_code == 303
    draft = shown.draft("night-trains")
    assert draft
    assert draft.entry == sample_entry(article__title="Anew", article__authors=["A. One", "B. Two"])
    assert "Anew" not in editor.get("/panel/night-trains").text


def press(client: FlaskClient, **button: str) -> Any:  # noqa: ANN401
    return client.post(f"{ENTRY}/draft", data={**form_of(client.get(ENTRY)), **button})


def texts(store: Store) -> list[str]:
    draft = store.draft("night-trains")
    assert draft
    return [point.text for group in draft.entry.perspectives for point in group.points]


def test_markers_follow_sources_that_move(editor: FlaskClient, drafted: Store) -> None:
    answer = press(editor, move="sources.1.up")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#f-sources-0-title")
    assert texts(drafted) == [
        "Sleepers replace short flights [2].",
        "<q>A bed is a seat that moves</q>, the author says [2][1].",
        "Each berth costs the public more than a seat by day [1].",
    ]
    press(editor, move="sources.0.down")
    assert texts(drafted)[0] == "Sleepers replace short flights [1]."


def test_markers_go_with_a_source_that_is_removed(editor: FlaskClient, drafted: Store) -> None:
    press(editor, remove="sources.0")
    assert texts(drafted) == [
        "Sleepers replace short flights .",
        "<q>A bed is a seat that moves</q>, the author says [1].",
        "Each berth costs the public more than a seat by day [1].",
    ]


def test_buttons_add_remove_and_cite(editor: FlaskClient, drafted: Store) -> None:
    press(editor, add="perspectives.1.points")
    press(editor, cite="perspectives.1.points.0.1")
    press(editor, remove="perspectives.0.points.0")
    press(editor, move="perspectives.1.up")
    assert texts(drafted) == [
        "Each berth costs the public more than a seat by day [2][1].",
        "",
        "<q>A bed is a seat that moves</q>, the author says [1][2].",
    ]


def test_a_new_correction_is_kept_once_something_is_written(
    editor: FlaskClient, drafted: Store
) -> None:
    answer = press(editor, add="corrections")
    assert answer.status_code == 200
    form = form_of(answer)
    form["corrections.1.note"] = "A name was wrong."
    assert editor.post(f"{ENTRY}/draft", data=form).status_code == 303
    draft = drafted.draft("night-trains")
    assert draft
    assert [each.note for each in draft.entry.corrections] == [
        "A figure was wrong.",
        "A name was wrong.",
    ]


@pytest.mark.parametrize(
    "button",
    [
        {"move": "sources.0.up"},
        {"move": "sources.9.up"},
        {"move": "sources.x"},
        {"remove": "schema"},
        {"remove": "article.authors.0"},
        {"add": "article"},
        {"cite": "sources.0.1"},
    ],
)
def test_a_button_that_names_nothing_changes_nothing(
    editor: FlaskClient, drafted: Store, button: dict[str, str]
) -> None:
    assert press(editor, **button).status_code in (200, 303)
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.entry == sample_entry()


def test_what_the_rules_say_stands_beside_its_field_and_in_a_list_that_jumps(
    editor: FlaskClient, store: Store
) -> None:
    store.save(
        sample_entry(
            sources__0__url="nowhere",
            viewpoint__rationale="<script>x</script>",
            article__kind="news",
        ),
        actor="x",
    )
    page = editor.get(ENTRY).text
    assert re.search(r'id="said-sources-0-url"><p class="error">.*?is not absolute', page)
    assert 'href="#f-sources-0-url">Source 1, address</a> is not absolute' in page
    assert 'id="f-sources-0-url"' in page
    assert re.search(r'id="said-viewpoint-rationale"><p class="warning">.*?shown as', page)
    assert re.search(r'id="f-article-kind"[^>]*aria-invalid="true"', page)


def test_what_is_typed_is_checked_without_being_saved(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"sources.0.title": ""}
    answer = editor.post(f"{ENTRY}/check", data=form, headers={"HX-Request": "true"})
    assert "1 thing to mend before publishing" in answer.text
    assert "give the source" in answer.text
    assert drafted.head("night-trains") == 1


def test_what_cannot_be_a_draft_is_kept_in_the_form(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"language": "no language", "article.title": "Kept"}
    answer = editor.post(f"{ENTRY}/draft", data=form)
    assert answer.status_code == 422
    again = form_of(answer)
    assert (again["language"], again["article.title"]) == ("no language", "Kept")
    assert "data-unsaved" in answer.text
    assert drafted.head("night-trains") == 1


def test_of_two_editors_the_second_is_shown_both_versions_and_loses_nothing(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    other = signed_in(app, accounts, "editor", "other")
    mine = form_of(editor.get(ENTRY)) | {"article.title": "Bring all trains back"}
    theirs = form_of(other.get(ENTRY)) | {"article.title": "Bring the day trains back"}
    assert other.post(f"{ENTRY}/draft", data=theirs).status_code == 303
    refused = editor.post(f"{ENTRY}/draft", data=mine)
    assert refused.status_code == 409
    assert "<del>the day</del><ins>all</ins>" in refused.text
    assert "other saved this entry" in refused.text
    assert form_of(refused)["article.title"] == "Bring all trains back"
    twice = editor.post(f"{ENTRY}/draft", data=form_of(refused))
    assert twice.status_code == 409, "pressing Save alone changes nothing"
    over = re.search(r'name="over" value="(\d+)"', refused.text)
    assert over
    assert editor.post(f"{ENTRY}/draft", data={**mine, "over": over[1]}).status_code == 303
    draft = drafted.draft("night-trains")
    assert draft
    assert (draft.actor, draft.entry.article.title) == ("editor", "Bring all trains back")


def test_an_autosave_says_plainly_how_it_went(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    htmx = {"HX-Request": "true"}
    form = form_of(editor.get(ENTRY)) | {"article.title": "Once"}
    saved = editor.post(f"{ENTRY}/draft", data=form, headers=htmx)
    assert "data-saved" in saved.text
    assert 'name="head" value="2"' in saved.text
    bad = form | {"head": "2", "language": "no language"}
    assert "Not saved: 1 thing" in editor.post(f"{ENTRY}/draft", data=bad, headers=htmx).text
    other = signed_in(app, accounts, "editor", "other")
    changed = form_of(other.get(ENTRY)) | {"article.title": "Twice"}
    other.post(f"{ENTRY}/draft", data=changed)
    late = form | {"head": "2", "article.title": "Thrice"}
    answer = editor.post(f"{ENTRY}/draft", data=late, headers=htmx)
    assert "somebody else saved this entry" in answer.text
    assert "data-saved" not in answer.text
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.entry.article.title == "Twice"


def test_the_preview_is_the_frame_of_what_is_typed(editor: FlaskClient, shown: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"article.title": "Typed just now", "theme": "dark"}
    form["perspectives.0.points.0.text"] = "<script>alert(1)</script>Just so [1]."
    answer = editor.post(f"{ENTRY}/preview", data=form)
    assert "alert(1)Just " in answer.text
    assert "<script>alert" not in answer.text
    assert 'data-theme="dark"' in answer.text
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert "alert(1)" not in editor.get("/panel/night-trains").text
    wrong = editor.post(f"{ENTRY}/preview", data=form | {"language": "no language"})
    assert "No preview yet" in wrong.text
    assert shown.head("night-trains") == 2


def test_the_json_side_is_the_same_document(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(f"{ENTRY}/json"))
    assert json.loads(form["document"]) == sample_document()
    form["document"] = form["document"].replace("Bring the night", "Bring the day")
    assert editor.post(f"{ENTRY}/json", data=form).status_code == 303
    assert form_of(editor.get(ENTRY))["article.title"] == "Bring the day trains back"
    stale = editor.post(
        f"{ENTRY}/json", data=form | {"document": form["document"].replace("day", "slow")}
    )
    assert stale.status_code == 409
    assert "<del>day</del><ins>slow</ins>" in stale.text
    for broken, said in (
        ('{"schema": 1', "line 1, column"),
        (form["document"].replace('"language": "en"', '"langage": "en"'), "did you mean"),
        (form["document"].replace('"night-trains"', '"other"'), "must stay"),
    ):
        answer = editor.post(f"{ENTRY}/json", data=form | {"document": broken})
        assert answer.status_code == 422
        assert said in answer.text
        assert form_of(answer)["document"] == broken
    assert drafted.head("night-trains") == 2


# Publishing, withdrawing, history.


def test_publishing_shows_what_changes_before_it_does_it(
    publisher: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(article__title="Bring the day trains back"), actor="x")
    page = publisher.get(f"{ENTRY}/publication").text
    assert "<del>night</del><ins>day</ins>" in page
    assert "Bring the night" in publisher.get("/panel/night-trains").text
    answer = post(publisher, f"{ENTRY}/publication", head="3", note="Title")
    assert answer.status_code == 303
    assert "Bring the day" in publisher.get("/panel/night-trains").text
    assert shown.history("night-trains")[0].note == "Title"


def test_what_was_changed_since_it_was_compared_is_not_published(
    publisher: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(article__title="Seen"), actor="x")
    shown.save(sample_entry(article__title="Never seen"), actor="y")
    answer = post(publisher, f"{ENTRY}/publication", head="3")
    assert answer.status_code == 409
    assert "Never seen" not in publisher.get("/panel/night-trains").text


def test_what_breaks_the_rules_is_not_published(publisher: FlaskClient, store: Store) -> None:
    store.save(sample_entry(sources=[]), actor="x")
    answer = post(publisher, f"{ENTRY}/publication", head="1")
    assert answer.status_code == 422
    assert "cites source [1], and there are none" in answer.text
    assert store.live("night-trains") is None


def test_with_four_eyes_who_saved_the_draft_cannot_publish_it(
    settings: Settings, drafted: Store, accounts: Accounts
) -> None:
    careful = create_app(settings.model_copy(update={"four_eyes": True}), drafted, accounts)
    ann = signed_in(careful, accounts, "publisher", "ann")
    bob = signed_in(careful, accounts, "publisher", "bob")
    form = form_of(ann.get(ENTRY)) | {"article.title": "Anew"}
    assert ann.post(f"{ENTRY}/draft", data=form).status_code == 303
    page = ann.get(f"{ENTRY}/publication").text
    assert "A second person must publish this" in page
    assert "Publish now" not in page
    assert post(ann, f"{ENTRY}/publication", head="2").status_code == 403
    assert drafted.live("night-trains") is None
    assert post(bob, f"{ENTRY}/publication", head="2").status_code == 303
    assert isinstance(drafted.live("night-trains"), Live)


def test_an_editor_sees_the_comparison_and_no_button(editor: FlaskClient, drafted: Store) -> None:
    del drafted
    page = editor.get(f"{ENTRY}/publication").text
    assert "Publish now" not in page
    assert "your role is editor" in page


def test_a_withdrawal_needs_a_reason_or_a_legal_one(publisher: FlaskClient, shown: Store) -> None:
    assert post(publisher, f"{ENTRY}/withdrawal", reason=" ").status_code == 422
    assert isinstance(shown.live("night-trains"), Live)
    answer = post(publisher, f"{ENTRY}/withdrawal", reason="It misquoted the author.")
    assert answer.status_code == 303
    assert "It misquoted the author." in publisher.get(answer.headers["Location"]).text
    assert publisher.get("/panel/night-trains").status_code == 410


def test_the_history_says_who_when_what_and_why_and_folds_one_sitting(
    publisher: FlaskClient, shown: Store
) -> None:
    for title in ("One", "Two", "Three"):
        shown.save(sample_entry(article__title=title), actor="ann", note="Autosaved")
    shown.withdraw("night-trains", actor="bob", reason="Wrong person")
    page = publisher.get(f"{ENTRY}/history").text
    assert "and 2 saves before it" in page
    assert "bob" in page
    assert "Wrong person" in page
    assert "comparison?from=2&amp;to=5" in page


def test_any_two_revisions_are_compared_and_any_is_restored_as_a_draft(
    publisher: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(article__title="Bring the day trains back"), actor="x")
    page = publisher.get(f"{ENTRY}/comparison?from=3&to=1").text
    assert "<del>night</del><ins>day</ins>" in page
    answer = post(publisher, f"{ENTRY}/restorations", revision="1", head="3")
    assert answer.status_code == 303
    draft = shown.draft("night-trains")
    assert draft
    assert draft.entry == sample_entry()
    assert shown.history("night-trains")[0].note == "Restores revision 1."
    assert publisher.get(f"{ENTRY}/comparison?to=99").status_code == 404


def test_a_draft_that_is_dropped_leaves_what_is_live(editor: FlaskClient, shown: Store) -> None:
    shown.save(sample_entry(article__title="Mistake"), actor="x")
    assert post(editor, f"{ENTRY}/draft/removal", head="3").status_code == 303
    assert shown.draft("night-trains") is None
    assert isinstance(shown.live("night-trains"), Live)


@pytest.mark.parametrize(
    "page", ["", "/json", "/publication", "/withdrawal", "/history", "/comparison", "/preview"]
)
def test_an_entry_that_is_not_there_is_not_found(editor: FlaskClient, page: str) -> None:
    answer = editor.get(f"/admin/entries/nothing{page}")
    assert answer.status_code == 404
    assert "There is no entry" in answer.text
