"""Insights: a panel beside an opinion article. The command is ``insights``."""

__version__ = "0.1.0"
