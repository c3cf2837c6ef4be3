"""A real model behind a real protocol: the schema binds it, its context window has an end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import drafting_support
import jsonschema
import pytest
from providers_support import EVIDENCE
from samples import ROOT

from widget import demo_model
from widget.config import DraftingProvider, Settings
from widget.drafting.answer import InvalidAnswer, read_answer
from widget.drafting.composing import compose
from widget.drafting.evidence import Evidence
from widget.drafting.fence import new_nonce
from widget.drafting.providers import open_provider
from widget.drafting.providers.protocol import Provider, ProviderRefused
from widget.drafting.providers.results import CHARACTERS_PER_TOKEN, MIN_CHECKED
from widget.store import Store

pytestmark = pytest.mark.process

SECONDS = 540.0
"""For what takes ten seconds on an idle machine."""
# Short, and with an example: a model this small otherwise fills white space up to its limit.
INSTRUCTIONS = """\
Report the ideas of the article and the different views of the documents. Example:
{"lean": "center", "rationale": "It weighs costs.", "confidence": "low", "points": [{"role": \
"ideas", "text": "Trains are better.", "cites": [], "quotes": ["Take the train."]}]}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not demo_model.is_installed():
        pytest.skip(demo_model.MISSING)
    with demo_model.served(tmp_path_factory.mktemp("model"), context=4096) as running:
        yield running


@pytest.fixture
def provider(url: str) -> Provider:
    settings = {"name": "local", "kind": "openai", "url": url, "model": "gemma"}
    return open_provider(DraftingProvider.model_validate({**settings, "max_output_tokens": 256}))


def article(paragraphs: int) -> Evidence:
    page = ROOT / "examples" / "newspaper" / "articles" / "ferry-fares.html"
    text = page.read_text("utf-8").replace("<p>", "").replace("</p>", "")
    lines = text.splitlines()[:paragraphs]
    changed = EVIDENCE.article.model_copy(update={"text": "\n".join(lines)})
    return Evidence(article=changed, documents=EVIDENCE.documents[:1])


def test_a_connection_to_a_real_server_can_be_tested(provider: Provider) -> None:
    completion = provider.test(deadline=time.monotonic() + SECONDS)
    assert set(json.loads(completion.text)) == {"ok"}
    assert completion.usage.calls == 1
    assert completion.usage.output_tokens > 3


def test_a_real_model_keeps_the_schema_or_reaches_its_limit(provider: Provider) -> None:
    prompt = compose(article(1), instructions=INSTRUCTIONS, nonce=new_nonce())
    try:
        completion = provider.complete(prompt, deadline=time.monotonic() + SECONDS)
    except ProviderRefused as error:
        assert "reached max_output_tokens" in str(error)  # noqa: PT017  # one of two right ends
        assert error.usage.output_tokens == 256  # noqa: PT017
        return
    jsonschema.validate(json.loads(completion.text), prompt.schema)
    size = len(prompt.instructions) + len(prompt.content)
    assert size / CHARACTERS_PER_TOKEN < completion.usage.input_tokens < size
    try:
        assert read_answer(completion.text).proposal.points
    except InvalidAnswer as error:  # lengths, which no grammar limits
        assert all(problem.startswith("$") for problem in error.problems)  # noqa: PT017


def test_a_prompt_beyond_the_context_window_is_refused(provider: Provider) -> None:
    evidence = article(9)
    long = evidence.article.model_copy(update={"text": evidence.article.text * 10})
    prompt = compose(Evidence(article=long), instructions=INSTRUCTIONS, nonce=new_nonce())
    assert len(prompt.content) > MIN_CHECKED * 4
    with pytest.raises(ProviderRefused, match=r"answered 400: .*context") as caught:
        provider.complete(prompt, deadline=time.monotonic() + SECONDS)
    assert "ferry" not in str(caught.value)


def test_the_whole_way_with_a_real_model_ends_in_a_checked_draft_or_a_refusal(
    url: str, settings: Settings, store: Store, tmp_path: Path
) -> None:
    prompt = tmp_path / "prompt.md"
    prompt.write_text(INSTRUCTIONS)
    (publication, *_) = settings.publications
    own = publication.model_copy(update={"drafting_prompt": prompt})
    table = {**demo_model.provider(url), "max_output_tokens": 256}
    provided = settings.model_copy(
        update={"publications": (own,), "drafting": (DraftingProvider.model_validate(table),)}
    )
    drafting = drafting_support.opened(provided, store)
    run = drafting.ask(drafting_support.request(provider="demo"), actor="ana")
    run = drafting.carry_out(run.id)
    assert run.state in ("kept", "refused"), run.message
    assert run.charged
    if run.state == "refused":
        assert run.message
        assert store.ids() == []
        return
    draft = store.draft(run.entry or "")
    assert draft
    assert draft.entry.provenance.model
    # What so small a model makes up, the gate catches: nothing of it can be published unread.
    for point in (it for group in draft.entry.perspectives for it in group.points):
        words = point.text.partition(" [")[0]
        honest = any(words in text for text in (drafting_support.ARTICLE, *_texts()))
        assert honest or run.findings, point.text


def _texts() -> list[str]:
    return [drafting_support.AUDIT.text, drafting_support.UNION.text]
