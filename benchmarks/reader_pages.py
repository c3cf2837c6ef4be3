"""The pages that benchmarks/reader.py opens: one article, with a panel in each way, or another's.

All files that are not the service's own are sent in Brotli, as a site's own server would.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.request import Request, urlopen

import brotli
from hosting import Host
from running import Running

from benchmarks import others
from widget import assets
from widget.entry import Entry
from widget.panel import Choices, Way, snippet

BARE, STATIC, BLANK = "page without a panel", "panel's HTML in the page", "blank frame"
FRAME, COMPONENT = "frame, snippet with embed.js", "component"
RESIZER, NEWSWIRE = "iframe-resizer 4.4.5", "@newswire/frames 1.0.0"
BADGE = ".insights-lean,.badge,.isso-postbox"
"""What counts as the badge: the viewpoint's line; the one line of a blank frame; Isso's form."""

_HTMX = {"htmx2": "2.0.10", "htmx4": "4.0.1"}
_TEXT = "<p>The last ferry leaves at nine, and whoever works late in the harbour stays there. </p>"
_LONGER = _TEXT.replace("there. ", "there. " + "It need not be so, as two winters have shown. " * 6)
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Article</title>
<style>body{{font:1.1em/1.5 serif;margin:1em}}</style>{head}</head>
<body><h1>Make the ferry free</h1>{text}{body}{more}</body></html>"""
_CROSSORIGIN = ' crossorigin="anonymous"'
_BLANK = '<!doctype html><title>Blank</title><p class="badge">Nothing more.</p>'
_RESIZED = 'style="width:100%;border:0" scrolling="no"'


@dataclass(frozen=True)
class Site:
    """The host, the service, and two articles' entries; ``isso`` is the URL of an Isso, if any."""

    place: Running
    entries: tuple[Entry, Entry]
    isso: str | None

    @property
    def host(self) -> Host:
        """The site of the articles; under its other name it serves the frames of others."""
        return self.place.host


def paths(site: Site) -> dict[str, tuple[str, str]]:
    """Return for each way the paths of two articles' pages at the host."""
    both = [_bodies(site, entry) for entry in site.entries]
    return {name: (page(site.host, *both[0][name]), page(site.host, *both[1][name]))
            for name in both[0]}  # fmt: skip


def distant_paths(site: Site) -> dict[str, tuple[str, str]]:
    """Return the same for a few ways, and for the component as its snippet was before."""
    names = BARE, BLANK, FRAME, COMPONENT, RESIZER, NEWSWIRE
    both = [_bodies(site, entry) for entry in site.entries]
    ways = [{name: bodies[name] for name in names} for bodies in both]
    for bodies in ways:
        head, body = bodies[COMPONENT]
        bodies[f"{COMPONENT}, no crossorigin"] = head, body.replace(_CROSSORIGIN, "")
    first, second = ways
    return {name: (page(site.host, *first[name]), page(site.host, *second[name])) for name in first}


def page(host: Host, head: str, body: str) -> str:
    """Add an article's page; return its path."""
    return add(host, _PAGE.format(head=head, text=_TEXT, body=body, more=_LONGER * 8))


def add(host: Host, text: str, content_type: str = "text/html") -> str:
    """Add a file in Brotli, cacheable for a day if it is a script; return its path."""
    path = f"/{len(host.pages)}"
    headers = {"Content-Encoding": "br", "Content-Type": f"{content_type}; charset=utf-8"}
    if content_type != "text/html":
        headers |= {"Cache-Control": "max-age=86400", "Access-Control-Allow-Origin": "*"}
    host.pages[path] = brotli.compress(text.encode(), quality=11), headers
    return path


def _bodies(site: Site, entry: Entry) -> dict[str, tuple[str, str]]:
    """Return what each way adds to the page's head and body."""
    place = site.place

    def ours(way: Way) -> str:
        return snippet(entry, place.publication, Choices(way=way), base=place.service).body

    frame = ours("frame")
    scriptless = frame.partition("<script")[0]
    ways = {
        BARE: ("", ""),
        STATIC: ("", _get(f"{place.backend}/fragment/{entry.id}")),
        BLANK: ("", scriptless.replace(f"{place.service}/panel/{entry.id}", _blank(site.host))),
        FRAME: ("", frame),
        "frame, no script in the page": ("", scriptless),
        COMPONENT: ("", ours("component")),
        **{f"htmx {way[-1]}": (_htmx(site.host, way), ours(way)) for way in _HTMX},  # type: ignore[arg-type]  # both are ways
    }
    return ways | _others(site, entry)


def _others(site: Site, entry: Entry) -> dict[str, tuple[str, str]]:
    host = site.host

    def script(name: str) -> str:
        return _file(host, others.script(name))

    source = _get(f"{site.place.backend}/panel/{entry.id}", {"Accept": "text/html"})
    document = source.rpartition("<script>")[0]

    def child(name: str, start: str) -> str:
        """Return the URL of the same panel, with another's script instead of ours."""
        added = f'<script src="{host.unlisted}{script(name)}"></script>{start}</body></html>'
        return host.unlisted + add(host, document + added)

    def parent(name: str) -> str:
        return f'<script src="{script(name)}"></script>'

    pym = child("pym", "<script>new pym.Child({polling: 500})</script>")
    resizer = child("resizer-child", "")
    newswire = child("newswire", "<script>newswireFrames.initFrame()</script>")
    _application(host)
    ways = {
        "pym.js 1.3.2": f'<div id="p"></div>{parent("pym")}'
        f"<script>new pym.Parent('p', '{pym}', {{}})</script>",
        RESIZER: f'<iframe id="r" src="{resizer}" {_RESIZED}></iframe>'
        f"{parent('resizer')}<script>iFrameResize({{checkOrigin: false}}, '#r')</script>",
        NEWSWIRE: f'<div data-frame-src="{newswire}"></div>'
        f"{parent('newswire')}<script>newswireFrames.autoInitFrames()</script>",
        "giscus 1.6.0, blank application": (
            f'<script type="module" src="{script("giscus")}"></script>'
            f'<giscus-widget host="{host.unlisted}" repo="a/b" repoid="c" mapping="pathname" '
            'loading="lazy"></giscus-widget>'
        ),
    }
    if site.isso:
        ways["Isso 0.14.0, no comments"] = (
            f'<script data-isso="{site.isso}/" src="{site.isso}/js/embed.min.js" async></script>'
            '<section id="isso-thread"></section>'
        )
    return {name: ("", body) for name, body in ways.items()}


@cache
def _file(host: Host, script: str) -> str:
    """Return the path of a script, the same for every page, so that browsers cache it."""
    return add(host, script, "text/javascript")


def _blank(host: Host) -> str:
    return host.unlisted + add(host, _BLANK)


def _application(host: Host) -> None:
    """Serve a blank document where giscus' component expects its application."""
    host.pages["/en/widget"] = host.pages[add(host, _BLANK)]


def _htmx(host: Host, way: str) -> str:
    source = (assets.folder("static") / "vendor" / f"htmx-{_HTMX[way]}.min.js").read_text("utf-8")
    config = {"htmx2": '{"selfRequestsOnly":false}', "htmx4": '{"mode":"cors"}'}[way]
    return (
        f"<meta name=\"htmx-config\" content='{config}'>"
        f'<script src="{_file(host, source)}" defer></script>'
    )


def _get(url: str, headers: dict[str, str] | None = None) -> str:
    with urlopen(Request(url, headers=headers or {})) as answer:  # noqa: S310  # loopback, http
        text: str = answer.read().decode()
    return text
