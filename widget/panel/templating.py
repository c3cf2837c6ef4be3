"""The environments of the templates that readers see, translated by the language of each page."""

from __future__ import annotations

from collections.abc import Callable

import jinja2
from jinja2.runtime import Context

from widget import assets, i18n

LanguageOf = Callable[[Context], str]
"""Returns the interface language of the page that is rendered."""


def environment(folder: str, language_of: LanguageOf) -> jinja2.Environment:
    """Return the environment of ``templates/<folder>``, one for all languages.

    Keep it: a template is compiled once for each environment, and never again. An upgrade that
    replaces the files of a running service must not mix new templates with old code.
    """
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.folder("templates") / folder),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )

    @jinja2.pass_context
    def gettext(context: Context, message: str) -> str:
        text: str = i18n.translations(language_of(context)).ugettext(message)
        return text

    @jinja2.pass_context
    def ngettext(context: Context, one: str, many: str, count: int) -> str:
        text: str = i18n.translations(language_of(context)).ungettext(one, many, count)
        return text

    templates.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext, ngettext, newstyle=True
    )
    return templates


def of_view(context: Context) -> str:
    """Return the interface language of a page that has a ``view``."""
    return i18n.interface_language(context["view"].language)


def of_page(context: Context) -> str:
    """Return the interface language of a page that names it itself."""
    language: str = context["language"]
    return language
