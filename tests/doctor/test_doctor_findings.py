"""What the doctor says of host pages: each thing that stops a panel, and the line to add."""

from __future__ import annotations

import pytest
from doctor_support import (
    BASE,
    CANONICAL,
    COMPONENT,
    FRAME,
    ID,
    INCLUDE,
    LOADER,
    OPEN,
    SITE,
    Surgery,
    htmx,
    page,
    perfect,
    shown,
)
from samples import PAPER, PUBLICATION, sample_entry

from widget import panel
from widget.entry import Entry
from widget.panel import WAYS, Choices, Way
from widget.store import Store

pytestmark = pytest.mark.unit


def other_entry(entry_id: str, **changes: object) -> Entry:
    url = f"{PAPER}/opinion/{entry_id}"
    return sample_entry(id=entry_id, article__url=url, article__aliases=[], **changes)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", ["ordinary", "hostile", "strict"])
def test_nothing_stops_the_panel_of_a_perfect_page(doctor: Surgery, way: Way, host: str) -> None:
    choices = Choices(way=way, host=host)  # type: ignore[arg-type]  # of the list above
    report = doctor.report(perfect(way, choices))
    assert report.findings == ()
    assert report.verdict == "Nothing stops the panel."
    assert len(report.panels) == 1
    assert ID in report.panels[0]


@pytest.mark.parametrize("way", WAYS)
def test_the_policy_that_a_snippet_asks_for_is_enough(doctor: Surgery, way: Way) -> None:
    choices = Choices(way=way, host="strict")
    needed = panel.snippet(sample_entry(), PUBLICATION, choices, base=BASE).policy
    html = perfect(way, choices)
    if way == "include":  # as styles=none has it
        start, end = html.index("<svg"), html.index("</svg>")
        html = html[:start] + html[end:]
    csp = f"default-src 'none'; trusted-types insights; {needed}"
    assert doctor.report(html, csp=csp).findings == ()


@pytest.mark.parametrize("way", ["frame", "component", "site"])
def test_a_pinned_loader_of_today_is_in_order(doctor: Surgery, way: Way) -> None:
    assert doctor.report(perfect(way, Choices(way=way, pinned=True))).findings == ()


def test_what_only_concerns_others_is_no_alarm(doctor: Surgery) -> None:
    report = doctor.report(
        page(FRAME),
        X_Frame_Options="DENY",
        Content_Security_Policy_Report_Only="default-src 'none'",
        Referrer_Policy="no-referrer",
        csp="frame-ancestors 'none'; object-src 'none'",
    )
    assert report.findings == ()


# Nothing there, or another service's


def test_a_page_without_a_panel(doctor: Surgery) -> None:
    found = doctor.only(page("<p>Only text.</p>"))
    assert (found.code, found.severity) == ("no-embed", "stop")
    assert f'<script src="{BASE}/embed.js" async>' in found.fix


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- {FRAME} -->",
        f"<noscript>{FRAME}</noscript>",
        f"<template>{FRAME}</template>",
        f"<script>document.write('{FRAME}')</script>",
        f"<textarea>{FRAME}</textarea>",
    ],
)
def test_what_a_browser_does_not_show_is_no_panel(doctor: Surgery, body: str) -> None:
    assert doctor.only(page(body)).code == "no-embed"


def test_a_panel_asked_of_another_service(doctor: Surgery) -> None:
    found = doctor.only(page('<iframe src="https://old.example/panel/night-trains"></iframe>'))
    assert found.code == "other-service"
    assert "https://old.example, not from this service" in found.message


def test_a_finding_says_where_in_the_page_it_is(doctor: Surgery) -> None:
    found = doctor.only(page('<p>\n<insights-widget entry="unknown"></insights-widget>' + LOADER))
    assert found.line == 9
    assert found.source == '<insights-widget entry="unknown">'


# The origin


def test_an_origin_that_is_not_listed(doctor: Surgery) -> None:
    found = doctor.only(page(COMPONENT), url=f"https://www.paper.example/opinion/{ID}")
    assert shown(found) == (
        "origin-not-listed",
        "stop",
        f'origins = ["{PAPER}", "https://www.paper.example"]',
    )


def test_without_an_address_the_canonical_one_counts(doctor: Surgery) -> None:
    assert doctor.report(page(COMPONENT), url="").findings == ()
    found = doctor.only(page(COMPONENT, canonical=""), url="")
    assert (found.code, found.severity) == ("no-address", "note")


# The canonical address


def test_a_missing_canonical_address(doctor: Surgery) -> None:
    existing = doctor.only(page(SITE, canonical=""))
    assert shown(existing) == ("canonical-missing", "warning", CANONICAL)
    unknown = doctor.only(page(SITE, canonical=""), url=f"{PAPER}/preview?id=7")
    assert unknown.code == "canonical-missing"
    assert unknown.severity == "stop"
    assert doctor.report(page(COMPONENT, canonical="")).findings == (), "it names its entry"


def test_a_relative_canonical_address(doctor: Surgery) -> None:
    link = '<link rel="canonical" href="/opinion/night-trains">'
    found = doctor.only(page(SITE, canonical=link))
    assert shown(found) == ("canonical-relative", "warning", CANONICAL)
    assert found.source == link


def test_a_canonical_address_at_another_host(doctor: Surgery) -> None:
    link = '<link rel="canonical" href="https://cms.example/opinion/night-trains">'
    found = doctor.only(page(SITE, canonical=link))
    assert shown(found) == ("canonical-other-host", "stop", CANONICAL)
    assert "cms.example" in found.message


def test_a_canonical_address_of_another_article(doctor: Surgery) -> None:
    doctor.store.save(other_entry("day-trains"), actor="test")
    doctor.store.publish("day-trains", actor="test")
    link = f'<link rel="canonical" href="{PAPER}/opinion/day-trains">'
    found = doctor.only(page(SITE, canonical=link))
    assert shown(found) == ("canonical-other-article", "stop", CANONICAL)
    named = doctor.report(page(COMPONENT, canonical=link)).findings
    assert {(it.code, it.severity) for it in named} == {
        ("canonical-other-article", "warning"),
        ("other-article", "warning"),
    }


def test_a_canonical_address_of_no_article(doctor: Surgery) -> None:
    link = f'<link rel="canonical" href="{PAPER}/opinion/">'
    found = doctor.only(page(SITE, canonical=link))
    assert shown(found) == ("canonical-unknown", "stop", CANONICAL)


def test_the_panel_of_another_article(doctor: Surgery) -> None:
    link = f'<link rel="canonical" href="{PAPER}/opinion/trams">'
    found = doctor.only(page(FRAME, canonical=link), url=f"{PAPER}/opinion/trams")
    assert (found.code, found.severity) == ("other-article", "warning")
    assert "aliases" in found.message


# The entry


@pytest.mark.parametrize("body", [FRAME, COMPONENT, INCLUDE + htmx() + OPEN])
def test_an_unknown_entry(doctor: Surgery, body: str) -> None:
    found = doctor.only(page(body.replace(ID, "nite-trains")))
    assert found.code == "entry-unknown"
    assert "No panel nite-trains is live." in found.message


def test_an_article_without_an_entry(doctor: Surgery) -> None:
    trams = f"{PAPER}/opinion/trams"
    link = f'<link rel="canonical" href="{trams}">'
    found = doctor.only(page(SITE, canonical=link), url=trams)
    assert found.code == "entry-unknown"
    assert f"No panel is live for {trams}." in found.message
    named = f'<insights-widget url="{trams}"></insights-widget>{LOADER}'
    assert f"for {trams}." in doctor.only(page(named)).message


def test_a_draft_is_told_only_to_those_who_may_know(doctor: Surgery) -> None:
    doctor.store.save(other_entry("trams"), actor="test")
    html = page(FRAME.replace(ID, "trams"))
    inside = doctor.only(html, drafts=True)
    assert shown(inside) == ("entry-draft", "stop", "insights publish trams")
    outside = doctor.only(html)
    unknown = doctor.only(html.replace("trams", "nothing"))
    assert outside.message == unknown.message.replace("nothing", "trams")


def test_a_withdrawn_entry(doctor: Surgery) -> None:
    doctor.store.withdraw(ID, actor="test", reason="A mistake.")
    found = doctor.only(page(COMPONENT))
    assert found.code == "entry-withdrawn"
    assert "was withdrawn on" in found.message


def test_a_kind_or_section_that_is_not_eligible(doctor: Surgery) -> None:
    strict = PUBLICATION.model_copy(update={"kinds": ("editorial",), "sections": ("Ideas",)})
    doctor.settings = doctor.settings.model_copy(update={"publications": (strict,)})
    kind, section = doctor.report(page(FRAME)).findings
    assert shown(kind) == ("kind-not-eligible", "warning", 'kinds = ["editorial", "opinion"]')
    assert shown(section) == ("section-not-eligible", "warning", 'sections = ["Ideas", "Opinion"]')


def test_a_draft_of_a_kind_that_is_not_eligible(doctor: Surgery) -> None:
    doctor.store.save(other_entry("trams", article__kind="news"), actor="test")
    found = doctor.report(page(FRAME.replace(ID, "trams")), drafts=True).findings
    assert {(it.code, it.severity) for it in found} == {
        ("kind-not-eligible", "stop"),
        ("entry-draft", "stop"),
    }


def test_two_panels_of_one_entry(doctor: Surgery) -> None:
    found = doctor.only(page(FRAME + SITE))
    assert (found.code, found.severity) == ("twice", "warning")
    assert f"The panel {ID} is in the page twice" in found.message


# The loader


@pytest.mark.parametrize(
    "element", [f'<insights-widget entry="{ID}">', f'<div data-insights="{ID}">']
)
def test_a_component_without_its_loader(doctor: Surgery, element: str) -> None:
    found = doctor.only(page(element))
    assert shown(found) == ("no-loader", "stop", LOADER)


def test_a_copy_of_the_loader_that_is_not_told_the_service(doctor: Surgery) -> None:
    own = '<script src="/js/embed.js"></script>'
    reported = f'<insights-widget entry="{ID}" base="{BASE}"></insights-widget>{own}'
    assert doctor.report(page(reported)).findings == ()
    found = doctor.only(page(f'<insights-widget entry="{ID}"></insights-widget>{own}'))
    assert shown(found) == ("other-loader", "stop", f'<insights-widget base="{BASE}">')


def test_a_component_whose_base_is_elsewhere(doctor: Surgery) -> None:
    html = f'<insights-widget entry="{ID}" base="https://old.example/"></insights-widget>{LOADER}'
    found = doctor.only(page(html))
    assert shown(found) == ("other-base", "stop", f'base="{BASE}"')


PINNED = (
    f'<script src="{BASE}/static/{panel.loader_name()}" integrity="{panel.integrity()}" '
    'crossorigin="anonymous" async></script>'
)
STALE = {
    "a hash of before": PINNED.replace(panel.integrity(), "sha384-" + "A" * 64),
    "a version of before": PINNED.replace(panel.loader_name(), "embed.0123456789.js"),
    "no crossorigin": PINNED.replace(' crossorigin="anonymous"', ""),
}


@pytest.mark.parametrize("script", STALE.values(), ids=STALE)
def test_a_pinned_loader_that_browsers_refuse(doctor: Surgery, script: str) -> None:
    widget = f'<insights-widget entry="{ID}"></insights-widget>'
    assert shown(doctor.only(page(widget + script))) == ("loader-stale", "stop", PINNED)
    beside_a_frame = doctor.only(page(FRAME + script))
    assert (beside_a_frame.code, beside_a_frame.severity) == ("loader-stale", "warning")


def test_a_hash_on_the_loader_that_is_always_the_newest(doctor: Surgery) -> None:
    script = PINNED.replace(f"static/{panel.loader_name()}", "embed.js")
    found = doctor.only(page(f'<insights-widget entry="{ID}"></insights-widget>{script}'))
    assert shown(found) == ("loader-hash-on-newest", "warning", LOADER)


# htmx


def meta(content: str) -> str:
    return f"<meta name='htmx-config' content='{content}'>"


@pytest.mark.parametrize(
    "name", ["htmx-2.0.10.min.js", "htmx.org@2.0.4", "htmx/2.0.4/htmx.min.js", "htmx.js?v=2.0.4"]
)
def test_htmx_2_that_keeps_to_its_own_origin(doctor: Surgery, name: str) -> None:
    script = htmx(name if ".js" in name else f"{name}/dist/htmx.min.js")
    for config in ("", meta('{"mode":"cors"}'), meta("{broken")):
        found = doctor.only(page(INCLUDE, head=script + config))
        assert found.code == "htmx2-closed"
        assert found.fix == '<meta name="htmx-config" content=\'{"selfRequestsOnly":false}\'>'
    reported = f"{script}<script>htmx.config.selfRequestsOnly = false</script>"
    assert doctor.report(page(INCLUDE, head=reported)).findings == ()


def test_htmx_4_that_keeps_to_its_own_origin(doctor: Surgery) -> None:
    script = htmx("htmx-4.0.1.min.js")
    for config in ("", meta('{"selfRequestsOnly":false}')):
        found = doctor.only(page(INCLUDE, head=script + config))
        assert found.code == "htmx4-closed"
        assert found.fix == '<meta name="htmx-config" content=\'{"mode":"cors"}\'>'
    for config in (meta('{"mode":"cors"}'), meta("mode:cors, timeout:5")):
        assert doctor.report(page(INCLUDE, head=script + config)).findings == ()


@pytest.mark.parametrize(
    ("config", "severity"),
    [("", "stop"), (meta('{"selfRequestsOnly":false}'), "warning"), (meta("mode:cors"), "warning")],
)
@pytest.mark.parametrize("script", [htmx("htmx.min.js"), '<script src="/bundle.js"></script>'])
def test_htmx_of_an_unknown_version(
    doctor: Surgery, script: str, config: str, severity: str
) -> None:
    found = doctor.only(page(INCLUDE, head=script + config))
    assert (found.code, found.severity) == ("htmx-unknown", severity)
    assert "selfRequestsOnly" in found.fix
    assert '"mode":"cors"' in found.fix
    assert doctor.report(page(INCLUDE, head=script + OPEN)).findings == ()


def test_a_fragment_through_the_page_s_own_server_needs_no_setting(doctor: Surgery) -> None:
    proxied = f'<div hx-get="/insights/fragment/{ID}" hx-trigger="load"></div>'
    assert doctor.report(page(proxied, head=htmx())).findings == ()


# The rest


def test_a_service_at_http_in_a_page_at_https(doctor: Surgery) -> None:
    html = page(FRAME.replace("https:", "http:"))
    found = doctor.only(html)
    assert shown(found) == ("mixed-content", "stop", f"{BASE}/panel/{ID}")
    assert doctor.report(html, csp="upgrade-insecure-requests").findings == ()
    doctor.base = BASE.replace("https:", "http:")
    assert "serve it over https" in doctor.only(html).message
    local = "http://localhost:8000"
    doctor.base = local
    assert doctor.report(page(FRAME.replace(BASE, local))).findings == ()


@pytest.mark.parametrize(
    ("include", "fix"),
    [
        (f'<!--# include virtual="/insights/fragment/{ID}" stub="x" -->', "ssi on;"),
        (f'<esi:include src="/insights/fragment/{ID}"/>', "esi on;"),
    ],
)
def test_an_include_that_the_server_did_not_carry_out(
    doctor: Surgery, include: str, fix: str
) -> None:
    found = doctor.only(page(include))
    assert (found.code, found.fix) == ("include-not-carried-out", fix)


@pytest.mark.parametrize("value", ["require-corp", "credentialless"])
def test_a_page_that_isolates_itself_may_show_the_panel(doctor: Surgery, value: str) -> None:
    for snippet in (FRAME, COMPONENT):
        assert not doctor.report(page(snippet), Cross_Origin_Embedder_Policy=value).findings


def test_what_stops_comes_first_and_the_same_is_said_once(
    doctor: Surgery, published: Store
) -> None:
    published.withdraw(ID, actor="test", reason="A mistake.")
    report = doctor.report(page(f"{FRAME}\n{FRAME}"), url="https://other.example/")
    assert [it.code for it in report.findings] == [
        "origin-not-listed",
        "entry-withdrawn",
        "twice",
    ]
    assert report.verdict == "2 things stop the panel."
