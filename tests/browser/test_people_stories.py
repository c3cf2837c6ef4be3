"""Accounts and tokens, in a real browser: with scripts, without them, light, dark and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from newsroom import PASSWORD
from playwright.sync_api import Page, expect
from running import Running
from test_accessibility import axe, violations
from test_admin_stories import complaints, enter

from widget.accounts import open_accounts

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

NAME = "eleonora.castellanos-whitfield@harborcourier.example"


def pages(place: Running) -> dict[str, str]:
    """Return the pages' addresses, with somebody of each state to look at."""
    accounts = open_accounts(f"dir:{place.data}")
    if accounts.user(NAME) is None:
        accounts.add_user(NAME, "publisher")
    if accounts.user("left") is None:
        accounts.add_user("left", "editor")
        accounts.set_disabled("left", True)
    return {
        "people": "/admin/people",
        "somebody invited": f"/admin/people/{NAME}",
        "somebody disabled": "/admin/people/left",
        "oneself": "/admin/people/ann",
        "me": "/admin/me",
    }


def invite(page: Page) -> str:
    """Ask for a link, and return it once its page is there: a click waits only for an answer."""
    page.get_by_role("button", name="New invitation link").click()
    return page.locator(".secret").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_is_invited_chooses_a_password_and_gets_a_token(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    admin = new_page(java_script_enabled=script)
    said = complaints(admin)
    enter(admin, place)
    name = f"newcomer-{script}".lower()
    admin.get_by_role("link", name="People").click()
    admin.get_by_label("Name").fill(name)
    admin.get_by_label("Role").select_option("publisher")
    admin.get_by_role("button", name="Add and make a link").click()
    link = admin.locator(".secret").inner_text()

    guest = new_page(java_script_enabled=script)
    guest.goto(link)
    if not script:
        guest.get_by_label("Code").fill(link.partition("#")[2])
        guest.get_by_role("button", name="Continue").click()
    guest.get_by_label("New password").fill(PASSWORD)
    guest.get_by_label("Repeat the password").fill(PASSWORD)
    guest.get_by_role("button", name="Set the password").click()
    expect(guest).to_have_url(f"{place.service}/admin/entries")
    expect(guest.get_by_role("link", name="People")).to_have_count(0)

    admin.get_by_role("link", name="People", exact=True).click()
    expect(admin.get_by_role("row", name=re.compile(f"^{name} Active"))).to_be_visible()
    admin.get_by_role("link", name=name).click()
    admin.get_by_label("Name").fill("cms")
    admin.get_by_role("button", name="Make the token").click()
    secret = admin.locator(".secret").inner_text()
    api = (
        f"{place.backend}/api/v1/entries"  # the driver asks by itself, without the browser's names
    )
    bearer = {"Authorization": f"Bearer {secret}"}
    assert admin.request.get(api, headers=bearer).status == 200
    admin.get_by_role("button", name="Revoke cms").click()
    expect(admin.get_by_role("row", name=re.compile("^cms .*Revoked"))).to_be_visible()
    assert admin.request.get(api, headers=bearer).status == 401

    admin.get_by_text("Disable this account").click()
    admin.get_by_role("button", name=f"Disable {name}").click()
    expect(admin.get_by_role("button", name="Enable again")).to_be_visible()
    guest.reload()
    expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
    assert said == []


def test_axe_finds_no_violation_in_any_page_about_people(
    new_page: Callable[..., Page], place: Running, axe: str
) -> None:
    """On a phone in the dark; test_desk_pages.py has most of them in the light, and wider."""
    page = new_page(color_scheme="dark", viewport={"width": 360, "height": 800})
    enter(page, place)
    for name, path in pages(place).items():
        page.goto(place.service + path)
        assert violations(page, axe) == [], name
    page.goto(f"{place.service}/admin/people/{NAME}")
    link = invite(page)
    assert violations(page, axe) == [], "a link that is shown once"
    page.goto(f"{place.service}/admin/link")
    assert violations(page, axe) == [], "a page for the code of a link"
    page.goto(link)
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    assert link.partition("#")[2] not in page.url
    assert violations(page, axe) == [], "choosing a password"


def test_no_page_about_people_scrolls_sideways_at_360_pixels(
    new_page: Callable[..., Page], place: Running
) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    enter(page, place)
    for name, path in pages(place).items():
        page.goto(place.service + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    page.goto(f"{place.service}/admin/people/{NAME}")
    invite(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "a link"
