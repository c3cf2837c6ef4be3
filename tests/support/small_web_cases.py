"""The 200 pages of the small web: what each answers, and what a check has to say of it."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from html import escape

import small_web
from small_pdf import pdf
from small_web import Page, SmallWeb
from small_web_case import (
    FILLER,
    QUOTE,
    Case,
    answering,
    html,
    page,
)
from small_web_texts import ellipses, encodings, not_there, plain_pages, split, typography


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
