"""A newsroom with a provider: settings, an article, evidence, and the service of drafting."""

from __future__ import annotations

from typing import Any

from fake_provider import KEY, FakeProvider

from widget.config import DraftingProvider, Settings
from widget.drafting.evidence import Document
from widget.drafting.publishing import drafted_check
from widget.drafting.runs import DraftRequest
from widget.drafting.service import Drafting, open_drafting
from widget.editorial.service import Editorial
from widget.store import Store

ARTICLE_URL = "https://courier.example/opinion/ferry-fares"
TITLE = "The ferry should cost nothing"
ARTICLE = """\
The ferry across the harbor should cost nothing. A bridge asks nobody for a ticket.
In 2024 the city paid 3.1 million crowns to collect 4.0 million crowns in fares.
Whoever lives on Lantern Steps has no other way to work, and pays 64 crowns a month for it."""
AUDIT = Document(
    url="https://audit.example/ferries-2024",
    title="Audit of the harbor ferries",
    publisher="City Audit Office",
    type="government",
    text=(
        "The audit office does not recommend free ferries. Fares covered 31 percent of the costs "
        "in 2024.\nWithout fares, the city would need 4.0 million crowns more each year."
    ),
)
UNION = Document(
    url="https://union.example/statement",
    title="Statement of the ferry crews",
    text="Crews fear that free ferries will be full of tourists in summer.",
)


def with_provider(settings: Settings, fake: FakeProvider, tmp_path: Any, **more: Any) -> Settings:  # noqa: ANN401
    """Return ``settings`` with a provider named sonar at the fake server."""
    token = tmp_path / "provider.key"
    token.write_text(KEY)
    given = {
        "name": "sonar",
        "kind": "openai",
        "url": fake.url,
        "model": "ok",
        "token_file": token,
        "seconds": 30,
        **more,
    }
    provider = DraftingProvider.model_validate(given)
    return settings.model_copy(update={"drafting": (provider,)})


def request(**changes: object) -> DraftRequest:
    """Return a request for a draft about the ferries."""
    given: dict[str, object] = {
        "provider": "sonar",
        "article_url": ARTICLE_URL,
        "article_text": ARTICLE,
        "title": TITLE,
        "kind": "opinion",
        "language": "en",
        "documents": (AUDIT, UNION),
    }
    return DraftRequest.model_validate({**given, **changes})


def opened(settings: Settings, store: Store) -> Drafting:
    """Return the service of drafting."""
    editorial = Editorial(store, settings, drafted_check(settings))
    drafting = open_drafting(settings, editorial)
    assert drafting
    return drafting
