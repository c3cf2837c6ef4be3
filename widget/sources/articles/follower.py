"""Begins with the article of an analysis as soon as it is published."""

from __future__ import annotations

import logging

from widget.errors import InsightsError
from widget.sources.articles.service import Articles, Fetcher
from widget.sources.fetching import Postponed

log = logging.getLogger("insights.sources")


def follow(articles: Articles, entry_id: str, fetcher: Fetcher | None) -> None:
    """End what readers are told of the article of an older analysis, and read the article.

    Without ``fetcher`` nobody is asked. What fails, the daily round makes up for.
    """
    try:
        articles.begin(entry_id)
        if fetcher:
            articles.look(entry_id, fetcher)
    except Postponed:
        return
    except InsightsError as error:
        log.warning("%s: its article was not read: %s", entry_id, error)
    except Exception:
        log.exception("reading the article of %s failed", entry_id)
