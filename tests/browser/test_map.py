"""The exported site's embed.js makes of an address what widget/urls.py makes of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from test_urls import ACCEPTED, FOLDED, KEPT, hosts, pairs

from widget import panel, urls
from widget.export.pages import shard

# The loader looks an address up; here the map answers each look with what was looked for.
MAP = """
fetch = url => Promise.resolve({ok: true, text: () => /map\\/(\\d+)/.exec(url)?.[1] ?? ''});
const noted = (act) => new Proxy({}, {get: (_, key) => act(key)});
JSON.parse = part => ({tracking: TRACKING, entries: noted(path => noted(query => {
  heard.push([part, path, query]);
}))});
"""
LOOK = """async address => {
  const it = document.createElement('insights-widget');
  const done = new Promise(resolve => ['ready', 'error'].forEach(type =>
    it.addEventListener('insights:' + type, resolve)));
  heard = [];
  it.setAttribute('url', address);
  document.body.append(it);
  const {type} = await done;
  it.remove();
  try { return [type, new URL(address).href, ...heard]; } catch { return [type, null, ...heard]; }
}"""


def looker(page: Page) -> Page:
    page.add_script_tag(content=MAP.replace("TRACKING", repr(urls.TRACKING)))
    page.add_script_tag(content=panel.loader(static=True).decode())
    return page


def looked_for(page: Page, address: str) -> tuple[str, str | None]:
    """Return the address as the browser writes it, and what the script looks for."""
    _, sent, *heard = page.evaluate(LOOK, address)
    if not heard:
        return sent or "", None
    ((part, path, query),) = heard
    assert int(part) == shard(path)
    return sent, f"{path}?{query}" if query else path


def test_the_table_s_addresses_have_the_same_key(page: Page) -> None:
    looker(page)
    assert len(FOLDED) + len(KEPT) + len(ACCEPTED) > 40
    for address in [*FOLDED, *(url for url, _ in KEPT)]:
        assert looked_for(page, address)[1] == urls.normalize(address), address
    for address in ACCEPTED:
        sent, key = looked_for(page, address)
        assert key == urls.normalize(sent), address


def test_what_is_no_address_is_looked_for_nowhere(page: Page) -> None:
    looker(page)
    for address in ("https://", "http://[", "://x"):
        assert looked_for(page, address)[1] is None


def test_any_address_has_the_same_key(page: Page) -> None:
    looker(page)
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
