"""How requests and responses look on the wire."""
