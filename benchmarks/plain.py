"""The application without its response cache, for comparison: ``python -m benchmarks.plain``."""

from __future__ import annotations

import argparse

from flask import Flask

from widget import server
from widget.app import create_app
from widget.config import load_settings


def app() -> Flask:
    """Return the Flask application alone."""
    return create_app(load_settings())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    server.serve("benchmarks.plain:app", host="127.0.0.1", port=port, workers=1, factory=True)
