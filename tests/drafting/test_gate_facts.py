from __future__ import annotations

from datetime import date

import pytest
from gate_support import evidence, of_text, rules

pytestmark = pytest.mark.unit

NUMBERS = [
    ("en", "It cost 1,900,000 crowns.", "1.9 million crowns", "1.8 million crowns"),
    ("en", "It cost 1,900,000 crowns.", "nearly two million crowns", "nearly three million crowns"),
    ("en", "It rose by 23 percent.", "23 %", "24 %"),
    ("en", "25 percent are visitors.", "one boarding in four", "one boarding in five"),
    ("en", "46 percent hold one.", "nearly half of them", "nearly a quarter of them"),
    ("en", "They came on eleven days.", "11 days", "12 days"),
    ("en", "It took 38 people.", "fewer than 40 people", "more than 40 people"),
    ("en", "Fares recover 11 percent.", "eleven percent", "twelve percent"),
    ("de", "Jedes vierte Bad schloss.", "Ein Viertel der Bäder", "Ein Drittel der Bäder"),
    ("de", "Es kamen im Mittel 38.", "weniger als vierzig", "weniger als dreißig"),
    ("de", "Um 3,4 % und um 9 %.", "um 9 Prozent und nur um 3,4", "um 9 Prozent und um 3,5"),
    ("de", "Im Juli fehlten neun.", "im Juli fehlten 9.", "im Juli fehlten 8."),
    ("es", "Cierra a las 21:30.", "a las 21.30", "a las 21.40"),
    ("es", "En cuatro de las cinco ciudades.", "En cuatro de cinco", "En tres de cinco"),
    ("fr", "Le pont sert 2 140 fois.", "2140 fois", "2150 fois"),
    ("fr", "Un quart a disparu.", "25 pour cent", "35 pour cent"),
    ("ar", "عددهم 140 بائعًا.", "مئة وأربعين بائعًا", "مئة وخمسين بائعًا"),
    ("ar", "بلغ العدد 5,960 زائرًا.", "ونحو ستة آلاف زائر", "ونحو سبعة آلاف زائر"),
    ("ar", "سُجّلت اثنتا عشرة مخالفة.", "12 مخالفة", "13 مخالفة"),
    ("ar", "سُجّلت 12 مخالفة.", "الاثنتي عشرة", "أربعين"),
    ("ar", "بنسبة 9 في المئة.", "٩٪", "٨٪"),
]


@pytest.mark.parametrize(("language", "source", "supported", "changed"), NUMBERS)
def test_a_number_is_read_in_any_spelling_and_must_be_in_the_source(
    language: str, source: str, supported: str, changed: str
) -> None:
    held = evidence(source, "x", language=language)
    assert rules(of_text(f"{supported} [1]", held, language=language)) <= {"name-unseen"}
    assert "number-unsupported" in rules(of_text(f"{changed} [1]", held, language=language))


DATES = [
    ("en", "It ends on 30 June 2027.", "June 30, 2027", "June 29, 2027"),
    ("en", "It ends on 30 June 2027.", "2027-06-30", "2027-07-30"),
    ("en", "In July and August it is full.", "In July and August", "In July and May"),
    ("en", "It began in 2019.", "since 2019", "since 2018"),
    ("de", "Er endet am 30.09.2027.", "am 30. September 2027", "am 29. September 2027"),
    ("de", "Im Juli war es voll.", "Im vergangenen Juli", "Im vergangenen Mai"),
    ("es", "Del 7 de enero al 15 de marzo.", "el 7 de enero", "el 14 de enero"),
    ("fr", "Le 9 mars 2026.", "le 9 mars", "le 9 avril"),
    ("ar", "في شهر آب", "في أغسطس", "في مارس"),
    ("ar", "22 ديسمبر 2025", "22 كانون الأول 2025", "23 كانون الأول 2025"),
]


@pytest.mark.parametrize(("language", "source", "supported", "moved"), DATES)
def test_a_date_is_read_in_any_spelling_and_must_be_in_the_source(
    language: str, source: str, supported: str, moved: str
) -> None:
    held = evidence(source, "x", language=language)
    assert of_text(f"{supported} [1].", held, language=language) == []
    assert "date-unsupported" in rules(of_text(f"{moved} [1].", held, language=language))


def test_the_day_of_publication_is_a_date_of_the_source() -> None:
    held = evidence("Nothing.", "x", published=date(2026, 4, 16))
    assert of_text("It was said on 16 April 2026 [1].", held) == []


def test_a_percentage_after_a_month_is_no_day() -> None:
    held = evidence("انخفضت المبيعات في شهر آب بنسبة 7 في المئة.", "x", language="ar")
    assert of_text("تراجعت في أغسطس 7 في المئة [1].", held, language="ar") == []
    assert of_text("تراجعت في أغسطس 7٪ [1].", held, language="ar") == []
