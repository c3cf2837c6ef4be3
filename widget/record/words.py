"""The texts of the pages and feeds of changes. Whole sentences, since grammars differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from markupsafe import Markup

from widget import i18n
from widget.entry import Correction, light_html
from widget.panel.words import Words
from widget.record.changes import Change


def _(message: str) -> str:
    """Mark a message for extraction; ``Words`` translates it."""
    return message


Heading = Literal["correct", "withdraw", "restore"]
_HEADINGS: dict[Heading, str] = {
    "correct": _("Corrected: %(title)s"),
    "withdraw": _("Withdrawn: %(title)s"),
    "restore": _("Shown again: %(title)s"),
}
_UNTITLED = _("A panel that was withdrawn for legal reasons")


class RecordWords(Words):
    """All texts about changes, in one interface language."""

    def page_heading(self) -> str:
        """Return the heading of the page, without its publication."""
        return self._text(_("Corrections and withdrawals"))

    def feed_title(self, publication: str) -> str:
        """Return the title of a publication's page and feeds."""
        return self._text(
            _("%(publication)s: corrections and withdrawals"), publication=publication
        )

    def explanation(self) -> str:
        """Return what the page lists."""
        return self._text(
            _("Every correction, withdrawal and restoration of an Insights panel, newest first.")
        )

    def heading(self, change: Change) -> str:
        """Return the title of a change, as text."""
        if change.still_withdrawn and not change.title:
            return self._text(_UNTITLED)
        action: Heading = change.line.action if change.line.action != "publish" else "correct"
        return self._text(_HEADINGS[action], title=change.title)

    def sentences(self, change: Change, publication: str) -> Iterator[Markup]:
        """Yield what happened, each a paragraph of HTML."""
        withdrawn = change.still_withdrawn
        if change.is_this_withdrawal and withdrawn:
            date = i18n.long_date(withdrawn.at, self.language)
            yield self._escaped(self.withdrawal(publication, date, legal=withdrawn.legal))
            if withdrawn.reason:
                lead = self._escaped(self._text(_("The reason given:")))
                yield (
                    lead + light_html.trusted(" ") + self._quoted(withdrawn.reason, change.language)
                )
            return
        for correction in change.corrections:
            yield self._correction(correction, change.language)
        if withdrawn:
            yield self._escaped(self._text(_("This panel has been withdrawn.")))
        elif change.line.action == "correct" and not change.corrections:
            yield self._escaped(self._text(_("The panel has changed again since.")))
        elif change.line.action == "withdraw":
            yield self._escaped(self._text(_("It was withdrawn then, and is shown again now.")))
        elif change.line.action == "restore":
            yield self._escaped(self._text(_("The panel is shown again.")))

    def _correction(self, correction: Correction, language: str) -> Markup:
        message = self._catalog.ugettext(_("<strong>%(kind)s</strong>, %(date)s: %(note)s"))
        return light_html.trusted(message) % {
            "kind": self.correction_kind(correction.kind),
            "date": i18n.long_date(correction.at, self.language),
            "note": self._in(correction.note, language, "span"),
        }

    def _quoted(self, text: str, language: str) -> Markup:
        return self._in(text, language, "q")

    def _in(self, text: str, language: str, element: Literal["q", "span"]) -> Markup:
        """Return text of an entry, marked where its language is not the page's."""
        if i18n.written_in(language) == i18n.written_in(self.language):
            return light_html.trusted(f"<{element}>%s</{element}>") % text
        html = light_html.trusted(f'<{element} lang="%s" dir="%s">%s</{element}>')
        return html % (language, i18n.direction(language), text)

    @staticmethod
    def _escaped(text: str) -> Markup:
        return light_html.trusted("%s") % text
