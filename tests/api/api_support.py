"""Callers of the API with their tokens, and what each route needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from samples import sample_bytes
from werkzeug.test import TestResponse

from widget.accounts import Accounts, Role, Token

ID = "night-trains"
ENTRIES = "/api/v1/entries"
ENTRY = f"{ENTRIES}/{ID}"

# Written out here and not read from the code, so that a change to the code must be meant.
NEEDED: dict[tuple[str, str], Role] = {
    ("GET", ENTRIES): "editor",
    ("GET", f"{ENTRIES}/<entry_id>"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/draft"): "editor",
    ("PUT", f"{ENTRIES}/<entry_id>/draft"): "editor",
    ("DELETE", f"{ENTRIES}/<entry_id>/draft"): "editor",
    ("POST", f"{ENTRIES}/<entry_id>/publication"): "publisher",
    ("POST", f"{ENTRIES}/<entry_id>/withdrawal"): "publisher",
    ("POST", f"{ENTRIES}/<entry_id>/restorations"): "publisher",
    ("POST", f"{ENTRIES}/<entry_id>/submissions"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/reviews"): "editor",
    ("POST", f"{ENTRIES}/<entry_id>/reviews"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/evidence"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/comments"): "editor",
    ("POST", f"{ENTRIES}/<entry_id>/comments"): "editor",
    ("POST", f"{ENTRIES}/<entry_id>/comments/<number>/resolution"): "editor",
    ("PUT", f"{ENTRIES}/<entry_id>/assignment"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/schedule"): "editor",
    ("PUT", f"{ENTRIES}/<entry_id>/schedule"): "publisher",
    ("DELETE", f"{ENTRIES}/<entry_id>/schedule"): "publisher",
    ("POST", f"{ENTRIES}/<entry_id>/source-checks"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/source-checks"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/voices"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/counts"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/history"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/revisions/<number>"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/snippet"): "editor",
    ("POST", "/api/v1/validations"): "editor",
    ("POST", "/api/v1/drafts"): "editor",
    ("GET", "/api/v1/drafts"): "editor",
    ("GET", "/api/v1/drafts/<run_id>"): "editor",
    ("GET", "/api/v1/drafts/<run_id>/evidence"): "editor",
    ("POST", "/api/v1/drafts/<run_id>/cancellation"): "editor",
    ("POST", "/api/v1/drafts/<run_id>/resolutions"): "editor",
    ("GET", "/api/v1/reports"): "editor",
    ("GET", "/api/v1/reports/<report_id>"): "editor",
    ("PUT", "/api/v1/reports/<report_id>/assignment"): "editor",
    ("POST", "/api/v1/reports/<report_id>/resolution"): "editor",
}


def token_for(accounts: Accounts, owner: str, name: str, role: Role = "admin") -> tuple[str, Token]:
    """Make a token for a day, and its owner where there is none of the name."""
    if accounts.user(owner) is None:
        accounts.add_user(owner, "admin")
    later = datetime.now(UTC) + timedelta(days=1)
    return accounts.create_token(name, role, owner=owner, expires_at=later, actor="root")


class Caller:
    """Somebody with a token of the given role. ``etag`` is that of the last answer."""

    def __init__(
        self, client: FlaskClient, accounts: Accounts, name: str, role: Role, owner: str
    ) -> None:
        self.secret, self.token = token_for(accounts, owner, name, role)
        self.client = client
        self.etag: str | None = None

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        knows: str | None = "",
        key: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """Send a request with the last ETag, with another one that is given, or with None."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Authorization", f"Bearer {self.secret}")
        match = self.etag if knows == "" else knows
        if method != "GET" and match:
            sent["If-Match"] = match
        if key:
            sent["Idempotency-Key"] = key
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        kind = None if body is None else "application/json"
        response = self.client.open(path, method=method, data=data, headers=sent, content_type=kind)
        self.etag = response.headers.get("ETag", self.etag)
        return response


MakeCaller = Callable[..., Caller]


def saved(cms: Caller, **changes: object) -> TestResponse:
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(**changes), knows=None, If_None_Match="*")
    assert response.status_code == 201, response.text
    return response


def published(cms: Caller, **changes: object) -> TestResponse:
    saved(cms, **changes)
    response = cms("POST", f"{ENTRY}/publication", {"note": "Checked."})
    assert response.status_code == 201, response.text
    return response


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    document = json.loads(response.data)
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return dict(document)


def api_routes(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api"):
            found += [(method, rule.rule) for method in (rule.methods or set()) - {"HEAD"}]
    return found


def address(path: str) -> str:
    return path.replace("<entry_id>", ID).replace("<number>", "1")
