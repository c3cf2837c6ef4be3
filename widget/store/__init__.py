"""Where entries are kept: a protocol, and the implementations that a URL chooses from."""

from widget.entry import Withdrawn
from widget.store.protocol import (
    Action,
    Draft,
    Live,
    Problem,
    Revision,
    Rules,
    Store,
)

__all__ = ["Action", "Draft", "Live", "Problem", "Revision", "Rules", "Store", "Withdrawn"]
