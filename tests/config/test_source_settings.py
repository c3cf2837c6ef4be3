"""The settings of checks of sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from widget.config import Settings, load_settings
from widget.errors import InvalidSettings
from widget.sources.fetching import user_agent

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("an_empty_folder")]


def loaded(text: str) -> Settings:
    Path("insights.toml").write_text(text, "utf-8")
    return load_settings()


def test_the_round_is_off_until_somebody_turns_it_on() -> None:
    assert loaded("").sources.round == "off"
    assert loaded('base_url = "https://insights.example"').sources.round == "off"


def test_whoever_asks_every_day_says_whom_to_turn_to() -> None:
    with pytest.raises(InvalidSettings, match=r"sources\.contact"):
        loaded('[sources]\nround = "daily"')
    daily = '[sources]\nround = "daily"\n'
    assert loaded(f'{daily}contact = "desk@paper.example"').sources.round == "daily"
    assert loaded(f'base_url = "https://insights.example"\n{daily}').sources.round == "daily"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ('base_url = "https://insights.example/x"', " (+https://insights.example/x)"),
        ('[sources]\ncontact = "desk@paper.example"', " (+mailto:desk@paper.example)"),
        (
            'base_url = "https://insights.example"\n[sources]\ncontact = "https://paper.example/ü"',
            " (+https://paper.example/%C3%BC)",
        ),
    ],
)
def test_the_user_agent_names_the_contact(text: str, expected: str) -> None:
    agent = user_agent(loaded(text))
    assert agent.startswith("Insights-Sources/")
    assert agent.partition(" ")[1] + agent.partition(" ")[2] == expected


@pytest.mark.parametrize("contact", ["somebody", "ftp://paper.example/", "a@b\\nX: y@c.example"])
def test_a_contact_is_an_address(contact: str) -> None:
    with pytest.raises(InvalidSettings, match="contact"):
        loaded(f'[sources]\ncontact = "{contact}"')
