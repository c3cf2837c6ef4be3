"""The editors' queue of what readers reported."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import PASSWORD, post, signed_in
from report_support import ID, Clock, Desk
from samples import sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Notify, Publication, Settings
from widget.net import smtp_client
from widget.record.reports import Report
from widget.store import Live, Store

pytestmark = pytest.mark.unit

QUEUE = "/admin/reports"
COURIER = Publication(name="Courier", origins=("https://courier.example",), review="optional")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"publications": (*settings.publications, COURIER)})


@pytest.fixture
def desk(settings: Settings, shown: Store) -> Iterator[Desk]:
    article = sample_entry().article.model_copy(
        update={"url": "https://courier.example/ferries", "aliases": (), "title": "Ferries"}
    )
    ferries = sample_entry().model_copy(update={"id": "ferries", "article": article})
    shown.save(ferries, actor="somebody")
    shown.publish("ferries", actor="somebody")
    opened = Desk(settings, shown, Clock())
    yield opened
    opened.documents.close()


def only(desk: Desk) -> Report:
    ((_, report),) = desk.reports.page(limit=2)
    return report


def test_the_queue_lists_what_waits(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("The <b>number</b> is from 2019.", point="1-2")
    desk.send("The <b>number</b> is from 2019.", point="1-2")
    page = editor.get(QUEUE).text
    assert f'href="{QUEUE}/{key}"' in page
    assert "The &lt;b&gt;number&lt;/b&gt; is from 2019." in page
    assert 'Reports <span class="count">(1)</span>' in editor.get("/admin/entries").text
    for query in ("state=upheld", "publication=Courier", "assignee=editor"):
        assert "No report is here." in editor.get(f"{QUEUE}?{query}").text


def test_the_queue_has_pages(editor: FlaskClient, desk: Desk) -> None:
    for number in range(60):
        report = Report(
            entry=ID,
            kind="wrong",
            first_at=sample_entry().corrections[0].at,
            last_at=sample_entry().corrections[0].at,
        )
        desk.reports.put(f"{ID}.{number:016x}", report)
    first = editor.get(f"{QUEUE}?state=open").text
    found = re.search(r'<a href="([^"]+)" rel="next">', first)
    assert found
    second = editor.get(found[1].replace("&amp;", "&")).text
    names = [set(re.findall(rf"{QUEUE}/({ID}\.[0-9a-f]{{16}})", it)) for it in (first, second)]
    assert [len(it) for it in names] == [50, 10]
    assert not names[0] & names[1]
    assert editor.get(f"{QUEUE}?before=nonsense").status_code == 200


def test_a_report_says_what_it_is_about(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("From 2019.", point="1-1", address="mia@mail.example")
    page = editor.get(f"{QUEUE}/{key}").text
    assert "Sleepers replace short flights." in page
    assert "It still says so." in page
    assert "mailto:mia%40mail.example" in page
    assert editor.get(f"{QUEUE}/{ID}.0123456789abcdef").status_code == 404


def test_a_report_is_assigned_and_rejected(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("From 2019.")
    assert post(editor, f"{QUEUE}/{key}/assignment", assignee="editor").status_code == 303
    assert (only(desk).state, only(desk).assignee) == ("assigned", "editor")
    assert post(editor, f"{QUEUE}/{key}/assignment", assignee="nobody").status_code == 422
    refused = post(editor, f"{QUEUE}/{key}/rejection", answer="")
    assert refused.status_code == 422
    assert post(editor, f"{QUEUE}/{key}/rejection", answer="It is from 2025.").status_code == 303
    report = only(desk)
    assert (report.state, report.resolved_by, report.answer) == (
        "rejected",
        "editor",
        "It is from 2025.",
    )


def test_one_click_leads_to_a_correction(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("From 2019.", point="1-2", kind="source")
    answer = post(editor, f"{QUEUE}/{key}/correction")
    assert answer.status_code == 303
    draft = desk.store.draft(ID)
    assert draft is not None
    before, correction = draft.entry.corrections[:-1], draft.entry.corrections[-1]
    assert before == sample_entry().corrections
    assert correction.kind == "correction"
    assert correction.note == "One point said what its source does not say. It has been corrected."
    assert draft.actor == "editor"
    assert (only(desk).state, desk.upheld()) == ("upheld", 1)
    page = editor.get(answer.headers["Location"]).text
    field = re.search(r'<textarea[^>]*name="perspectives\.0\.points\.1\.text"[^>]*>', page)
    assert field
    assert "autofocus" in field[0]
    assert correction.note in page
    again = post(editor, f"{QUEUE}/{key}/correction")
    assert again.status_code == 303
    twice = desk.store.draft(ID)
    assert twice is not None
    assert len(twice.entry.corrections) == len(draft.entry.corrections), "begun once"
    assert desk.upheld() == 1


def test_a_correction_of_the_whole_panel_begins_at_its_note(
    editor: FlaskClient, desk: Desk
) -> None:
    key = desk.send("All of it.", point="")
    answer = post(editor, f"{QUEUE}/{key}/correction")
    count = len(sample_entry().corrections)
    assert answer.headers["Location"].endswith(f"&at=corrections.{count}.note")


def test_nothing_is_corrected_where_nothing_is_live(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("From 2019.")
    desk.store.withdraw(ID, actor="ana", reason="It was wrong.")
    assert post(editor, f"{QUEUE}/{key}/correction").status_code == 422
    assert only(desk).state == "open"
    assert post(editor, f"{QUEUE}/{key}/upholding").status_code == 303
    assert only(desk).state == "upheld"


def test_an_answer_is_mailed_and_the_address_goes(
    accounts: Accounts,
    settings: Settings,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail = Notify(
        name="desk",
        kind="mail",
        smtp="mail.example:587",
        sender="desk@paper.example",
        to=("desk@paper.example",),
        events=("report",),
    )
    mailing = create_app(settings.model_copy(update={"notify": (mail,)}), desk.store, accounts)
    editor = signed_in(mailing, accounts, "editor")
    key = desk.send("From 2019.", address="mia@mail.example")
    sent: list[tuple[str, tuple[str, ...]]] = []

    def refuse(*_: object, **__: object) -> list[str]:
        raise smtp_client.MailRefused("did not answer within 10 s")

    monkeypatch.setattr(smtp_client, "send", refuse)
    answer = post(editor, f"{QUEUE}/{key}/answer", answer="It is corrected.")
    assert answer.status_code == 400
    assert "did not answer within 10 s" in answer.text
    assert "It is corrected." in answer.text, "nothing that was typed is lost"
    assert desk.desk.addresses(key) == ["mia@mail.example"]

    def deliver(message: object, *, to: tuple[str, ...], **_: object) -> list[str]:
        sent.append((str(message), to))
        return []

    monkeypatch.setattr(smtp_client, "send", deliver)
    assert post(editor, f"{QUEUE}/{key}/answer", answer="It is corrected.").status_code == 303
    ((text, to),) = sent
    assert to == ("mia@mail.example",)
    assert "It is corrected." in text
    assert "From 2019." not in text, "or anybody could send texts to anybody"
    assert desk.desk.addresses(key) == []


def test_addresses_are_removed_by_hand(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("From 2019.", address="mia@mail.example")
    assert post(editor, f"{QUEUE}/{key}/addresses/removal").status_code == 303
    assert desk.desk.addresses(key) == []


def test_a_person_of_one_publication_sees_its_reports_only(
    app: Flask, accounts: Accounts, desk: Desk
) -> None:
    accounts.add_user("cleo", "publisher", PASSWORD, publications=["Courier"])
    cleo = signed_in(app, accounts, "publisher", "cleo")
    foreign, own = desk.send("A secret."), desk.send("Too dear.", entry="ferries")
    page = cleo.get(QUEUE).text
    assert own in page
    assert foreign not in page
    assert "A secret." not in page
    assert 'Reports <span class="count">(1)</span>' in page
    assert cleo.get(f"{QUEUE}/{foreign}").status_code == 404
    paths = [
        rule.rule.replace("<report_id>", foreign)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{QUEUE}/<report_id>/")
    ]
    assert len(paths) == 6
    for path in paths:
        answer = post(cleo, path, answer="No.", assignee="cleo")
        assert answer.status_code == 404, path
        assert "secret" not in answer.text
    assert desk.report(foreign).state == "open"
    assert isinstance(desk.store.live(ID), Live)


def test_a_withdrawal_for_legal_reasons_hides_every_text(editor: FlaskClient, desk: Desk) -> None:
    key = desk.send("They write: Sleepers replace short flights.", address="mia@mail.example")
    desk.store.withdraw(ID, actor="ana", reason="", legal=True)
    for path in (QUEUE, f"{QUEUE}/{key}"):
        page = editor.get(path).text
        assert key in page or path.endswith(key)
        assert "Sleepers" not in page
        assert "night trains back" not in page


def test_pages_stand_while_reports_cannot_be_read(
    editor: FlaskClient, desk: Desk, settings: Settings
) -> None:
    desk.documents.close()
    path = settings.store.removeprefix("dir:")
    with open(f"{path}/records.sqlite3", "wb") as file:
        file.write(b"no database at all" * 500)
    assert editor.get("/admin/entries").status_code == 200
    assert editor.get(QUEUE).status_code == 503
