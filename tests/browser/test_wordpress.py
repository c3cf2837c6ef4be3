"""The WordPress plugin in a real WordPress, and WordPress's own embeds without it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from running import Running, free_port, running
from ways import until, wait_until_fits
from wordpress import PLUGIN, WordPress, missing, wordpress

pytestmark = pytest.mark.browser

PHP = sorted(PLUGIN.rglob("*.php"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WordPress, Running]]:
    if missing() and not os.environ.get("CI"):
        pytest.skip(f"a WordPress needs {', '.join(missing())}; `make test` in CI installs them")
    assert missing() == []
    folder, port = tmp_path_factory.mktemp("wordpress"), free_port()
    with running(folder / "data", f"http://localhost:{port}") as place:
        pasted = f"Before\n\n{place.service}/panel/ferry-fares\n\nAfter"
        contents = {
            "block": '<!-- wp:insights/panel {"entry":"ferry-fares","open":"ideas",'
            '"headingLevel":"3"} /-->',
            "shortcode": '[insights entry="ferry-fares" theme="dark" heading_level="4"]',
            "own": "[insights]",
            "attack": """[insights entry='x" onmouseover="y' theme='"><script>no()</script>']""",
            "pasted": pasted,
            "undeclared": pasted,
        }
        with wordpress(folder, port, place.service, contents) as started:
            yield started, place


@pytest.mark.parametrize("file", PHP, ids=lambda path: path.name)
def test_php_reads_the_plugin_s_files(file: Path) -> None:
    if not shutil.which("php") and not os.environ.get("CI"):
        pytest.skip("no PHP is there; `make test` in CI installs one")
    said = subprocess.run(["php", "-l", str(file)], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_the_block_shows_the_panel_as_it_was_set(
    page: Page, site: tuple[WordPress, Running]
) -> None:
    page.goto(site[0].post("block"))
    it = page.locator("section.insights")
    expect(it).to_have_attribute("data-entry", "ferry-fares")
    expect(it.locator("details[open]")).to_have_attribute("data-role", "ideas")
    expect(it.locator(".insights-title")).to_have_js_property("localName", "h3")


def test_the_shortcode_shows_the_panel_as_it_was_set(
    page: Page, site: tuple[WordPress, Running]
) -> None:
    page.goto(site[0].post("shortcode"))
    it = page.locator("section.insights")
    expect(it).to_have_attribute("data-theme", "dark")
    expect(it.locator(".insights-title")).to_have_js_property("localName", "h4")


def test_without_an_entry_the_post_s_own_address_is_asked_for(
    page: Page, site: tuple[WordPress, Running]
) -> None:
    with page.expect_request("**/fragment?*") as asked:
        page.goto(site[0].post("own"))
    address = page.locator("insights-widget").get_attribute("url")
    assert address == site[0].post("own")
    assert re.search(r"url=http%3A%2F%2Flocalhost%3A\d+%2F%3Fp%3D\d+", asked.value.url)
    expect(page.get_by_role("link", name="Insights on this article")).to_be_visible()


def test_what_an_author_writes_stays_inside_its_attribute(
    page: Page, site: tuple[WordPress, Running]
) -> None:
    page.goto(site[0].post("attack"))
    widget = page.locator("insights-widget")
    # There is no such entry, so that the loader takes back the room that was kept.
    expect(widget).to_have_attribute("style", "min-height: 0px !important;")
    names = widget.evaluate("it => it.getAttributeNames()")
    assert set(names) <= {"entry", "theme", "style"}
    assert widget.get_attribute("entry") == 'x" onmouseover="y'
    assert page.locator("script", has_text="no()").count() == 0


def test_a_pasted_address_becomes_a_frame_that_wordpress_trusts(
    page: Page, site: tuple[WordPress, Running]
) -> None:
    page.goto(site[0].post("pasted"))
    frame = page.locator("iframe")
    assert frame.get_attribute("sandbox") is None
    frame.scroll_into_view_if_needed()
    inside = page.frame_locator("iframe").locator("body")
    expect(inside.locator("section.insights")).to_be_visible()
    wanted = inside.evaluate("it => it.getBoundingClientRect().height")
    # Collapsed it fills most of the place that was kept for it; expanded, it has to grow.
    until(lambda: wanted - 1 < frame.evaluate("it => it.clientHeight") < 1.15 * wanted)
    page.frame_locator("iframe").locator("details[data-role=ideas] > summary").click()
    wait_until_fits(page)


def test_without_the_plugin_wordpress_s_own_script_sizes_the_sandboxed_frame(
    page: Page, site: tuple[WordPress, Running]
) -> None:
    page.goto(site[0].post("undeclared", "&without"))
    frame = page.locator("iframe.wp-embedded-content")
    expect(frame).to_have_attribute("sandbox", "allow-scripts")
    secret = frame.get_attribute("data-secret")
    assert secret
    assert (frame.get_attribute("src") or "").endswith(f"#?secret={secret}")
    assert page.locator("script[src*='wp-embed']").count() == 1
    # It is hidden, as WordPress clips it, until it says how tall it is.
    page.wait_for_function("!/clip/.test(document.querySelector('iframe').style.cssText)")
    inside = page.frame_locator("iframe").locator("body")
    wanted = f"{inside.evaluate('it => Math.ceil(it.getBoundingClientRect().height)')}"
    expect(frame).to_have_attribute("height", str(min(1000, int(wanted))))
    expect(page.frame_locator("iframe").locator("section.insights")).to_be_visible()
    expect(page.locator("blockquote")).to_be_hidden()
