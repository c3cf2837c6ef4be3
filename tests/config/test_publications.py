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


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("scandal", "The SCANDAL\u2019s end"),
        ("scandal", "A scan\u00addal, a <b>scan</b>dal"),
        ("scandal", "scan\u200bdal"),
        ("scandal", "\uff33\uff43\uff41\uff4e\uff44\uff41\uff4c"),
        ("hate crime", "a hate\u00a0 crime"),
        ("o'neil", "O\u2019Neil said so"),
        ("\u00e9tat", "L'ETAT c'est moi"),
        ("e\u0301tat", "\u00c9tat"),
        ("stra\u00dfe", "STRASSE"),
        ("istanbul", "\u0130STANBUL"),
        ("\u0131rak", "IRAK"),
        (
            "\u03c3\u03ba\u03ac\u03bd\u03b4\u03b1\u03bb\u03bf\u03c2",
            "\u03a3\u039a\u0391\u039d\u0394\u0391\u039b\u039f\u03a3",
        ),
        ("\u0641\u0636\u064a\u062d\u0629", "\u0641\u064e\u0636\u0650\u064a\u062d\u0640\u0629"),
        (
            "\u0641\u0636\u064a\u062d\u0629",
            "\u0648\u0628\u0627\u0644\u0641\u0636\u064a\u062d\u0629",
        ),
        (
            "\u05e9\u05e2\u05e8\u05d5\u05e8\u05d9\u05d9\u05d4",
            "\u05d5\u05d4\u05e9\u05e2\u05e8\u05d5\u05e8\u05d9\u05d9\u05d4 \u05d4\u05d6\u05d0\u05ea",
        ),
        ("\u4e11\u95fb", "\u8fd9\u662f\u4e00\u4e2a\u4e11\u95fb\u4e8b\u4ef6"),
        (
            "\u30b9\u30ad\u30e3\u30f3\u30c0\u30eb",
            "\u305d\u306e\uff7d\uff77\uff6c\uff9d\uff80\uff9e\uff99\u306f",
        ),
        ("\uc2a4\uce94\ub4e4", "\uadf8 \uc2a4\uce94\ub4e4\uc740 \ub05d\ub0ac\ub2e4"),
        (
            "\u0e09\u0e32\u0e27",
            "\u0e40\u0e23\u0e37\u0e48\u0e2d\u0e07\u0e09\u0e32\u0e27\u0e19\u0e35\u0e49",
        ),
    ],
)
def test_a_word_is_held_however_its_language_writes_it(word: str, text: str) -> None:
    entry = sample_entry(perspectives__0__points__0__text=text)
    assert held(Hold(words=(word,)), entry) == word
    assert held(Hold(sections=(word,)), sample_entry(article__section=f" {word.upper()} ")) == word


def test_a_part_of_another_word_is_not_held() -> None:
    hold = Hold(words=("scandal", "\u0915\u0941\u0932", "\u0642\u0644\u0645"))
    for text in ("scandalous", "proscandal", "\u0915\u0932", "\u0642\u0644\u0645\u0629"):
        assert held(hold, sample_entry(perspectives__0__points__0__text=text)) == "", text


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
