"""Turns a pasted list or analysis into points and sources."""

from widget.editorial.pasting.analysis import Pasted, PastedGroup, PastedSource, read_pasted

__all__ = ["Pasted", "PastedGroup", "PastedSource", "read_pasted"]
