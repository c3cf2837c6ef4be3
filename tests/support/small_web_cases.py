"""The 200 pages of the small web: what each answers, and what a check has to say of it."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

import small_web
from small_pdf import pdf
from small_web import Page, SmallWeb

QUOTE = "Four in ten passengers would have flown if no sleeper had run that night."
FILLER = (
    "The institute counted passengers on eleven lines over two winters, and asked each of them how "
    "they would have travelled. What follows is taken from the third chapter of the report, which "
    "also says how the figures were weighted and who paid for the count."
)
LANGUAGES = {
    "en": QUOTE,
    "de": "Vier von zehn Fahrgästen wären geflogen, hätte es den Nachtzug nicht gegeben.",
    "fr": "Quatre passagers sur dix auraient pris l’avion : c’est beaucoup.",
    "es": "Cuatro de cada diez viajeros habrían volado aquella noche sin tren.",
    "ar": "كان أربعة من كل عشرة ركاب سيسافرون بالطائرة لولا القطار الليلي.",
    "he": "ארבעה מכל עשרה נוסעים היו טסים אלמלא רכבת הלילה.",
    "ja": "夜行列車がなければ十人に四人は飛行機を使っていた。",
    "zh": "如果没有夜班火车，十分之四的乘客会选择乘坐飞机。",
    "th": "ผู้โดยสารสี่ในสิบคนจะบินถ้าไม่มีรถไฟกลางคืน",
    "ko": "야간열차가 없었다면 승객 열 명 중 네 명은 비행기를 탔을 것이다.",
    "ru": "Четверо из десяти пассажиров полетели бы, не будь ночного поезда.",
    "el": "Τέσσερις στους δέκα επιβάτες θα είχαν πετάξει χωρίς το νυχτερινό τρένο.",
    "hi": "दस में से चार यात्री रात की ट्रेन के बिना उड़ान भरते।",
}


@dataclass(frozen=True)
class Case:
    """One source. ``more`` are further pages of its host, or of others, by host and path."""

    name: str
    page: Page
    answer: str = "ok"
    quote: str = "found"
    quoted: str | None = QUOTE
    path: str = "/report"
    status: int | None = 200
    reason: str = ""
    more: dict[tuple[str, str], Page] = field(default_factory=dict)
    title: str = "Who sleeps on trains"
    published: str | None = None
    has_title: bool | None = None
    has_published: bool | None = None

    @property
    def host(self) -> str:
        return f"{self.name}.example"


def html(body: str, *, head: str = "", filler: str = FILLER) -> str:
    return (
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body><nav><a href=/>Home</a>"
        f"</nav><main><p>{filler}</p>{body}<p>See the annex.</p></main></body></html>"
    )


def page(body: str, **options: str) -> Page:
    return Page(html(body, **options).encode())


def encoded(text: str, encoding: str, content_type: str = "text/html", head: str = "") -> Page:
    whole = f"<!doctype html><html><head>{head}</head><body><p>{text}</p><p>{text}</p>" * 4
    return Page(whole.encode(encoding), headers={"Content-Type": content_type})


def there(name: str, body: str, quoted: str = QUOTE) -> Case:
    return Case(name, page(body), quoted=quoted)


def absent(name: str, body: str, quoted: str = QUOTE, head: str = "") -> Case:
    return Case(name, page(body, head=head), quote="missing", quoted=quoted)


def answering(name: str, status: str, answer: str, **options: object) -> Case:
    number = int(status[:3])
    sent = Page(b"<p>Sorry.", status)
    return Case(name, sent, answer, "unread", status=number, **options)  # type: ignore[arg-type]


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


def statuses() -> Iterator[Case]:
    for number in (401, 403, 429, 451):
        yield answering(f"status-{number}", f"{number} No", "refused")
    for number in (404, 410):
        yield answering(f"status-{number}", f"{number} No", "gone")
    for number in (400, 405, 406, 408, 418, 421, 500, 502, 503, 504, 520):
        yield answering(f"status-{number}", f"{number} No", "failed")
    yield answering("status-402", "402 Payment Required", "paywall")
    yield Case("status-203", Page(html(f"<p>{QUOTE}").encode(), "203 Other"), status=203)
    yield Case(
        "gone-with-quote", Page(html(QUOTE).encode(), "404 Not Found"), "gone", "unread", status=404
    )


def redirects() -> Iterator[Case]:
    good = page(f"<p>{QUOTE}</p>")
    for number in (301, 302, 303, 307, 308):
        name = f"redirect-{number}"
        answer = "moved" if number in (301, 308) else "ok"
        sent = Page(b"", f"{number} Go", {"Location": "/new"})
        yield Case(name, sent, answer, more={(f"{name}.example", "/new"): good})
    there = Page(b"", "301 Go", {"Location": "http://new-home.example:{port}/x"})
    yield Case("redirect-host", there, "moved", more={("new-home.example", "/x"): good})
    slash = Page(b"", "301 Go", {"Location": "/report/"})
    yield Case("redirect-slash", slash, "ok", more={("redirect-slash.example", "/report/"): good})
    www = Page(b"", "301 Go", {"Location": "http://www.redirect-www.example:{port}/report"})
    yield Case("redirect-www", www, "ok", more={("www.redirect-www.example", "/report"): good})
    for length, name in ((8, "redirect-eight"), (9, "redirect-nine")):
        host = f"{name}.example"
        steps = {
            (host, f"/{n}"): Page(b"", "302 Go", {"Location": f"/{n + 1}"})
            for n in range(1, length)
        }
        steps[host, f"/{length}"] = good
        first = Page(b"", "302 Go", {"Location": "/1"})
        if length == 8:
            yield Case(name, first, more=steps)
        else:
            yield Case(name, first, "failed", "unread", status=None, reason="8 times", more=steps)
    home = Page(b"", "301 Go", {"Location": "/"})
    yield Case(
        "redirect-home",
        home,
        "moved",
        "missing",
        more={("redirect-home.example", "/"): page("<p>Welcome")},
    )
    lost = Page(b"", "301 Go", {"Location": "/lost"})
    yield Case("redirect-lost", lost, "gone", "unread", status=404)
    bad = {
        "self": ("/report", "8 times"),
        "loopback": ("http://127.0.0.1:{port}/report", "public internet"),
        "localhost": ("http://localhost:{port}/report", "public internet"),
        "ipv6": ("http://[::1]:{port}/report", "public internet"),
        "mapped": ("http://[::ffff:127.0.0.1]:{port}/report", "public internet"),
        "private": ("http://10.0.0.7/", "public internet"),
        "metadata": ("http://169.254.169.254/latest/", "public internet"),
        "file": ("file:///etc/passwd", "another place"),
        "script": ("javascript:alert(1)", "another place"),
        "ftp": ("ftp://files.example/x", "another place"),
        "user": ("http://a:b@redirect-user.example:{port}/", "another place"),
        "broken": ("http://[", "another place"),
    }
    for name, (to, reason) in bad.items():
        sent = Page(b"", "302 Go", {"Location": to})
        yield Case(f"redirect-{name}", sent, "failed", "unread", status=None, reason=reason)
    nowhere = Page(b"", "302 Go", {"Location": "http://no-such-host.example/"})
    yield Case("redirect-nowhere", nowhere, "gone", "unread", status=None, reason="not to be found")
    yield Case("redirect-blank", Page(b"", "302 Go"), "failed", "unread", status=302)


def networks() -> Iterator[Case]:
    def broken(name: str, talk: small_web.Talk, reason: str) -> Case:
        return Case(name, Page(talk=talk), "failed", "unread", status=None, reason=reason)

    yield broken("slow", small_web.never, "within")
    yield broken("trickle", small_web.trickle, "within")
    yield broken("hung-up", small_web.hang_up, "did not answer as a web server should")
    yield broken("garbage", small_web.sending(b"220 mail.example ESMTP\r\n"), "as a web server")
    short = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<p>Four in"
    yield Case(
        "cut-off", Page(talk=small_web.sending(short)), "failed", "unread", reason="complete"
    )
    yield Case("huge", Page(talk=small_web.flood), "ok", "unread", reason="larger than")
    announced = Page(headers={"Content-Length": "99999999"})
    yield Case("huge-announced", announced, "ok", "unread", reason="larger than")
    bomb = Page(gzip.compress(b"a" * 30_000_000), headers={"Content-Encoding": "gzip"})
    yield Case("gzip-bomb", bomb, "ok", "unread", reason="larger than")
    body = html(f"<p>{QUOTE}").encode()
    yield Case("gzip", Page(gzip.compress(body), headers={"Content-Encoding": "gzip"}))
    other = Page(zlib.compress(body), headers={"Content-Encoding": "deflate"})
    yield Case("deflate", other, "ok", "unread", reason="coding deflate")
    yield Case("many-elements", page("<i>x</i>" * 30_000), "ok", "unread", reason="elements")
    yield Case(
        "long-page", page(f"<p>{FILLER}</p>" * 9_000), "ok", "unread", reason="larger than 2 MB"
    )


def types() -> Iterator[Case]:
    def typed(name: str, kind: str, body: bytes, quote: str = "found", reason: str = "") -> Case:
        return Case(name, Page(body, headers={"Content-Type": kind}), "ok", quote, reason=reason)

    document = html(f"<p>{QUOTE}").encode()
    lines = [QUOTE[:34], QUOTE[34:]]
    yield typed("pdf", "application/pdf", pdf([FILLER[:60], *lines]))
    yield typed("pdf-pages", "application/pdf", pdf(["Contents"], ["One"], lines))
    yield typed(
        "pdf-hyphens",
        "application/pdf",
        pdf(["Four in ten passen-", "gers would have flown", QUOTE[40:]]),
    )
    yield typed("pdf-absent", "application/pdf", pdf(["Something else"]), "missing")
    yield typed("pdf-scanned", "application/pdf", pdf([]), "unread", "no text")
    yield typed("pdf-damaged", "application/pdf", b"%PDF-1.4\nnothing", "unread", "cannot be read")
    yield typed("pdf-empty", "application/pdf", b"", "unread", "cannot be read")
    yield typed("pdf-unnamed", "application/octet-stream", pdf(lines))
    yield typed("plain", "text/plain; charset=utf-8", QUOTE.encode())
    yield typed("plain-absent", "text/plain", b"Nothing. " * 40, "missing")
    yield typed("xhtml", "application/xhtml+xml", document)
    yield typed("untyped", "", document)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    for name, kind in {
        "json": "application/json", "image": "image/png", "zip": "application/zip",
        "xml": "application/xml", "css": "text/css", "video": "video/mp4",
        "bytes": "application/octet-stream", "word": word,
    }.items():  # fmt: skip
        yield typed(f"type-{name}", kind, document, "unread", kind[:60])
    script = b"<!doctype html><div id=root></div><script src=/app.js></script>"
    yield typed("scripts-only", "text/html", script, "unread", "scripts only")
    yield typed("nothing", "text/html", b"", "missing")


def paywalls() -> Iterator[Case]:
    def data(value: object) -> str:
        return f'<script type="application/ld+json">{json.dumps(value)}</script>'

    def locked(name: str, head: str, body: str = "<p>Subscribe.", quote: str = "unread") -> Case:
        return Case(f"paywall-{name}", page(body, head=head), "paywall", quote)

    article = {"@type": "NewsArticle", "headline": "Night trains"}
    for name, value in {"false": False, "text": "False", "url": "https://schema.org/False"}.items():
        yield locked(name, data({**article, "isAccessibleForFree": value}))
    yield locked("graph", data({"@graph": [{**article, "isAccessibleForFree": False}]}))
    yield locked("tier", '<meta property="article:content_tier" content=locked>')
    yield locked(
        "metered", '<meta property="article:content_tier" content=metered>', f"<p>{QUOTE}", "found"
    )
    yield locked(
        "open-text", data({**article, "isAccessibleForFree": False}), f"<p>{QUOTE}", "found"
    )
    free = page("<p>No.", head=data({**article, "isAccessibleForFree": True}))
    yield Case("free", free, quote="missing")
    words = page("<p>Subscribe to read on. You have read three of three free articles this month.")
    yield Case("words-only", words, quote="missing")


def robots() -> Iterator[Case]:
    good = page(f"<p>{QUOTE}</p>")

    def ruled(
        name: str, text: str, answer: str = "ok", page: Page | None = None, path: str = "/report"
    ) -> Case:
        file = page or Page(text.encode(), headers={"Content-Type": "text/plain"})
        quote, status = ("found", 200) if answer == "ok" else ("unread", None)
        reason = "" if answer == "ok" else "robots.txt"
        host = f"robots-{name}.example"
        return Case(f"robots-{name}", good, answer, quote, status=status, reason=reason, path=path,
                    more={(host, "/robots.txt"): file})  # fmt: skip

    everybody = "User-agent: *\n"
    yield ruled("all", everybody + "Disallow: /", "refused")
    yield ruled("path", everybody + "Disallow: /rep", "refused")
    yield ruled("other-path", everybody + "Disallow: /private")
    yield ruled("longest", everybody + "Disallow: /\nAllow: /report")
    yield ruled(
        "ours", "User-agent: insights-sources\nDisallow: /\n\n" + everybody + "Allow: /", "refused"
    )
    yield ruled("ours-allowed", everybody + "Disallow: /\n\nUser-agent: Insights-Sources\nAllow: /")
    yield ruled("others", "User-agent: BadBot\nDisallow: /\n")
    yield ruled("wildcard", everybody + "Disallow: /*.cgi$", "refused", path="/report.cgi")
    yield ruled("wildcard-not", everybody + "Disallow: /*.cgi$", path="/report.cgi?x")
    yield ruled("empty", "")
    yield ruled("forbidden", "", page=Page(b"", "403 No"))
    yield ruled("html", "", page=Page(b"<p>Not found"))
    yield ruled("error", "", "failed", page=Page(b"", "500 No"))
    yield ruled(
        "huge", "", "failed", page=Page(b"#" * 600_000, headers={"Content-Type": "text/plain"})
    )
    moved = Page(b"", "301 Go", {"Location": "/robots"})
    rules = Page((everybody + "Disallow: /").encode(), headers={"Content-Type": "text/plain"})
    case = ruled("moved", "", "refused", page=moved)
    case.more["robots-moved.example", "/robots"] = rules
    yield case
    yield Case("robots-target", Page(b"", "302 Go", {"Location": "http://robots-all.example:{port}/report"}),
               "refused", "unread", status=None, reason="robots.txt")  # fmt: skip


def facts() -> Iterator[Case]:
    def titled(name: str, title: str, expected: bool | None, **options: object) -> Case:
        head = f"<title>{escape(title)}</title>" if title else ""
        sent = page(f"<p>{QUOTE}", head=head + str(options.pop("head", "")))
        return Case(f"title-{name}", sent, has_title=expected, **options)  # type: ignore[arg-type]

    yield titled("same", "Who sleeps on trains", True)
    yield titled("typography", "WHO SLEEPS  on trains", True)
    yield titled("site", "Who sleeps on trains | Rail Institute", True)
    yield titled("other", "The cost of a berth", False)
    yield titled("none", "", None)
    date = '<meta property="article:published_time" content="2025-10-01T09:00:00Z">'
    yield titled(
        "date", "Who sleeps on trains", True, head=date, published="2025-10-01", has_published=True
    )
    yield titled(
        "other-date",
        "Who sleeps on trains",
        True,
        head=date,
        published="2025-10-02",
        has_published=False,
    )
    yield titled("no-date", "Who sleeps on trains", True, published="2025-10-01")


def hosts() -> Iterator[Case]:
    yield Case("no-such-host", Page(), "gone", "unread", status=None, reason="not to be found")
    yield Case("no-resolver", Page(), "failed", "unread", status=None, reason="not to be found")


GROUPS = (plain_pages, typography, split, not_there, ellipses, encodings, statuses, redirects)
GROUPS += (networks, types, paywalls, robots, facts, hosts)
CASES = tuple(case for group in GROUPS for case in group())


def serve(web: SmallWeb, cases: tuple[Case, ...] = CASES) -> None:
    """Put all pages into the web."""
    for case in cases:
        web.add(case.host, case.path, case.page)
        for (host, path), further in case.more.items():
            web.add(host, path, further)
    web.unresolved |= {
        "no-such-host.example": socket.EAI_NONAME,
        "no-resolver.example": socket.EAI_AGAIN,
    }
