"""Heads as browsers, tools and proxies send them for what the service delivers.

Each is a template of ``{method}`` and ``{target}``; lines are those of the client, in its order,
with its letters. A browser's own are for an embedded panel, unless their name says otherwise.
"""

from __future__ import annotations

CHROME_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
FIREFOX_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.1 Safari/605.1.15"
)
CHROME_HINTS = """\
sec-ch-ua: "Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"
sec-ch-ua-mobile: ?0
"""

TEMPLATES = {
    "Chrome": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
Connection: keep-alive
{CHROME_HINTS}sec-ch-ua-platform: "Windows"
Upgrade-Insecure-Requests: 1
User-Agent: {CHROME_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,\
*/*;q=0.8,application/signed-exchange;v=b3;q=0.7
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: navigate
Sec-Fetch-Dest: iframe
Sec-Fetch-Storage-Access: none
Referer: https://harborcourier.example/
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-GB,en-US;q=0.9,en;q=0.8
""",
    "Chrome, on a page of the same site": f"""\
{{method}} {{target}} HTTP/1.1
Host: insights.harborcourier.example
Connection: keep-alive
Cache-Control: max-age=0
{CHROME_HINTS}sec-ch-ua-platform: "Android"
Upgrade-Insecure-Requests: 1
User-Agent: {CHROME_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Sec-Fetch-Site: same-site
Sec-Fetch-Mode: navigate
Sec-Fetch-User: ?1
Sec-Fetch-Dest: iframe
Referer: https://harborcourier.example/opinion/2026/11/ferry-fares?page=2&from=front
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: de-DE,de;q=0.9
Cookie: consent=eyJhZHMiOmZhbHNlfQ==; _ga=GA1.1.1862.1764; session="f3b8, 9d"; edition=morning
""",
    "Chrome, fetching": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
Connection: keep-alive
sec-ch-ua-platform: "macOS"
User-Agent: {CHROME_AGENT}
{CHROME_HINTS}Accept: */*
Origin: https://harborcourier.example
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Referer: https://harborcourier.example/
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-GB,en;q=0.9
""",
    "Firefox": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
User-Agent: {FIREFOX_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3
Accept-Encoding: gzip, deflate, br, zstd
Referer: https://harborcourier.example/
Sec-GPC: 1
DNT: 1
Connection: keep-alive
Cookie: theme=dark; reader=c2b1a0
Upgrade-Insecure-Requests: 1
Sec-Fetch-Dest: iframe
Sec-Fetch-Mode: navigate
Sec-Fetch-Site: cross-site
Priority: u=4
""",
    "Firefox, fetching": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
User-Agent: {FIREFOX_AGENT}
Accept: */*
Accept-Language: ar,en-US;q=0.7,en;q=0.3
Accept-Encoding: gzip, deflate
Origin: https://harborcourier.example
Connection: keep-alive
Referer: https://harborcourier.example/
Sec-Fetch-Dest: empty
Sec-Fetch-Mode: cors
Sec-Fetch-Site: cross-site
Pragma: no-cache
Cache-Control: no-cache
""",
    "Safari": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Sec-Fetch-Site: cross-site
Cookie: reader=0f; consent=1
Sec-Fetch-Dest: iframe
Accept-Language: es-ES,es;q=0.9
Sec-Fetch-Mode: navigate
User-Agent: {SAFARI_AGENT}
Referer: https://harborcourier.example/
Accept-Encoding: gzip, deflate, br
Connection: keep-alive
Priority: u=3, i
""",
    "curl": """\
{method} {target} HTTP/1.1
Host: panels.example:8000
User-Agent: curl/8.16.0
Accept: */*
""",
    "curl --compressed": """\
{method} {target} HTTP/1.1
Host: panels.example
User-Agent: curl/8.16.0
Accept: */*
Accept-Encoding: deflate, gzip, br, zstd
""",
    "nginx, by default": f"""\
{{method}} {{target}} HTTP/1.0
Host: insights
Connection: close
User-Agent: {SAFARI_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: es-ES,es;q=0.9
Accept-Encoding: gzip, deflate, br
Referer: https://harborcourier.example/
Cookie: reader=0f; consent=1
""",
    "nginx, with persistent connections": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
X-Real-IP: 203.0.113.7
X-Forwarded-For: 203.0.113.7
X-Forwarded-Proto: https
X-Forwarded-Host: panels.example
User-Agent: {FIREFOX_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: fr,fr-FR;q=0.8
Accept-Encoding: gzip, deflate, br, zstd
Referer: https://harborcourier.example/
Sec-Fetch-Dest: iframe
Sec-Fetch-Mode: navigate
Sec-Fetch-Site: cross-site
Cookie: theme=dark
""",
    "Varnish": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
User-Agent: {CHROME_AGENT}
Accept: */*
Origin: https://harborcourier.example
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Referer: https://harborcourier.example/
Accept-Language: en-GB,en;q=0.9
X-Forwarded-For: 203.0.113.7, 198.51.100.2
Via: 1.1 edge-7 (Varnish/7.7)
Accept-Encoding: gzip
X-Varnish: 32770
""",
    "Cloudflare": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
Connection: Keep-Alive
Accept-Encoding: gzip, br
X-Forwarded-For: 2001:db8::7
CF-RAY: 9a2f6c1d8e4b7a31-FRA
X-Forwarded-Proto: https
CF-Visitor: {{{{"scheme":"https"}}}}
sec-ch-ua-mobile: ?1
upgrade-insecure-requests: 1
user-agent: {CHROME_AGENT}
accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
sec-fetch-site: cross-site
sec-fetch-mode: navigate
sec-fetch-dest: iframe
referer: https://harborcourier.example/
accept-language: de-DE,de;q=0.9
cookie: consent=1; reader=77
priority: u=0, i
CF-Connecting-IP: 2001:db8::7
CDN-Loop: cloudflare; loops=1
CF-IPCountry: DE
""",
    "Fastly": f"""\
{{method}} {{target}} HTTP/1.1
Host: panels.example
User-Agent: {FIREFOX_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: en
Accept-Encoding: br, gzip
Fastly-Orig-Accept-Encoding: gzip, deflate, br, zstd
Referer: https://harborcourier.example/
Sec-Fetch-Dest: iframe
Sec-Fetch-Mode: navigate
X-Forwarded-For: 203.0.113.7, 198.51.100.9
X-Forwarded-Host: panels.example
X-Forwarded-Server: cache-fra-eddf8230099-FRA
X-Timer: S1764460800.123456,VS0
X-Varnish: 1486276353
Fastly-Client-IP: 203.0.113.7
Fastly-FF: Zk2c8+0x=!FRA!cache-fra-eddf8230099-FRA
Fastly-SSL: 1
CDN-Loop: Fastly
Surrogate-Capability: fastly="Surrogate/1.0"
Via: 1.1 varnish
""",
}


def recorded(client: str, target: str, *more: str, method: str = "GET") -> bytes:
    """Return the head that ``client`` sends for ``target``, with ``more`` lines of its own."""
    lines = TEMPLATES[client].format(method=method, target=target).splitlines()
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")
