"""What a caller changes is what the same process serves next, although answers are prebuilt."""

from __future__ import annotations

import pytest
from api_support import ENTRY, Caller, saved
from werkzeug.test import Client

from widget.accounts import open_accounts
from widget.app import create_service
from widget.config import Settings

pytestmark = pytest.mark.unit


@pytest.mark.usefixtures("store")  # which makes it
@pytest.mark.parametrize("path", ["/panel/night-trains", "/fragment/night-trains"])
def test_a_change_shows_with_the_next_request(settings: Settings, path: str) -> None:
    client = Client(create_service(settings))
    caller = Caller(client, open_accounts(settings.store), "cms", "publisher", "ana")
    assert client.get(path).status_code in (404, 204)
    saved(caller)
    for _ in range(5):
        assert caller("POST", f"{ENTRY}/publication", {}).status_code == 201
        for _ in range(2):
            answer = client.get(path)
            assert "The cost of a berth" in answer.text
        assert caller("POST", f"{ENTRY}/withdrawal", {"reason": "Wrong."}).status_code == 201
        assert "Wrong." in client.get(path).text
        assert caller("POST", f"{ENTRY}/restorations", {"revision": 2}).status_code == 201
