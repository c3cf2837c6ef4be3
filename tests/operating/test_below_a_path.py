"""The service at a path of another site's host, behind a real nginx: no link leads out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from operating_support import Served, serving
from running import free_port
from static_site import executable, nginx

from widget.accounts import open_accounts

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(executable() is None, reason="no nginx is there"),
]

ROOT = "/insights"
PASSWORD = "seven grey herons at low tide"  # noqa: S105  # of the test's own store
_FAR = datetime(2100, 1, 1, tzinfo=UTC)
_LINKS = frozenset(["href", "src", "action", "formaction"])
_LINKS |= {f"{data}hx-{method}" for data in ("", "data-") for method in ("get", "post")}

# How nginx passes requests on, and the settings that go with it.
WAYS = {
    "the prefix is cut off": ("proxy_pass http://{service}/;", {"INSIGHTS_BASE_URL": "{base}"}),
    "the prefix is passed on": ("proxy_pass http://{service};", {"INSIGHTS_BASE_URL": "{base}"}),
    "the proxy says the prefix": (
        "proxy_pass http://{service}/; proxy_set_header X-Forwarded-Prefix /insights;",
        {"INSIGHTS_TRUSTED_PROXIES": "127.0.0.1"},
    ),
    "the proxy names this machine": (
        "proxy_pass http://{service}/; proxy_set_header Host $proxy_host;",
        {"INSIGHTS_BASE_URL": "{base}"},
    ),
}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Browser:
    """What keeps cookies as a browser does, by their path."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        connection = HTTPConnection(self.host, timeout=60)
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items()), **headers}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            sent["Origin"] = f"http://{self.host}"
        try:
            body = None if form is None else urlencode(form)
            connection.request("GET" if form is None else "POST", path, body, sent)
            got = connection.getresponse()
            for cookie in got.headers.get_all("Set-Cookie", ()):
                assert f"Path={ROOT};" in f"{cookie};", cookie
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            names = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, names, got.read().decode())
        finally:
            connection.close()


class Page(HTMLParser):
    """The links and the fields of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.fields: dict[str, str] = {}
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [(name, given[name]) for name in given if name in _LINKS]
        if tag == "input" and "name" in given:
            self.fields.setdefault(given["name"], given.get("value", ""))
        self._area = given.get("name", "") if tag == "textarea" else self._area

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] = self.fields.get(self._area, "") + data


@dataclass
class Place:
    base: str
    served: Served
    browser: Browser

    def page(self, path: str) -> Page:
        answer = self.browser.ask(ROOT + path)
        assert answer.status == 200, (path, answer.status, answer.text[:300])
        return Page(answer.text)

    def send(self, path: str, form: dict[str, str]) -> str:
        """Send a form and return where the browser is sent on, which is below the path."""
        answer = self.browser.ask(ROOT + path, form)
        assert answer.status == 303, (path, answer.status, answer.text[-600:])
        assert answer.headers["location"].startswith(f"{ROOT}/"), answer.headers["location"]
        return answer.headers["location"]


@pytest.fixture(scope="module", params=WAYS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    passing, settings = WAYS[request.param]
    folder = tmp_path_factory.mktemp("below")
    host = f"127.0.0.1:{free_port()}"
    base = f"http://{host}{ROOT}"
    environment = {name: value.format(base=base) for name, value in settings.items()}
    environment["INSIGHTS_PUBLICATIONS"] = '[{"review": "optional"}]'
    with serving(folder, environment, workers=1) as served:
        accounts = open_accounts(f"dir:{served.data}")
        accounts.add_user("ana", "admin", PASSWORD)
        config = (
            f"server {{ listen {host}; proxy_set_header Host $http_host;"
            f" location {ROOT}/ {{ {passing.format(service=served.host)} }}"
            " location / { return 418; } }"
        )
        if "proxy_host" not in passing:
            config = config.replace(f"{ROOT}/ {{", f"{ROOT}/ {{ proxy_set_header Host $http_host;")
        with nginx(folder / "nginx", config, f"{base}/healthz"):
            place = Place(base, served, Browser(host))
            form = place.page("/admin/login").fields
            where = place.send("/admin/login", {**form, "name": "ana", "password": PASSWORD})
            assert where == f"{ROOT}/admin/entries"
            yield place


def test_every_page_links_to_what_is_below_the_path(place: Place) -> None:
    waiting, seen = [f"{ROOT}/", f"{ROOT}/nothing", f"{ROOT}/admin/nothing"], set()
    kinds: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = place.browser.ask(path, Accept="text/html,*/*;q=0.8")
        expected = {404} if path.endswith("/nothing") else {200, 303, 410}
        assert answer.status in expected, (path, answer.status, answer.text[:300])
        kinds.add(re.sub(r"\.[0-9a-f]{10}\.", ".", urlsplit(path).path.removeprefix(ROOT)))
        found = [("location", answer.headers["location"])] if answer.status == 303 else []
        if answer.headers.get("content-type", "").startswith("text/html"):
            found += Page(answer.text).links
        for name, link in found:
            url = urlsplit(
                urljoin(f"{place.base}/", urljoin(f"http://{place.browser.host}{path}", link))
            )
            if url.hostname != "127.0.0.1" or url.scheme != "http":
                assert not url.path.startswith(("/admin", "/snippet", "/static")), (path, link)
                continue
            assert url.netloc == place.browser.host, (path, name, link)
            assert url.path.startswith(f"{ROOT}/"), (path, name, link)
            # Of the entries one, and of each address two queries.
            other = re.search(r"/(?:entries|panel|snippet|fragment|log)/([a-z0-9-]+)", url.path)
            alike = sum(it.partition("?")[0] == url.path for it in [*seen, *waiting])
            ours = other is None or other[1] in ("ferry-fares", "new")
            if ours and name in ("href", "src", "location") and alike < 2:
                waiting.append(url._replace(scheme="", netloc="", fragment="").geturl())
    entry = "/admin/entries/ferry-fares"
    assert kinds >= {
        *("/", "/doctor", "/snippet", "/snippet/ferry-fares", "/snippet/ferry-fares/host"),
        *("/panel/ferry-fares", "/openapi.json", "/schema/entry.json", "/embed.js"),
        *("/admin/entries", "/admin/entries/new", "/admin/people", "/admin/people/ana"),
        *(entry, f"{entry}/json", f"{entry}/history", f"{entry}/preview", "/admin/me"),
        *("/static/admin.css", "/static/kit.css", "/static/vendor/htmx-2.0.10.min.js"),
    }


def test_an_editor_works_below_the_path_and_readers_see_it(place: Place) -> None:
    entry = "/admin/entries/ferry-fares"
    form = place.page(f"{entry}/json").fields
    document = json.loads(form["document"])
    document["article"]["title"] = f"A title given {place.base}"
    place.send(f"{entry}/json", {**form, "document": json.dumps(document)})
    sent = place.page(f"{entry}/publication").fields
    place.send(f"{entry}/publication", {n: sent[n] for n in ("csrf", "head", "note")})
    panel = place.browser.ask(f"{ROOT}/panel/ferry-fares").text
    assert f"A title given {place.base}" in panel
    assert f'href="{place.base}/panel/ferry-fares"' in panel
    out = place.send("/admin/logout", {"csrf": sent["csrf"]})
    assert out == f"{ROOT}/admin/login"
    form = place.page("/admin/login").fields
    place.send("/admin/login", {**form, "name": "ana", "password": PASSWORD})


def test_what_leaves_the_service_names_the_path(place: Place) -> None:
    permalink = f"{place.base}/panel/fish-market"
    answer = place.browser.ask(f"{ROOT}/oembed?{urlencode({'url': permalink})}")
    assert answer.status == 200, answer.text
    message = json.loads(answer.text)
    assert f'src="{permalink}' in message["html"]
    assert message["provider_url"] == place.base
    snippet = place.browser.ask(f"{ROOT}/snippet/fish-market").text
    assert f"{place.base}/embed.js" in snippet
    assert f"script-src {place.base}/" in snippet
    panel = place.browser.ask(f"{ROOT}/panel/fish-market").text
    assert f"{place.base}/oembed?url=" in panel
    assert json.loads(place.browser.ask(f"{ROOT}/openapi.json").text)["servers"] == [{"url": ROOT}]


def test_programs_are_sent_to_what_is_below_the_path(place: Place) -> None:
    accounts = open_accounts(f"dir:{place.served.data}")
    secret, _ = accounts.create_token("below", "publisher", owner="ana", expires_at=_FAR, actor="x")
    token = {"Authorization": f"Bearer {secret}"}
    entry = f"{ROOT}/api/v1/entries/harbor-levy"
    existing = place.browser.ask(entry, **token).headers["etag"]
    connection = HTTPConnection(place.browser.host, timeout=60)
    headers = {**token, "If-Match": existing, "Content-Type": "application/json"}
    connection.request("POST", f"{entry}/withdrawal", '{"legal": true}', headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 201, body
    location = answer.headers["Location"]
    assert location.startswith(f"{entry}/revisions/")
    assert place.browser.ask(location, **token).status == 200
