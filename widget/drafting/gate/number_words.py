"""The words for numbers, magnitudes, fractions and units, in five languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from widget.drafting.gate.folding import each

_EN = each(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_EN_TENS = each("twenty thirty forty fifty sixty seventy eighty ninety")
_DE = each(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_DE_TENS = each("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_ES = each(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés "
    "veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_ES_TENS = each("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = "doscient trescient cuatrocient quinient seiscient setecient ochocient novecient"
_FR = each(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf"
)
_FR_TENS = ["vingt", "trente", "quarante", "cinquante", "soixante"]
_AR_UNITS = each("ثلاث أربع خمس ست سبع ثمان تسع")
_AR_TENS = each("عشر ثلاث أربع خمس ست سبع ثمان تسع")


def _english() -> Iterator[tuple[str, int]]:
    yield from ((word, n) for n, word in enumerate(_EN))
    for tens, word in enumerate(_EN_TENS, start=2):
        yield word, tens * 10
        for unit in range(1, 10):
            yield f"{word}-{_EN[unit]}", tens * 10 + unit
            yield f"{word} {_EN[unit]}", tens * 10 + unit
    yield "a dozen", 12
    yield "dozen", 12
    yield "a hundred", 100
    yield "a thousand", 1_000
    yield "a million", 1_000_000


def _german() -> Iterator[tuple[str, int]]:
    below: dict[str, int] = {word: n for n, word in enumerate(_DE)}
    for tens, word in enumerate(_DE_TENS, start=2):
        below[word] = tens * 10
        for unit in range(1, 10):
            prefix = "ein" if unit == 1 else _DE[unit]
            below[f"{prefix}und{word}"] = tens * 10 + unit
    yield from below.items()
    yield "dreissig", 30
    yield "dutzend", 12
    yield "hundert", 100
    yield "tausend", 1_000
    for prefix, factor in (("ein", 1), *((_DE[n], n) for n in range(2, 13))):
        yield f"{prefix}tausend", factor * 1_000
        if factor < 10:
            yield f"{prefix}hundert", factor * 100
            for word, n in below.items():
                if n:
                    yield f"{prefix}hundert{word}", factor * 100 + n


def _spanish() -> Iterator[tuple[str, int]]:
    yield from ((word, n) for n, word in enumerate(_ES))
    for tens, word in enumerate(_ES_TENS, start=3):
        yield word, tens * 10
        for unit in range(1, 10):
            yield f"{word} y {_ES[unit]}", tens * 10 + unit
        yield f"{word} y un", tens * 10 + 1
    yield "docena", 12
    yield "cien", 100
    for factor, stem in enumerate(_ES_HUNDREDS.split(), start=2):
        yield f"{stem}os", factor * 100
        yield f"{stem}as", factor * 100
    yield "mil", 1_000


def _french() -> Iterator[tuple[str, int]]:
    yield from ((word, n) for n, word in enumerate(_FR))
    for tens, word in enumerate(_FR_TENS, start=2):
        yield word, tens * 10
        for unit in range(1, 10):
            yield f"{word}-{_FR[unit]}", tens * 10 + unit
        yield f"{word} et un", tens * 10 + 1
        yield f"{word}-et-un", tens * 10 + 1
    for n in range(10, 20):
        yield f"soixante-{_FR[n]}", 60 + n
        yield f"quatre-vingt-{_FR[n]}", 80 + n
    yield "soixante et onze", 71
    yield "quatre-vingts", 80
    for n in range(1, 10):
        yield f"quatre-vingt-{_FR[n]}", 80 + n
    yield "douzaine", 12
    yield "cent", 100
    yield "mille", 1_000


def _arabic() -> Iterator[tuple[str, int]]:
    yield from (("اثنان", 2), ("اثنين", 2), ("اثنتان", 2), ("اثنتين", 2))
    for n, word in enumerate(_AR_UNITS, start=3):
        for ending in ("", "ة"):
            stem = "ثماني" if n == 8 else word
            yield stem + ending, n
        for tens, ten in enumerate(_AR_TENS[1:], start=3):
            for case in ("ون", "ين"):
                stem = "ثماني" if n == 8 else word
                yield f"{stem}ة و{ten}{case}", tens * 10 + n
    yield from (("عشرة", 10), ("عشرون", 20), ("عشرين", 20), ("مئة", 100), ("مائة", 100))
    yield from (("أحد عشر", 11), ("إحدى عشرة", 11), ("اثني عشر", 12), ("اثنا عشر", 12))
    yield from (("اثنتي عشرة", 12), ("اثنتا عشرة", 12), ("مئتان", 200), ("مئتين", 200))
    yield from (("ألف", 1_000), ("ألفان", 2_000), ("ألفين", 2_000), ("ألفي", 2_000))
    for tens, ten in enumerate(_AR_TENS[1:], start=3):
        for stem, factor in (("مئة", 100), ("مائة", 100)):
            yield f"{stem} و{ten}ون", factor + tens * 10
            yield f"{stem} و{ten}ين", factor + tens * 10
        yield f"{ten}مئة", tens * 100
    for n, word in enumerate(_AR_UNITS, start=3):
        stem = "ثماني" if n == 8 else word
        yield f"{stem}ة عشر", 10 + n
        yield f"{stem} عشرة", 10 + n
    for tens, ten in enumerate(_AR_TENS[1:], start=3):
        yield f"{ten}ون", tens * 10
        yield f"{ten}ين", tens * 10


_MAKERS: dict[str, Callable[[], Iterator[tuple[str, int]]]] = {
    "en": _english,
    "de": _german,
    "es": _spanish,
    "fr": _french,
    "ar": _arabic,
}
WORDS: dict[str, dict[str, int]] = {language: dict(make()) for language, make in _MAKERS.items()}

AMBIGUOUS: dict[str, frozenset[str]] = {
    "en": frozenset({"one"}),
    "de": frozenset({"eins", "acht"}),
    "es": frozenset({"uno", "once"}),
    "fr": frozenset({"un", "neuf"}),
    "ar": frozenset({"ست", "عشر", "خمس", "سبع"}),
}
"""Words that are also something else: they support a number, and are not checked themselves."""

MAGNITUDES: dict[str, dict[str, int]] = {
    "en": {
        "hundred": 100, "thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "mn": 10**6,
        "billion": 10**9, "bn": 10**9, "trillion": 10**12, "dozen": 12,
    },
    "de": {
        "hundert": 100, "tausend": 10**3, "tsd": 10**3, "million": 10**6, "millionen": 10**6,
        "mio": 10**6, "milliarde": 10**9, "milliarden": 10**9, "mrd": 10**9, "billion": 10**12,
        "billionen": 10**12, "dutzend": 12,
    },
    "es": {
        "mil": 10**3, "millón": 10**6, "millones": 10**6, "mill": 10**6, "millardo": 10**9,
        "mil millones": 10**9, "billón": 10**12, "billones": 10**12, "docenas": 12,
    },
    "fr": {
        "cents": 100, "cent": 100, "mille": 10**3, "million": 10**6, "millions": 10**6,
        "milliard": 10**9, "milliards": 10**9, "md": 10**9, "billion": 10**12,
        "billions": 10**12, "douzaines": 12,
    },
    "ar": {
        "مئة": 100, "ألف": 10**3, "آلاف": 10**3, "ألفا": 10**3, "مليون": 10**6,
        "ملايين": 10**6, "مليونا": 10**6, "مليار": 10**9, "مليارات": 10**9,
    },
}  # fmt: skip

PERCENT = (
    r"%|per[ ]?cent\b|pct\b|percentage[ ]points?\b|prozent(?:punkte[n]?)?\b|v\.[ ]?h\."
    r"|por[ ]ciento\b"
    r"|puntos[ ]porcentuales\b|pour[ ]?cent\b|points?[ ]de[ ]pourcentage\b|(?:في[ ]|ب)الم[ئا]ئ?ة"
)
CURRENCIES: dict[str, str] = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "يورو": "EUR",
    "$": "USD", "dollar": "USD", "dollars": "USD", "usd": "USD", "dólares": "USD", "دولار": "USD",
    "£": "GBP", "pound": "GBP", "pounds": "GBP", "gbp": "GBP",
    "crown": "crown", "crowns": "crown", "krone": "crown", "kronen": "crown",
    "corona": "crown", "coronas": "crown", "couronne": "crown", "couronnes": "crown",
    "كرونة": "crown", "كرونات": "crown", "chf": "CHF", "franken": "CHF", "francs": "CHF",
}  # fmt: skip

_HALF, _THIRD, _QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)
DENOMINATORS: dict[str, dict[str, Fraction]] = {
    "en": {
        "half": _HALF, "halves": _HALF, "third": _THIRD, "thirds": _THIRD, "quarter": _QUARTER,
        "quarters": _QUARTER, "fifth": Fraction(1, 5), "fifths": Fraction(1, 5),
        "tenth": Fraction(1, 10), "tenths": Fraction(1, 10),
    },
    "de": {
        "hälfte": _HALF, "halb": _HALF, "halbe": _HALF, "drittel": _THIRD, "viertel": _QUARTER,
        "fünftel": Fraction(1, 5), "zehntel": Fraction(1, 10),
    },
    "es": {
        "mitad": _HALF, "tercio": _THIRD, "tercios": _THIRD, "tercera parte": _THIRD,
        "cuarta parte": _QUARTER, "cuarto": _QUARTER, "cuartos": _QUARTER,
        "quinta parte": Fraction(1, 5), "quinto": Fraction(1, 5), "décima parte": Fraction(1, 10),
    },
    "fr": {
        "moitié": _HALF, "demi": _HALF, "tiers": _THIRD, "quart": _QUARTER, "quarts": _QUARTER,
        "cinquième": Fraction(1, 5), "cinquièmes": Fraction(1, 5), "dixième": Fraction(1, 10),
    },
    "ar": {"نصف": _HALF, "النصف": _HALF, "ثلث": _THIRD, "الثلث": _THIRD, "ثلثي": Fraction(2, 3),
           "ثلثا": Fraction(2, 3), "ثلثين": Fraction(2, 3), "ربع": _QUARTER, "الربع": _QUARTER},
}  # fmt: skip
"""Words for a part. They support a share wherever they occur in the evidence."""

CLEAR_SHARES: dict[str, str] = {
    "en": r"half (?:of|the|its|their|his|her|all)"
    r"|(?:in|by|than|under|over|about|nearly|almost) half"
    r"|thirds|(?:one|a)[ -](?:third|quarter|fifth|tenth) (?:of|as|more|less|fewer|lower|higher)"
    r"|(?:by|to|than|about|nearly|roughly) a (?:third|quarter|fifth|tenth)"
    r"|one-(?:third|quarter|fifth)"
    r"|quarters of|fifths",
    "de": r"hälfte|drittel|viertel|fünftel",
    "es": r"(?:la|una) mitad|tercios?|tercera parte|cuarta parte|quinta parte",
    "fr": r"moitié|(?:un|deux) tiers|tiers d(?:e|es|u)|quarts? d(?:e|es|u)|trois quarts"
    r"|cinquièmes?",
    "ar": r"ثلث|الثلث|ثلثي|ثلثا|ثلثين|نصف|النصف|ربع|الربع",
}
"""Where such a word surely states a share; only there it must be in the evidence."""

IN = {
    "en": "(?:in|of|out of)(?: the| every)?",
    "de": "(?:von|aus)(?: den)?",
    "es": "de(?: cada| las| los)?",
    "fr": "(?:sur|des)",
    "ar": "من(?: كل| أصل)?",
}

HEDGES: dict[str, str] = {
    "en": "about|around|roughly|approximately|some|nearly|almost|just under|just over|close to",
    "de": "rund|etwa|ungefähr|circa|ca\\.|knapp|fast|gut|an die",
    "es": "casi|unos|unas|alrededor de|cerca de|aproximadamente|en torno a",
    "fr": "environ|près de|presque|quelque|autour de|à peu près",
    "ar": "نحو|حوالي|قرابة|زهاء|ما يقارب",
}
"""Words that announce a rounded number."""

BELOW: dict[str, str] = {
    "en": "fewer than|less than|under|below|nearly|almost|just under|not quite",
    "de": "weniger als|unter|knapp|fast|nicht ganz|beinahe",
    "es": "menos de|casi|por debajo de",
    "fr": "moins de|moins d'|presque|près de",
    "ar": "أقل من|ما يقارب|قرابة",
}
ABOVE: dict[str, str] = {
    "en": "more than|over|above|just over",
    "de": "mehr als|über|gut",
    "es": "más de|por encima de",
    "fr": "plus de|plus d'",
    "ar": "أكثر من",
}
"""Words before a number that the exact one is below, or above."""

ORDINALS: dict[str, tuple[str, str]] = {
    "en": ("every", "third fourth fifth sixth seventh eighth ninth tenth"),
    "de": (
        "jede[rsnm]?",
        "dritten? vierten? fünften? sechsten? siebten? achten? neunten? zehnten?",
    ),
}
"""Such as *every third*, a share: the word before, and the ordinals from 3."""
