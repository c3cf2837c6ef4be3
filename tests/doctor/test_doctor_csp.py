"""What a page's policy keeps from the panel, with the directive that lets it through."""

from __future__ import annotations

import pytest
from doctor_support import BASE, COMPONENT, FRAME, ID, INCLUDE, LOADER, OPEN, Surgery, htmx, page
from samples import PAPER

from widget.doctor import content_security_policy as csp

pytestmark = pytest.mark.unit

FRAMED = page(FRAME)
WIDGET = page(COMPONENT)
HTMX = page(INCLUDE.replace(f"/{ID}", f"/{ID}?styles=none"), head=htmx() + OPEN)
SHEET = page(FRAME, head=f'<link rel="stylesheet" href="{BASE}/static/embed.css">')

BLOCKED = {
    "frame": (FRAMED, "frame-src 'self'", "csp-frame-src", f"frame-src 'self' {BASE}"),
    "frame, by child-src": (FRAMED, "child-src 'none'", "csp-frame-src", f"frame-src {BASE}"),
    "frame, by default-src": (
        FRAMED,
        "default-src 'self' https://cdn.example",
        "csp-frame-src",
        f"frame-src 'self' https://cdn.example {BASE}",
    ),
    "script": (WIDGET, "script-src 'self'", "csp-script-src", f"script-src 'self' {BASE}"),
    "script element": (
        WIDGET,
        "script-src *; script-src-elem 'self'",
        "csp-script-src",
        f"script-src-elem 'self' {BASE}",
    ),
    "connect": (WIDGET, "connect-src 'none'", "csp-connect-src", f"connect-src {BASE}"),
    "htmx": (HTMX, "connect-src 'self'", "csp-connect-src", f"connect-src 'self' {BASE}"),
    "style": (SHEET, "style-src 'self'", "csp-style-src", f"style-src 'self' {BASE}"),
}


@pytest.mark.parametrize(("html", "csp", "code", "fix"), BLOCKED.values(), ids=BLOCKED)
def test_a_policy_that_stops_something_is_named_with_the_directive_to_write(
    doctor: Surgery, html: str, csp: str, code: str, fix: str
) -> None:
    found = doctor.only(html, csp=csp)
    assert (found.code, found.fix) == (code, fix)
    assert found.severity == ("warning" if code == "csp-style-src" else "stop")
    assert BASE in found.message
    assert doctor.report(html, csp=fix).findings == (), "the line mends it"


def test_every_policy_must_allow_it(doctor: Surgery) -> None:
    csp = f"frame-src {BASE}, frame-src 'self', default-src *"
    assert doctor.only(FRAMED, csp=csp).fix == f"frame-src 'self' {BASE}"


def test_a_policy_in_the_page_itself(doctor: Surgery) -> None:
    written = '<meta http-equiv="Content-Security-Policy" content="frame-src \'self\'">'
    found = doctor.only(page(FRAME, head=written))
    assert (found.code, found.line) == ("csp-frame-src", 4)
    assert "<meta" in found.place
    # Behind the head a browser passes it over.
    assert doctor.report(page(written + FRAME)).findings == ()


def test_a_frame_without_its_script_still_shows(doctor: Surgery) -> None:
    found = doctor.only(page(FRAME + LOADER), csp="script-src 'self'")
    assert (found.code, found.severity) == ("csp-script-src", "warning")


def test_a_policy_by_nonce(doctor: Surgery) -> None:
    csp = "script-src 'nonce-r4nd0m' 'strict-dynamic' https:"
    found = doctor.only(WIDGET, csp=csp)
    assert (found.code, found.severity) == ("csp-script-src", "stop")
    assert found.fix == f'<script src="{BASE}/embed.js" nonce="…" async></script>'
    given = WIDGET.replace("async", 'nonce="r4nd0m" async')
    assert doctor.report(given, csp=csp).findings == ()
    assert doctor.only(given.replace("r4nd0m", "other"), csp=csp).code == "csp-script-src"


def test_trusted_types_that_do_not_name_the_loader(doctor: Surgery) -> None:
    csp = "require-trusted-types-for 'script'; trusted-types app"
    found = doctor.only(WIDGET, csp=csp)
    assert (found.code, found.severity) == ("csp-trusted-types", "stop")
    assert found.fix == "trusted-types app insights"
    assert doctor.report(WIDGET, csp="require-trusted-types-for 'script'").findings == ()
    assert doctor.only(page(FRAME + LOADER), csp=csp).severity == "warning"
    assert doctor.report(FRAMED, csp=csp).findings == ()


def test_trusted_types_and_htmx(doctor: Surgery) -> None:
    required = "require-trusted-types-for 'script'"
    assert doctor.only(HTMX, csp=required).severity == "warning"
    found = doctor.only(HTMX, csp=f"{required}; trusted-types app")
    assert (found.code, found.severity) == ("csp-trusted-types-htmx", "stop")


def test_styles_that_come_with_the_fragment(doctor: Surgery) -> None:
    html = page(INCLUDE, head=htmx() + OPEN)
    found = doctor.only(html, csp=f"style-src {BASE}")
    assert (found.code, found.severity) == ("csp-inline-style", "warning")
    assert "styles=none" in found.message
    assert doctor.report(html, csp="style-src 'unsafe-inline'").findings == ()
    assert doctor.only(html, csp="style-src 'unsafe-inline' 'nonce-x'").code == "csp-inline-style"


def test_a_place_kept_by_a_style_attribute(doctor: Surgery) -> None:
    html = page(FRAME.replace("<iframe", '<iframe style="width:100%"'))
    found = doctor.only(html, csp=f"style-src {BASE}")
    assert (found.code, found.severity) == ("csp-style-attribute", "warning")
    assert "embed.css" in found.fix


# The matcher, by the examples of CSP Level 3


@pytest.mark.parametrize(
    ("source", "url", "matches"),
    [
        ("*", "https://a.example/x", True),
        ("*", "data:text/html,x", False),
        ("https:", "https://a.example/", True),
        ("https:", "http://a.example/", False),
        ("http:", "https://a.example/", True),
        ("'self'", f"{PAPER}/x", True),
        ("'self'", "http://paper.example/x", False),
        ("'self'", "https://paper.example:8443/x", False),
        ("'SELF'", f"{PAPER}/x", True),
        ("'none'", f"{PAPER}/x", False),
        ("a.example", "https://a.example/x", True),
        ("A.example", "https://a.EXAMPLE/x", True),
        ("a.example", "https://a.example:8443/x", False),
        ("a.example:*", "https://a.example:8443/x", True),
        ("a.example:8443", "https://a.example:8443/x", True),
        ("a.example", "http://a.example/x", False),
        ("http://a.example", "https://a.example/x", True),
        ("http://a.example:80", "https://a.example/x", True),
        ("https://a.example", "http://a.example/x", False),
        ("*.example", "https://a.example/", True),
        ("*.a.example", "https://a.example/", False),
        ("*.a.example", "https://b.a.example/", True),
        ("*.a.example", "https://ba.example/", False),
        ("https://a.example/js/", "https://a.example/js/x.js", True),
        ("https://a.example/js", "https://a.example/js/x.js", False),
        ("https://a.example/js", "https://a.example/js", True),
        ("https://[::1]:8000", "https://[::1]:8000/", True),
        ("'unsafe-inline'", "https://a.example/", False),
        ("https://a.example:99999999", "https://a.example/", False),
        ("a.example", "https://[broken/", False),
    ],
)
def test_a_source_matches_as_in_a_browser(source: str, url: str, matches: bool) -> None:
    (one,) = csp.parse(f"connect-src {source}")
    assert csp.allows(one, "connect-src", url, PAPER) is matches


def test_the_first_of_two_directives_of_one_name_holds() -> None:
    (one,) = csp.parse("frame-src 'none'; FRAME-SRC *;;")
    assert one.directives == {"frame-src": ("'none'",)}


def test_the_strongest_hash_decides() -> None:
    content = b"alert(1)"
    weak, strong = (csp._digests(content)[name] for name in ("sha256", "sha384"))
    wrong = "sha384-" + "A" * 64
    assert csp.integrity_holds(f"{weak} {strong}", content)
    assert csp.integrity_holds(f"{wrong} {strong}", content)
    assert not csp.integrity_holds(f"{weak} {wrong}", content)
    assert csp.integrity_holds("md5-x", content), "what is unknown counts for nothing"
