"""The panel: an entry as readers see it, in every representation that is sent out."""

from widget.panel.options import Options
from widget.panel.render import Page, fragment, frame, message_frame
from widget.panel.representation import CODINGS, Cache, Coding, Representation
from widget.panel.snippets import WAYS, Host, Snippet, Way, site_snippet, snippet
from widget.panel.styles import host_stylesheet, panel_stylesheet

__all__ = [
    "CODINGS",
    "WAYS",
    "Cache",
    "Coding",
    "Host",
    "Options",
    "Page",
    "Representation",
    "Snippet",
    "Way",
    "fragment",
    "frame",
    "host_stylesheet",
    "message_frame",
    "panel_stylesheet",
    "site_snippet",
    "snippet",
]
