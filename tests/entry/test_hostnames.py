"""Names of hosts have one spelling, the browsers': for links, origins, keys and settings alike."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from url_tables import REFUSED, SPELLED

from widget.config import Publication, Settings
from widget.entry.hostnames import to_ascii
from widget.entry.urls import host_of, link_problem, normalize, origin

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("host", "spelled"), SPELLED, ids=lambda it: ascii(it))
def test_a_host_is_spelled_as_browsers_do(host: str, spelled: str) -> None:
    assert to_ascii(host) == spelled
    assert to_ascii(spelled) == spelled


@pytest.mark.parametrize("host", REFUSED, ids=ascii)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_ascii(host)


@given(st.text("aZ09-._ßẞςΣİé\u0301\u200c\u200d\u00ad。ａ☕אا१क", max_size=12))
def test_a_spelling_is_its_own(host: str) -> None:
    try:
        spelled = to_ascii(host)
    except ValueError:
        assume(False)
    assert spelled.isascii()
    assert spelled == spelled.lower()
    assert to_ascii(spelled) == spelled


LOOK_ALIKES = [
    ("https://straße.example", "https://xn--strae-oqa.example", "https://strasse.example"),
    ("https://σας.example", "https://xn--mxa8ab.example", "https://xn--mxa9ab.example"),
    (
        "https://نامه\u200cای.example",
        "https://xn--mgba3gch31f060k.example",
        "https://xn--mgba3gch31f.example",
    ),
]


@pytest.mark.parametrize(("typed", "sent", "other"), LOOK_ALIKES)
def test_the_site_that_is_listed_may_embed_and_its_look_alike_may_not(
    typed: str, sent: str, other: str
) -> None:
    listed = Publication(name="Paper", origins=(typed,))
    assert listed.origins == (sent,)
    assert listed.embedders == sent
    assert listed.allows(sent)
    assert not listed.allows(other)
    settings = Settings(publications=(Publication(name="First", origins=(other,)), listed))
    assert settings.publication_for(f"{typed}/a").name == "Paper"
    assert settings.publication_for(f"{sent}/a").name == "Paper"
    assert settings.publication_for(f"{other}/a").name == "First"


@pytest.mark.parametrize(("typed", "sent", "other"), LOOK_ALIKES)
def test_an_article_has_one_key_by_both_names_and_none_by_another(
    typed: str, sent: str, other: str
) -> None:
    assert link_problem(f"{typed}/a") is None
    assert normalize(f"{typed}/a") == normalize(f"{sent}/a")
    assert normalize(f"{typed}/a") != normalize(f"{other}/a")
    assert origin(f"{typed}/a") == sent
    assert f"https://{host_of(typed)}" == sent


@pytest.mark.parametrize(
    "url",
    [
        f"https://{'ä' * 60}.example/",  # 63 letters typed would be too many once encoded
        "https://xn--a.example/",
        "https://a\u200cb.example/",
        "https://127.1/",
        "https://[::1%25eth0]/",
        "https://paper。example/",
        "https://⑴.example/",
    ],
    ids=ascii,
)
def test_a_link_to_what_browsers_refuse_or_mend_is_refused(url: str) -> None:
    assert link_problem(url)


def test_the_newsroom_s_host_may_have_letters_of_any_script() -> None:
    assert Settings(admin_host="Redaktion.Straße.example").admin_host == (
        "redaktion.xn--strae-oqa.example"
    )
    assert Settings(admin_host="[::1]").admin_host == "[::1]"
    for wrong in ("https://desk.example", "desk.example:8000", "desk.example/", "a b", ""):
        with pytest.raises(ValueError, match="is not a host name"):
            Settings(admin_host=wrong)
