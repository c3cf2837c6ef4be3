"""Providers: what is sent, what comes back, and what each failure is called."""

from __future__ import annotations

import threading
import time

import pytest
from fake_provider import LATEST_MODEL, TRICKLE_SECONDS
from fake_scenarios import Reply
from providers_support import PATHS, PATIENCE, Asking, composed

from widget.drafting.answer import read_answer
from widget.drafting.providers.protocol import ProviderFailed, ProviderRefused

pytestmark = pytest.mark.unit


def test_a_right_answer_arrives_with_its_usage(asking: Asking) -> None:
    prompt = composed()
    completion = asking.complete("ok", prompt)
    points = read_answer(completion.text).proposal.points
    assert [it.cites for it in points] == [(), (), *((number,) for number in range(1, 9))]
    assert completion.model == f"ok-{LATEST_MODEL}"
    usage = completion.usage
    assert usage.calls == 1
    assert usage.input_tokens == (len(prompt.instructions) + len(prompt.content)) // 4
    assert usage.output_tokens == len(completion.text) // 4
    assert usage.cost == (0.0125 if asking.api == "perplexity" else None)


def test_only_needed_fields_are_sent_to_the_right_path(asking: Asking) -> None:
    prompt = composed()
    asking.complete("ok", prompt)
    (sent,) = asking.fake.requests
    assert sent.path == PATHS[asking.api]
    assert sent.key
    header = "x-api-key" if asking.api == "anthropic" else "authorization"
    assert "[key]" in sent.headers[header]
    assert sent.headers["user-agent"].startswith("Insights/")
    assert sent.headers.get("anthropic-version") == (
        "2023-06-01" if asking.api == "anthropic" else None
    )
    fields = {
        "perplexity": {"model", "instructions", "input", "max_output_tokens", "response_format"},
        "responses": {"model", "instructions", "input", "max_output_tokens", "store", "text"},
        "chat": {"model", "messages", "max_tokens", "response_format"},
        "anthropic": {"model", "max_tokens", "system", "messages", "output_config"},
    }
    assert set(sent.body) == fields[asking.api]
    assert sent.body.get("store", False) is False


def test_a_connection_is_tested_with_next_to_nothing(asking: Asking) -> None:
    completion = asking.provider("ok").test(deadline=time.monotonic() + PATIENCE)
    assert completion.text == '{"ok": true}'
    (sent,) = asking.fake.requests
    assert len(str(sent.body)) < 900


REFUSED = {
    "sonar-gone": "410: Sonar is now the Agent API",
    "error-200": "",
    "effort": "Unsupported parameter (field 'effort')",
    "length-half": "reached max_output_tokens",
    "length-whole": "reached max_output_tokens",
    "reasoning-only": "",
    "refusal": "declines to answer",
    "cut-prompt": "read only 2,050 tokens of a prompt of at least",
    "citations-400": "400: citations are incompatible",
    "html-200": "answered 200 with an HTML page",
    "array": "instead of a JSON object",
    "deep": "instead of a JSON object",
    "huge": "more than 4 MB",
    "redirect": "a redirect, which is not followed",
    "no-such-model": "404: The model no-such-model does not exist (field 'model')",
}


@pytest.mark.parametrize("model", REFUSED)
def test_a_final_failure_is_refused_after_one_request(asking: Asking, model: str) -> None:
    prompt = composed()
    if model == "cut-prompt":
        prompt = composed_of(31_600)
    with pytest.raises(ProviderRefused) as caught:
        asking.complete(model, prompt)
    assert REFUSED[model] in str(caught.value)
    assert str(caught.value).startswith(("main (127.0.0.1:", "The model at main (127.0.0.1:"))
    assert len(asking.fake.requests) == 1


def composed_of(characters: int):  # noqa: ANN201  # a prompt
    prompt = composed()
    return type(prompt)(prompt.instructions, "word " * (characters // 5), prompt.schema)


@pytest.mark.parametrize("model", ["length-whole", "refusal", "cut-prompt"])
def test_what_a_refused_answer_cost_is_reported(asking: Asking, model: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        asking.complete(model, composed_of(31_600))
    assert caught.value.usage.calls == 1
    assert caught.value.usage.input_tokens > 2_000
    assert (caught.value.usage.cost is not None) == (asking.api == "perplexity")


def test_a_run_that_failed_with_status_200_is_refused(asking: Asking) -> None:
    with pytest.raises(ProviderRefused):
        asking.complete("failed")
    assert len(asking.fake.requests) == 1


@pytest.mark.parametrize("model", ["bad-gateway-once", "busy-once"])
def test_what_may_pass_is_asked_again(chat: Asking, model: str) -> None:
    begin = time.monotonic()
    assert read_answer(chat.complete(model).text).proposal.points
    assert len(chat.fake.requests) == 2
    if model == "busy-once":
        assert time.monotonic() - begin >= 2  # as Retry-After asks


@pytest.mark.parametrize(
    ("status", "after"), [(429, "0"), (500, "0"), (503, "Sun, 06 Nov 1994 08:49:37 GMT")]
)
def test_nothing_is_asked_more_than_three_times(asking: Asking, status: int, after: str) -> None:
    reply = Reply(status, {"error": {"message": "Try later"}}, {"Retry-After": after})
    asking.fake.scenarios["down"] = lambda _: reply
    with pytest.raises(ProviderFailed, match=f"answered {status}.*Try later.*three times"):
        asking.complete("down")
    assert len(asking.fake.requests) == 3


def test_an_html_page_of_an_error_is_named_and_not_quoted(chat: Asking) -> None:
    with pytest.raises(ProviderFailed) as caught:
        chat.complete("bad-gateway", seconds=1)  # too short for a retry
    assert "answered 502 with an HTML page; asking again in 1 s" in str(caught.value)
    assert "<" not in str(caught.value)


def test_a_wait_that_misses_the_deadline_is_not_begun(chat: Asking) -> None:
    begin = time.monotonic()
    with pytest.raises(ProviderFailed, match="asking again in 9000 s would miss the deadline"):
        chat.complete("busy-for-long")
    assert time.monotonic() - begin < PATIENCE / 2
    assert len(chat.fake.requests) == 1


def test_a_cancelled_run_is_not_asked_again(chat: Asking) -> None:
    cancelled = threading.Event()

    def busy(_: object) -> Reply:
        cancelled.set()
        return Reply(429, {"error": {"message": "Slow down"}}, {"Retry-After": "30"})

    chat.fake.scenarios["busy-then-cancelled"] = busy
    provider = chat.provider("busy-then-cancelled")
    deadline = time.monotonic() + 100
    with pytest.raises(ProviderFailed, match="the run was cancelled"):
        provider.complete(composed(), deadline=deadline, cancelled=cancelled)
    assert time.monotonic() < deadline - 75  # 30 seconds were not waited for
    assert len(chat.fake.requests) == 1


@pytest.mark.parametrize("model", ["trickle", "silent"])
def test_the_deadline_ends_an_answer_that_does_not_end(asking: Asking, model: str) -> None:
    """A socket's own timeout begins anew with each byte, which comes each 5 seconds."""
    begin = time.monotonic()
    with pytest.raises(ProviderRefused, match="did not answer completely before the deadline"):
        asking.complete(model, seconds=1.0)
    assert time.monotonic() - begin < TRICKLE_SECONDS
    assert len(asking.fake.requests) == 1


@pytest.mark.parametrize("model", ["reset", "half-body"])
def test_a_connection_that_breaks_after_sending_is_not_charged_twice(
    asking: Asking, model: str
) -> None:
    with pytest.raises(ProviderFailed, match=r"main .* (did not answer|closed the connection)"):
        asking.complete(model)
    assert len(asking.fake.requests) == 1


def test_a_server_that_rejects_the_schema_is_asked_once_in_words(chat: Asking) -> None:
    completion = chat.complete("no-schema")
    assert read_answer(completion.text).proposal.points
    first, second = chat.fake.requests
    assert "response_format" in first.body
    assert "response_format" not in second.body
    assert '"additionalProperties": false' in second.body["messages"][0]["content"]
    assert second.body["messages"][1] == first.body["messages"][1]


@pytest.mark.parametrize("asking", ["perplexity", "responses", "anthropic"], indirect=True)
def test_other_apis_have_no_such_fallback(asking: Asking) -> None:
    with pytest.raises(ProviderRefused, match="answered 400"):
        asking.complete("no-schema")
    assert len(asking.fake.requests) == 1


def test_usage_that_makes_no_sense_counts_as_none(asking: Asking) -> None:
    assert asking.complete("odd-usage").usage.input_tokens == 0
