"""Embed codes for publishers, one for each way of embedding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Self, get_args
from urllib.parse import urlencode

import jinja2

from widget import assets
from widget.config import Publication
from widget.entry import Entry, light_html
from widget.panel.disclosure import Reviews
from widget.panel.height import WIDE, heights
from widget.panel.loader import integrity, loader_name
from widget.panel.options import Options
from widget.panel.view import PanelView, panel_view

Way = Literal["frame", "component", "site", "htmx2", "htmx4", "oembed", "include"]
WAYS: tuple[Way, ...] = get_args(Way)

_Declarations = tuple[tuple[str, str], ...]
"""CSS declarations in order; a property may occur twice, as a fallback and a better value."""

Host = Literal["ordinary", "hostile", "strict"]
"""The kind of host page: ``hostile`` has a stylesheet that affects every element, ``strict`` a
Content-Security-Policy that forbids style attributes."""

OEMBED_WIDTH = WIDE
"""The default maximum width of oEmbed's frame, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class _WayDefinition:
    """Template of one way, the CSP directives that it needs, and its styles."""

    template: str
    policy: str
    styles: dict[str, str]
    head: str = ""


_FRAME = (
    ("display", "block"),
    ("width", "100%"),
    ("height", "auto"),
    ("border", "0"),
    ("frame-sizing", "content-height"),
)
_COMPONENT = "script-src {base}; connect-src {base}; style-src {base}"
_HTMX = "connect-src {base}; style-src {base}"
_DEFINITIONS: dict[Way, _WayDefinition] = {
    "frame": _WayDefinition(
        "frame.html", "frame-src {base}; script-src {base}; style-src {base}", {}
    ),
    "component": _WayDefinition("component.html", _COMPONENT, {"display": "block"}),
    "site": _WayDefinition("site.html", _COMPONENT, {"display": "block"}),
    # htmx blocks other origins by default; the option differs between the two versions.
    "htmx2": _WayDefinition(
        "htmx.html",
        _HTMX,
        {},
        """<meta name="htmx-config" content='{"selfRequestsOnly":false}'>""",
    ),
    "htmx4": _WayDefinition(
        "htmx.html", _HTMX, {}, """<meta name="htmx-config" content='{"mode":"cors"}'>"""
    ),
    "oembed": _WayDefinition("oembed.html", "frame-src {base}; style-src {base}", {}),
    "include": _WayDefinition("include.html", "style-src {base}", {}),
}
_PLACE = {"container-type": "inline-size", "width": "100%"}
_ATTRIBUTES = ("theme", "lang", "heading-level", "open")
"""The options that the component takes as attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A publisher's choices. ``pinned``: the current version of the loader, with its hash."""

    way: Way = "frame"
    host: Host = "ordinary"
    pinned: bool = False
    options: Options = field(default_factory=Options)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Parse a query: ``as host script`` and those of the options."""
        way, host = query.get("as"), query.get("host")
        return cls(
            way=way if way in WAYS else "frame",
            host=host if host in get_args(Host) else "ordinary",  # type: ignore[arg-type]  # just checked
            pinned=query.get("script") == "pinned",
            options=Options.from_query(query),
        )

    def to_query(self) -> dict[str, str]:
        """Return the query that ``from_query`` reads these choices from."""
        pinned = {"script": "pinned"} if self.pinned else {}
        return {"as": self.way, "host": self.host, **pinned, **self.options.to_query()}


@dataclass(frozen=True, slots=True)
class Snippet:
    """HTML to paste: ``head`` once into the page's head (may be empty), ``body`` in place.

    ``policy`` lists the directives that a strict Content-Security-Policy needs. ``title`` names
    the panel and says whether an AI made it; ``width`` and ``height`` are reserved for it on a wide
    page, in CSS pixels.
    """

    head: str
    body: str
    policy: str
    title: str = ""
    width: int = WIDE
    height: int = 0


def snippet(
    entry: Entry,
    publication: Publication,
    choices: Choices | Way,
    *,
    base: str,
    reviews: Reviews = (),
    max_width: int = OEMBED_WIDTH,
    max_height: int | None = None,
) -> Snippet:
    """Return the HTML that embeds the panel of ``entry``.

    ``base`` is the service's base URL without a trailing slash. As a fallback, the snippet has
    the article's viewpoint and a link to the panel, which says whether an AI made the analysis.
    It reserves the panel's height, so that the page does not shift when the panel loads;
    ``reviews`` change nothing but that. ``max_width`` and ``max_height`` limit
    oEmbed's frame, in CSS pixels.
    """
    if isinstance(choices, str):
        choices = Choices(way=choices)
    if choices.way == "site":
        return site_snippet(choices, base=base)
    view = _view(entry, publication, choices.options, reviews)
    query = _query(choices)
    permalink = f"{base}/panel/{entry.id}"
    fragment = f"/fragment/{entry.id}{query}"
    width = min(max_width, OEMBED_WIDTH) if choices.way == "oembed" else WIDE
    height = heights(view, width=width)
    room, tall = {"min-height": height.css}, height.wide
    frame = _FRAME + _own_height("inherit")
    if choices.way == "oembed":
        room = {"max-width": f"{width}px", "min-height": height.css_beside_text}
        # Consumers may drop the wrapper, so the frame does not inherit from it.
        frame = (*_FRAME, ("max-width", f"{width}px"), *_own_height(height.css_beside_text))
        if max_height and max_height < tall:
            tall = max_height
            room = {"max-width": f"{width}px"}
            frame = _fixed(width, tall)
    return _rendered(
        choices,
        base,
        room,
        frame,
        entry_id=entry.id,
        permalink=permalink,
        frame_url=f"{permalink}{query}",
        # Nothing decodes &amp; inside an SSI comment.
        fragment=light_html.trusted(fragment) if choices.way == "include" else fragment,
        title=view.lasting_title,
        lean=view.lean.sentence,
        language=entry.language,
        width=width,
        height=tall,
    )


def site_snippet(choices: Choices | None = None, *, base: str) -> Snippet:
    """Return the HTML for an article template: it finds the entry by the article's URL.

    It reserves no space, since most articles may have no entry.
    """
    return _rendered(choices or Choices(way="site"), base, {}, ())


def _view(entry: Entry, publication: Publication, options: Options, reviews: Reviews) -> PanelView:
    """Return the view that says how high the panel will be."""
    return panel_view(
        entry, publication, options, permalink="", prefix="", reviews=reviews, report_form=True
    )


def _own_height(minimum: str) -> _Declarations:
    """Return the frame's minimum height, for browsers that do not size frames.

    Chromium 154+, which sizes them, must not apply it: otherwise a lazy frame of another site
    has an inner height of 150 px inside the taller box. There the wrapper reserves the space.
    Browsers without ``if()`` drop the second declaration. It has no ``else``, which would need
    a semicolon, at which simple sanitizers split a style attribute.
    """
    conditional = f"if(not supports(frame-sizing:content-height):{minimum})"
    return ("min-height", minimum), ("min-height", conditional)


def _fixed(width: int, height: int) -> _Declarations:
    """Return the style of a frame whose consumer limits its height to ``height``."""
    return (
        ("display", "block"),
        ("width", "100%"),
        ("max-width", f"{width}px"),
        ("height", f"{height}px"),
        ("border", "0"),
    )


def _rendered(
    choices: Choices,
    base: str,
    room: dict[str, str],
    frame: _Declarations,
    **values: Any,  # noqa: ANN401  # what the template names
) -> Snippet:
    definition, strict = _DEFINITIONS[choices.way], choices.host == "strict"
    declarations = {**definition.styles, **room}
    if choices.way in ("component", "site") and choices.options.accent:
        accent = choices.options.accent_on(Publication())
        declarations["--insights-accent"] = f"light-dark({accent.light},{accent.dark})"
    styling = _style(declarations.items(), choices.host)
    if choices.way == "oembed" and strict:
        styling = {"class": "insights-place"}
    script = {"src": f"{base}/embed.js"}
    if choices.pinned:
        script = {
            "src": f"{base}/static/{loader_name()}",
            "integrity": integrity(),
            "crossorigin": "anonymous",
        }
    elif choices.way in ("component", "site"):
        # Browsers fetch without credentials over other connections than with them: so the loader
        # opens the one over which the component's content comes.
        script["crossorigin"] = "anonymous"
    body = (
        _environment()
        .get_template(definition.template)
        .render(
            **values,
            base=base,
            place={"class": "insights-place"} if strict else _style(_PLACE.items(), choices.host),
            styling=styling,
            frame=_style(frame, choices.host),
            script=script,
            attributes=_attributes(choices.options),
        )
    )
    head = definition.head
    if strict:
        # By default htmx adds a style element.
        head = head.replace("{", '{"includeIndicatorStyles":false,')
        head = f'<link rel="stylesheet" href="{base}/static/embed.css">\n{head}'.strip()
    dimensions = {name: values[name] for name in ("title", "width", "height") if name in values}
    # A CSP source with a path covers subpaths only if it ends in a slash (CSP 3, 6.7.2.11).
    source = base if base.count("/") < 3 else f"{base}/"
    return Snippet(head, body, definition.policy.format(base=source), **dimensions)


def _query(choices: Choices) -> str:
    """Return the query of the panel's URL, with its question mark, or ``""``."""
    query = choices.options.to_query()
    if choices.way not in ("frame", "oembed") and query.get("theme") == "host":
        del query["theme"]  # what is in the page's own DOM inherits its theme
    if choices.way not in ("htmx2", "htmx4", "include"):
        query.pop("instance", None)  # their ids are in a separate document
    elif choices.host == "strict":
        query["styles"] = "none"
    return f"?{urlencode(query, safe=',')}" if query else ""


def _attributes(options: Options) -> dict[str, str]:
    """Return the component's attributes; it follows the page's theme by default."""
    query = options.to_query()
    chosen = {name: query[name] for name in _ATTRIBUTES if name in query}
    return {name: value for name, value in chosen.items() if (name, value) != ("theme", "host")}


def _style(declarations: Iterable[tuple[str, str]], host: Host) -> dict[str, str]:
    if host == "strict":
        return {}
    if host == "hostile":
        declarations = [("all", "revert"), *declarations]
    important = "!important" if host == "hostile" else ""
    return {"style": ";".join(f"{name}:{value}{important}" for name, value in declarations)}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.folder("templates") / "snippets"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # as in widget.panel.templating
    )
