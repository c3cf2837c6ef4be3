"""The exported site's embed.js makes of an address what widget/entry/urls.py makes of it."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from url_tables import ACCEPTED, ALIKE, APART, FOLDED, KEPT, REFUSED, SPELLED, hosts, pairs

from widget import panel
from widget.entry import hostnames, tracking, urls
from widget.export.pages import shard

pytestmark = pytest.mark.browser

# In place of the map stands one that notes what is looked for.
LOOK = """async ([module, tracking, address]) => {
  const { default: look } = await import(module);
  const heard = [];
  const noted = (act) => new Proxy({}, { get: (_, key) => act(key) });
  const { parse } = JSON;
  JSON.parse = (part) => ({ tracking, entries: noted((path) => noted((query) => {
    heard.push([part, path, query]);
  })) });
  try {
    await look(address, async (part) => part);
    return [new URL(address).href, ...heard];
  } catch {
    return [null];
  } finally {
    JSON.parse = parse;
  }
}"""
MODULE = f"data:text/javascript;base64,{base64.b64encode(panel.finder()).decode()}"


def looked_for(page: Page, address: str) -> tuple[str, str | None]:
    """Return the address as the browser writes it, and what the script looks for."""
    sent, *heard = page.evaluate(LOOK, [MODULE, tracking.PATTERN, address])
    if not heard:
        return sent or "", None
    ((part, path, query),) = heard
    assert part == f"{shard(path)}.json"
    return sent, f"{path}?{query}" if query else path


def test_the_table_s_addresses_have_the_same_key(page: Page) -> None:
    assert len(FOLDED) + len(KEPT) + len(ACCEPTED) > 40
    for address in [*FOLDED, *(url for url, _ in KEPT)]:
        assert looked_for(page, address)[1] == urls.normalize(address), address
    for address in ACCEPTED:
        sent, key = looked_for(page, address)
        assert key == urls.normalize(sent), address


def test_addresses_that_are_one_or_two_articles_are_so_in_scripts(page: Page) -> None:
    for rest in {rest for pair in (*ALIKE, *APART) for rest in pair}:
        address = f"https://paper.example{rest}"
        assert looked_for(page, address)[1] == urls.normalize(address), address


HOSTS = """hosts => hosts.map(host => {
  try { return new URL(`https://${host}/`).host; } catch { return null; }
})"""


def test_a_host_is_spelled_as_the_browser_does(page: Page) -> None:
    spelled = dict(SPELLED)
    assert dict(zip(spelled, page.evaluate(HOSTS, list(spelled)), strict=True)) == spelled


def test_what_the_browser_takes_for_no_host_is_none(page: Page) -> None:
    # Chromium passes on what stands behind xn-- unread; Firefox and the standard do not.
    strict = [host for host in REFUSED if host != "." and not host.startswith("xn--")]
    found = page.evaluate(HOSTS, strict)
    assert [
        host for host, it in zip(strict, found, strict=True) if it not in (None, "a%20b.example")
    ] == []


def test_any_host_is_spelled_as_the_browser_does(page: Page) -> None:
    @settings(max_examples=300)
    @given(st.text("aZ09-._ßẞςΣİé\u0301\u200c\u200d\u00ad。ａ☕אا१क", min_size=1, max_size=10))
    def holds(host: str) -> None:
        try:
            ours = hostnames.to_ascii(host)
        except ValueError:
            return  # where ours is stricter, nothing is confused with anything
        assert page.evaluate(HOSTS, [host]) == [ours]

    holds()


def test_what_is_no_address_is_looked_for_nowhere(page: Page) -> None:
    for address in ("https://", "http://[", "://x"):
        assert looked_for(page, address)[1] is None


def test_any_address_has_the_same_key(page: Page) -> None:
    paths = st.text("abA%é/.;@:|[]^~'!*ſ%2f%C3", max_size=14)
    extra = st.sampled_from(
        ["", "~=*", "utm_é=1", "UTM_x=1", "%75tm_a=1", "a", "&&", "=", "ſ_cid=1"]
    )

    @settings(max_examples=300)
    @given(
        scheme=st.sampled_from(["http", "https"]),
        host=hosts,
        port=st.sampled_from(["", ":80", ":443", ":8080"]),
        path=paths,
        query=pairs.map(lambda some: "&".join(f"{name}={value}" for name, value in some)),
        more=extra,
    )
    def holds(scheme: str, host: str, port: str, path: str, query: str, more: str) -> None:
        address = f"{scheme}://{host}{port}/{path}?{query}&{more}#top"
        sent, key = looked_for(page, address)
        if sent and urlsplit(sent).hostname:
            assert key == urls.normalize(sent), sent

    holds()
