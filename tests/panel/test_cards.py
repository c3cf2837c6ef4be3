"""Social cards and Open Graph: what a shared link shows, and what it never does."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageChops
from samples import PAPER, PUBLICATION, parse_html, sample_entry

from widget import i18n
from widget.app import create_app
from widget.config import Settings
from widget.entry import Entry
from widget.errors import InvalidSettings
from widget.panel import card as cards
from widget.panel import open_graph
from widget.panel.card_fonts import Fonts, fonts
from widget.store import Store, Withdrawn

pytestmark = pytest.mark.unit

TITLE = (64, 170, 1136, 420)
"""Where the title stands: left, top, right, bottom."""
LABEL = (64, 110, 1136, 156)
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def published(store: Store, **changes: object) -> Entry:
    entry = sample_entry(**changes)
    store.save(entry, actor="ana")
    store.publish(entry.id, actor="ana")
    return entry


def picture(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    assert image.format == "PNG"
    assert image.size == (open_graph.CARD_WIDTH, open_graph.CARD_HEIGHT)
    return image.convert("RGB")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """Return where in ``box`` something is drawn, None for nowhere."""
    part = image.crop(box)
    found = ImageChops.difference(part, Image.new("RGB", part.size, "#ffffff")).getbbox()
    return found and (found[0] + box[0], found[1] + box[1], found[2] + box[0], found[3] + box[1])


def drawn(**changes: object) -> Image.Image:
    return picture(cards.card(sample_entry(**changes), PUBLICATION))


def test_a_card_is_served_and_confirmed_like_any_response(
    store: Store, client: FlaskClient
) -> None:
    published(store)
    response = client.get("/card/night-trains.png", headers={"Accept-Encoding": "br, gzip"})
    assert response.content_type == "image/png"
    assert "Content-Encoding" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=30"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert ink(picture(response.data), TITLE)
    etag = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/card/night-trains.png", headers=etag).status_code == 304
    published(store, article__title="Another title")
    changed = client.get("/card/night-trains.png", headers=etag)
    assert changed.status_code == 200
    assert changed.data != response.data


@pytest.mark.parametrize("legal", [False, True])
def test_a_withdrawn_panel_has_a_card_without_anything_of_it(
    store: Store, client: FlaskClient, legal: bool
) -> None:
    published(store)
    before = client.get("/card/night-trains.png").data
    store.withdraw("night-trains", actor="ana", legal=legal)
    first = client.get("/card/night-trains.png")
    assert first.status_code == 410
    assert first.data != before
    published(store, article__title="Quite another title", viewpoint__lean="right")
    store.withdraw("night-trains", actor="ana", legal=legal)
    # Whatever it was about, the picture is the same, byte for byte.
    assert client.get("/card/night-trains.png").data == first.data


def test_without_a_panel_there_is_no_card(store: Store, client: FlaskClient) -> None:
    store.save(sample_entry(), actor="ana")
    for name in ("night-trains", "nothing"):
        response = client.get(f"/card/{name}.png")
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("language", "title", "side"),
    [
        ("en", "Bring the night trains back", "left"),
        ("el", "Φέρτε πίσω τα νυχτερινά τρένα", "left"),
        ("uk", "Поверніть нічні поїзди", "left"),
        ("vi", "Hãy đưa tàu đêm trở lại", "left"),
        ("hi", "रात की रेलगाड़ियाँ वापस लाओ", "left"),
        ("ar", "أعيدوا القطارات الليلية", "right"),
        ("fa", "قطارهای شبانه را برگردانید", "right"),
        ("he", "החזירו את רכבות הלילה", "right"),
    ],
)
def test_a_title_begins_where_its_language_does(language: str, title: str, side: str) -> None:
    assert fonts().can_draw(title)
    found = ink(drawn(language=language, article__title=title), TITLE)
    assert found
    left, _, right, _ = found
    assert left < 80 if side == "left" else right > 1_120


def test_arabic_letters_are_joined() -> None:
    """Letters that stand alone take more room: each then has its own form."""
    joined, apart = "بببببب", "\u200c".join("بببببب")
    widths = []
    for title in (joined, apart):
        found = ink(drawn(language="ar", article__title=title), TITLE)
        assert found
        widths.append(found[2] - found[0])
    assert widths[0] < 0.8 * widths[1]


@pytest.mark.parametrize(
    "title", ["夜行列車を復活させよう", "รถไฟกลางคืน", "Trains 🚂", "রাতের ট্রেন"]
)
def test_a_title_without_a_font_is_left_out_and_never_boxes(title: str) -> None:
    image = drawn(article__title=title)
    assert ink(image, TITLE) is None
    assert ink(image, LABEL)  # it still says who made the analysis


def test_the_words_of_a_card_are_english_where_no_font_has_the_language() -> None:
    without = [it for it in i18n.languages() if ink(drawn(language=it), LABEL) is None]
    assert without == []
    japanese, english = (drawn(language=it).crop(LABEL) for it in ("ja", "en"))
    assert japanese.tobytes() == english.tobytes()


def font_with(path: Path, characters: str) -> Path:
    """Write a font that has ``characters`` as boxes of the font's size."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 800), (800, 800), (800, 0)):
        pen.lineTo(point)
    pen.closePath()
    glyph, names = pen.glyph(), [f"g{ord(it)}" for it in characters]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({ord(it): name for it, name in zip(characters, names, strict=True)})
    builder.setupGlyf(dict.fromkeys([".notdef", *names], glyph))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names], (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def test_an_operator_s_font_draws_what_ours_lack(tmp_path: Path) -> None:
    title = "夜行列車を復活させよう" * 6
    font = font_with(tmp_path / "boxes.ttf", "".join(sorted(set(title))))
    entry = sample_entry(language="ja", article__title=title)
    for place in (font, tmp_path):
        found = ink(picture(cards.card(entry, PUBLICATION, more_fonts=(place,))), TITLE)
        assert found
        # Broken into lines, though it has no space, and none of them wider than the card.
        assert found[3] - found[1] > 120
        assert found[2] <= 1_136


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_bytes(b"no font")
    with pytest.raises(InvalidSettings, match=r"no\.ttf"):
        Fonts((tmp_path,))


@pytest.mark.parametrize("title", ["A word. " * 60, "W" * 300, "Ein Wort " + "Ü" * 120])
def test_a_long_title_stays_in_its_place(title: str) -> None:
    image = drawn(article__title=title.strip())
    left, top, right, bottom = ink(image, (0, 160, 1200, 450)) or (0, 0, 0, 0)
    assert (left >= 60, top >= 160, right <= 1_140, bottom <= 425) == (True,) * 4


def test_the_place_on_the_scale_is_filled_from_left_to_right() -> None:
    accent = tuple(bytes.fromhex(PUBLICATION.accent.light[1:]))
    centres = []
    for lean in ("left", "center-left", "center", "center-right", "right"):
        for language in ("en", "ar"):
            image = drawn(viewpoint__lean=lean, language=language)
            row = [image.getpixel((x, 464)) == accent for x in range(1200)]
            centres.append(sum(x for x, filled in enumerate(row) if filled) // sum(row))
    assert centres[::2] == centres[1::2] == sorted(centres[::2])
    for lean in ("not-political", "not-rated"):
        image = drawn(viewpoint__lean=lean)
        assert accent not in {image.getpixel((x, 464)) for x in range(1200)}


def tags(page: str) -> dict[str, str]:
    return {
        it.get("property") or it.get("name"): it.get("content")
        for it in parse_html(page).iter()
        if (it.get("property") or it.get("name") or "").startswith(("og:", "twitter:"))
    }


def test_a_permalink_says_what_it_is_to_those_who_share_it(
    store: Store, client: FlaskClient
) -> None:
    published(store, article__title='Trains & "beds"')
    found = tags(client.get("/panel/night-trains").text)
    title = 'Insights (AI-generated): Trains & "beds"'
    assert found == {
        "og:type": "article",
        "og:title": title,
        "og:description": "This article generally aligns with a Center-left point of view.",
        "og:url": "http://localhost/panel/night-trains",
        "og:site_name": "The Paper",
        "og:image": "http://localhost/card/night-trains.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
    }
    assert client.get(found["og:image"]).status_code == 200
    store.withdraw("night-trains", actor="ana", legal=True)
    assert tags(client.get("/panel/night-trains").text) == {}
    assert tags(client.get("/panel/nothing").text) == {}


def test_without_the_extra_no_picture_is_named(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_graph, "_LIBRARIES", ("resvg_py", "not_installed"))
    open_graph.cards_are_drawn.cache_clear()
    try:
        published(store)
        client = create_app(settings, store).test_client()
        found = tags(client.get("/panel/night-trains").text)
        assert "og:title" in found
        assert not [it for it in found if "image" in it or "twitter" in it]
        assert client.get("/card/night-trains.png").status_code == 404
    finally:
        open_graph.cards_are_drawn.cache_clear()


def test_a_card_says_who_withdrew_the_panel_in_its_language() -> None:
    notice = Withdrawn("x", "fr", f"{PAPER}/x", "Secret", 1, NOW, "Secret", legal=True)
    image = picture(cards.card(notice, PUBLICATION))
    assert ink(image, TITLE)
    assert ink(image, (64, 560, 1136, 610))
