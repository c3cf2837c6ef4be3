"""Editors' pages as people of one publication ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from newsroom import signed_in
from three_sites import SITES, person
from werkzeug.test import TestResponse

from widget.accounts import ROLES, Accounts, Role

WALKS = [(name, role) for name in SITES for role in ROLES]
FEW_WALKS = list(zip(SITES, ROLES, strict=True))
"""Each publication and each role once, for walks that are long."""


def browser(app: Flask, accounts: Accounts, publication: str, role: Role) -> FlaskClient:
    return signed_in(app, accounts, role, person(publication, role))


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield the method and the rule of each editors' route."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule


def opened(client: FlaskClient, method: str, path: str, data: dict[str, Any]) -> TestResponse:
    if method == "GET":
        return client.get(path)
    return client.open(path, method=method, data=data)


def neutral(answer: TestResponse, name: str) -> tuple[int, str, str]:
    """Return an answer without the name that was asked for."""
    location = answer.headers.get("Location", "")
    return answer.status_code, location.replace(name, "?"), answer.text.replace(name, "?")


def rest(answer: TestResponse, *echoed: str) -> str:
    """Return an answer in lower case without what the request itself said."""
    text = f"{answer.headers.get('Location', '')}\n{answer.text}".lower()
    for each in sorted(echoed, key=len, reverse=True):
        text = text.replace(each.lower(), "")
    return text
