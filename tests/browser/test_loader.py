"""The loader works wherever it comes from, and on whatever kind of page."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from playwright.sync_api import Error, Page, expect
from running import Running
from ways import panel, until, visit, wait_until_fits

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

COMPONENT = '<insights-widget entry="ferry-fares"><a href="/words">Words</a></insights-widget>'
PLACE = '<div data-insights="ferry-fares"><a href="/words">Words</a></div>'


def frame(place: Running) -> str:
    src = f"{place.service}/panel/ferry-fares"
    return f'<iframe src="{src}" style="width:100%;border:0;frame-sizing:auto"></iframe>'


def errors(page: Page) -> list[str]:
    """Collect what no code caught, from now on; Firefox counts a policy's complaints, too."""
    uncaught: list[str] = []

    def listen(error: Error) -> None:
        if "settings blocked" not in str(error):
            uncaught.append(str(error))

    page.on("pageerror", listen)
    return uncaught


@pytest.mark.parametrize(
    "script",
    [
        '<script src="{}/embed.js" async></script>',
        '<script type="module" src="{}/embed.js"></script>',
        '<script type="module">import "{}/embed.js?v=1/2"</script>',
        '<script src="{}/embed.js?v=2026/11/29"></script>',
        '<script src="{}/embed.js#/a/b"></script>',
        '<script src="{0}/embed.js"></script><script src="{0}/embed.js?again"></script>',
        (
            "<script>const it = document.createElement('script'); it.src = '{}/embed.js';"
            "document.head.append(it)</script>"
        ),
    ],
    ids=["async", "module", "import", "query", "hash", "twice", "by a script"],
)
@pytest.mark.parametrize("where", ["head", "body"])
def test_a_loader_serves_components_and_frames(
    page: Page, place: Running, script: str, where: str
) -> None:
    uncaught = errors(page)
    script = script.replace("{0}", place.service).replace("{}", place.service)
    body = COMPONENT + PLACE + frame(place)
    html = "<!doctype html><html><head><title>Host</title>"
    html += script + "</head><body>" + body if where == "head" else "<body>" + body + script
    visit(page, place, html)
    expect(page.locator("insights-widget section.insights")).to_have_count(2)
    wait_until_fits(page)
    assert uncaught == []


def own_copy(place: Running) -> str:
    """Return the address of the loader on the publisher's own site, among other scripts."""
    with urlopen(f"{place.backend}/embed.js") as answer:  # noqa: S310  # our own service
        script = answer.read().decode()
    return place.host.origin + place.host.add(script, {"Content-Type": "text/javascript"})


def test_a_loader_from_the_publisher_s_own_folder_serves_frames(page: Page, place: Running) -> None:
    html = f'<!doctype html><title>Host</title>{frame(place)}<script src="{own_copy(place)}">'
    visit(page, place, html + "</script>")
    wait_until_fits(page)


def test_a_component_beside_it_names_the_service(page: Page, place: Running) -> None:
    component = COMPONENT.replace(" entry", f' base="{place.service}" entry')
    html = f'<!doctype html><title>Host</title>{component}<script src="{own_copy(place)}">'
    visit(page, place, html + "</script>")
    panel(page, "component")


def test_two_loaders_tell_of_everything_once(page: Page, place: Running) -> None:
    html = (
        "<!doctype html><title>Host</title><script>heard = []; for (const type of ['ready',"
        " 'expand']) addEventListener('insights:' + type, () => heard.push(type))</script>"
        f'{frame(place)}<script src="{own_copy(place)}"></script>'
        f'<script src="{place.service}/embed.js"></script>'
    )
    visit(page, place, html)
    wait_until_fits(page)
    page.frame_locator("iframe").locator("summary").first.click()
    wait_until_fits(page)
    until(lambda: "expand" in page.evaluate("heard"))
    assert page.evaluate("heard") == ["ready", "expand"]


def test_a_page_of_xml_shows_its_panels(page: Page, place: Running) -> None:
    uncaught = errors(page)
    html = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>'
        f'</head><body>{COMPONENT}{PLACE}{frame(place)}<script src="{place.service}/embed.js">'
        "</script></body></html>"
    )
    visit(page, place, html, headers={"Content-Type": "application/xhtml+xml"})
    expect(page.locator("section.insights")).to_have_count(2)
    # Not by a frame's locator, which takes no element of XML for a frame.
    height = "Math.ceil(document.body.getBoundingClientRect().height)"
    box = "document.querySelector('iframe').clientHeight"
    until(lambda: abs(page.evaluate(box) - page.frames[1].evaluate(height)) <= 1)
    assert uncaught == []


@pytest.mark.parametrize("required", ["", "require-trusted-types-for 'script'; "])
def test_where_no_trusted_type_may_be_made_nothing_fails_aloud(
    page: Page, place: Running, required: str
) -> None:
    uncaught = errors(page)
    html = f"<!doctype html><title>Host</title>{COMPONENT}{frame(place)}"
    html += f'<script src="{place.service}/embed.js"></script>'
    policy = {"Content-Security-Policy": f"{required}trusted-types 'none'"}
    visit(page, place, html, headers=policy)
    wait_until_fits(page)
    if required:
        expect(page.get_by_role("link", name="Words")).to_be_visible()
    else:
        panel(page, "component")
    assert uncaught == []


@pytest.mark.parametrize(
    "page_around",
    [
        "<title>In quirks mode</title>{}",
        "<!doctype html><title>Host</title><base href='https://elsewhere.example/x/'>{}",
    ],
    ids=["quirks", "base"],
)
def test_odd_pages_show_their_panels(page: Page, place: Running, page_around: str) -> None:
    script = f'<script src="{place.service}/embed.js"></script>'
    visit(page, place, page_around.format(COMPONENT + frame(place)) + script)
    panel(page, "component")
    wait_until_fits(page)


def test_a_page_within_a_page_shows_its_panel(page: Page, place: Running) -> None:
    """A preview in an editor, for instance, by srcdoc."""
    inner = f'{COMPONENT}<script src="{place.service}/embed.js"></script>'
    srcdoc = inner.replace("&", "&amp;").replace('"', "&quot;")
    visit(page, place, f'<!doctype html><title>Host</title><iframe srcdoc="{srcdoc}"></iframe>')
    expect(page.frame_locator("iframe").locator("section.insights")).to_be_visible()
