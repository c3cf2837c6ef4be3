"""The frame's page and the analysis on it as JSON-LD (schema.org)."""

from __future__ import annotations

import json
from typing import Any

from widget.panel.linked_data import SCHEMA
from widget.panel.view import PanelView


def json_ld(view: PanelView) -> str:
    """Return the page and the analysis on it as JSON-LD that cannot end a script element."""
    facts = view.facts
    work = {
        "@type": facts.item_type.removeprefix(f"{SCHEMA}/"),
        "url": view.permalink,
        "name": view.title,
        "inLanguage": facts.language,
        "publisher": {"@type": "Organization", "name": facts.publisher},
        "isBasedOn": view.article_url,
        "digitalSourceType": facts.digital_source_type,
        "dateModified": facts.modified,
        "citation": [
            {
                "@type": "CreativeWork",
                "name": source.title,
                "url": source.url,
                "datePublished": source.published and source.published.iso,
            }
            for source in view.sources
        ],
        "correction": [
            {"@type": "CorrectionComment", "text": it.note, "datePublished": it.at.iso}
            for it in view.corrections
        ],
    }
    page = {
        "@context": SCHEMA,
        "@type": "WebPage",
        "url": view.permalink,
        "reviewedBy": [{"@type": kind, "name": name} for kind, name in facts.reviewers],
        "lastReviewed": facts.reviewed and facts.reviewed[:10],
        "mainEntity": work,
    }
    text = json.dumps(_filled(page), ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _filled(value: Any) -> Any:  # noqa: ANN401  # as JSON has it
    """Return ``value`` without keys that have nothing."""
    if isinstance(value, dict):
        return {key: _filled(it) for key, it in value.items() if it}
    if isinstance(value, list):
        return [_filled(it) for it in value]
    return value
