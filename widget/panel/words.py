"""The panel's interface texts, translated. Whole sentences, since grammars differ."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup, escape

from widget import i18n
from widget.entry import light_html
from widget.entry.vocabulary import Confidence, CorrectionKind, Lean, Origin, Role, SourceKind


def _(message: str) -> str:
    """Mark a message for extraction; ``Words`` translates it."""
    return message


_LEANS: dict[Lean, str] = {
    "left": _("Left"),
    "center-left": _("Center-left"),
    "center": _("Center"),
    "center-right": _("Center-right"),
    "right": _("Right"),
    "not-political": _("Not political"),
    "not-rated": _("Not rated"),
}
_LEAN_SENTENCES: dict[Lean, str] = {
    "left": _("This article generally aligns with a <strong>Left</strong> point of view."),
    "center-left": _(
        "This article generally aligns with a <strong>Center-left</strong> point of view."
    ),
    "center": _("This article generally aligns with a <strong>Center</strong> point of view."),
    "center-right": _(
        "This article generally aligns with a <strong>Center-right</strong> point of view."
    ),
    "right": _("This article generally aligns with a <strong>Right</strong> point of view."),
    "not-political": _(
        "This article is <strong>not political</strong>; it takes no place on the scale."
    ),
    "not-rated": _("The viewpoint of this article has <strong>not been rated</strong>."),
}
_CONFIDENCE: dict[Confidence, str] = {
    "low": _("Confidence in this judgement: low"),
    "medium": _("Confidence in this judgement: medium"),
    "high": _("Confidence in this judgement: high"),
}
_ROLES: dict[Role, str] = {
    "ideas": _("Ideas expressed in the piece"),
    "different-views": _("Different views on the topic"),
    "context": _("Context"),
    "reply": _("A reply"),
}
_SOURCE_KINDS: dict[SourceKind, str] = {
    "news": _("News article"),
    "journal": _("Journal article"),
    "government": _("Government document"),
    "book": _("Book"),
    "report": _("Report"),
    "website": _("Website"),
    "other": _("Other source"),
}
_CORRECTION_KINDS: dict[CorrectionKind, str] = {
    "correction": _("Correction"),
    "clarification": _("Clarification"),
    "update": _("Update"),
}

# The words in <span> are left out where the panel is narrow, so that the label stays on one line.
_LABELS: dict[tuple[Origin, bool], str] = {
    ("ai", False): _("AI-generated"),
    ("ai", True): _("AI-generated, reviewed <span>by an editor</span>"),
    ("ai-edited", False): _("AI-generated, edited <span>by people</span>"),
    ("ai-edited", True): _("AI-generated, <span>edited and</span> reviewed"),
    ("human", False): _("Written by people"),
    ("human", True): _("Written by people"),
}
# As they follow "Reviewed by": the first reviewer, and one more of the same role.
_REVIEWERS: dict[str, tuple[str, str]] = {
    "editor": (_("an editor"), _("another editor")),
    "publisher": (_("a publishing editor"), _("another publishing editor")),
    "admin": (_("an administrator"), _("another administrator")),
}

Message = Literal["unknown", "unavailable", "refused"]
_MESSAGES: dict[Message, tuple[str, str]] = {
    "unknown": (
        _("There is no panel here."),
        _("No Insights panel has been published under this address. It may be misspelt."),
    ),
    "refused": (
        _("This site may not show the panel yet."),
        # For readers. The message for the site's operators goes to the browser's console.
        _(
            "There is nothing you need to do. "
            "Whoever runs this site will find the reason in the browser's console."
        ),
    ),
    "unavailable": (_("The panel cannot be shown now."), _("Please try again in a moment.")),
}


class Words:
    """All interface texts of a panel, in one interface language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalog = i18n.translations(language)

    def _text(self, message: str, **values: object) -> str:
        text: str = self._catalog.ugettext(message)
        return text % values if values else text

    def _html(self, message: str, **values: str) -> Markup:
        """Translate a message in HTML; the values are text and are escaped."""
        return light_html.trusted(self._catalog.ugettext(message)) % {
            name: escape(value) for name, value in values.items()
        }

    def introduction(self) -> Markup:
        """Return the sentence that introduces the panel."""
        return escape(
            self._text(_("What this opinion piece argues, what others say, and on which sources."))
        )

    def lean(self, lean: Lean) -> str:
        """Return the name of a lean."""
        return self._text(_LEANS[lean])

    def lean_sentence(self, lean: Lean) -> Markup:
        """Return the sentence about the viewpoint of the article."""
        return self._html(_LEAN_SENTENCES[lean])

    def confidence(self, confidence: Confidence | None) -> str | None:
        """Return the confidence of the judgement."""
        return self._text(_CONFIDENCE[confidence]) if confidence else None

    def role(self, role: Role) -> str:
        """Return the heading of a group."""
        return self._text(_ROLES[role])

    def source_kind(self, kind: SourceKind) -> str:
        """Return the name of a kind of source."""
        return self._text(_SOURCE_KINDS[kind])

    def correction_kind(self, kind: CorrectionKind) -> str:
        """Return the name of a kind of correction."""
        return self._text(_CORRECTION_KINDS[kind])

    def points_count(self, count: int) -> str:
        """Return the number of points, as text."""
        text = self._catalog.ungettext("%(num)d point", "%(num)d points", count)
        return i18n.localized_digits(text % {"num": count}, self.language)

    def sources_count(self, count: int) -> str:
        """Return the number of sources, as text."""
        text = self._catalog.ungettext("%(num)d source", "%(num)d sources", count)
        return i18n.localized_digits(text % {"num": count}, self.language)

    def back_reference(self, number: int, letter: str) -> str:
        """Return the accessible name of the link from a source back to a reference."""
        if letter:
            return self._text(
                _("Back to where source %(number)d is cited (%(letter)s)"),
                number=number,
                letter=letter,
            )
        return self._text(_("Back to where source %(number)d is cited"), number=number)

    def quote_found(self, date: str) -> str:
        """Return the sentence about the last check that found the quote in its source."""
        return self._text(_("Quote found in the source on %(date)s"), date=date)

    def article_changed(self, date: str) -> str:
        """Return the sentence about an article whose text is no longer what was analysed."""
        return self._text(_("The article was changed after this analysis, on %(date)s."), date=date)

    def article_gone(self, date: str) -> str:
        """Return the sentence about an article that is gone."""
        return self._text(_("The article was no longer there on %(date)s."), date=date)

    def reports_upheld(self, count: int) -> Markup:
        """Return the sentence about the reports of readers that editors agreed with."""
        text = self._catalog.ungettext(
            "%(num)d report was upheld.", "%(num)d reports were upheld.", count
        )
        return escape(i18n.localized_digits(text % {"num": count}, self.language))

    def report_point(self, anchor: str) -> str:
        """Return the accessible name of the link by which readers report a problem."""
        return self._text(_("Report a problem with point %(point)s"), point=anchor)

    def label(self, origin: Origin, *, reviewed: bool) -> Markup:
        """Return the few words on top of the panel about who made the analysis."""
        return self._html(_LABELS[origin, reviewed])

    def made_by(self, origin: Origin, *, provider: str, model: str) -> Markup:
        """Return the sentence about who made the analysis."""
        maker = f"{provider} ({model})" if provider and model else provider or model
        if origin == "human":
            return self._html(_("This analysis was written by people."))
        if origin == "ai-edited":
            return self._html(
                _("This analysis was generated by AI from <strong>%(maker)s</strong> and edited."),
                maker=maker,
            )
        return self._html(
            _("This analysis was generated by AI from <strong>%(maker)s</strong>."), maker=maker
        )

    def reviewer(self, role: str, *, another: bool) -> str:
        """Return a reviewer's role; ``another``: somebody of that role came before."""
        return self._text(_REVIEWERS.get(role, _REVIEWERS["editor"])[another])

    def reviewed(self, reviewer: str, date: str, *, also: bool) -> Markup:
        """Return the sentence about a proven review; ``also``: it is not the first."""
        message = (
            _("Also reviewed by %(reviewer)s on %(date)s.")
            if also
            else _("Reviewed by %(reviewer)s on %(date)s.")
        )
        return self._html(message, reviewer=reviewer, date=date)

    def declared(self, reviewer: str, date: str) -> Markup:
        """Return the sentence about a review that nothing proves; ``date`` may be "".

        A role stands in a document that another store's approval wrote.
        """
        if reviewer in _REVIEWERS:
            reviewer = self.reviewer(reviewer, another=False)
        if not date:
            return self._html(
                _("Reviewed, according to the newsroom, by %(reviewer)s."), reviewer=reviewer
            )
        return self._html(
            _("Reviewed, according to the newsroom, by %(reviewer)s on %(date)s."),
            reviewer=reviewer,
            date=date,
        )

    def unreviewed(self) -> Markup:
        """Return the sentence about an analysis that nobody reviewed."""
        return self._html(_("No person reviewed it before it was published."))

    def default_disclosure(self) -> Markup:
        """Return the sentence about where panels appear."""
        return self._html(_("Insights appears beside opinion pieces, never beside news."))

    def withdrawal(self, publication: str, date: str, *, legal: bool) -> str:
        """Return the sentence about who withdrew the panel, when, and whether for legal reasons."""
        message = (
            _("%(publication)s withdrew it on %(date)s for legal reasons.")
            if legal
            else _("%(publication)s withdrew it on %(date)s.")
        )
        return self._text(message, publication=publication, date=date)

    def message(self, message: Message) -> tuple[str, str]:
        """Return title and text of a page without a panel."""
        title, text = _MESSAGES[message]
        return self._text(title), self._text(text)

    def page_title(self, title: str) -> str:
        """Return the title of a page without a panel."""
        return self._text(_("Insights: %(title)s"), title=title)

    def panel_title(self, article_title: str, label: str) -> str:
        """Return the title of a panel, which says who made the analysis."""
        return self._text(_("Insights (%(label)s): %(title)s"), label=label, title=article_title)
