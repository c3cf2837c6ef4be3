"""Keys: where they are read, where they are sent, and that no message contains one."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

import pytest
from fake_provider import KEY, FakeProvider
from fake_scenarios import SCENARIOS
from providers_support import PATIENCE, Asking, composed

from widget.config.settings import DraftingProvider
from widget.drafting.keys import VARIABLES, provider_key, search_key
from widget.drafting.providers import open_provider
from widget.drafting.providers.protocol import ProviderError
from widget.drafting.providers.redaction import MAX_LENGTH, quotable
from widget.errors import InvalidSettings

pytestmark = pytest.mark.unit

OTHER = "sk-of-somebody-else-1234567890"


def provider(**values: object) -> DraftingProvider:
    return DraftingProvider.model_validate(
        {"name": "main", "kind": "openai", "model": "m", **values}
    )


@pytest.fixture(autouse=True)
def an_environment_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize(("kind", "variable"), VARIABLES.items())
def test_a_key_comes_from_its_file_else_from_its_variable(
    kind: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f" {OTHER}\n")
    key = provider_key(provider(kind=kind))
    assert key
    assert key.get_secret_value() == OTHER
    file = tmp_path / "key"
    file.write_text(f"{KEY}\r\n")
    key = provider_key(provider(kind=kind, token_file=file))
    assert key
    assert key.get_secret_value() == KEY


def test_a_key_of_the_environment_is_not_sent_to_another_server(
    fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, KEY)
    for kind in VARIABLES:
        settings = provider(kind=kind, url=fake.url, model="ok")
        assert provider_key(settings) is None
        open_provider(settings).test(deadline=time.monotonic() + 60)
    assert len(fake.requests) == 3
    for sent in fake.requests:
        assert not sent.key
        assert not {"authorization", "x-api-key"} & set(sent.headers)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kind": "perplexity"}, "from PERPLEXITY_API_KEY"),
        ({"kind": "openai"}, "from PERPLEXITY_API_KEY"),
        ({"kind": "perplexity", "token_file": "of-the-model"}, "from of-the-model"),
        ({"kind": "openai", "token_file": "of-the-model"}, "from PERPLEXITY_API_KEY"),
        ({"search_token_file": "of-the-search"}, "from of-the-search"),
        ({"search_token_file": "of-the-search", "search_url": "https://s.example"}, "from of-the"),
        ({"search_url": "https://search.example"}, None),
        (
            {"kind": "perplexity", "url": "https://p.example", "token_file": "of-the-model"},
            "from PERPLEXITY_API_KEY",
        ),
    ],
)
def test_the_key_of_the_search(
    values: dict[str, str],
    expected: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERPLEXITY_API_KEY", "from-PERPLEXITY_API_KEY")
    for name in ("of-the-model", "of-the-search"):
        Path(name).write_text(f"from-{name}")
    key = search_key(provider(**values))
    if expected is None:
        assert key is None
    else:
        assert key
        assert key.get_secret_value().startswith(expected.replace(" ", "-"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe", "cannot be read: it is not text"),
        (b" \n", "is empty; put the key into it"),
        (b"two keys", "contains a space"),
        ("schlüssel".encode(), "a character outside ASCII"),
        (b"line\x0bbreak", "contains a space or a character"),
    ],
)
def test_an_unusable_key_is_named_and_not_shown(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidSettings, match=problem) as caught:
        open_provider(provider(token_file=file))
    assert "drafting provider 'main'" in str(caught.value)
    assert "two keys" not in str(caught.value)


@pytest.mark.parametrize(("kind", "variable"), VARIABLES.items())
def test_a_missing_key_says_where_to_put_it(kind: str, variable: str) -> None:
    with pytest.raises(InvalidSettings, match=f"put the key into {variable}, or name a file"):
        open_provider(provider(kind=kind))


SLOW = {"trickle", "silent"}
PARTS = [KEY[at : at + 8] for at in range(len(KEY) - 8)]


@pytest.mark.exhaustive
@pytest.mark.parametrize("model", sorted(set(SCENARIOS) - SLOW))
def test_no_scenario_shows_the_key_or_the_prompt(
    asking: Asking, model: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    opened = asking.provider(model)
    cancelled = threading.Event()
    cancelled.set()  # no wait for a second attempt
    message, text = "", repr(opened) + str(opened) + repr(vars(opened))
    try:
        opened.complete(composed(), deadline=time.monotonic() + PATIENCE, cancelled=cancelled)
    except ProviderError as error:
        message = str(error)
        chain = (error, error.__cause__, error.__context__)
        text += "".join(f"{it!r}{it}{getattr(it, '__dict__', '')}" for it in chain)
    assert len(message) < MAX_LENGTH + 150
    text += caplog.text + "".join(capfd.readouterr())
    assert not [part for part in PARTS if part in text]
    assert "the ferry costs" not in text
    assert "not permitted to sail" not in text


def test_a_log_of_local_variables_does_not_show_the_key_of_an_adapter(chat: Asking) -> None:
    with pytest.raises(ProviderError) as caught:
        chat.complete("echo-key")
    assert "the key was not accepted (Incorrect API key provided: [key])" in str(caught.value)
    assert KEY not in repr(vars(chat.provider("ok")))


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        ("The model does not exist", "The model does not exist"),
        (f"Bad key {KEY}!", "Bad key [key]"),
        (f"Bad key '{KEY[:8]}***{KEY[-6:]}' given", "Bad key '[key]' given"),
        (f"https://u:{KEY}@host/ failed", "[key] failed"),
        ("two\n  lines\x00\x1b[2J", "two lines[2J"),
        ("x" * 900, f"{'x' * (MAX_LENGTH - 1)}…"),
        ("You wrote: the ferry is a street that happens to float", ""),
        ("You wrote: the  ferry is\na street that happens to float", ""),
        ("a street", "a street"),
        (None, ""),
        ({"a": 1}, ""),
        (7, ""),
    ],
)
def test_what_a_provider_says_is_quoted_without_key_and_prompt(
    message: object, quoted: str
) -> None:
    sent = ["Now the ferry is a\nstreet that  happens to float.", "short"]
    assert quotable(message, key=KEY, sent=sent) == quoted


def test_a_short_key_is_redacted_whole() -> None:
    assert quotable("Bad key abc, sorry", key="abc", sent=[]) == "Bad key [key], sorry"
    assert quotable("Bad key abc", key="", sent=[]) == "Bad key abc"


@pytest.mark.parametrize("url", ["https://openrouter.example/api/v1", "http://127.0.0.1:11434"])
def test_a_server_may_have_a_path_that_this_service_reserves_for_itself(url: str) -> None:
    assert provider(url=f"{url}/").url == url
