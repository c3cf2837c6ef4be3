"""The form with which readers report a problem: it needs no script and loses nothing."""

from __future__ import annotations

import re
from html import unescape

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import parse_html
from werkzeug.test import TestResponse
from wire_support import ID, published

from widget.app import create_app
from widget.config import Settings
from widget.entry import Entry
from widget.http.report_gate import ALL_AT_ONCE, NETWORK_PER_HOUR, ReportGate
from widget.record import report_keys
from widget.record.reports import Report, address_records, report_records
from widget.store import Store
from widget.web.context import documents
from widget.web.reader import report_words

pytestmark = pytest.mark.unit

FORM = f"/report/{ID}"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a form be sent as soon as it is there."""
    monkeypatch.setattr(report_keys, "MIN_SECONDS", 0)


def token_of(page: TestResponse) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def send(client: FlaskClient, url: str = FORM, **fields: str) -> TestResponse:
    return client.post(url, data={"token": token_of(client.get(url)), **fields})


def stored(app: Flask) -> list[Report]:
    with app.test_request_context():
        return [it for _, it in report_records(documents()).page(limit=99)]


def addresses(app: Flask) -> list[str]:
    with app.test_request_context():
        return [it.address for _, it in address_records(documents()).page(limit=99)]


def problems(page: TestResponse) -> list[str]:
    """Return what the page says is wrong, above the form."""
    return [unescape(re.sub("<[^>]+>", "", it)) for it in re.findall(r"<li>(.*)</li>", page.text)]


def test_the_form_is_a_document_of_its_own(client: FlaskClient, live: Entry) -> None:
    del live
    page = client.get(f"{FORM}?point=1-2")
    html5lib.HTMLParser(namespaceHTMLElements=False, strict=True).parse(page.text)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self';" in policy
    assert policy.endswith("frame-ancestors 'self' https://paper.example")
    assert (
        "<blockquote><p>A bed is a seat that moves, the author says.</p></blockquote>" in page.text
    )
    assert f'href="/panel/{ID}#p1-2"' in page.text


def test_a_report_is_taken_in(app: Flask, client: FlaskClient, live: Entry) -> None:
    del live
    sent = send(client, f"{FORM}?point=1-2", kind="source", text=" It does\r\nnot. ")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{FORM}?point=1-2&sent=thanks")
    (report,) = stored(app)
    assert (report.point, report.kind, report.statements[0].text) == (
        "1-2",
        "source",
        "It does\nnot.",
    )
    thanks = client.get(sent.headers["Location"])
    assert thanks.status_code == 200
    assert "Your report was sent." in thanks.text
    assert f'href="/panel/{ID}#p1-2"' in thanks.text
    assert "<form" not in thanks.text


def test_an_address_is_kept_where_an_answer_is_wanted(
    app: Flask, client: FlaskClient, live: Entry
) -> None:
    del live
    sent = send(client, kind="unfair", address=" mia@mail.example ")
    assert addresses(app) == ["mia@mail.example"]
    assert "after 90 days at the latest" in client.get(sent.headers["Location"]).text
    (report,) = stored(app)
    assert "mia" not in report.model_dump_json()


@pytest.mark.parametrize(
    ("fields", "field", "expected"),
    [
        ({"text": "Why?"}, "kind", "Choose what is wrong."),
        ({"kind": "no-kind"}, "kind", "Choose what is wrong."),
        ({"kind": "other"}, "text", "Say what is wrong in a few words."),
        ({"kind": "other", "text": " \n"}, "text", "Say what is wrong in a few words."),
        ({"kind": "wrong", "text": "x" * 1001}, "text", "Shorten the text to 1,000 characters."),
        ({"kind": "wrong", "address": "mia at home"}, "address", "This is no mail address."),
        ({"kind": "wrong", "address": "m@x.example\nBcc: a@b.example"}, "address", "This is no"),
        ({"kind": "wrong", "address": "ö@mail.example"}, "address", "This is no mail address."),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_lost(
    app: Flask,
    client: FlaskClient,
    live: Entry,
    fields: dict[str, str],
    field: str,
    expected: str,
) -> None:
    del live
    page = send(client, f"{FORM}?point=1-1", **fields)
    assert page.status_code == 422
    (problem,) = problems(page)
    assert problem.startswith(expected)
    assert f'<a href="#{field}">' in page.text
    assert f'id="{field}-problem"' in page.text
    assert "<title>Not sent yet" in page.text
    assert "Sleepers replace short flights." in page.text, "still about the point"
    if fields.get("kind") in ("wrong", "other"):
        assert f'value="{fields["kind"]}" checked' in page.text
    if field != "text":
        assert fields.get("text", "").strip() in page.text
    assert stored(app) == []


def test_a_form_that_was_filled_in_by_a_program_is_not_taken(
    app: Flask, client: FlaskClient, live: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    del live
    trapped = send(client, kind="wrong", website="https://spam.example")
    assert trapped.status_code == 303, "it need not know"
    for token in ("", "1.2", token_of(client.get(FORM))[:-1]):
        page = client.post(FORM, data={"token": token, "kind": "wrong", "text": "Kept."})
        assert page.status_code == 422
        assert problems(page) == ["This form was open for a long time. Please send it once more."]
        assert "Kept." in page.text
    again = client.post(FORM, data={"token": token_of(page), "kind": "wrong"})
    assert again.status_code == 303
    monkeypatch.setattr(report_keys, "MIN_SECONDS", 60)
    page = send(client, kind="wrong", text="Fast.")
    assert problems(page) == ["This was very fast. Please send it once more."]
    assert [it.count for it in stored(app)] == [1]


def test_what_readers_write_is_shown_as_text(client: FlaskClient, live: Entry) -> None:
    del live
    attack = "</textarea><script>alert(1)</script>"
    page = send(client, kind="", text=attack, address='"><b>')
    assert attack not in page.text
    assert unescape(page.text).count(attack) == 1
    assert '"><b>' not in page.text


def test_there_is_no_form_where_there_is_nothing_to_report(
    client: FlaskClient, store: Store
) -> None:
    for method in ("GET", "POST"):
        unknown = client.open(FORM, method=method)
        assert unknown.status_code == 404
        assert "There is no panel here." in unknown.text
        assert unknown.headers["Cache-Control"] == "no-store"
    published(store)
    store.withdraw(ID, actor="ana", reason="It was wrong.")
    for method in ("GET", "POST"):
        gone = client.open(FORM, method=method)
        assert gone.status_code == 410
        assert "It was wrong." in gone.text
        assert gone.headers["Cache-Control"] == "no-store"


def test_a_withdrawal_for_legal_reasons_leaves_no_text_in_the_form(
    client: FlaskClient, store: Store
) -> None:
    published(store)
    assert "Sleepers" in client.get(f"{FORM}?point=1-1").text
    store.withdraw(ID, actor="ana", reason="", legal=True)
    assert "Sleepers" not in client.get(f"{FORM}?point=1-1").text


def test_a_publication_may_take_no_reports(settings: Settings, store: Store) -> None:
    published(store)
    off = settings.publications[0].model_copy(update={"reports": "off"})
    app = create_app(settings.model_copy(update={"publications": (off,)}), store)
    page = app.test_client().get(FORM)
    assert page.status_code == 404
    assert "This publication takes no reports here." in page.text
    assert "<form" not in page.text
    assert app.test_client().post(FORM, data={"kind": "wrong"}).status_code == 404
    assert stored(app) == []


def test_a_point_that_is_not_there_is_the_whole_panel(
    app: Flask, client: FlaskClient, live: Entry
) -> None:
    del live
    for point in ("9-9", "0-1", "1", "x", "1-1-1", "٣-١"):
        url = f"{FORM}?point={point}"
        assert "<blockquote" not in client.get(url).text
        assert send(client, url, kind="wrong").status_code == 303
    (report,) = stored(app)
    assert (report.point, report.count) == ("", 6)


def test_the_look_of_the_panel_stays(client: FlaskClient, live: Entry) -> None:
    del live
    page = client.get(f"{FORM}?point=1-1&theme=dark&lang=ar&accent=00aa44&open=context")
    assert '<html lang="ar" dir="rtl" data-theme="dark">' in page.text
    look = "theme=dark&amp;lang=ar&amp;accent=00aa44"
    assert f'action="{FORM}?{look}&amp;point=1-1"' in page.text
    assert f'href="/panel/{ID}?{look}#p1-1"' in page.text
    sent = send(client, f"{FORM}?theme=dark&lang=ar", kind="wrong")
    assert 'dir="rtl" data-theme="dark"' in client.get(sent.headers["Location"]).text


def test_one_network_s_flood_is_refused_before_the_store(
    app: Flask, client: FlaskClient, live: Entry
) -> None:
    del live
    for _ in range(NETWORK_PER_HOUR):
        assert client.post(FORM, data={}).status_code == 422
    refused = client.post(FORM, data={"kind": "wrong", "text": "Once more."})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    html5lib.HTMLParser(strict=True).parse(refused.text)
    assert client.get(FORM).status_code == 200
    elsewhere = {"REMOTE_ADDR": "198.51.100.1"}
    assert client.post(FORM, data={}, environ_overrides=elsewhere).status_code == 422
    assert stored(app) == []


@pytest.mark.parametrize(
    ("query", "accepted", "language", "direction"),
    [
        ("", "de-AT,de;q=0.8,en;q=0.5", "de", "ltr"),
        ("?lang=ar", "de", "ar", "rtl"),
        ("?lang=nonsense", "tlh, fr;q=0.2", "fr", "ltr"),
        ("", "", "en", "ltr"),
        ("", "*;q=0.5", "en", "ltr"),
        (f"?lang=%00-{'x' * 2_000}&lang", f"{'-' * 2_000},;q=x, \xe4", "en", "ltr"),
    ],
)
def test_a_refusal_is_in_the_reader_s_language(
    client: FlaskClient, query: str, accepted: str, language: str, direction: str
) -> None:
    for _ in range(NETWORK_PER_HOUR):
        client.post(FORM, data={})
    page = client.post(f"{FORM}{query}", data={}, headers={"Accept-Language": accepted})
    assert page.status_code == 429
    (root,) = parse_html(page.text).iter("html")
    assert (root.get("lang"), root.get("dir")) == (language, direction)
    assert report_words.problem("busy", language) in page.text


def test_a_flood_of_many_networks_is_refused_before_the_store() -> None:
    now, passed = [0.0], []

    def app(environ: object, start_response: object) -> list[bytes]:
        del environ, start_response
        passed.append(1)
        return []

    gate = ReportGate(app, lambda _: b"Later.", clock=lambda: now[0])  # type: ignore[arg-type]  # enough of WSGI

    def post(address: str, path: str = FORM, method: str = "POST") -> None:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": address}
        gate(environ, lambda *_: lambda _: None)  # type: ignore[arg-type]  # enough of WSGI

    for number in range(10_000):
        post(f"10.{number % 500 // 250}.{number % 250}.7")
    assert len(passed) == ALL_AT_ONCE
    for path, method in ((FORM, "GET"), ("/panel/x", "POST")):
        post("10.0.0.7", path, method)
    assert len(passed) == ALL_AT_ONCE + 2
    report = {"REQUEST_METHOD": "POST", "PATH_INFO": FORM, "REMOTE_ADDR": "203.0.113.1"}
    refused = gate.refusal(report)
    assert refused
    assert refused.status.startswith("429")
    now[0] += 60
    for _ in range(2 * ALL_AT_ONCE):
        assert gate.refusal(report) is None, "asking counts nothing"
    post("203.0.113.1")
    assert len(passed) == ALL_AT_ONCE + 3


def test_too_many_of_one_network_come_back_with_what_was_typed(
    app: Flask, client: FlaskClient, live: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    del live
    monkeypatch.setattr("widget.record.report_limits.NETWORK_PER_HOUR", 2)
    for _ in range(2):
        assert send(client, kind="wrong").status_code == 303
    page = send(client, kind="unfair", text="Keep this.")
    assert page.status_code == 429
    assert "Keep this." in page.text
    assert int(page.headers["Retry-After"]) > 60
    assert [it.count for it in stored(app)] == [2]
