"""The panel: an entry rendered for readers, for every way of embedding."""

from widget.panel.loader import finder, integrity, loader, loader_name, stylesheet_name
from widget.panel.oembed import oembed
from widget.panel.options import Options, Theme
from widget.panel.render import (
    Page,
    compile_templates,
    fragment,
    frame,
    frame_script,
    message_frame,
)
from widget.panel.snippets import WAYS, Choices, Host, Snippet, Way, site_snippet, snippet
from widget.panel.styles import host_stylesheet, panel_stylesheet

__all__ = [
    "WAYS",
    "Choices",
    "Host",
    "Options",
    "Page",
    "Snippet",
    "Theme",
    "Way",
    "compile_templates",
    "finder",
    "fragment",
    "frame",
    "frame_script",
    "host_stylesheet",
    "integrity",
    "loader",
    "loader_name",
    "message_frame",
    "oembed",
    "panel_stylesheet",
    "site_snippet",
    "snippet",
    "stylesheet_name",
]
