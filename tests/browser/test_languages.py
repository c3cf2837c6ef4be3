"""Every text of the panel in every language, on the narrowest phone."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from markupsafe import escape
from playwright.sync_api import Page
from samples import PERMALINK, PUBLICATION, ROOT, sample_document, sample_entry

from widget import i18n, panel
from widget.entry import Withdrawn
from widget.entry.model import MAX_POINTS
from widget.panel.words import Message
from widget.store import Approval

pytestmark = [
    pytest.mark.browser,
    pytest.mark.embedding,
    pytest.mark.exhaustive,
    pytest.mark.service_only("needs no service at all"),
]

WIDTH = 320
VALUES = {
    "num": 12,
    "number": 12,
    "letter": "ab",
    "publication": "The Paper",
    "date": "",
    "reviewer": "A. Desk",
    "maker": "Quill (large)",
    "label": "",
    "title": "Bring the night trains back",
    "kind": "",
    "note": "The fare was 4 euros.",
    "name": "R. Okafor",
    "point": "1-2",
    "limit": "1,500",
    "days": 90,
}
"""What stands in the messages; what is empty here is the language's own."""
# Opens all there is to open, adds ``html``, and returns what reaches out of the page: its text.
# What is wider than the page on the left does not scroll there: scrollWidth does not show it.
OUTSIDE = """([html, width]) => {
  const main = document.querySelector('main');
  main.insertAdjacentHTML('beforeend', html);
  main.querySelectorAll('details').forEach(it => { it.open = true });
  main.querySelector('[popover]').showPopover();
  return [...main.querySelectorAll('*')]
    .filter(it => it.checkVisibility({visibilityProperty: true}))
    .filter(it => {
      const box = it.getBoundingClientRect();
      return box.width && (box.left < -.5 || box.right > width + .5);
    })
    .map(it => `${it.className} ${it.textContent}`);
}"""


def messages(language: str) -> list[str]:
    """Return every message in ``language``, filled in, a plural one in each of its forms."""
    catalog = i18n.translations(language)
    own = {
        "date": i18n.long_date(sample_entry().corrections[0].at, language),
        "label": catalog.ugettext("AI-generated"),
        "kind": catalog.ugettext("Clarification"),
    }
    with (ROOT / "widget" / "locale" / "messages.pot").open("rb") as source:
        template = [it for it in read_po(source) if it.id]
    found = []
    for message in template:
        if message.pluralizable:
            texts = {catalog.ungettext(*message.id, number) for number in range(MAX_POINTS + 101)}
        else:
            texts = {catalog.ugettext(str(message.id))}
        found += [text % (VALUES | own) if "%(" in text else text for text in sorted(texts)]
    return found


def pages(language: str) -> tuple[str, str]:
    """Return a panel in ``language``, and all other texts as sections that can stand beside it."""
    correction = sample_document()["corrections"][0]
    kinds = ("correction", "clarification", "update")
    entry = sample_entry(
        language=language,
        provenance={"origin": "ai-edited", "provider": "Quill"},
        corrections=[{**correction, "kind": kind} for kind in kinds],
    )
    approvals = [
        Approval(reviewer=name, role=role, proof="session", at=correction_at, digest="0")
        for name, role in (("ana", "editor"), ("ben", "editor"), ("cleo", "admin"))
        for correction_at in (entry.corrections[0].at,)
    ]
    options = panel.Options()
    whole = panel.frame(
        entry, PUBLICATION, options, permalink=PERMALINK, reviews=tuple(approvals)
    ).body.decode()
    withdrawn = Withdrawn(
        id=entry.id,
        language=language,
        article_title=entry.article.title,
        article_url=entry.article.url,
        revision=3,
        at=entry.corrections[0].at,
        legal=True,
        reason="The fares were wrong.",
    )
    others = [panel.frame(withdrawn, PUBLICATION, options, permalink=PERMALINK).body.decode()]
    for message in get_args(Message):
        chosen = panel.Options(language=language)
        others.append(panel.message_frame(message, PUBLICATION, chosen).body.decode())
    sections = [re.search(r"<section.*</section>", it, re.DOTALL) for it in others]
    paragraphs = "".join(f"<p>{it if '<' in it else escape(it)}</p>" for it in messages(language))
    own = f'<section class="insights" dir="{i18n.direction(language)}">{paragraphs}</section>'
    return whole, own + "".join(it[0] for it in sections if it)


def test_no_text_reaches_out_of_a_phone_in_any_language(page: Page) -> None:
    page.set_viewport_size({"width": WIDTH, "height": 800})
    outside: dict[str, list[str]] = {}
    for language in i18n.languages():
        whole, others = pages(language)
        page.set_content(whole)
        assert page.locator("main > section").count() == 1
        if found := page.evaluate(OUTSIDE, [others, WIDTH]):
            outside[language] = found
        assert page.locator("main > section").count() == 6
    assert not outside
