"""Articles of live entries: what is recorded, said to readers, settled and forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from samples import sample_entry

from widget.app import rules
from widget.config import Settings
from widget.drafting.evidence import Article, Evidence
from widget.drafting.runs import DraftRequest, new_run, open_runs
from widget.editorial.service import Editorial
from widget.entry import Entry, parse_entry
from widget.errors import Conflict, NotFound
from widget.record.forgetting import forget_entry
from widget.sources.articles import Articles, open_articles
from widget.sources.articles.follower import follow
from widget.sources.articles.record import article_records
from widget.sources.fetching import Fetched, Validators
from widget.sources.record import Answer
from widget.storage.documents import Documents
from widget.store import Annotations, Live, Store, open_store

pytestmark = pytest.mark.database

ID = "night-trains"
PARAGRAPHS = (
    "Night trains are the future of travel, and everybody who takes one knows it by heart.",
    "Last year 4.2 million people took one. That is twice as many as in the year before it.",
    "The state should buy carriages for them. It has bought worse things for far more money.",
)
CHANGED = PARAGRAPHS[1].replace("million", "thousand")


def page_of(*paragraphs: str, title: str = "Night trains", foot: str = "") -> str:
    body = "".join(f"<p>{it}</p>" for it in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body>"
        f"<nav><a href=/>Home</a></nav><main><article><h1>{title}</h1>{body}</article></main>"
        f"<footer>{foot}</footer></body></html>"
    )


@dataclass
class Pages:
    """Answers what a test says, in place of the network."""

    html: str = page_of(*PARAGRAPHS)
    answer: Answer = "ok"
    requests: list[str] = field(default_factory=list)

    def fetch(self, url: str, validators: Validators | None = None) -> Fetched:
        """Return the page."""
        del validators
        self.requests.append(url)
        if self.answer != "ok":
            return Fetched(self.answer, "It answered 404 Not Found.", 404, url)
        body = self.html.encode()
        return Fetched("ok", "", 200, url, type="text/html", charset="utf-8", body=body)


@pytest.fixture
def settings(store_url: str, settings: Settings) -> Settings:
    return settings.model_copy(update={"store": store_url})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.store, rules(settings))
    yield opened
    opened.close()


@pytest.fixture
def editorial(store: Store, settings: Settings, documents: Documents) -> Editorial:
    editorial = Editorial(store, settings)
    editorial.forgetting.append(lambda entry_id: forget_entry(documents, entry_id))
    return editorial


@pytest.fixture
def articles(settings: Settings, editorial: Editorial, documents: Documents) -> Articles:
    return open_articles(settings, editorial, documents)


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def live(editorial: Editorial) -> Entry:
    return published(editorial, sample_entry())


def published(editorial: Editorial, entry: Entry) -> Entry:
    editorial.put(entry, actor="ana", publish=True)
    return entry


def another_analysis(entry: Entry) -> Entry:
    document = json.loads(entry.to_json())
    document["perspectives"][0]["points"][0]["text"] += " And more of that."
    return parse_entry(json.dumps(document).encode())


def annotations(store: Store) -> Annotations:
    live = store.live(ID)
    assert isinstance(live, Live)
    return live.annotations


def looked(articles: Articles, pages: Pages, *paragraphs: str) -> None:
    if paragraphs:
        pages.html = page_of(*paragraphs)
    articles.look(ID, pages)


def changed(articles: Articles, pages: Pages) -> None:
    looked(articles, pages)
    looked(articles, pages, PARAGRAPHS[0], CHANGED, PARAGRAPHS[2])


def run_with(settings: Settings, text: str, *, asked_at: datetime | None = None) -> None:
    """Keep the run that drafted the entry, with the text of its article."""
    runs = open_runs(settings.store)
    article = Article(url=sample_entry().article.url, title="Night trains", text=text)
    run = new_run(DraftRequest(provider="sonar", article_url=article.url), actor="ana", at=asked_at)
    runs.add(run, per_hour=10)
    runs.update(run.id, lambda it: it.model_copy(update={"state": "kept", "entry": ID}))
    runs.keep_evidence(run.id, Evidence(article=article))


def test_the_first_look_keeps_the_text_and_says_nothing(
    articles: Articles, pages: Pages, store: Store, live: Entry
) -> None:
    looked(articles, pages)
    record = articles.record(ID)
    assert record
    assert record.origin == "page"
    assert len(record.sha256) == 64
    assert articles.texts(ID).analysed == "\n".join(PARAGRAPHS)
    assert annotations(store) == Annotations()
    assert pages.requests == [live.article.url]


@pytest.mark.usefixtures("live")
def test_a_change_is_said_with_its_day_and_shown_word_by_word(
    articles: Articles, pages: Pages, store: Store
) -> None:
    changed(articles, pages)
    today = datetime.now(UTC).date()
    assert annotations(store).article_changed_on == today
    (pieces,) = articles.texts(ID).changes
    assert [(it.kind, it.text) for it in pieces[:3]] == [
        ("same", "Last year 4.2 "),
        ("removed", "million"),
        ("added", "thousand"),
    ]
    assert [key for key, _ in articles.bad(limit=5)] == [ID]
    assert store.history(ID)[0].actor == "sources"


@pytest.mark.usefixtures("live")
def test_what_says_the_same_again_is_no_change_any_more(
    articles: Articles, pages: Pages, store: Store
) -> None:
    changed(articles, pages)
    looked(articles, pages, *PARAGRAPHS)
    assert annotations(store).article_changed_on is None
    assert articles.texts(ID).changes == ()
    assert articles.bad(limit=5) == []


@pytest.mark.usefixtures("live")
def test_the_furniture_of_the_page_is_no_change(
    articles: Articles, pages: Pages, store: Store
) -> None:
    looked(articles, pages)
    pages.html = page_of(
        *PARAGRAPHS[:2], PARAGRAPHS[2].replace(" ", "&nbsp;"), foot="<p>17 comments</p><p>More</p>"
    ).replace("<nav>", "<nav><a href=/new>New: a podcast about the week in politics.</a>")
    looked(articles, pages)
    assert annotations(store) == Annotations()


@pytest.mark.usefixtures("live")
def test_a_gone_article_is_said_once_it_is_sure_and_taken_back(
    articles: Articles, pages: Pages, store: Store, documents: Documents
) -> None:
    looked(articles, pages)
    pages.answer = "gone"
    looked(articles, pages)
    assert annotations(store).article_gone_on is None, "it may be an accident"
    earlier(documents, hours=7)
    looked(articles, pages)
    assert annotations(store).article_gone_on is not None
    assert articles.bad(limit=5) != []
    pages.answer = "ok"
    looked(articles, pages)
    assert annotations(store) == Annotations()


def earlier(documents: Documents, *, hours: float) -> None:
    """Let all checks so far have been so much earlier."""
    records = article_records(documents)
    record = records.get(ID)
    assert record
    delta = timedelta(hours=hours)
    checks = tuple(it.model_copy(update={"at": it.at - delta}) for it in record.checks)
    records.put(ID, record.model_copy(update={"checks": checks}))


@pytest.mark.usefixtures("live")
def test_an_editor_may_say_that_the_analysis_still_fits(
    articles: Articles, pages: Pages, store: Store
) -> None:
    changed(articles, pages)
    record = articles.record(ID)
    assert record
    articles.settle(ID, sha256=record.newest_sha256, actor="mina")
    assert annotations(store) == Annotations()
    newest = store.history(ID)[0]
    assert (newest.action, newest.actor) == ("annotate", "mina")
    assert newest.note == "The analysis still fits the article."
    looked(articles, pages)
    assert annotations(store) == Annotations(), "this text is settled"
    looked(articles, pages, PARAGRAPHS[0], CHANGED, "The state should sell its carriages, all.")
    assert annotations(store).article_changed_on is not None, "and another one is not"
    after = articles.record(ID)
    assert after
    assert [it.by for it in after.settled] == ["mina"]


@pytest.mark.usefixtures("live")
def test_nobody_settles_a_text_that_they_have_not_seen(articles: Articles, pages: Pages) -> None:
    with pytest.raises(NotFound):
        articles.settle(ID, sha256="", actor="mina")
    changed(articles, pages)
    record = articles.record(ID)
    assert record
    looked(articles, pages, PARAGRAPHS[0], CHANGED, "The state should sell its carriages, all.")
    with pytest.raises(Conflict):
        articles.settle(ID, sha256=record.newest_sha256, actor="mina")


@pytest.mark.usefixtures("live")
def test_who_settles_a_gone_article_is_not_asked_again_until_it_comes_back(
    articles: Articles, pages: Pages, store: Store, documents: Documents
) -> None:
    looked(articles, pages)
    pages.answer = "gone"
    looked(articles, pages)
    earlier(documents, hours=7)
    looked(articles, pages)
    articles.settle(ID, sha256="", actor="mina")
    looked(articles, pages)
    assert annotations(store) == Annotations()


def test_a_new_analysis_ends_it_and_begins_anew(
    articles: Articles, pages: Pages, store: Store, live: Entry, editorial: Editorial
) -> None:
    changed(articles, pages)
    published(editorial, another_analysis(live))
    assert annotations(store).article_changed_on is not None
    follow(articles, ID, None)
    assert annotations(store) == Annotations()
    looked(articles, pages)
    assert annotations(store) == Annotations()
    assert CHANGED in articles.texts(ID).analysed


def test_a_correction_of_a_source_is_no_new_analysis(
    articles: Articles, pages: Pages, store: Store, live: Entry, editorial: Editorial
) -> None:
    changed(articles, pages)
    document = json.loads(live.to_json())
    document["sources"][0]["url"] = "https://statistics.example/moved"
    published(editorial, parse_entry(json.dumps(document).encode()))
    follow(articles, ID, pages)
    assert annotations(store).article_changed_on is not None


def test_the_text_of_a_run_is_the_one_that_was_analysed(
    articles: Articles, pages: Pages, store: Store, settings: Settings, editorial: Editorial
) -> None:
    run_with(settings, "\n".join(PARAGRAPHS))
    published(editorial, sample_entry())
    looked(articles, pages, PARAGRAPHS[0], CHANGED, PARAGRAPHS[2])
    record = articles.record(ID)
    assert record
    assert record.origin == "run"
    assert annotations(store).article_changed_on is not None, "between the draft and publishing"


def test_a_pasted_text_that_the_page_does_not_show_is_not_compared_with_it(
    articles: Articles, pages: Pages, store: Store, settings: Settings, editorial: Editorial
) -> None:
    run_with(settings, "\n".join(f"{it} All of it." for it in ("This is", "quite", "other text")))
    published(editorial, sample_entry())
    looked(articles, pages)
    record = articles.record(ID)
    assert record
    assert record.origin == "page"
    assert annotations(store) == Annotations()


@pytest.mark.usefixtures("live")
def test_a_page_that_begins_to_cost_something_is_no_change(
    articles: Articles, pages: Pages, store: Store
) -> None:
    looked(articles, pages)
    looked(articles, pages, PARAGRAPHS[0])
    record = articles.record(ID)
    assert record
    assert record.reason == "The page shows only a part of the text."
    assert annotations(store) == Annotations()
    looked(articles, pages, PARAGRAPHS[0], CHANGED, PARAGRAPHS[2])
    assert annotations(store).article_changed_on is not None, "the text was not forgotten"


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("answer", ["refused", "failed", "paywall"])
def test_no_answer_says_nothing(
    articles: Articles, pages: Pages, store: Store, answer: Answer
) -> None:
    changed(articles, pages)
    before = annotations(store)
    pages.answer = answer
    looked(articles, pages)
    assert annotations(store) == before


@pytest.mark.usefixtures("live")
def test_a_look_that_finds_what_the_last_one_found_writes_no_revision(
    articles: Articles, pages: Pages, store: Store
) -> None:
    changed(articles, pages)
    head = store.head(ID)
    looked(articles, pages)
    looked(articles, pages)
    assert store.head(ID) == head


@pytest.mark.usefixtures("live")
def test_a_withdrawal_for_legal_reasons_removes_the_text_at_once(
    articles: Articles, pages: Pages, editorial: Editorial, documents: Documents
) -> None:
    changed(articles, pages)
    editorial.withdraw(ID, actor="ana", legal=True)
    assert articles.record(ID) is None
    assert articles.texts(ID).analysed == ""
    assert documents.get("article-texts", ID) is None
    assert articles.look(ID, pages) is None
    assert documents.get("articles", ID) is None


@pytest.mark.usefixtures("live")
def test_a_withdrawal_while_the_article_is_on_its_way_leaves_no_text(
    articles: Articles, pages: Pages, editorial: Editorial, documents: Documents
) -> None:
    class Slow(Pages):
        def fetch(self, url: str, validators: Validators | None = None) -> Fetched:
            editorial.withdraw(ID, actor="ana", legal=True)
            return super().fetch(url, validators)

    assert articles.look(ID, Slow()) is None
    assert documents.get("article-texts", ID) is None
    assert documents.get("articles", ID) is None
    del pages
