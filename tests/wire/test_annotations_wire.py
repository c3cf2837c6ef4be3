"""What checks and reports add is served without a publication, and goes with the panel."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from samples import PAPER, sample_entry
from wire_support import FRAGMENT, ID, PANEL, published

from widget.app import create_app
from widget.config import Publication, Settings
from widget.editorial.annotating import Annotating
from widget.store import Annotations, SourceAnnotation, Store, source_key

pytestmark = pytest.mark.unit

FOUND = "Quote found in the source on 3 May 2026"


def annotate(store: Store) -> None:
    first = SourceAnnotation(
        key=source_key(sample_entry().sources[0]), html=True, quote_found_on=date(2026, 5, 3)
    )
    annotations = Annotations(
        sources=(first,), article_changed_on=date(2026, 5, 4), reports_upheld=2
    )
    Annotating(store).annotate(ID, lambda _: annotations, actor="sources")


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT])
def test_an_annotation_is_seen_by_the_next_request(
    client: FlaskClient, store: Store, path: str
) -> None:
    before = client.get(path)
    assert FOUND not in before.text
    annotate(store)
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert FOUND in after.text
    assert "2 reports were upheld." in after.text
    assert "was changed after this analysis" not in after.text  # unless the publication says so


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT])
@pytest.mark.parametrize("legal", [True, False])
def test_a_withdrawal_takes_annotations_data_and_reports_with_it(
    client: FlaskClient,
    store: Store,
    path: str,
    legal: bool,  # a parameter of the test
) -> None:
    annotate(store)
    assert FOUND in client.get(path).text
    store.withdraw(ID, reason="A claim was wrong.", actor="ana", legal=legal)
    gone = client.get(path).text
    for text in (FOUND, "upheld", "schema.org", f"/report/{ID}", "Four in ten"):
        assert text not in gone


@pytest.mark.usefixtures("live")
def test_links_to_reports_lead_to_the_form(client: FlaskClient) -> None:
    for path in (PANEL, FRAGMENT):
        text = client.get(path).text
        assert f'href="http://localhost/report/{ID}?point=1-2"' in text
        assert f'href="http://localhost/report/{ID}"' in text
    assert client.get(f"/report/{ID}?point=1-2").status_code == 200


def test_a_publication_without_reports_offers_none(settings: Settings, store: Store) -> None:
    quiet = Publication(name="The Paper", origins=(PAPER,), review="optional", reports="off")
    app = create_app(settings.model_copy(update={"publications": (quiet,)}), store)
    published(store)
    for path in (PANEL, FRAGMENT):
        assert "/report/" not in app.test_client().get(path).text
