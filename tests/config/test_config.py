"""Settings: file, then environment, then command line; what is wrong is named."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from samples import ROOT

from widget.config import Publication, Settings, load_settings
from widget.errors import InvalidSettings

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _an_environment_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in list(os.environ):
        if variable.upper().startswith("INSIGHTS_"):
            monkeypatch.delenv(variable)


def written(toml: str) -> Path:
    path = Path("insights.toml")
    path.write_text(toml, "utf-8")
    return path


def refused(config: Path | None = None, **overrides: object) -> str:
    with pytest.raises(InvalidSettings) as caught:
        load_settings(config, **overrides)
    return str(caught.value)


def test_with_nothing_said_every_key_has_its_default() -> None:
    settings = load_settings()
    assert settings.store == "dir:./data"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.workers == os.cpu_count()
    assert settings.base_url is None
    assert settings.cache_bytes == 64 * 1024 * 1024
    assert settings.publications == (Publication(),)


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written('host = "10.0.0.1"\nport = 1001\nworkers = 11\n')
    monkeypatch.setenv("INSIGHTS_PORT", "1002")
    monkeypatch.setenv("INSIGHTS_WORKERS", "12")
    settings = load_settings(workers=13)
    assert (settings.host, settings.port, settings.workers) == ("10.0.0.1", 1002, 13)


def test_what_the_command_line_leaves_open_is_no_setting() -> None:
    written('store = "dir:./elsewhere"\n')
    assert load_settings(store=None).store == "dir:./elsewhere"


def test_a_file_that_is_named_is_read_instead_of_the_usual_one(tmp_path: Path) -> None:
    written("port = 1001\n")
    other = tmp_path / "other.toml"
    other.write_text("port = 1002\n", "utf-8")
    assert load_settings(other).port == 1002


def test_a_file_that_is_named_must_be_there() -> None:
    assert refused(Path("nowhere.toml")) == (
        "nowhere.toml: cannot be read: No such file or directory"
    )


@pytest.mark.parametrize("content", [b"port = \n", b"\xff", b"port = 1\nport = 2\n"])
def test_what_is_no_toml_is_said_to_be_none(content: bytes) -> None:
    Path("insights.toml").write_bytes(content)
    assert refused().startswith("insights.toml: is not valid TOML: ")


def test_the_environment_changes_one_key_of_one_publication(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written(
        '[[publications]]\nname = "One"\norigins = ["https://one.example"]\n'
        '[[publications]]\nname = "Two"\n'
    )
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS__0__NAME", "Uno")
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS__1__ORIGINS", '["https://two.example"]')
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS__1__ACCENT__LIGHT", "#000000")
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS__1__DISCLOSURE__ES", "Nunca en noticias.")
    one, two = load_settings().publications
    assert (one.name, one.origins) == ("Uno", ("https://one.example",))
    assert (two.name, two.origins) == ("Two", ("https://two.example",))
    assert two.accent.light == "#000000"
    assert two.text(two.disclosure, "es") == "Nunca en noticias."


def test_the_environment_gives_all_publications_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    written('[[publications]]\nname = "One"\n[[publications]]\nname = "Two"\n')
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS", '[{"name": "Only"}]')
    assert [publication.name for publication in load_settings().publications] == ["Only"]
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS", "Only")
    assert "write the value as JSON" in refused()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("prot = 1", "prot: is not a setting; docs/settings.md lists the keys"),
        (
            '[[publications]]\norigin = "x"',
            "publications[0].origin: is not a setting; docs/settings.md lists the keys",
        ),
        (
            '[[publications]]\n[[publications]]\n[publications.accent]\nlite = "#000000"',
            "publications[1].accent.lite: is not a setting; docs/settings.md lists the keys",
        ),
        ("port = 65536", "port: Input should be less than or equal to 65535"),
        ("workers = 0", "workers: Input should be greater than or equal to 1"),
        ('[[publications]]\nname = ""', "publications[0].name: String should have at least 1"),
        ("[[publications]]\nheading_level = 6", "publications[0].heading_level: Input should be"),
        ('[[publications]]\nkinds = ["blog"]', "publications[0].kinds[0]: Input should be"),
        (
            '[[publications]]\norigins = ["https://paper.example/opinion"]',
            (
                "publications[0].origins[0]: 'https://paper.example/opinion' is more than an "
                "origin; write 'https://paper.example'"
            ),
        ),
        (
            '[[publications]]\norigins = ["paper.example"]',
            "publications[0].origins[0]: 'paper.example' is not absolute; write it",
        ),
        (
            '[[publications]]\norigins = ["*"]',
            "publications[0].origins[0]: '*' is not absolute; write it",
        ),
        ('base_url = "https://x.example/?a"', "base_url: 'https://x.example/?a' cannot be used"),
        (
            '[[publications]]\naccent = "#ffff00"',
            (
                "publications[0].accent.light: #ffff00 has a contrast of 1.1 to the panel's light "
                "background; text needs 4.5 (WCAG 1.4.3): for example, use #7a7a00"
            ),
        ),
        (
            '[[publications]]\naccent = {dark = "#111111"}',
            (
                "publications[0].accent.dark: #111111 has a contrast of 1.1 to the panel's dark "
                "background; text needs 4.5 (WCAG 1.4.3): for example, use #838383"
            ),
        ),
        (
            '[[publications]]\naccent = "red"',
            "publications[0].accent.light: 'red' is not a colour of the form \"#rrggbb\"",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_path(toml: str, message: str) -> None:
    written(toml)
    lines = refused().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"insights.toml: {message}")


def test_every_wrong_key_is_named_at_once() -> None:
    written('prot = 1\nport = -1\n[[publications]]\nheading_level = "high"\n')
    keys = [line.split(": ")[1] for line in refused().splitlines()]
    assert sorted(keys) == ["port", "prot", "publications[0].heading_level"]


def test_without_any_publication_nobody_is_served() -> None:
    written("publications = []\n")
    assert refused().startswith("insights.toml: publications: ")


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("INSIGHTS_PROT", "did you mean INSIGHTS_PORT?"),
        ("INSIGHTS_BASEURL", "did you mean INSIGHTS_BASE_URL?"),
        ("INSIGHTS_XYZZY_QUUX", "docs/settings.md lists the keys"),
        ("insights_prot", "did you mean INSIGHTS_PORT?"),
        ("INSIGHTS_PORT__NUMBER", "INSIGHTS_PORT has no nested keys"),
    ],
)
def test_an_unknown_variable_is_refused_with_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, variable: str, hint: str
) -> None:
    monkeypatch.setenv(variable, "1")
    assert refused() == f"{variable}: is not a setting; {hint}"


@pytest.mark.parametrize("variable", ["INSIGHTS_CONFIG", "INSIGHTS_TEST_X", "OTHER_PORT"])
def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "1")
    assert load_settings().port == 8000


def test_the_service_s_names_are_host_names_and_addresses() -> None:
    path = written('hosts = ["Panels.Courier.example", "192.0.2.7", "[2001:DB8::7]"]')
    assert load_settings(path).hosts == ("panels.courier.example", "192.0.2.7", "2001:db8::7")
    for wrong in ("https://courier.example", "courier.example:8000", "a b", "*", ".example", ""):
        with pytest.raises(InvalidSettings, match="is not a host name"):
            load_settings(written(f'hosts = ["{wrong}"]'))


# The example that `insights init` copies

EXAMPLE = (ROOT / "examples" / "insights.toml").read_text("utf-8")
# Keys whose line shows what one may write, since their default is nothing.
UNSET = {
    "archive",
    "base_url",
    "admin_host",
    "log_key_file",
    "metrics_token",
    "websub_hub",
    "introduction",
    "disclosure",
    "methodology",
    "drafting_prompt",
    "contact",
}


def as_table(value: object) -> object:
    """Return a table of settings as TOML writes it: without what is not set."""
    return value.model_dump(exclude_none=True) if isinstance(value, BaseModel) else value


def uncommented() -> dict[str, Any]:
    return tomllib.loads(re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE, flags=re.MULTILINE))


def test_the_example_is_read_as_the_defaults() -> None:
    path = written(EXAMPLE)
    assert load_settings(path).model_dump() == Settings().model_dump()


def test_the_example_names_every_key_and_no_other() -> None:
    table = uncommented()
    (publication,) = table["publications"]
    assert set(table) == set(Settings.model_fields)
    assert set(publication) == set(Publication.model_fields)


def test_the_example_gives_every_default_as_it_is() -> None:
    table = uncommented()
    (publication,) = table["publications"]
    default = Settings()
    assert tuple(table["purge"]) == default.purge
    for key in set(Settings.model_fields) - UNSET - {"publications", "purge", "workers"}:
        written_value = table[key]
        plain = tuple(written_value) if isinstance(written_value, list) else written_value
        assert plain in (getattr(default, key), as_table(getattr(default, key))), key
    written_publication = Publication.model_validate(
        {key: value for key, value in publication.items() if key not in UNSET}
    )
    assert written_publication == Publication()
    for key in UNSET:
        model = default if key in Settings.model_fields else Publication()
        assert getattr(model, key) is None, key


def test_the_example_is_valid_with_every_line_uncommented() -> None:
    path = written(re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE, flags=re.MULTILINE))
    settings = load_settings(path)
    assert settings.base_url == "https://insights.example"
    assert settings.publications[0].methodology


def test_a_wrong_value_is_named_with_the_place_it_is_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("insights.toml").write_text('port = "eighty"\n[[publications]]\nlanguage = "xx"\n')
    with pytest.raises(InvalidSettings) as wrong:
        load_settings()
    lines = str(wrong.value).splitlines()
    assert lines[0].startswith("insights.toml: port: 'eighty' is not valid: ")
    assert lines[1].startswith("insights.toml: publications[0].language: 'xx' is not a language")
    Path("insights.toml").unlink()
    monkeypatch.setenv("INSIGHTS_PORT", "many")
    with pytest.raises(InvalidSettings, match=r"^INSIGHTS_PORT: port: 'many' is not valid"):
        load_settings()


def test_a_secret_of_the_wrong_kind_is_not_shown() -> None:
    Path("insights.toml").write_text("metrics_token = 1234567890123456789\n")
    with pytest.raises(InvalidSettings) as wrong:
        load_settings()
    assert "1234567" not in str(wrong.value)


@pytest.mark.parametrize("tag", ["en", "de-CH", "zh-Hant", "sv", "pt-BR"])
def test_a_language_of_the_cldr_may_be_a_publications(tag: str) -> None:
    assert Publication(language=tag).language == tag


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://paper.example", "https://paper.example"),
        ("https://paper.example/", "https://paper.example"),
        ("https://Paper.example/insights/", "https://paper.example/insights"),
        ("http://[::1]:8000/a/b-c_d~e.f", "http://[::1]:8000/a/b-c_d~e.f"),
    ],
)
def test_the_services_address_may_have_a_path(given: str, kept: str) -> None:
    assert Settings(base_url=given).base_url == kept


@pytest.mark.parametrize(
    "given",
    [
        *("paper.example", "https://paper.example/a?b", "https://paper.example/#a"),
        *("https://paper.example/a//b", "https://paper.example/../a", "https://paper.example/é"),
        *("https://paper.example/panel", "https://paper.example/admin/x"),
    ],
)
def test_an_address_that_cannot_be_the_services_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Settings(base_url=given)


@pytest.mark.usefixtures("a_folder_of_its_own")
@pytest.mark.parametrize("written", ["10.0.0.5, fd00::/8 unix", '["10.0.0.5", "fd00::/8", "unix"]'])
def test_trusted_proxies_may_stand_in_the_environment(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIGHTS_TRUSTED_PROXIES", written)
    assert load_settings().trusted_proxies == ("10.0.0.5/32", "fd00::/8", "unix")


@pytest.mark.usefixtures("a_folder_of_its_own")
@pytest.mark.parametrize("written", ["*", "10.0.0.300", "proxy.example", "10.0.0.0/33", "[1"])
def test_what_is_no_proxys_address_is_refused_by_name(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIGHTS_TRUSTED_PROXIES", written)
    with pytest.raises(InvalidSettings, match="trusted_proxies"):
        load_settings()


def test_an_ipv6_host_may_stand_in_brackets() -> None:
    assert Settings(host="[::1]").host == "::1"
