"""A real model behind a real protocol: the schema binds it, its context window has an end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import jsonschema
import pytest
import real_model
from providers_support import EVIDENCE
from samples import ROOT

from widget.config.settings import DraftingProvider
from widget.drafting.answer import InvalidAnswer, read_answer
from widget.drafting.composing import compose
from widget.drafting.evidence import Evidence
from widget.drafting.fence import new_nonce
from widget.drafting.providers import open_provider
from widget.drafting.providers.protocol import Provider, ProviderRefused
from widget.drafting.providers.results import CHARACTERS_PER_TOKEN, MIN_CHECKED

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
    if not real_model.available():
        pytest.skip(real_model.MISSING)
    with real_model.real_model(tmp_path_factory.mktemp("model")) as running:
        yield running


@pytest.fixture
def provider(url: str) -> Provider:
    settings = {"name": "local", "kind": "openai", "url": url, "model": "gemma"}
    return open_provider(DraftingProvider.model_validate({**settings, "max_output_tokens": 300}))


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
        assert error.usage.output_tokens == 300  # noqa: PT017
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
