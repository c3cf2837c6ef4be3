"""A newsroom for tests: the service with accounts, and people signed in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from widget.accounts import Accounts, Role

ENTRY = "/admin/entries/night-trains"
"""Where the sample entry is edited."""

PASSWORD = "correct horse battery staple"  # noqa: S105  # a test's own


def signed_in(app: Flask, accounts: Accounts, role: Role, name: str = "") -> FlaskClient:
    """Return a browser of a user of ``role`` who is signed in."""
    name = name or role
    user = accounts.user(name) or accounts.add_user(name, role, PASSWORD)
    client = app.test_client()
    client.set_cookie("insights", accounts.open_session(user))
    return client


def csrf(client: FlaskClient) -> str:
    """Return the token that this browser's pages carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/admin/entries/new").text)
    assert found
    return found[1]


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:  # noqa: ANN401
    """Send a form as the browser's page would; ``data`` holds names that are no identifiers."""
    data: Mapping[str, Any] = fields.pop("data", {})
    return client.post(path, data={"csrf": csrf(client), **fields, **data})


def form_of(answer: TestResponse) -> dict[str, str]:
    """Return what the editor's form would send, as a browser reads the page."""
    tree = html5lib.parse(answer.text, treebuilder="etree", namespaceHTMLElements=False)
    (form,) = (form for form in tree.iter("form") if form.get("id") == "editor")
    return dict(_fields(form))


def _fields(form: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # html5lib's trees are untyped
    for field in form.iter():
        name = field.get("name") if isinstance(field.tag, str) else None
        if not name or field.tag == "button":
            continue
        if field.tag == "textarea":
            yield name, "".join(field.itertext())
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            yield name, (chosen or options)[0].get("value", "")
        elif field.tag == "input" and (
            field.get("type") != "radio" or field.get("checked") is not None
        ):
            yield name, field.get("value", "")
