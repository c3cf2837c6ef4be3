"""What is said of an entry although it may be published, and what cannot be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import done, run, written
from samples import PAPER, PUBLICATION, sample_entry

from widget.config import Publication, Settings, check_under
from widget.entry import check
from widget.errors import Severity

pytestmark = pytest.mark.unit


def of(settings: Settings, **changes: object) -> list[tuple[str, Severity, str]]:
    found = check_under(settings, sample_entry(**changes))
    return [(it.path, it.severity, it.message) for it in found]


def listing(*origins: str, **more: object) -> Settings:
    publication = {"name": "Courier", "origins": origins}
    return Settings.model_validate({"publications": [publication], **more})


# An article of an origin that no publication lists


def test_an_article_of_a_stray_origin_is_told_with_whose_it_is_taken_for() -> None:
    ((path, severity, message),) = of(listing("https://courier.example"))
    assert (path, severity) == ("$.article.url", "warning")
    assert message.startswith(f"is at {PAPER}, which no publication lists; ")
    assert "attributed to Courier" in message


def test_it_can_be_refused() -> None:
    ((path, severity, _),) = of(listing("https://courier.example", unlisted_origins="refuse"))
    assert (path, severity) == ("$.article.url", "error")


@pytest.mark.parametrize(
    "settings",
    [
        listing(PAPER),
        listing("https://courier.example", PAPER),
        listing(PAPER.replace("https://", "http://www.")),
        listing(PAPER, unlisted_origins="refuse"),
        listing(unlisted_origins="refuse"),
        Settings(),
    ],
    ids=["listed", "second", "by another scheme", "listed, strict", "none listed", "as it comes"],
)
def test_nothing_is_said_where_the_origin_is_listed_or_none_is(settings: Settings) -> None:
    assert of(settings) == []


def test_a_second_publication_may_list_it() -> None:
    settings = Settings(
        publications=(
            Publication(name="First", origins=("https://first.example",)),
            Publication(name="Second", origins=(PAPER,)),
        )
    )
    assert of(settings) == []


def test_an_address_that_is_none_is_said_once() -> None:
    found = of(listing("https://courier.example"), article__url="https://")
    assert [path for path, _, _ in found] == ["$.article.url"]


STRAY = '[[publications]]\nname = "Courier"\norigins = ["https://courier.example"]\n'


class TestCommands:
    """``check`` and ``put`` say it, and ``refuse`` keeps it back."""

    @pytest.fixture(autouse=True)
    def _settings(self, a_folder_of_its_own: None) -> None:
        del a_folder_of_its_own
        Path("insights.toml").write_text(STRAY, "utf-8")

    def test_check_says_it_and_exits_with_0(self) -> None:
        assert f"$.article.url: warning: is at {PAPER}, " in done("check", written("stray.json"))

    def test_put_says_it_and_keeps_the_entry(self) -> None:
        result = run("put", "--publish", written("stray.json"))
        assert result.exit_code == 0
        assert f"stray.json: $.article.url: warning: is at {PAPER}, " in result.stderr
        assert ": published" in result.stdout

    def test_what_is_to_be_refused_is_not_published(self) -> None:
        Path("insights.toml").write_text(f'unlisted_origins = "refuse"\n{STRAY}', "utf-8")
        result = run("put", "--publish", written("stray.json"))
        assert result.exit_code == 1
        assert f"$.article.url: is at {PAPER}, " in result.stderr
        assert ": published" not in result.stdout


# One source under two numbers, a language without an interface


def test_one_source_under_two_numbers_is_told() -> None:
    url = sample_entry().sources[0].url.replace("https://", "http://www.")
    assert of(Settings(), sources__1__url=f"{url}?utm_source=chatgpt.com") == [
        (
            "$.sources[1].url",
            "warning",
            "is also the address of source [1]; cite that and remove this one",
        )
    ]


def test_two_pages_of_one_file_are_two_sources() -> None:
    url = sample_entry().sources[0].url
    found = of(Settings(), sources__0__url=f"{url}#page=2", sources__1__url=f"{url}#page=9")
    assert found == []


@pytest.mark.parametrize("language", ["ga", "xx", "dv-Thaa"])
def test_a_language_without_an_interface_is_told(language: str) -> None:
    ((path, severity, message),) = of(Settings(), language=language)
    assert (path, severity) == ("$.language", "warning")
    assert language in message
    assert "in English" in message


@pytest.mark.parametrize("language", ["en", "de-AT", "ar-EG", "es-419"])
def test_a_language_of_the_interface_is_not(language: str) -> None:
    assert of(Settings(), language=language) == []


# Text that nobody can see

UNSEEN = [
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u2060\u200d",
    "\u3164",
    "\u2800",
    "\u115f \u1160",
    "\u034f",
]


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("article__title", "$.article.title"),
        ("article__authors__0", "$.article.authors[0]"),
        ("sources__0__title", "$.sources[0].title"),
        ("sources__0__publisher", "$.sources[0].publisher"),
        ("perspectives__0__heading", "$.perspectives[0].heading"),
        ("perspectives__0__points__0__attributed_to", "$.perspectives[0].points[0].attributed_to"),
        ("provenance__provider", "$.provenance.provider"),
        ("provenance__reviewed_by", "$.provenance.reviewed_by"),
        ("corrections__0__note", "$.corrections[0].note"),
    ],
)
def test_a_name_that_nobody_can_see_is_refused(place: str, path: str, text: str) -> None:
    found = check(sample_entry(**{place: text}), PUBLICATION)
    assert [(it.path, it.severity) for it in found] == [(path, "error")]
    assert "no visible character" in found[0].message


@pytest.mark.parametrize("text", [*UNSEEN, "<b>\u200b</b>"], ids=ascii)
def test_a_point_that_nobody_can_see_is_refused(text: str) -> None:
    found = check(sample_entry(perspectives__0__points__0__text=text), PUBLICATION)
    assert ("$.perspectives[0].points[0].text", "error") in [(it.path, it.severity) for it in found]


@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_a_publication_s_name_can_be_seen(name: str) -> None:
    with pytest.raises(ValueError, match="no visible character"):
        Publication(name=name)


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "👨\u200d👩\u200d👧", "co\u00adoperate", "\ufeffA title", "…", "नी"],
    ids=ascii,
)
def test_what_joins_or_parts_letters_that_can_be_seen_stays(text: str) -> None:
    assert check(sample_entry(sources__0__title=text), PUBLICATION) == []
