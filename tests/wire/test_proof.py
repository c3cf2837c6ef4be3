"""One document with proof of a review and without it: two representations, everywhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from samples import sample_entry

from widget.config import Settings
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.store import Live, Store

pytestmark = pytest.mark.unit

ID = "night-trains"
PROVEN = "AI-generated, reviewed"
DECLARED = "Reviewed, according to the newsroom, by an editor"


@pytest.fixture
def proven(store: Store, settings: Settings) -> Live:
    """Publish the sample entry with an approval."""
    store.save(sample_entry(), actor="ana")
    reviewer = Reviewer("ben", "editor", "session", actor="ben")
    Editorial(store, settings).review.approve(ID, reviewer=reviewer, checked=CHECKLIST)
    store.publish(ID, actor="ana")
    live = store.live(ID)
    assert isinstance(live, Live)
    assert live.approvals
    return live


def without_proof(store: Store, proven: Live) -> None:
    """Publish the same bytes once more, which only say of themselves that they were reviewed."""
    store.save(proven.entry, actor="ana")
    store.publish(ID, actor="ana")
    live = store.live(ID)
    assert isinstance(live, Live)
    assert (live.digest, live.approvals) == (proven.digest, ())


@pytest.mark.parametrize("path", [f"/panel/{ID}", f"/fragment/{ID}", f"/fragment/{ID}?styles=none"])
def test_the_same_bytes_without_proof_are_another_representation(
    client: FlaskClient, store: Store, proven: Live, path: str
) -> None:
    before = client.get(path)
    assert PROVEN in before.text
    assert DECLARED not in before.text
    without_proof(store, proven)
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    assert PROVEN not in after.text
    assert DECLARED in after.text


def test_oembed_says_what_stays_true(client: FlaskClient, store: Store, proven: Live) -> None:
    url = f"/oembed?url=http://localhost/panel/{ID}"
    before = client.get(url).get_json()["title"]
    assert before == "Insights (AI-generated): Bring the night trains back"
    without_proof(store, proven)
    assert client.get(url).get_json()["title"] == before
