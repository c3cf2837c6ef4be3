"""The author is asked before readers see an entry for the first time, by every way to publish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from running import until
from samples import PUBLICATION, sample_bytes, sample_entry

from widget.app import rules
from widget.config import Settings
from widget.editorial.actors import AUTHOR
from widget.editorial.scheduler import Scheduler
from widget.editorial.service import Editorial
from widget.errors import InvalidEntry, InvalidRequest
from widget.record.replies import VoiceDesk
from widget.record.voices import Voices
from widget.storage.documents import Documents
from widget.store import Live, Step, Store, Withdrawn, open_store

pytestmark = pytest.mark.database

ID = "night-trains"


@pytest.fixture
def settings(store_url: str) -> Settings:
    publication = PUBLICATION.model_copy(update={"author": "asked", "author_hours": 48})
    return Settings.model_validate({"store": store_url, "publications": [publication]})


@pytest.fixture
def editorial(store: Store, settings: Settings) -> Editorial:
    return Editorial(store, settings)


@pytest.fixture
def desk(editorial: Editorial, settings: Settings, documents: Documents) -> VoiceDesk:
    return VoiceDesk(Voices(lambda: documents), editorial, settings)


def ask(desk: VoiceDesk, **changes: object) -> str:
    options = {"name": "M. Lindqvist", "role": "author", "shows": "draft", "actor": "ana"}
    return desk.make(ID, **{**options, **changes})[1].key  # type: ignore[arg-type]  # as given


def let_pass(store: Store, **ago: float) -> None:
    """Let the author have been asked earlier, as if time had passed."""

    def plan(*state: object) -> Step:
        earlier = datetime.now(UTC) - timedelta(**ago)
        return Step(state[-1].model_copy(update={"author_asked_at": earlier}))  # type: ignore[attr-defined]  # a Workflow

    store.change_workflow(ID, "voice", plan, actor="a test")


def refusal(editorial: Editorial) -> str:
    with pytest.raises(InvalidEntry) as caught:
        editorial.publish(ID, actor="ben")
    (breach,) = caught.value.breaches
    assert breach.path == "$.article.authors"
    assert editorial.entries.live(ID) is None
    return breach.message


def test_a_first_publication_waits_for_a_link_and_then_for_its_time(
    editorial: Editorial, desk: VoiceDesk, store: Store
) -> None:
    editorial.save(sample_entry(), actor="ana")
    assert f"insights voice {ID} --for NAME" in refusal(editorial), "it says what to do"
    ask(desk)
    assert "have until" in refusal(editorial)
    let_pass(store, hours=47)
    assert "have until" in refusal(editorial)
    let_pass(store, hours=49)
    editorial.publish(ID, actor="ben")
    assert isinstance(store.live(ID), Live)


def test_an_answer_ends_the_waiting(editorial: Editorial, desk: VoiceDesk) -> None:
    editorial.save(sample_entry(), actor="ana")
    ask(desk)
    editorial.asking.answer(ID)
    assert editorial.entries.history(ID)[0].actor == AUTHOR
    editorial.publish(ID, actor="ben")


def test_a_link_for_somebody_named_does_not_ask_the_author(
    editorial: Editorial, desk: VoiceDesk
) -> None:
    editorial.save(sample_entry(), actor="ana")
    ask(desk, role="named")
    assert "have to be asked" in refusal(editorial)


def test_an_author_without_a_link_is_not_asked(editorial: Editorial, desk: VoiceDesk) -> None:
    editorial.save(sample_entry(), actor="ana")
    first, second = ask(desk), ask(desk)
    desk.revoke(ID, first, actor="ana")
    assert "have until" in refusal(editorial)
    desk.revoke(ID, second, actor="ana")
    assert "have to be asked" in refusal(editorial)


def test_a_link_lasts_at_least_as_long_as_the_waiting(
    editorial: Editorial, desk: VoiceDesk
) -> None:
    editorial.save(sample_entry(), actor="ana")
    with pytest.raises(InvalidRequest, match="48 hours"):
        ask(desk, days=1)
    ask(desk, days=1, role="named")
    ask(desk, days=2)


def test_a_decision_to_go_without_is_recorded_with_its_reason(editorial: Editorial) -> None:
    editorial.save(sample_entry(), actor="ana")
    with pytest.raises(InvalidRequest):
        editorial.asking.waive(ID, actor="cleo", reason=" ")
    editorial.asking.waive(ID, actor="cleo", reason="The author died in 1912.")
    recorded = editorial.entries.history(ID)[0]
    assert (recorded.actor, recorded.workflow.author_waived_by) == ("cleo", "cleo")
    assert "The author died in 1912." in recorded.note
    editorial.publish(ID, actor="ben")


def test_only_the_first_publication_asks(
    editorial: Editorial, desk: VoiceDesk, store: Store
) -> None:
    editorial.save(sample_entry(), actor="ana")
    ask(desk)
    let_pass(store, hours=49)
    editorial.publish(ID, actor="ben")
    editorial.put(sample_entry(article__title="Newer"), actor="ana", publish=True)
    editorial.withdraw(ID, actor="ben", reason="A mistake.")
    assert isinstance(store.live(ID), Withdrawn)
    editorial.put(sample_entry(article__title="Mended"), actor="ana", publish=True)
    assert isinstance(store.live(ID), Live)


def test_a_discarded_draft_takes_the_question_with_it(
    editorial: Editorial, desk: VoiceDesk, store: Store
) -> None:
    editorial.save(sample_entry(), actor="ana")
    ask(desk)
    let_pass(store, hours=49)
    editorial.discard(ID, actor="ana")
    editorial.save(sample_entry(article__title="Another"), actor="ana")
    assert "have to be asked" in refusal(editorial)


def test_saving_and_publishing_in_one_step_is_refused_and_leaves_no_draft(
    editorial: Editorial, store: Store
) -> None:
    with pytest.raises(InvalidEntry, match="asked"):
        editorial.put(sample_entry(), actor="ana", publish=True)
    assert store.head(ID) == 0
    (refused,) = store.put_all(
        [sample_entry()], actor="ana", publish=True, prepare=lambda entry, _: entry
    )
    assert "asked" in str(refused)
    assert store.head(ID) == 0


def test_what_is_planned_waits_for_the_author(
    editorial: Editorial, desk: VoiceDesk, store: Store
) -> None:
    editorial.save(sample_entry(), actor="ana")
    soon = datetime.now(UTC) + timedelta(hours=1)
    editorial.planning.schedule(ID, actor="ben", publish_at=soon)
    scheduler = Scheduler(editorial)
    scheduler.carry_out_due(soon + timedelta(minutes=1))
    assert store.live(ID) is None
    ask(desk)
    editorial.asking.answer(ID)
    scheduler.carry_out_due(soon + timedelta(minutes=1))
    assert isinstance(store.live(ID), Live)


def test_a_copy_repeats_what_another_store_published(
    editorial: Editorial, tmp_path: Path, store: Store
) -> None:
    free = Settings.model_validate({"publications": [PUBLICATION]})
    source = open_store(f"dir:{tmp_path / 'source'}", rules(free))
    Editorial(source, free).put(sample_entry(), actor="ana", publish=True)
    for revision in reversed(source.history(ID)):
        editorial.adopt(revision)
    source.close()
    assert isinstance(store.live(ID), Live)


def test_the_question_is_about_publications_that_ask(editorial: Editorial, store: Store) -> None:
    optional = Settings.model_validate({"publications": [PUBLICATION]})
    assert rules(optional).unasked(sample_entry(), store.workflow(ID)) == []
    assert rules(editorial._settings).unasked(sample_entry(), store.workflow(ID)) != []


@pytest.mark.parametrize("store_url", ["dir"], indirect=True)
def test_a_file_that_is_put_there_by_hand_waits_for_the_author_too(
    settings: Settings, store: Store, desk: VoiceDesk, editorial: Editorial
) -> None:
    live = Path(settings.store.removeprefix("dir:")) / "live" / f"{ID}.json"
    editorial.save(sample_entry(), actor="ana")
    live.write_bytes(sample_bytes())
    until(lambda: bool(store.problems()))
    assert store.live(ID) is None
    assert "asked" in store.problems()[0].breaches[0].message
    ask(desk)
    editorial.asking.answer(ID)
    until(lambda: isinstance(store.live(ID), Live))
