"""Where entries are kept: a protocol, and the implementations that a URL chooses from."""

from widget.store.protocol import (
    Action,
    Draft,
    Live,
    Problem,
    Revision,
    Rules,
    Store,
    Withdrawn,
)

__all__ = ["Action", "Draft", "Live", "Problem", "Revision", "Rules", "Store", "Withdrawn"]
