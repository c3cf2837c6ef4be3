"""Pages of the small web that answer with HTML: where the quote stands in it, and where not."""

from __future__ import annotations

from collections.abc import Iterator

from small_web import Page
from small_web_case import (
    FILLER,
    LANGUAGES,
    QUOTE,
    Case,
    absent,
    encoded,
    page,
    there,
)


def plain_pages() -> Iterator[Case]:
    for language, text in LANGUAGES.items():
        yield there(f"fine-{language}", f"<p>{text}</p>", text)
    for language in ("ja", "zh", "th"):
        text = LANGUAGES[language]
        yield there(f"within-{language}", f"<p>{text * 2}</p>", text[2:12])
        yield there(f"lines-{language}", f"<p>{text[:9]}\n  {text[9:]}</p>", text)
    yield Case("no-quote", page("<p>Text.</p>"), quote="none", quoted=None)
    yield there("twice", f"<p>{QUOTE}</p><p>{QUOTE}</p>")
    yield there("in-quotation-marks", f"<p>&ldquo;{QUOTE}&rdquo;, says the report.</p>")
    yield there("quoted-in-quotation-marks", f"<p>{QUOTE}</p>", f"“{QUOTE}”")
    yield there("first-letter", f"<p>It found that f{QUOTE[1:]}</p>")
    yield there("in-list", f"<ul><li>One<li>{QUOTE}</ul>")
    yield there("in-table", f"<table><tr><td>{QUOTE}</td></tr></table>")
    yield there("in-details", f"<details><summary>More</summary>{QUOTE}</details>")
    yield there("in-footer", f"<footer>{QUOTE}</footer>")
    yield there("in-blockquote", f"<blockquote><p>{QUOTE}</p></blockquote>")
    yield there("in-pre", f"<pre>{QUOTE.replace(' run', chr(10) + 'run')}</pre>")
    yield there("deep", "<div>" * 1_000 + QUOTE)
    yield there("no-end-tags", f"<p>One<p>{QUOTE}<p>Two")


def typography() -> Iterator[Case]:
    apostrophe = "The league's own count says it's four in ten, and not two."
    yield there("curly", f"<p>{apostrophe.replace(chr(39), '’')}</p>", apostrophe)
    yield there("straight", f"<p>{apostrophe}</p>", apostrophe.replace("'", "’"))
    yield there("entities", "<p>Rail &amp; Road say &lsquo;no&rsquo; to it.</p>", "Rail & Road say")
    yield there("dashes", "<p>A bed — say the owners — is a seat.</p>", "A bed - say the owners -")
    yield there("close-dashes", "<p>A bed—say the owners—is a seat.</p>", "A bed – say the owners")
    yield there("no-break-spaces", f"<p>{QUOTE.replace(' ', '&nbsp;')}</p>")
    yield there("thin-spaces", f"<p>{QUOTE.replace(' ten', '&thinsp;ten')}</p>")
    yield there("soft-hyphens", f"<p>{QUOTE.replace('passengers', 'pas&shy;sen&shy;gers')}</p>")
    yield there("zero-width", f"<p>{QUOTE.replace('passengers', 'passen&#8203;gers')}</p>")
    yield there(
        "ligatures", "<p>The o\ufb03ce of \ufb01nance agrees with it.</p>", "The office of finance"
    )
    yield there("line-ends", f"<p>{QUOTE.replace(' ', chr(13) + chr(10) + '   ')}</p>")
    yield there(
        "french",
        "<p>«\u202fQuoi\u202f?\u202f» demande-t-il\u202f!</p>",
        "« Quoi ? » demande-t-il !",
    )
    yield there("german", "<p>Er sagt: „Nein“, und geht.</p>", 'Er sagt: "Nein", und geht')
    yield there("arabic-marks", "<p>كَانَ الْقِطَارُ فَارِغًا تَمَامًا</p>", "كان القطار فارغا تماما")
    yield there("arabic-digits", "<p>بلغ العدد ٤٢ راكبا</p>", "بلغ العدد 42 راكبا")
    yield there("composed", "<p>Le the\u0301 a\u0300 la gare</p>", "Le thé à la gare")
    yield there("last-mark", f"<p>{QUOTE[:-1]}, it says.</p>")
    yield there("fullwidth", "<p>Ｎｉｇｈｔ　ｔｒａｉｎｓ are slow</p>", "Night trains are slow")


def split() -> Iterator[Case]:
    start, end = QUOTE[:23], QUOTE[23:]
    for tag in ("em", "strong", "a href=/x", "span class=y", "mark", "b", "sup", "font", "x-mark"):
        name = tag.partition(" ")[0]
        yield there(
            f"split-{name}", f"<p>{start[:-3]}<{tag}>{start[-3:]}{end[:9]}</{name}>{end[9:]}"
        )
    yield there("split-word", "<p>Four in ten pas<b>sen</b>gers would have flown</p>", QUOTE[:39])
    yield there("split-break", f"<p>{start.rstrip()}<br>{end.lstrip()}</p>")
    yield there("split-wbr", f"<p>{QUOTE.replace('passengers', 'passen<wbr>gers')}</p>")
    yield there("split-comment", f"<p>{start}<!-- an advert -->{end}</p>")
    yield there("split-script", f"<p>{start}<script>var a = '<p>';</script>{end}</p>")
    yield there("split-hidden", f"<p>{start}<span hidden>copied from us</span>{end}</p>")
    yield there("split-paragraphs", f"<p>{start.rstrip()}</p><p>{end.lstrip()}</p>")
    yield there("split-nested", f"<p><i>{start[:5]}<b>{start[5:]}<u>{end}</u></b></i></p>")
    note = '<sup class=reference><a href="#cite-3">[3]</a></sup>'
    yield there("split-note", f"<p>{start.rstrip()}{note} {end.lstrip()}</p>")
    yield there(
        "split-noteref", f"<p>{start.rstrip()}<a role=doc-noteref href=#n>3</a> {end.lstrip()}"
    )
    aside = "</p><aside>Travel by night for less.</aside><p>"
    yield there("split-aside", f"<p>{start.rstrip()}{aside}{end.lstrip()}</p>")
    yield there("in-aside", f"<aside><p>{QUOTE}</p></aside>")
    yield there("split-line", f"<p>{QUOTE.replace('passengers', 'passen-' + chr(10) + 'gers')}</p>")
    yield there("split-raised", f"<p>{start.rstrip()}<sup>12</sup> {end.lstrip()}</p>")
    yield absent(
        "split-exponent", "<p>About 10<sup>th</sup> of them had flown.</p>", "About 10 of them"
    )
    ruby = "<ruby>夜行<rp>(</rp><rt>やこう</rt><rp>)</rp></ruby>列車がなければ飛行機を使っていた"
    yield there("split-ruby", f"<p>{ruby}</p>", "夜行列車がなければ飛行機を使っていた")


def not_there() -> Iterator[Case]:
    yield absent("absent", "<p>Nothing of the kind.</p>")
    yield absent("other-word", f"<p>{QUOTE.replace('flown', 'driven')}</p>")
    yield absent("other-number", f"<p>{QUOTE.replace('Four', 'Two')}</p>")
    yield absent("negated", f"<p>{QUOTE.replace('would', 'would not')}</p>")
    yield absent("one-word-less", f"<p>{QUOTE.replace('passengers ', '')}</p>")
    yield absent("part-of-a-word", "<p>The unworthiness of it.</p>", "worth")
    yield absent("other-case", f"<p>{QUOTE.upper()}</p>")
    yield absent("comment", f"<!-- {QUOTE} -->")
    for name in ("script", "style", "template", "noscript", "textarea", "iframe", "noembed"):
        yield absent(f"in-{name}", f"<{name}>{QUOTE}</{name}>")
    yield absent("in-data", f'<script type="application/json">"{QUOTE}"</script>')
    yield absent("in-option", f"<select><option>{QUOTE}</select>")
    yield absent("in-svg", f"<svg><text>{QUOTE}</text></svg>")
    yield absent("in-alt", f'<img alt="{QUOTE}" src=/x.png>')
    yield absent("in-title-attribute", f'<p title="{QUOTE}">Text</p>')
    yield absent("in-meta", "<p>Text</p>", head=f'<meta name=description content="{QUOTE}">')
    for name, attributes in {
        "hidden": "hidden",
        "aria": "aria-hidden=true",
        "none": 'style="display: none"',
        "invisible": 'style="visibility:hidden"',
        "transparent": 'style="opacity:0"',
        "tiny": 'style="font-size:0"',
        "far": 'style="position:absolute;left:-9999px"',
        "white": 'style="color:#fff"',
        "class": "class=gone",
        "reader-only": "class=sr-only",
        "popover": "popover",
    }.items():
        style = "<style>.gone{display:none}</style>"
        yield absent(f"hidden-{name}", f"<div {attributes}><p>{QUOTE}</p></div>", head=style)


def ellipses() -> Iterator[Case]:
    first, last = "Four in ten passengers", "no sleeper had run that night"
    for name, mark in {
        "mark": "…",
        "dots": "...",
        "bracket": "[…]",
        "bracket-dots": "[...]",
    }.items():
        yield there(f"ellipsis-{name}", f"<p>{QUOTE}</p>", f"{first} {mark} {last}")
    yield absent("ellipsis-order", f"<p>{last}. {FILLER} {first}.</p>", f"{first} … {last}")
    yield absent("ellipsis-far", f"<p>{first}</p>{'<p>' + FILLER} <p>{last}</p>".replace(
        FILLER, FILLER * 5), f"{first} … {last}")  # fmt: skip
    yield absent("ellipsis-not", f"<p>{first} would not say that {last}</p>", f"{first} … {last}")
    yield absent("ellipsis-half", f"<p>{first} were counted.</p>", f"{first} … {last}")


def encodings() -> Iterator[Case]:
    yield Case(
        "utf-8",
        encoded(LANGUAGES["fr"], "utf-8", "text/html; charset=utf-8"),
        quoted=LANGUAGES["fr"],
    )
    yield Case("no-charset", encoded(LANGUAGES["fr"], "utf-8"), quoted=LANGUAGES["fr"])
    table = {
        "latin-1": ("iso-8859-1", "cp1252", "fr"),
        "windows-1252": ("windows-1252", "cp1252", "fr"),
        "latin-9": ("iso-8859-15", "iso-8859-15", "de"),
        "windows-1251": ("windows-1251", "cp1251", "ru"),
        "koi8": ("koi8-r", "koi8-r", "ru"),
        "greek": ("iso-8859-7", "iso-8859-7", "el"),
        "hebrew": ("windows-1255", "cp1255", "he"),
        "arabic": ("windows-1256", "cp1256", "ar"),
        "thai": ("tis-620", "cp874", "th"),
        "shift-jis": ("shift_jis", "cp932", "ja"),
        "euc-jp": ("euc-jp", "euc-jp", "ja"),
        "iso-2022-jp": ("iso-2022-jp", "iso-2022-jp", "ja"),
        "gbk": ("gb2312", "gbk", "zh"),
        "gb18030": ("gb18030", "gb18030", "zh"),
        "euc-kr": ("euc-kr", "cp949", "ko"),
    }
    for name, (label, codec, language) in table.items():
        text = LANGUAGES[language]
        header = f'text/html; charset="{label}"'
        yield Case(f"{name}-header", encoded(text, codec, header), quoted=text)
        meta = f"<meta charset={label}>"
        yield Case(f"{name}-meta", encoded(text, codec, head=meta), quoted=text)
    big5 = "夜班火車沒有開行的那一晚"
    yield Case("big5", encoded(big5, "big5", "text/html; charset=big5"), quoted=big5)
    for name, codec, mark in (
        ("utf-16-le", "utf-16-le", b"\xff\xfe"),
        ("utf-16-be", "utf-16-be", b"\xfe\xff"),
        ("utf-8-mark", "utf-8", b"\xef\xbb\xbf"),
    ):
        sent = encoded(LANGUAGES["ar"], codec)
        body = mark + sent.body
        yield Case(
            name,
            Page(body, headers={"Content-Type": "text/html; charset=latin1"}),
            quoted=LANGUAGES["ar"],
        )
    sent = encoded(LANGUAGES["el"], "utf-16-le", "text/html; charset=utf-16le")
    yield Case("utf-16-header", sent, quoted=LANGUAGES["el"])
