"""The template tag ``{% insights "ferry-fares" %}``."""
