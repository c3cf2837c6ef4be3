"""The panel: an entry as readers see it, in every representation that is sent out."""

from widget.panel.options import Options
from widget.panel.render import Page, fragment, frame, message_frame
from widget.panel.representation import CODINGS, Cache, Coding, Representation
from widget.panel.styles import panel_stylesheet

__all__ = [
    "CODINGS",
    "Cache",
    "Coding",
    "Options",
    "Page",
    "Representation",
    "fragment",
    "frame",
    "message_frame",
    "panel_stylesheet",
]
