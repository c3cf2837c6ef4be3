"""Host pages for the doctor, and what it says of them."""

from __future__ import annotations

from samples import PAPER, PUBLICATION, sample_entry

from widget import panel
from widget.config import Settings
from widget.doctor import Finding, Report, examine
from widget.panel import Choices, Way
from widget.store import Store

BASE = "https://insights.example"
ID = "night-trains"
URL = f"{PAPER}/opinion/night-trains"
CANONICAL = f'<link rel="canonical" href="{URL}">'
LOADER = f'<script src="{BASE}/embed.js" async></script>'
COMPONENT = f'<insights-widget entry="{ID}"></insights-widget>{LOADER}'
SITE = f"<insights-widget></insights-widget>{LOADER}"
FRAME = f'<iframe src="{BASE}/panel/{ID}" title="Insights"></iframe>'
INCLUDE = f'<div data-hx-get="{BASE}/fragment/{ID}" data-hx-trigger="load"></div>'
OPEN = """<meta name="htmx-config" content='{"selfRequestsOnly":false,"mode":"cors"}'>"""


def htmx(name: str = "htmx-2.0.10.min.js") -> str:
    return f'<script src="/js/{name}" defer></script>'


def page(body: str, *, head: str = "", canonical: str = CANONICAL) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><title>Night trains</title>\n{canonical}\n{head}\n'
        f"</head>\n<body><h1>Bring the night trains back</h1>\n<p>Text &amp; more.</p>\n{body}\n"
    )


def perfect(way: Way, choices: Choices | None = None) -> str:
    """Return a page with the snippet of this way, as its reader's browser gets it."""
    choices = choices or Choices(way=way)
    created = panel.snippet(sample_entry(), PUBLICATION, choices, base=BASE)
    body, head = created.body, created.head
    if way in ("htmx2", "htmx4"):
        head += htmx({"htmx2": "htmx-2.0.10.min.js", "htmx4": "htmx.org@4.0.1/htmx.js"}[way])
    if way == "include":
        body = panel.fragment(
            sample_entry(), PUBLICATION, choices.options, permalink=f"{BASE}/panel/{ID}"
        ).body.decode()
    return page(body, head=head)


class Surgery:
    """The doctor with a store and settings. ``base`` is the service's own address."""

    def __init__(self, settings: Settings, store: Store, base: str = BASE) -> None:
        self.settings = settings
        self.store = store
        self.base = base

    def report(
        self, html: str, *, url: str = URL, csp: str = "", drafts: bool = False, **headers: str
    ) -> Report:
        text = [(name.replace("_", "-"), value) for name, value in headers.items()]
        if csp:
            text.append(("Content-Security-Policy", csp))
        return examine(
            html,
            text,
            url=url,
            settings=self.settings,
            store=self.store,
            base=self.base,
            drafts=drafts,
        )

    def only(self, html: str, **requested: object) -> Finding:
        """Return the one finding of a page that has nothing else wrong with it."""
        found = self.report(html, **requested).findings  # type: ignore[arg-type]  # a test's own
        assert len(found) == 1, found
        return found[0]


def shown(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.severity, finding.fix
