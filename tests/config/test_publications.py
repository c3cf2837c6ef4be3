"""Publications: which articles belong to one, and who may embed its panels."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from samples import sample_entry

from widget.config import Publication, Settings, held
from widget.config.publication import Hold

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("an_empty_folder")]


def test_an_accent_may_be_one_colour_or_two() -> None:
    assert Publication.model_validate({"accent": "#AA0000"}).accent.light == "#aa0000"
    two = Publication.model_validate({"accent": {"light": "#000000", "dark": "#FFFFFF"}})
    assert (two.accent.light, two.accent.dark) == ("#000000", "#ffffff")


def test_an_origin_is_kept_as_browsers_write_it() -> None:
    publication = Publication(origins=("HTTPS://Paper.example:443/", "https://münchen.example"))
    assert publication.origins == ("https://paper.example", "https://xn--mnchen-3ya.example")


@pytest.mark.parametrize(
    ("contact", "url"),
    [
        ("desk@paper.example", "mailto:desk@paper.example"),
        ("o'neil+insights@münchen.example", "mailto:o%27neil+insights@m%C3%BCnchen.example"),
        ("https://paper.example/contact?to=desk", "https://paper.example/contact?to=desk"),
        (None, ""),
    ],
)
def test_a_contact_is_a_mail_address_or_the_address_of_a_page(
    contact: str | None, url: str
) -> None:
    assert Publication(contact=contact).contact_url == url


@pytest.mark.parametrize(
    "contact",
    [
        *("", " ", "desk", "desk@", "@paper.example", "desk@paper", "a b@paper.example"),
        *("javascript:alert(1)", "javascript:alert(1)//@paper.example", "ftp://paper.example"),
        *("//paper.example", "https://", "https://user:word@paper.example", "http:paper.example"),
        *('a"@paper.example', "a@paper.example?cc=b@paper.example", "mailto:a@paper.example"),
        *("a@paper.example\n", "a@b@paper.example", "<a@paper.example>"),
    ],
)
def test_what_is_no_contact_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError, match="contact"):
        Publication(contact=contact)


def test_a_word_that_asks_for_two_approvals_counts_wherever_readers_see_it() -> None:
    hold = Hold(words=("scandal",))
    assert held(hold, sample_entry()) == ""
    for place in ("article__title", "perspectives__1__none_because", "sources__0__quote"):
        assert held(hold, sample_entry(**{place: "A Scandal, they say."})) == "scandal", place


# Who may embed


def test_without_origins_only_loopback_may_embed() -> None:
    publication = Publication()
    for origin in (
        "http://localhost",
        "http://localhost:8001",
        "http://127.0.0.1:5",
        "http://[::1]:8",
    ):
        assert publication.allows(origin)
    for origin in (
        "https://paper.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.2",
        "null",
        "",
        "http://[",
    ):
        assert not publication.allows(origin)
    assert publication.embedders == "http://localhost:* https://localhost:* http://127.0.0.1:*"


def test_with_origins_only_these_may_embed_loopback_not() -> None:
    publication = Publication(origins=("https://paper.example", "https://www.paper.example"))
    assert publication.allows("https://paper.example")
    for origin in (
        "http://paper.example",
        "https://paper.example:8443",
        "https://sub.paper.example",
        "https://paper.example.evil.example",
        "https://paper.example/",
        "http://localhost:8001",
        "null",
    ):
        assert not publication.allows(origin)
    assert publication.embedders == "https://paper.example https://www.paper.example"


def test_settings_allow_what_any_publication_allows() -> None:
    settings = Settings.model_validate(
        {
            "publications": [
                {"origins": ["https://one.example"]},
                {"origins": ["https://two.example"]},
            ]
        }
    )
    assert settings.allows("https://two.example")
    assert not settings.allows("http://localhost")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://one.example/a", "One"),
        ("https://two.example/a", "Two"),
        ("http://two.example/a", "Two"),
        ("https://www.two.example/a", "Two"),
        ("https://two.example:443/a", "Two"),
        ("https://three.example/a", "Two"),
        ("https://two.example:8443/a", "One"),
        ("https://unknown.example/a", "One"),
        ("no address", "One"),
        ("http://[", "One"),
        ("https://x.example:99999/", "One"),
        ("", "One"),
    ],
)
def test_an_article_belongs_to_who_lists_its_origin_or_else_to_the_first(
    url: str, name: str
) -> None:
    settings = Settings.model_validate(
        {
            "publications": [
                {"name": "One", "origins": ["https://one.example"]},
                {"name": "Two", "origins": ["https://two.example", "https://www.three.example"]},
            ]
        }
    )
    assert settings.publication_for(url).name == name


def test_a_text_is_told_in_the_language_asked_for_or_else_in_the_publications_own() -> None:
    publication = Publication(language="de")
    text: dict[str, str] = {"de": "Hallo", "pt": "Olá", "pt-BR": "Oi"}
    assert publication.text(text, "pt-BR") == "Oi"
    assert publication.text(text, "pt-PT") == "Olá"
    assert publication.text(text, "fr") == "Hallo"
    assert publication.text("Hi", "fr") == "Hi"
    assert publication.text(None, "fr") is None
    assert publication.text({"en": "Hello"}, "fr") is None
