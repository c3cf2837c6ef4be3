"""Each example, built with its own tool, shows the panel on a page of another origin."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from copies import EXAMPLES, copied, needed, python, run, with_node
from playwright.sync_api import Page, expect
from running import Running
from ways import wait_until_fits

pytestmark = pytest.mark.browser

VENDOR = EXAMPLES.parent / "static" / "vendor"
REFUSED = Path(__file__).parents[1] / "node" / "refused.tsx"

HANDLEBARS = """
const { readFileSync } = require("node:fs"), Handlebars = require("handlebars");
const read = (name) => readFileSync(name, "utf-8");
// What Ghost brings itself: https://docs.ghost.org/themes/helpers
Handlebars.registerHelper("post", function (options) { return options.fn(this.post); });
Handlebars.registerHelper("has", function (options) {
  return this.tags.includes(options.hash.tag) ? options.fn(this) : "";
});
Handlebars.registerHelper("url", function ({ hash }) {
  return (hash.absolute === "true" ? "https://harborcourier.example" : "") + this.path;
});
Handlebars.registerPartial("insights", read("partials/insights.hbs"));
const page = (tags) => Handlebars.compile(read("post.hbs"))({ post: {
  title: "Make the ferry free", content: "…", path: "/opinion/ferry-fares/", tags } });
console.log(page(process.argv.slice(1)) + read("site-footer.html"));
"""

DJANGO = """
import django
from django.conf import settings
from django.template.loader import render_to_string
settings.configure(
    INSTALLED_APPS=["insights"],
    INSIGHTS_ADDRESS={service!r},
    TEMPLATES=[{{"BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": ["templates"], "APP_DIRS": True}}],
)
django.setup()
print(render_to_string("article.html"))
"""

FLASK = """
import flask, insights
app = flask.Flask("site", root_path=".")
app.config["INSIGHTS_ADDRESS"] = {service!r}
insights.init_app(app)
with app.test_request_context():
    print(flask.render_template("article.html"))
"""

AMP = """
// AMP's part, by https://amp.dev/documentation/components/amp-iframe, since its runtime comes
// from its own network alone: the placeholder until the frame loads, and the message embed-size.
for (const it of document.querySelectorAll("amp-iframe")) {
  const frame = document.createElement("iframe");
  for (const name of ["sandbox", "title"]) frame.setAttribute(name, it.getAttribute(name));
  frame.src = it.getAttribute("src") + "#amp=1";
  frame.height = it.getAttribute("height");
  frame.style.width = "100%";
  frame.onload = () => it.querySelector("[placeholder]").hidden = true;
  it.querySelector("[overflow]").hidden = true;
  addEventListener("message", ({ source, data }) => {
    const asks = source === frame.contentWindow && data.sentinel === "amp";
    if (asks && data.type === "embed-size" && it.hasAttribute("resizable")) {
      frame.height = data.height;
    }
  });
  it.append(frame);
}
"""


def shows(page: Page, place: Running, folder: Path, name: str = "index.html") -> None:
    path = place.host.add_folder(folder).removesuffix("index.html")
    page.goto(f"{place.host.origin}{path}{name}")
    inner = page.frame_locator("iframe") if page.locator("iframe").count() else page
    expect(inner.locator("section.insights")).to_have_attribute("data-entry", "ferry-fares")
    expect(inner.locator("section.insights")).to_be_visible()


@pytest.mark.parametrize("name", ["index.html", "component.html", "site.html"])
def test_html(page: Page, place: Running, tmp_path: Path, name: str) -> None:
    shows(page, place, copied("html", tmp_path, place.service), name)


@pytest.mark.parametrize(("example", "version"), [("htmx2", "2.0.10"), ("htmx4", "4.0.1")])
def test_htmx(page: Page, place: Running, tmp_path: Path, example: str, version: str) -> None:
    folder = copied(example, tmp_path, place.service)
    shutil.copy(VENDOR / f"htmx-{version}.min.js", folder / "htmx.min.js")
    shows(page, place, folder)


def test_strict_csp(page: Page, place: Running, tmp_path: Path) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    folder = copied("strict-csp", tmp_path, place.service)
    rule, line = (folder / "_headers").read_text("utf-8").splitlines()
    name, _, policy = line.strip().partition(": ")
    assert (rule, name) == ("/*", "Content-Security-Policy")
    assert "unsafe" not in policy
    page.goto(place.host.origin + place.host.add_folder(folder, {name: policy}))
    group = page.locator("section.insights details[data-role=ideas]")
    group.locator("> summary").click()
    group.locator(".insights-ref").first.click()
    expect(page.locator(".insights-preview:popover-open")).to_be_visible()
    assert said == []


def test_consent(page: Page, place: Running, tmp_path: Path) -> None:
    """The page that needs no consent asks for nothing else, and leaves nothing behind."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    folder = copied("consent", tmp_path, place.service)
    shows(page, place, folder)
    page.locator("section.insights .insights-ref").first.evaluate("it => it.click()")
    page.wait_for_load_state("networkidle")
    allowed = (place.service, place.host.origin)
    assert [url for url in asked if not url.startswith(allowed)] == []
    assert page.context.cookies() == []
    assert page.context.storage_state(indexed_db=True) == {"cookies": [], "origins": []}


def test_amp(page: Page, place: Running, tmp_path: Path) -> None:
    folder = copied("amp", tmp_path, place.service)
    html = (folder / "index.html").read_text("utf-8")
    runtime = '<script async src="https://cdn.ampproject.org/v0.js">'
    assert runtime in html
    html = html.replace(runtime, '<script defer src="v0.js">').replace(" amp-boilerplate>", ">", 1)
    html = html.replace("animation:-amp-start", "x:").replace(
        ' src="https://cdn.ampproject.org/v0/amp-iframe-0.1.js"', ""
    )
    (folder / "index.html").write_text(html, "utf-8")
    (folder / "v0.js").write_text(AMP, "utf-8")
    page.goto(place.host.origin + place.host.add_folder(folder))
    wait_until_fits(page)
    expect(page.locator("[placeholder]")).to_be_hidden()
    before = page.locator("iframe").evaluate("it => it.clientHeight")
    page.frame_locator("iframe").locator("details[data-role=ideas] > summary").click()
    page.wait_for_function(f"document.querySelector('iframe').clientHeight > {before} + 100")
    wait_until_fits(page)


@pytest.mark.parametrize(("example", "check"), [("react", "tsc"), ("vue", "vue-tsc")])
def test_an_app(page: Page, place: Running, tmp_path: Path, example: str, check: str) -> None:
    """The wrapper is well typed, follows its props, tells of events, and navigates."""
    folder = with_node(copied(example, tmp_path, place.service), "vite", example, f".bin/{check}")
    types = page.request.get(f"{place.backend}/static/embed.d.ts")
    (folder / "src" / "embed.d.ts").write_text(types.text(), "utf-8")
    if example == "react":
        shutil.copy(REFUSED, folder / "src")
    run([f"node_modules/.bin/{check}", "-p", "."], folder)
    run(["node_modules/.bin/vite", "build", "--base", "./"], folder)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda it: errors.append(it.text) if it.type == "error" else None)
    page.goto(place.host.origin + place.host.add_folder(folder / "dist"))
    it, status = page.locator("section.insights"), page.get_by_role("status")
    expect(it).to_have_attribute("data-entry", "ferry-fares")
    expect(it.locator(".insights-title")).to_have_js_property("localName", "h2")
    expect(status).to_have_text("Shown: ferry-fares")
    it.locator("details[data-role=ideas] > summary").click()
    expect(status).to_have_text("Opened: insights-ferry-fares-g1")
    page.get_by_role("button", name="Dark").click()
    expect(it).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="The fish market").click()
    expect(it).to_have_attribute("data-entry", "fish-market")
    expect(status).to_have_text("Shown: fish-market")
    assert page.locator("script[src$='/embed.js']").count() == 1
    assert errors == []


def test_eleventy(page: Page, place: Running, tmp_path: Path) -> None:
    folder = with_node(copied("eleventy", tmp_path, place.service), "@11ty/eleventy")
    run(["node_modules/.bin/eleventy", "--quiet"], folder)
    shows(page, place, folder / "_site")
    expect(page.locator("details[open]")).to_have_attribute("data-role", "ideas")


def test_hugo(page: Page, place: Running, tmp_path: Path) -> None:
    needed(shutil.which("hugo"), "Hugo")
    folder = copied("hugo", tmp_path, place.service)
    run(["hugo", "--quiet"], folder)
    shows(page, place, folder / "public", "ferry-fares/index.html")
    expect(page.locator("details[open]")).to_have_attribute("data-role", "ideas")


def test_ghost(page: Page, place: Running, tmp_path: Path) -> None:
    folder = with_node(copied("ghost", tmp_path, place.service), "handlebars")
    (folder / "index.html").write_text(run(["node", "-e", HANDLEBARS, "Opinion"], folder), "utf-8")
    assert "insights-widget" not in run(["node", "-e", HANDLEBARS, "News"], folder)
    (folder / "node_modules").unlink()
    shows(page, place, folder)


@pytest.mark.parametrize(("example", "program"), [("django", DJANGO), ("flask", FLASK)])
def test_a_server_includes_the_fragment(
    page: Page, place: Running, tmp_path: Path, example: str, program: str
) -> None:
    folder = copied(example, tmp_path, place.backend)
    (folder / "site").mkdir()
    made = python(program.format(service=place.backend), folder)
    (folder / "site" / "index.html").write_text(made, "utf-8")
    assert "<script" not in made
    shows(page, place, folder / "site")
    expect(page.locator("details[open]")).to_have_attribute("data-role", "ideas")


@pytest.mark.parametrize(("example", "program"), [("django", DJANGO), ("flask", FLASK)])
def test_where_the_service_does_not_answer_a_link_stands(
    tmp_path: Path, example: str, program: str
) -> None:
    folder = copied(example, tmp_path, "http://127.0.0.1:1")
    made = python(program.format(service="http://127.0.0.1:1"), folder)
    assert '<a href="http://127.0.0.1:1/panel/ferry-fares">Insights on this article</a>' in made
