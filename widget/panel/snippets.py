"""What a publisher pastes: each way of embedding, ready to use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import jinja2

from widget import assets
from widget.config import Publication
from widget.entry import Entry
from widget.panel.height import collapsed_heights
from widget.panel.options import Options
from widget.panel.view import panel_view
from widget.panel.words import Words

Way = Literal["frame", "component", "htmx2", "htmx4"]
WAYS: tuple[Way, ...] = get_args(Way)

# htmx refuses other origins unless it is told not to; the two generations differ in how.
_HTMX_CONFIG: dict[Way, str] = {
    "htmx2": """<meta name="htmx-config" content='{"selfRequestsOnly":false}'>""",
    "htmx4": """<meta name="htmx-config" content='{"mode":"cors"}'>""",
}


Host = Literal["ordinary", "hostile", "strict"]
"""What the host page is like: ``hostile`` has a stylesheet that reaches for everything in it,
``strict`` a Content-Security-Policy that allows no style attributes."""

_PLACE = {"container-type": "inline-size", "width": "100%"}
_KEPT: dict[str, dict[str, str]] = {
    "frame.html": {
        "display": "block",
        "width": "100%",
        "height": "auto",
        "border": "0",
        "frame-sizing": "content-height",
    },
    "component.html": {"display": "block"},
    "htmx.html": {},
}


@dataclass(frozen=True, slots=True)
class Snippet:
    """HTML to paste: ``head`` once into the page's head (may be empty), ``body`` in place."""

    head: str
    body: str


def snippet(
    way: Way, entry: Entry, publication: Publication, *, base: str, host: Host = "ordinary"
) -> Snippet:
    """Return the HTML that embeds the panel of ``entry``.

    ``base`` is the service's own address without a slash at its end. The snippet says
    where the article stands and links to the panel, for when nothing runs; and it keeps
    the panel's place, so that nothing moves when the panel arrives.
    """
    permalink = f"{base}/panel/{entry.id}"
    view = panel_view(entry, publication, Options(), permalink=permalink, prefix="")
    height = collapsed_heights(view)
    template = "htmx.html" if way in _HTMX_CONFIG else f"{way}.html"
    body = (
        _environment()
        .get_template(template)
        .render(
            base=base,
            entry_id=entry.id,
            permalink=permalink,
            title=Words(view.language).page_title(entry.article.title),
            lean=view.lean.sentence,
            language=entry.language,
            height=height,
            host=host,
            place={"class": "insights-place"} if host == "strict" else _style(_PLACE, host),
            kept=_style({**_KEPT[template], "min-height": height.css}, host),
        )
    )
    head = _HTMX_CONFIG.get(way, "")
    if host == "strict":
        # htmx adds a style element of its own unless told not to.
        head = head.replace("{", '{"includeIndicatorStyles":false,')
        head = f'<link rel="stylesheet" href="{base}/static/embed.css">\n{head}'.strip()
    return Snippet(head, body)


def _style(declarations: dict[str, str], host: Host) -> dict[str, str]:
    if host == "strict":
        return {}
    if host == "hostile":
        declarations = {"all": "revert", **declarations}
    important = "!important" if host == "hostile" else ""
    return {"style": ";".join(f"{name}:{value}{important}" for name, value in declarations.items())}


def site_snippet(*, base: str) -> str:
    """Return the HTML for an article template: finds each article's entry by its address."""
    return _environment().get_template("site.html").render(base=base)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.folder("templates") / "snippets"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
