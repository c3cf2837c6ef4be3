"""The exported site: what is in it, what a second run does, and what a crash leaves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from samples import PAPER, PUBLICATION, ROOT, sample_entry

from widget.app import rules
from widget.config import Publication, Settings
from widget.editorial.annotating import Annotating
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.entry import Entry, urls
from widget.errors import ExportFailed
from widget.export import Report, checked_base, export_site, folder, pages
from widget.store import Annotations, Live, Store, open_store

BASE = "https://cdn.example/insights"
ID = "night-trains"


def published(store: Store, **changes: object) -> Entry:
    entry = sample_entry(**changes)
    store.save(entry, actor="test")
    store.publish(entry.id, actor="test")
    return entry


def other(store: Store, name: str) -> Entry:
    return published(
        store, id=name, article__url=f"{PAPER}/{name}", article__aliases=[f"{PAPER}/old/{name}"]
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "site"


def exported(store: Store, settings: Settings, out: Path, base: str = BASE) -> Report:
    return export_site(store, settings, out, base)


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }


@pytest.mark.unit
def test_each_entry_has_its_files(store: Store, settings: Settings, out: Path) -> None:
    published(store)
    report = exported(store, settings, out)
    found = files(out)
    assert (report.written, report.unchanged, report.removed) == (len(found) - 2, 0, 0)
    frame = found[f"panel/{ID}.html"].decode()
    assert "Sleepers replace short" in frame
    assert f'href="{BASE}/oembed/{ID}.json"' in frame
    assert "Sleepers replace short" in found[f"fragment/{ID}.html"].decode()
    assert f'src="{BASE}/panel/{ID}"' in json.loads(found[f"oembed/{ID}.json"])["html"]
    assert json.loads(found["entries.json"]) == {
        f"{PAPER}/opinion/night-trains": ID,
        f"{PAPER}/2026/night-trains": ID,
    }
    assert "There is no panel here." in found["404.html"].decode()
    assert found["embed.js"] in [found[it] for it in found if it.startswith("static/embed.")]


@pytest.mark.unit
def test_proof_of_a_review_is_exported_and_its_loss_too(
    store: Store, settings: Settings, out: Path
) -> None:
    store.save(sample_entry(), actor="ana")
    reviewer = Reviewer("ben", "editor", "session", actor="ben")
    Editorial(store, settings).review.approve(ID, reviewer=reviewer, checked=CHECKLIST)
    store.publish(ID, actor="ana")
    exported(store, settings, out)
    for path in (f"panel/{ID}.html", f"fragment/{ID}.html"):
        assert b"AI-generated, reviewed" in files(out)[path]
    live = store.live(ID)
    assert isinstance(live, Live)
    store.save(live.entry, actor="ana")
    store.publish(ID, actor="ana")
    exported(store, settings, out)
    for path in (f"panel/{ID}.html", f"fragment/{ID}.html"):
        assert b"AI-generated, reviewed" not in files(out)[path]


@pytest.mark.unit
def test_annotations_are_exported_and_no_link_leads_to_a_form_that_no_server_has(
    store: Store, settings: Settings, out: Path
) -> None:
    published(store)
    exported(store, settings, out)
    for upheld in (1, 2):
        annotations = Annotations(reports_upheld=upheld)
        Annotating(store).annotate(ID, lambda _, now=annotations: now, actor="reports")
        exported(store, settings, out)
        for path in (f"panel/{ID}.html", f"fragment/{ID}.html"):
            text = files(out)[path].decode()
            assert f"{upheld} report" in text
            assert "/report/" not in text


@pytest.mark.unit
def test_the_map_leads_from_every_address_to_its_entry(
    store: Store, settings: Settings, out: Path
) -> None:
    published(store)
    by_query = published(store, id="by-query", article__url=f"{PAPER}/x?id=7", article__aliases=[])
    exported(store, settings, out)
    found = files(out)
    for url, entry_id in ((f"{PAPER}/2026/night-trains", ID), (by_query.article.url, "by-query")):
        path, _, query = urls.normalize(url).partition("?")
        part = json.loads(found[f"map/{pages.shard(path)}.json"])
        assert part["entries"][path][query] == entry_id
    assert len([it for it in found if re.fullmatch(r"map/\d+\.json", it)]) == pages.SHARDS
    assert "map/find.js" in found


@pytest.mark.unit
def test_the_parts_of_the_map_are_about_as_large() -> None:
    parts = [0] * pages.SHARDS
    for number in range(25_600):
        parts[pages.shard(f"paper.example/opinion/{number}")] += 1
    assert max(parts) < 300


@pytest.mark.unit
def test_a_second_run_writes_only_what_changed(store: Store, settings: Settings, out: Path) -> None:
    published(store)
    other(store, "harbour")
    exported(store, settings, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.is_file()}
    again = exported(store, settings, out)
    assert (again.written, again.removed) == (0, 0)
    published(store, article__title="A new title")
    # Frame, fragment, oEmbed, JSON, card; of the log the lines, the checkpoint and the page.
    written = exported(store, settings, out).written
    touched = {path.name for path, at in before.items() if path.stat().st_mtime_ns != at}
    # The sitemap has the time of the change in seconds.
    assert written == 8 + ("sitemap.xml" in touched)
    assert touched >= {f"{ID}.html", f"{ID}.json", f"{ID}.png", "index.html"}
    assert not [it for it in touched if "harbour" in it or "corrections" in it]


@pytest.mark.unit
def test_another_address_or_publication_makes_all_panels_anew(
    store: Store, settings: Settings, out: Path
) -> None:
    published(store)
    exported(store, settings, out)
    exported(store, settings, out, "https://other.example")
    assert b"https://other.example/panel/" in files(out)[f"fragment/{ID}.html"]
    renamed = PUBLICATION.model_copy(update={"introduction": "Words of another paper."})
    exported(store, settings.model_copy(update={"publications": (renamed,)}), out)
    assert b"Words of another paper." in files(out)[f"panel/{ID}.html"]


@pytest.mark.unit
def test_what_was_withdrawn_leaves_its_notice_and_goes_before_anything_is_rendered(
    store: Store, settings: Settings, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is stopped at the first panel that it would render."""
    published(store)
    other(store, "a-first")
    exported(store, settings, out)
    published(store, id="a-new", article__url=f"{PAPER}/new", article__aliases=[])
    store.withdraw(ID, actor="test", reason="A claim was wrong.")
    real = pages.of_entry

    def stopped(subject: pages.Subject, *arguments: object) -> pages.Files:
        if not subject.withdrawn:
            raise KeyboardInterrupt
        return real(subject, *arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(pages, "of_entry", stopped)
    with pytest.raises(KeyboardInterrupt):
        exported(store, settings, out)
    found = files(out)
    for page in (f"panel/{ID}.html", f"fragment/{ID}.html"):
        assert b"A claim was wrong." in found[page]
        assert b"Sleepers" not in found[page]
    assert f"oembed/{ID}.json" not in found
    assert f"panel/{ID}.json" not in found
    assert f"panel/{ID}.gone" in found
    monkeypatch.undo()
    exported(store, settings, out)
    assert json.loads(files(out)["entries.json"])[f"{PAPER}/2026/night-trains"] == ID
    published(store)
    exported(store, settings, out)
    assert f"panel/{ID}.gone" not in files(out)


@pytest.mark.unit
def test_an_entry_that_is_unknown_now_leaves_nothing(
    store: Store, settings: Settings, out: Path, tmp_path: Path
) -> None:
    published(store)
    exported(store, settings, out)
    empty = open_store(f"dir:{tmp_path / 'other'}", rules(settings))
    report = exported(empty, settings, out)
    empty.close()
    assert report.removed == 5
    assert not [it for it in files(out) if ID in it]
    assert b"Sleepers" not in b"".join(files(out).values())


@pytest.mark.unit
def test_files_of_others_are_kept_and_never_written_over(
    store: Store, settings: Settings, out: Path
) -> None:
    published(store)
    (out / "panel").mkdir(parents=True)
    (out / "panel" / "theirs.html").write_text("theirs")
    (out / "index.html").write_text("theirs")
    exported(store, settings, out)
    other(store, "harbour")
    theirs = out / "fragment" / "harbour.html"
    theirs.write_text("theirs")
    before = files(out)
    with pytest.raises(ExportFailed, match=r"fragment/harbour\.html is there already"):
        exported(store, settings, out)
    assert files(out) == before
    assert before["index.html"] == before["panel/theirs.html"] == b"theirs"


@pytest.mark.unit
def test_a_file_that_was_damaged_or_lost_is_mended(
    store: Store, settings: Settings, out: Path
) -> None:
    published(store)
    exported(store, settings, out)
    whole = files(out)
    (out / "embed.js").write_text("")
    (out / "panel" / f"{ID}.html").unlink()
    assert exported(store, settings, out).written == 2
    assert files(out) == whole


@pytest.mark.unit
def test_an_older_loader_and_stylesheet_stay_for_pages_that_ask_for_them(
    store: Store, settings: Settings, out: Path
) -> None:
    exported(store, settings, out)
    manifest = json.loads((out / folder.MANIFEST).read_bytes())
    old = "static/panel.0123456789.css"
    (out / old).write_text("old")
    manifest["files"][old] = folder._digest(b"old")
    (out / folder.MANIFEST).write_text(json.dumps(manifest))
    exported(store, settings, out)
    assert (out / old).read_text() == "old"
    assert f"/insights/{old}\n  Cache-Control: public, max-age=31536000" in (
        out / "_headers"
    ).read_text("utf-8")


@pytest.mark.unit
def test_entries_of_several_publications_have_their_own_words_and_all_origins_may_embed(
    store: Store, settings: Settings, out: Path
) -> None:
    second = Publication(
        name="Second", origins=("https://second.example",), introduction="The second's words."
    )
    both = settings.model_copy(update={"publications": (PUBLICATION, second)})
    published(store)
    published(store, id="theirs", article__url="https://second.example/x", article__aliases=[])
    exported(store, both, out)
    found = files(out)
    assert b"The second" in found["panel/theirs.html"]
    assert b"The second" not in found[f"panel/{ID}.html"]
    for name in ("_headers", "vercel.json", ".htaccess", "nginx.conf"):
        text = found[name].decode()
        assert f"frame-ancestors 'self' {PAPER} https://second.example" in text, name


@pytest.mark.unit
def test_every_host_is_told_that_pages_which_isolate_themselves_may_show_panels(
    store: Store, settings: Settings, out: Path
) -> None:
    exported(store, settings, out)
    found = files(out)
    assert b"/insights/*\n  Cross-Origin-Resource-Policy: cross-origin\n" in found["_headers"]
    for name in ("_headers", "vercel.json", ".htaccess", "nginx.conf"):
        text = found[name].decode()
        assert "Cross-Origin-Embedder-Policy" in text, name
        assert "require-corp" in text, name
        assert "Cross-Origin-Resource-Policy" in text, name


KILLED = """
import os, sys
from pathlib import Path
from widget.app import rules
from widget.config import Settings
from widget.export import export_site
from widget.store import open_store
settings = Settings.model_validate_json(sys.argv[1])
left = int(sys.argv[3])
def count(event, arguments):
    global left
    if event == "os.rename" and sys.argv[2] in str(arguments[1]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
sys.addaudithook(count)
store = open_store(settings.store, rules(settings))
export_site(store, settings, Path(sys.argv[2]), "https://cdn.example/insights")
"""


@pytest.mark.process
@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 5, 6, 9, 12, 100])
def test_a_run_that_was_killed_anywhere_is_mended_by_the_next(
    store: Store, settings: Settings, tmp_path: Path, out: Path, after: int
) -> None:
    """Killed before the n-th file gets its name: something new, changed, withdrawn and unknown."""
    published(store)
    other(store, "changed")
    other(store, "forgotten")
    exported(store, settings, out)
    store.withdraw(ID, actor="test", reason="A claim was wrong.")
    other(store, "brand-new")
    changed = sample_entry(
        id="changed", article__url=f"{PAPER}/changed", article__aliases=[], article__title="Anew"
    )
    store.save(changed, actor="test")
    store.publish("changed", actor="test")
    command = [sys.executable, "-c", KILLED, settings.model_dump_json(), str(out), str(after)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=environment, timeout=60, check=False)
    assert ended.returncode in (-9, 0)
    assert (ended.returncode == 0) == (after > 20)
    exported(store, settings, out)
    fresh = tmp_path / "fresh"
    exported(store, settings, fresh)
    assert files(out) == files(fresh)


@pytest.mark.unit
def test_two_exports_into_one_folder_do_not_mix(
    store: Store, settings: Settings, out: Path
) -> None:
    with folder.Folder.opened(out), pytest.raises(ExportFailed, match="another export into"):
        exported(store, settings, out)


@pytest.mark.unit
def test_a_folder_that_cannot_be_used_is_named(store: Store, settings: Settings, out: Path) -> None:
    out.write_text("a file")
    with pytest.raises(ExportFailed, match=r"site cannot be written"):
        exported(store, settings, out)
    out.unlink()
    exported(store, settings, out)
    (out / folder.MANIFEST).write_text("{}")
    with pytest.raises(ExportFailed, match=r"cannot be read; export into a new folder"):
        exported(store, settings, out)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://cdn.example/", "https://cdn.example"),
        ("https://CDN.example/insights/", "https://cdn.example/insights"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_an_address_is_taken_without_its_last_slash(address: str, base: str) -> None:
    assert checked_base(address) == base


@pytest.mark.unit
@pytest.mark.parametrize(
    "address",
    [
        "cdn.example",
        "/insights",
        "ftp://x.example",
        "https://x.example/?a",
        "https://x.example/a'b",
    ],
)
def test_what_no_site_can_have_as_its_address_is_refused(address: str) -> None:
    with pytest.raises(ExportFailed, match="the site's address"):
        checked_base(address)
