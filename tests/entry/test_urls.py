"""Which addresses may be linked to, and which name the same article."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from url_tables import ACCEPTED, FOLDED, KEPT, hosts, pairs

from widget.entry.urls import MAX_LENGTH, link_problem, normalize, origin, with_scheme

pytestmark = pytest.mark.unit

ATTACKS = [
    "",
    " ",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://paper.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://paper.example/",
    "blob:https://paper.example/x",
    "about:blank",
    "mailto:desk@paper.example",
    "view-source:https://paper.example",
    "//paper.example/x",
    "///paper.example/x",
    "/opinion/x",
    "opinion/x",
    "paper.example",
    "?q=1",
    "#top",
    "https:",
    "https:/",
    "https://",
    "https:///paper.example/x",
    "https:paper.example",
    "https:/paper.example",
    "https:\\\\paper.example",
    "https://paper.example\\@evil.example",
    "https:/\\paper.example",
    "\\\\paper.example",
    " https://paper.example",
    "https://paper.example ",
    "https://paper.example/a b",
    "\thttps://paper.example",
    "java\tscript:alert(1)",
    "ht\ntps://paper.example",
    "https://pa\tper.example",
    "https://paper.example/\r\nSet-Cookie: a=b",
    "https://paper.example/\0",
    "https://paper.example/\x7f",
    "https://paper.example/\x85",
    "https://paper.example/\u200b",
    "https://paper.example/\u2028",
    "https://paper.example/\u202e",
    "https://paper.example/\u00a0",
    "https://paper.example/\u3000",
    "https://paper.example/\ufeff",
    "https://pa\u00adper.example/",
    "https://paper.example/\ue000",
    "https://paper.example/\ud800",
    "https://user@paper.example/",
    "https://user:secret@paper.example/",
    "https://paper.example@evil.example/",
    "https://@paper.example/",
    "https://paper.example:443:80/",
    "https://paper.example:/",
    "https://paper.example:0/",
    "https://paper.example:65536/",
    "https://paper.example:-1/",
    "https://paper.example:port/",
    "https://paper.example:８０/",
    "https://ｐａｐｅｒ.example/",
    "https://paper。example/",
    "https://paper．example/",
    "https://paper.examp℀e/",
    "https://paper.example／x",
    "https://①②③.example/",
    "https://%70aper.example/",
    "https://paper%2eexample/",
    "https://paper.example%00.evil.example/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.0x1/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://1.2.3/",
    "https://paper.1/",
    "https://intranet/",
    "https://paper..example/",
    "https://.example/",
    "https://paper.example../",
    "https://-paper.example/",
    "https://paper-.example/",
    "https://pa_per.example_/",
    "https://paper!.example/",
    "https://paper,example/",
    "https://*.example/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 127}example/",
    "https://[::1/",
    "https://::1/",
    "https://[::g]/",
    "https://[1.2.3.4]/",
    "https://[::1]x/",
    "https://[fe80::1%25eth0]/",
    "https://paper.example/<script>",
    'https://paper.example/"onmouseover="x',
    "https://paper.example/`x`",
    "https://paper.example/{x}",
    "https://paper.example/a|b",
    "https://paper.example/^",
    "https://paper.example/" + "a" * (MAX_LENGTH + 1 - len("https://paper.example/")),
]


@pytest.mark.parametrize("url", ATTACKS, ids=lambda url: ascii(url)[:60])
def test_what_a_browser_would_have_to_mend_or_refuse_is_not_linked_to(url: str) -> None:
    problem = link_problem(url)
    assert problem
    assert not problem.endswith(".")


@pytest.mark.parametrize("url", ACCEPTED, ids=lambda url: ascii(url)[:60])
def test_an_ordinary_address_is_linked_to(url: str) -> None:
    assert link_problem(url) is None


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("", "is empty; give an address that begins with https://"),
        ("https://x.example/" + "a" * 2031, "has 2049 characters; at most 2048 are accepted"),
        ("https://x.example/\u200b", "contains the invisible character U+200B; remove it"),
        ("https://x.example/a|b", "contains '|'; write it percent-encoded"),
        ("https://intranet", "has the host 'intranet', which lacks a domain such as .org"),
        ("https://x.example:0", "has an invalid port; remove it"),
    ],
)
def test_a_problem_is_told_with_its_remedy(url: str, remedy: str) -> None:
    assert link_problem(url) == remedy


@pytest.mark.parametrize("place", ["https://a{}.example/", "https://a.example/{}", "{}"])
def test_ordinary_characters_are_the_printable_ones_that_need_no_encoding(place: str) -> None:
    for code in range(0x250):
        problem = link_problem(place.format(chr(code))) or ""
        invisible = unicodedata.category(chr(code)) in ("Cc", "Cf", "Zs")
        assert ("invisible character" in problem) == invisible, chr(code)
        assert ("percent-encoded" in problem) == (chr(code) in '\\<>"`{}|^'), chr(code)


@given(st.text(max_size=60) | st.text("htps:/\\.@[]%#?-1x\t", max_size=40))
def test_any_text_is_judged(url: str) -> None:
    problem = link_problem(url)
    assert problem is None or problem
    if problem is None:
        assert url.lower().startswith(("http://", "https://"))
        assert normalize(url)
        assert origin(url)


@pytest.mark.parametrize("other", FOLDED)
def test_what_does_not_tell_articles_apart_is_folded(other: str) -> None:
    assert normalize(other) == "paper.example/a"


@pytest.mark.parametrize(("url", "key"), KEPT)
def test_what_tells_articles_apart_is_kept(url: str, key: str) -> None:
    assert normalize(url) == key


@pytest.mark.parametrize(
    "url",
    ["", "paper.example/a", "//paper.example/a", "ftp://paper.example", "https://", "http://["],
)
def test_what_is_no_address_has_no_key(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalize(url)


@given(
    scheme=st.sampled_from(["http", "https", "HTTPS"]),
    host=hosts,
    port=st.sampled_from(["", ":80", ":443", ":8080"]),
    path=st.text("abé/.%;@:", max_size=12),
    query=pairs.map(lambda some: "&".join(f"{name}={value}" for name, value in some)),
    fragment=st.sampled_from(["", "#", "#top"]),
)
def test_a_key_is_the_key_of_itself(
    scheme: str, host: str, port: str, path: str, query: str, fragment: str
) -> None:
    url = f"{scheme}://{host}{port}/{path}?{query}{fragment}"
    assume(link_problem(url) is None)
    key = normalize(url)
    assert normalize("https://" + key) == key


def test_a_host_may_begin_with_www_more_than_once() -> None:
    key = normalize("https://www.www.paper.example/")
    assert normalize("https://" + key) == key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://paper.example/a?b#c", "https://paper.example"),
        ("HTTPS://Paper.EXAMPLE:443/", "https://paper.example"),
        ("http://paper.example:80", "http://paper.example"),
        ("http://paper.example:443", "http://paper.example:443"),
        ("https://www.paper.example", "https://www.paper.example"),
        ("https://münchen.example/a", "https://xn--mnchen-3ya.example"),
        ("http://[::1]:8000/a", "http://[::1]:8000"),
        ("http://localhost:8001/", "http://localhost:8001"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, expected: str) -> None:
    assert origin(url) == expected


def test_an_address_typed_and_the_same_sent_by_a_browser_are_one() -> None:
    typed, sent = (
        "https://paper.example/opinión/café",
        "https://paper.example/opini%c3%b3n/caf%C3%A9",
    )
    assert normalize(typed) == normalize(sent)
    assert normalize("https://paper.example/a%2Fb") != normalize("https://paper.example/a/b")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("www.site.example/a", "https://www.site.example/a"),
        (" site.example ", "https://site.example"),
        ("site.example:8443/?q=1", "https://site.example:8443/?q=1"),
        ("bücher.example/ä", "https://bücher.example/ä"),
        ("https://site.example/", "https://site.example/"),
        ("mailto:a@site.example", "mailto:a@site.example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("//site.example/", "//site.example/"),
        ("nowhere", "nowhere"),
        ("localhost/a", "localhost/a"),
        ("a sentence. And more", "a sentence. And more"),
        ("user@site.example/", "user@site.example/"),
        ("1.5", "1.5"),
        ("", ""),
    ],
)
def test_an_address_without_its_scheme_is_completed_and_nothing_else(
    text: str, wanted: str
) -> None:
    assert with_scheme(text) == wanted
