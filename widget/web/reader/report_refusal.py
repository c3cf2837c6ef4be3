"""The page for whoever sends a report while too many are sent: made before Flask, and cached."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from widget import i18n
from widget.web.reader import report_page, report_words

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def page(environ: WSGIEnvironment) -> bytes:
    """Return the page in the language of the form, if it names one, else of the browser."""
    return _page(_language(environ))


def _language(environ: WSGIEnvironment) -> str:
    chosen = parse_qs(environ.get("QUERY_STRING", "")).get("lang", [])
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
    for tag in (*chosen, *accepted.values()):
        if found := i18n.catalog_language(tag):
            return found
    return i18n.SOURCE_LANGUAGE


@cache
def _page(language: str) -> bytes:
    text = report_words.problem("busy", language)
    return report_page.message("Not sent yet", text, language)
