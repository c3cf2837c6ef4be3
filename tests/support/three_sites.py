"""Three publications with an entry each in every state, and people who work for one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from samples import PAPER, sample_entry

from widget.accounts import ROLES, Accounts, Role
from widget.config import DraftingProvider, Publication, Settings
from widget.drafting.evidence import Article, Evidence
from widget.drafting.runs import DraftRequest, new_run, open_runs
from widget.editorial.comments import Comments
from widget.editorial.planning import Planning
from widget.entry import Entry
from widget.store import Store

SITES = {
    "The Paper": PAPER,
    "The Courier": "https://courier.example",
    "The Gazette": "https://gazette.example",
}
SECRETS = {"The Paper": "Quokka", "The Courier": "Walrus", "The Gazette": "Narwhal"}
"""A word that every text of a publication's entries has, and no other publication's."""
RUNS = {name: f"{number:016x}" for number, name in enumerate(SITES, 1)}
STATES = ("drafted", "live", "both", "withdrawn", "discarded")


def secret(publication: str) -> str:
    return SECRETS[publication].lower()


def entry_id(publication: str, state: str) -> str:
    return f"{secret(publication)}-{state}"


def url_of(publication: str, state: str) -> str:
    return f"{SITES[publication]}/opinion/{secret(publication)}-{state}"


def person(publication: str, role: Role) -> str:
    return f"{secret(publication)}.{role}"


LANGUAGES = {"The Paper": "en-IE", "The Courier": "de-CH", "The Gazette": "fr-CA"}


def marks(publication: str, text: str) -> list[str]:
    """Return what ``text`` (lower case) tells of a publication's entries, sites and people."""
    host = SITES[publication].removeprefix("https://")
    known = (SECRETS[publication], LANGUAGES[publication], publication, host)
    return [it for it in known if it.lower() in text]


def others(publication: str) -> list[str]:
    """Return the other two publications."""
    return [it for it in SITES if it != publication]


def foreign_entries(publication: str) -> list[tuple[str, str]]:
    """Return other publications and states to walk: of one of them all, of the other one state."""
    first, second = others(publication)
    return [*((first, state) for state in STATES), (second, "both")]


def with_three_sites(settings: Settings) -> Settings:
    publications = [
        Publication(name=name, origins=(origin,), review="optional")
        for name, origin in SITES.items()
    ]
    provider = DraftingProvider(name="sonar", kind="perplexity", model="perplexity/sonar")
    update: dict[str, Any] = {"publications": tuple(publications), "drafting": (provider,)}
    return settings.model_copy(update=update)


def document(publication: str, state: str, **changes: object) -> Entry:
    word, who = SECRETS[publication], person(publication, "editor")
    return sample_entry(
        **{
            "id": entry_id(publication, state),
            "article__url": url_of(publication, state),
            "article__aliases": [f"{url_of(publication, state)}-alias"],
            "article__title": f"{word} trains",
            "article__section": f"{word} section",
            "article__authors": [f"{word} author"],
            "language": LANGUAGES[publication],
            "viewpoint__rationale": f"{word} rationale",
            "perspectives__0__points__0__text": f"{word} point [1].",
            "sources__0__title": f"{word} source",
            "provenance__reviewed_by": f"{who} the reviewer",
            **changes,
        }
    )


def fill(store: Store, settings: Settings, accounts: Accounts) -> None:
    """Give each publication its people, an entry in every state, and a run."""
    for publication in SITES:
        for role in ROLES:
            name = person(publication, role)
            accounts.add_user(name, role, publications=[publication])
        actor = person(publication, "editor")
        for state in STATES:
            _fill_one(store, publication, state, actor)
        _fill_run(settings, publication, actor)


def _fill_one(store: Store, publication: str, state: str, actor: str) -> None:
    name, word = entry_id(publication, state), SECRETS[publication]
    store.save(document(publication, state), actor=actor, note=f"{word} note")
    if state in ("live", "both", "withdrawn"):
        store.publish(name, actor=actor, note=f"{word} note")
    if state == "both":
        store.save(document(publication, state, article__kind="column"), actor=actor)
    if state == "withdrawn":
        store.withdraw(name, actor=actor, reason=f"{word} reason")
    if state == "discarded":
        store.discard(name, actor=actor, note=f"{word} note")
    if state != "discarded":
        later = datetime.now(UTC) + timedelta(days=30)
        planning = Planning(store, lambda *_: "")
        planning.assign(name, actor=actor, assignee=actor)
        Comments(store).add(name, actor=actor, text=f"{word} comment")
        if state in ("drafted", "both"):
            planning.schedule(name, actor=actor, publish_at=later)


def _fill_run(settings: Settings, publication: str, actor: str) -> None:
    runs = open_runs(settings.store)
    url = url_of(publication, "run")
    request = DraftRequest(provider="sonar", article_url=url)
    run = new_run(request, actor=actor).model_copy(update={"id": RUNS[publication]})
    runs.add(run, per_hour=20)
    word = SECRETS[publication]
    article = Article(url=url, title=f"{word} trains", text=f"{word} article.")
    runs.keep_evidence(run.id, Evidence(article=article))


def state_of(store: Store, publication: str) -> list[object]:
    """Return all that the store has of a publication, to compare it."""
    names = [entry_id(publication, state) for state in STATES]
    return [(store.history(it), store.draft(it), store.live(it), store.head(it)) for it in names]
