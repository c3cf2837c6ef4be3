"""Panels served by the site's own application: ``flask --app mounted run``."""

import os

from flask import Flask, render_template

from widget import reader


def create_app(store: str | None = None) -> Flask:
    """Return a site whose articles carry panels of ``store``, such as ``dir:./data``."""
    app = Flask(__name__)
    store = store or os.environ.get("INSIGHTS_STORE", "dir:./data")
    app.register_blueprint(reader.blueprint(store), url_prefix="/insights")

    @app.get("/articles/<entry_id>")
    def article(entry_id: str) -> str:
        return render_template("mounted.html", entry_id=entry_id)

    return app
