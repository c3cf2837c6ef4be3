"""An article has one key, however its address is written and whatever links add to it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from url_tables import ALIKE, APART

from widget.entry import tracking
from widget.entry.urls import normalize

pytestmark = pytest.mark.unit


def key(rest: str) -> str:
    return normalize(f"https://paper.example{rest}")


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_these_are_one_article(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_these_are_two_articles(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_codes_of_another_encoding_stay_as_they_are() -> None:
    assert key("/caf%e9/%7Ea") == "paper.example/caf%E9/%7Ea"


@pytest.mark.parametrize(
    "added",
    [
        "srsltid=A",
        "gad_source=1",
        "gad_campaignid=1",
        "gclsrc=aw.ds",
        "wbraid=1",
        "igsh=x",
        "ttclid=x",
        "li_fat_id=x",
        "mtm_campaign=x",
        "pk_campaign=x",
        "_gl=1*x",
        "_ga=1",
        "epik=1",
        "rdt_cid=1",
        "ScCid=1",
        "yclid=1",
        "ysclid=1",
        "_openstat=1",
        "at_medium=x",
        "at_campaign=x",
        "ns_mchannel=x",
        "wt_mc=x",
        "WT.mc_id=x",
        "hsa_cam=1",
        "_hsenc=1",
        "UTM_SOURCE=x",
        "utm_social-type=x",
        "utm_source",
        "%75tm_source=x",
    ],
)
def test_what_says_where_a_reader_comes_from_counts_for_nothing(added: str) -> None:
    assert key(f"/ferry?{added}") == "paper.example/ferry"
    assert key(f"/ferry?p=1&{added}&z=2") == "paper.example/ferry?p=1&z=2"


def test_the_list_of_parameters_is_written_as_it_is_compared() -> None:
    assert len(tracking.NAMES) > 100
    assert len(set(tracking.NAMES)) == len(tracking.NAMES)
    for name in tracking.NAMES:
        assert re.fullmatch(r"[a-z0-9_.]+\*?", name), name
        assert key(f"/a?{name.replace('*', 'x')}=1") == "paper.example/a"


segments = st.text("abé~-._ \u0301!*", max_size=6)
codes = st.sampled_from(["%7E", "%2F", "%2f", "%25", "%3A", "%C3%A9", "%E9", "%zz", "%", "%41"])
paths = st.lists(st.one_of(segments, codes, st.just("/"), st.just("/../")), max_size=8)


@given(paths.map("".join))
def test_a_key_is_the_key_of_itself(path: str) -> None:
    found = key(f"/{path}")
    assert normalize(f"https://{found}") == found


@given(st.lists(st.text("abZ9é~-._ äа가", min_size=1, max_size=6), max_size=4), st.data())
def test_however_a_path_is_written_its_key_is_the_same(
    parts: list[str], data: st.DataObject
) -> None:
    def written(part: str) -> str:
        form = data.draw(st.sampled_from(["NFC", "NFD"]))
        spelled = "".join(
            data.draw(st.sampled_from([quote(it), *_coded(it), it if it != " " else "%20"]))
            for it in unicodedata.normalize(form, part)
        )
        return data.draw(st.sampled_from(["/", "//", "/./", "/x/../"])) + spelled

    plain = [part for part in parts if part.strip(".")]
    one = "".join("/" + quote(unicodedata.normalize("NFC", part)) for part in plain)
    assert key("".join(map(written, plain))) == key(one)


def _coded(character: str) -> list[str]:
    """Return a character with every byte as a code, in capitals and not."""
    code = "".join(f"%{byte:02X}" for byte in character.encode())
    return [code, code.lower()]
