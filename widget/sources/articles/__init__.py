"""The articles of live entries: whether they still say what was analysed."""

from widget.sources.articles.record import ArticleRecord, ArticleTexts
from widget.sources.articles.service import Articles, open_articles

__all__ = ["ArticleRecord", "ArticleTexts", "Articles", "open_articles"]
