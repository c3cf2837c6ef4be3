"""A newsroom at work: each of the editors' pages has something to show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from drafting_support import AUDIT, UNION
from fake_provider import KEY, fake_provider
from newsroom import PASSWORD
from playwright.sync_api import Page
from running import Running, running

from widget import demo
from widget.accounts import open_accounts
from widget.editorial.service import Editorial
from widget.record.counts import COLLECTION, Cell
from widget.record.report_inbox import ReportInbox, Submission
from widget.record.voices import Voices
from widget.sources.articles.differing import text_sha256
from widget.sources.articles.record import (
    ArticleRecord,
    ArticleTexts,
    Piece,
    article_records,
    article_texts,
)
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.storage.documents import Collection, Documents, open_documents
from widget.store import Live, source_key

LIVE, WAITING = "ferry-fares", "rent-ceiling"
NOW = datetime.now(UTC).replace(microsecond=0)
ARTICLE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>The ferry should cost nothing</title><meta property="article:section" content="Opinion">
<script type="application/ld+json">{"@context": "https://schema.org",
"@type": "OpinionNewsArticle", "headline": "The ferry should cost nothing"}</script></head>
<body><article><h1>The ferry should cost nothing</h1>
<p>The ferry across the harbor should cost nothing, since a bridge asks nobody for a ticket.</p>
<p>In 2024 the city paid 3.1 million crowns to collect 4.0 million crowns in fares, which is a
strange way to run a harbor that belongs to everybody who lives around it.</p>
<p>Whoever lives on Lantern Steps has no other way to work, and pays 64 crowns a month for it.</p>
</article></body></html>"""


@dataclass(frozen=True)
class Desk:
    """The service with its people; ``report``, ``run`` and ``voice`` name what pages show."""

    place: Running
    report: str
    voice: str

    def session(self, name: str) -> str:
        """Return the cookie of ``name``."""
        accounts = open_accounts(f"dir:{self.place.data}")
        user = accounts.user(name)
        assert user is not None
        return accounts.open_session(user)

    def ask_for_a_draft(self, page: Page, folder: Path) -> str:
        """Ask for a draft as ``page``'s person does; return the path of its run, which ended."""
        host = self.place.host
        article = host.add(ARTICLE)
        texts = folder / "sources.json"
        fields = {"url", "title", "type", "text"}
        texts.write_text(
            json.dumps([it.model_dump(mode="json", include=fields) for it in (AUDIT, UNION)])
        )
        page.goto(f"{self.place.service}/admin/drafts/new")
        page.get_by_label("Address", exact=True).fill(host.backend + article)
        page.get_by_label("Or a file with texts").set_input_files(texts)
        page.get_by_role("button", name="Ask for a draft").click()
        page.get_by_role("link", name="Open it in the editor").wait_for()
        return page.url.removeprefix(self.place.service)


def paths(at: Desk, run: str) -> dict[str, str]:
    """Return each of the editors' pages by the name of its picture, in a day's order."""
    live, waiting = f"/admin/entries/{LIVE}", f"/admin/entries/{WAITING}"
    return {
        "login": "/admin/login",
        "list": "/admin/entries",
        "new": "/admin/entries/new",
        "draft": "/admin/drafts/new",
        "run": run,
        "runs": "/admin/drafts",
        "editor": waiting,
        "json": f"{waiting}/json",
        "review": f"{waiting}/publication",
        "comparison": f"{waiting}/comparison?from=3&to=5",
        "record": f"{live}/record",
        "history": f"{waiting}/history",
        "plan": "/admin/plan",
        "withdrawal": f"{live}/withdrawal",
        "sources": f"{live}/sources",
        "bad-sources": "/admin/sources",
        "article": f"{live}/article",
        "reports": "/admin/reports",
        "report": f"/admin/reports/{at.report}",
        "voices": f"{live}/voices",
        "all-voices": "/admin/voices",
        "counts": f"/admin/counts/{LIVE}",
        "notifications": "/admin/notifications",
        "people": "/admin/people",
        "person": "/admin/people/mina",
        "me": "/admin/me",
    }


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Run a service over a full newsroom in ``folder``, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "provider.key").write_text(KEY)
    with fake_provider() as provider:
        drafting = {
            "name": "sonar",
            "kind": "openai",
            "url": provider.url,
            "model": "made-up-quote",
            "token_file": str(folder / "provider.key"),
        }
        receiver = {"name": "desk", "kind": "slack", "url": "https://localhost:9/services/1"}
        environment = {
            "INSIGHTS_DRAFTING": json.dumps([drafting]),
            "INSIGHTS_NOTIFY": json.dumps([receiver]),
            "INSIGHTS_COUNTS": "true",
        }
        with running(folder / "data", environment=environment, review="required") as place:
            yield _filled(place)


def _filled(place: Running) -> Desk:
    accounts = open_accounts(f"dir:{place.data}")
    for name, role in (("ana", "admin"), ("mina", "editor"), ("jonas", "publisher")):
        accounts.add_user(name, role, PASSWORD)  # type: ignore[arg-type]  # a role
    with (
        closing(place.store()) as store,
        closing(open_documents(f"dir:{place.data}")) as documents,
    ):
        editorial = Editorial(store, place.settings)
        demo.leave_waiting(editorial)
        _work(editorial)
        live = store.live(LIVE)
        assert isinstance(live, Live)
        _records(documents, live)
        report = _reports(documents, live)
        token, _ = Voices(lambda: documents).make(
            LIVE, name="R. Okafor", role="author", shows="panel", actor="ana"
        )
    return Desk(place, report, f"/voice/{token}")


def _work(editorial: Editorial) -> None:
    first = "$.perspectives[0].points[0]"
    text = "Is the second half of the headline in the column, or only in the caption?"
    editorial.comments.add(WAITING, actor="jonas", text=text, path=first)
    editorial.comments.add(WAITING, actor="jonas", text="Please name the auction house.")
    due = (NOW + timedelta(days=4)).date()
    editorial.planning.assign(WAITING, actor="jonas", assignee="mina", due=due)
    editorial.planning.schedule(
        WAITING,
        actor="jonas",
        publish_at=NOW + timedelta(days=2),
        expires_at=NOW + timedelta(days=9),
        reason="The vote is over.",
    )


def _records(documents: Documents, live: Live) -> None:
    records = []
    for number, source in enumerate(live.entry.sources, 1):
        gone = number == 2
        check = SourceCheck(
            at=NOW - timedelta(hours=3),
            answer="gone" if gone else "ok",
            quote="unread" if gone else "found",
            status=404 if gone else 200,
            reason="It answered 404 Not Found." if gone else "",
        )
        record = SourceRecord(
            key=source_key(source),
            url=source.url,
            number=number,
            title=source.title,
            bad="gone" if gone else "",
            checks=(check,),
        )
        records.append(record)
    checked = EntrySources(sources=tuple(records), checked_at=NOW - timedelta(hours=3), bad=1)
    source_records(documents).put(LIVE, checked)
    pieces = (
        Piece(kind="same", text="The ferry across the harbor "),
        Piece(kind="removed", text="should cost nothing"),
        Piece(kind="added", text="should cost half as much"),
        Piece(kind="same", text=", since a bridge asks nobody for a ticket."),
    )
    before, now = (
        "".join(it.text for it in pieces if it.kind in {"same", kind})
        for kind in ("removed", "added")
    )
    texts = ArticleTexts(analysed=before, newest=now, changes=(pieces,))
    article_texts(documents).put(LIVE, texts)
    article = ArticleRecord(
        url=live.entry.article.url,
        analysis="1",
        taken_at=NOW - timedelta(days=12),
        sha256=text_sha256(before),
        checks=(SourceCheck(at=NOW, answer="ok", status=200),),
        newest_sha256=text_sha256(now),
        changed_on=NOW.date(),
        since=NOW,
    )
    article_records(documents).put(LIVE, article)
    cells = Collection(documents, COLLECTION, Cell)
    for back, (visits, groups) in enumerate(((812, 371), (940, 402), (1210, 655), (70, 31)), 1):
        day: date = NOW.date() - timedelta(days=back)
        numbers = {"visits": visits, "groups": groups, "previews": groups // 3, "sources": 12}
        cells.put(f"{LIVE}/{day}", Cell(entry=LIVE, day=day, **numbers))


def _reports(documents: Documents, live: Live) -> str:
    inbox = ReportInbox(documents)
    texts = (
        ("source", "2-1", "The board's minutes speak of a pilot, not of a decision."),
        ("wrong", "1-1", "The fare is 64 crowns a month, not a week."),
        ("unfair", "", "The union's position is missing."),
    )
    ids = [
        inbox.submit(
            live,
            Submission(kind=kind, point=point, text=text),  # type: ignore[arg-type]  # a kind
            address=f"192.0.2.{number}",
        ).id
        for number, (kind, point, text) in enumerate(texts, 1)
    ]
    return ids[0]
