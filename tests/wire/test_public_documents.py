"""``/panel/<id>.json``: what readers see, as the bytes whose hash stands in the log."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from samples import PAPER
from wire_support import HERE, ID, SHORT, published

from widget.editorial.annotating import Annotating
from widget.entry import Entry, parse_entry
from widget.store import (
    Annotations,
    Approval,
    Live,
    SourceAnnotation,
    Store,
    source_key,
)
from widget.store.public_document import public_document

pytestmark = pytest.mark.unit

DOCUMENT = f"/panel/{ID}.json"


@pytest.mark.usefixtures("live")
def test_it_is_the_live_entry_with_its_revision(client: FlaskClient, live: Entry) -> None:
    response = client.get(DOCUMENT)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == SHORT
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Origin" in response.vary
    value = json.loads(response.data)
    assert value["entry"] == json.loads(live.to_json())
    assert value["revision"] == 2
    assert datetime.fromisoformat(value["published_at"]).tzinfo is not None
    assert client.get(f"{DOCUMENT}/").headers["Location"] == f"../{ID}.json"


@pytest.mark.usefixtures("live")
def test_its_hash_stands_in_the_log(client: FlaskClient, store: Store) -> None:
    (line,) = store.log_lines(after=0, limit=9)
    assert hashlib.sha256(client.get(DOCUMENT).data).hexdigest() == line.sha256
    # The same text is published again: its revision and its time are others.
    published(store)
    line = store.log_lines(after=1, limit=9)[0]
    assert hashlib.sha256(client.get(DOCUMENT).data).hexdigest() == line.sha256


def test_what_is_shown_beside_it_changes_no_byte(
    client: FlaskClient, store: Store, live: Entry
) -> None:
    before = client.get(DOCUMENT).data
    key = source_key(live.sources[0])
    seen = Annotations(sources=(SourceAnnotation(key=key, quote_found_on=date(2026, 5, 3)),))
    Annotating(store).annotate(ID, lambda _: seen, actor="sources")
    assert client.get(DOCUMENT).data == before


@pytest.mark.usefixtures("live")
def test_a_copy_that_is_current_is_not_sent_again(client: FlaskClient, store: Store) -> None:
    etag = client.get(DOCUMENT).headers["ETag"]
    assert client.get(DOCUMENT, headers={"If-None-Match": etag}).status_code == 304
    published(store, language="en-GB")
    assert client.get(DOCUMENT, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.usefixtures("live")
def test_scripts_of_listed_origins_may_read_it_as_the_fragment(client: FlaskClient) -> None:
    response = client.get(DOCUMENT, headers=HERE)
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    refused = client.get(DOCUMENT, headers={"Origin": "https://other.example"})
    assert refused.status_code == 403
    assert "other.example is not among the origins" in refused.json["detail"]
    assert b"entry" not in refused.data
    preflight = client.options(DOCUMENT, headers=HERE)
    assert (preflight.status_code, preflight.data) == (204, b"")
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "Access-Control-Allow-Origin" not in client.get(DOCUMENT).headers


def test_what_was_never_live_is_not_found(client: FlaskClient) -> None:
    response = client.get(DOCUMENT, headers=HERE)
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert client.get("/panel/.json").status_code == 404


def test_of_what_was_withdrawn_nothing_is_told(
    client: FlaskClient, store: Store, live: Entry
) -> None:
    store.withdraw(ID, actor="ana", reason="A reason", legal=True)
    response = client.get(DOCUMENT, headers=HERE)
    assert response.status_code == 410
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    for text in (live.article.title, live.article.url, "A reason", "ana"):
        assert text not in response.text


AT = datetime(2026, 5, 3, 10, tzinfo=UTC)


def test_a_proven_review_has_its_role_and_never_a_name(live: Entry, store: Store) -> None:
    seen = store.live(ID)
    assert isinstance(seen, Live)
    declared = live.provenance.model_copy(update={"reviewed_by": "Zoe Declared"})
    entry = live.model_copy(update={"provenance": declared})
    value = json.loads(public_document(replace(seen, entry=entry)))
    assert value["review"] == "declared"
    assert value["entry"]["provenance"]["reviewed_by"] == "Zoe Declared"
    approval = Approval(reviewer="Bo Proven", role="admin", proof="session", at=AT, digest="0" * 64)
    proven = public_document(replace(seen, entry=entry, approvals=(approval,)))
    value = json.loads(proven)
    assert value["review"] == "proven"
    assert value["reviews"] == [{"at": "2026-05-03T10:00:00.000Z", "role": "admin"}]
    assert b"Bo" not in proven
    assert b"Zoe" not in proven
    unreviewed = live.provenance.model_copy(update={"reviewed_by": None})
    entry = live.model_copy(update={"provenance": unreviewed})
    assert json.loads(public_document(replace(seen, entry=entry)))["review"] == "none"


def test_the_bytes_are_those_that_the_log_is_about_for_ever() -> None:
    """A release that writes them otherwise would contradict every line of every log."""
    entry = parse_entry(
        b'{"schema": 1, "id": "x", "language": "de", "viewpoint": {"lean": "center"},'
        b' "article": {"url": "https://a.example/1", "title": "Z\xc3\xbcge", "kind": "opinion"},'
        b' "provenance": {"origin": "human"}}'
    )
    assert public_document(Live(entry, 7, AT, "")).decode() == (
        '{"entry":{"article":{"aliases":[],"authors":[],"kind":"opinion","published":null,'
        '"section":"","title":"Züge","url":"https://a.example/1"},"corrections":[],"id":"x",'
        '"language":"de","perspectives":[],"provenance":{"generated_at":null,"model":null,'
        '"origin":"human","provider":null,"reviewed_at":null,"reviewed_by":null},"schema":1,'
        '"sources":[],"viewpoint":{"confidence":null,"lean":"center","rationale":""}},'
        '"published_at":"2026-05-03T10:00:00.000Z","review":"none","reviews":[],"revision":7}\n'
    )
