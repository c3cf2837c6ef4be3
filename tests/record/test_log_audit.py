"""Whoever changes, removes, inserts or moves a line of the log is found out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_keys import key_file

from widget.config import Settings
from widget.errors import InvalidSettings
from widget.record import log_audit
from widget.record.checkpoint import BadCheckpoint, Checkpoint
from widget.record.log_audit import Expected, Report, audit
from widget.record.signing import InvalidKey, fingerprint, is_signed, open_signer
from widget.store.log_line import NO_LINE, LogLine

pytestmark = pytest.mark.unit

BASE = "https://panels.example"
AT = datetime(2026, 5, 3, 10, 0, 0, 123000, UTC)


def document(entry: str, revision: int) -> bytes:
    return f'{{"entry":"{entry}","revision":{revision}}}\n'.encode()


def made_log(count: int) -> list[bytes]:
    """Return lines about three entries; every fifth withdraws one."""
    lines: list[bytes] = []
    previous = NO_LINE
    for number in range(1, count + 1):
        entry, withdrawn = f"entry-{number % 3}", number % 5 == 0
        line = LogLine(
            number=number,
            at=AT + timedelta(seconds=number),
            entry=entry,
            revision=number,
            action="withdraw" if withdrawn else "publish",
            corrections=number % 2,
            sha256="" if withdrawn else hashlib.sha256(document(entry, number)).hexdigest(),
            late=number % 4 == 0,
            previous=previous,
        )
        previous = line.digest()
        lines.append(line.encode())
    return lines


def checkpoint_of(lines: list[bytes]) -> bytes:
    last = hashlib.sha256(lines[-1]).hexdigest() if lines else NO_LINE
    return Checkpoint(BASE, len(lines), last, "2026-05-03T10:00:00.123Z").encode()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(base_url=BASE, log_key_file=key_file(tmp_path_factory.mktemp("key")))


LINES = made_log(12)
CHECKPOINT = checkpoint_of(LINES)


@dataclass
class Served:
    """A log as somebody serves it who may have changed it."""

    data: list[bytes] = field(default_factory=lambda: list(LINES))
    served_checkpoint: bytes | None = CHECKPOINT
    served_signature: bytes | None = None
    served_key: bytes | None = None
    documents: dict[str, bytes] = field(default_factory=dict)
    also_live: tuple[str, ...] = ()

    def lines(self, after: int) -> Iterator[bytes]:
        yield from self.data[after:]

    def checkpoint(self, lines: int) -> bytes | None:  # noqa: ARG002  # as LogSource has it
        return self.served_checkpoint

    def signature(self, lines: int) -> bytes | None:  # noqa: ARG002
        return self.served_signature

    def key(self) -> bytes | None:
        return self.served_key

    def document(self, entry_id: str) -> bytes | None:
        return self.documents.get(entry_id)

    def live_ids(self) -> list[str] | None:
        return [*self.documents, *self.also_live]


def messages(report: Report) -> str:
    return "\n".join(it.message for it in report.findings)


def test_an_untouched_log_has_no_findings() -> None:
    for count in (0, 1, 12):
        lines = made_log(count)
        report = audit(Served(lines, checkpoint_of(lines)), panels=False)
        assert (report.findings, report.lines) == ((), count)
    assert audit(Served(), panels=False).late == 3


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    whole = b"\n".join(LINES)
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda it: it != whole[place]))
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    assert audit(Served(changed.split(b"\n")), panels=False).findings


@given(st.integers(0, len(LINES) - 1))
def test_a_removed_line_is_found(place: int) -> None:
    assert audit(Served(LINES[:place] + LINES[place + 1 :]), panels=False).findings


@given(st.integers(0, len(LINES)), st.sampled_from([*LINES, b"", b"{}", made_log(13)[-1]]))
def test_an_inserted_line_is_found(place: int, line: bytes) -> None:
    assert audit(Served([*LINES[:place], line, *LINES[place:]]), panels=False).findings


@given(st.permutations(LINES).filter(lambda it: it != LINES))
def test_moved_lines_are_found(lines: list[bytes]) -> None:
    assert audit(Served(list(lines)), panels=False).findings


@given(st.integers(1, len(LINES)), st.data())
def test_a_forged_chain_contradicts_an_earlier_checkpoint(length: int, data: st.DataObject) -> None:
    """Who holds the database can compute all hashes anew, but not what somebody else has noted."""
    place = data.draw(st.integers(0, length - 1))
    forged, previous = LINES[:place], None
    for line in map(LogLine.decode, LINES[place:]):
        changed = line if previous else line.model_copy(update={"revision": 77})
        changed = changed.model_copy(update={"previous": previous or line.previous})
        previous = changed.digest()
        forged = [*forged, changed.encode()]
    source = Served(forged, checkpoint_of(forged))
    assert audit(source, panels=False).findings == ()
    noted = Expected(checkpoint=checkpoint_of(LINES[:length]))
    assert f"another hash of line {length}" in messages(audit(source, noted, panels=False))
    assert audit(Served(), noted, panels=False).findings == ()


def test_a_chain_that_was_computed_anew_without_a_line_lacks_its_number() -> None:
    forged: list[bytes] = []
    for line in map(LogLine.decode, LINES[:3] + LINES[4:]):
        previous = hashlib.sha256(forged[-1]).hexdigest() if forged else NO_LINE
        forged.append(line.model_copy(update={"previous": previous}).encode())
    report = audit(Served(forged, checkpoint_of(forged)), panels=False)
    assert messages(report) == "line 4 has the number 5: a line was removed, inserted or moved"


def test_a_log_that_became_shorter_is_found() -> None:
    shorter = Served(LINES[:7], checkpoint_of(LINES[:7]))
    assert audit(shorter, panels=False).findings == ()
    report = audit(shorter, Expected(checkpoint=CHECKPOINT), panels=False)
    assert messages(report) == "the earlier checkpoint is of 12 lines, and the log has 7"


@given(st.data())
def test_a_signature_holds_for_exactly_these_bytes(settings: Settings, data: st.DataObject) -> None:
    signer = open_signer(settings)
    assert signer is not None
    signed = Served(served_signature=signer.sign(CHECKPOINT), served_key=signer.public_pem)
    report = audit(signed, panels=False)
    assert (report.findings, report.signed) == ((), True)
    assert report.key_fingerprint == fingerprint(signer.public_pem)
    assert signed.served_signature is not None
    place = data.draw(st.integers(0, 63))
    wrong = bytearray(signed.served_signature)
    wrong[place] ^= data.draw(st.integers(1, 255))
    report = audit(replace(signed, served_signature=bytes(wrong)), panels=False)
    assert messages(report) == "the signature of the checkpoint is wrong"
    other = checkpoint_of(LINES[:11])
    assert not is_signed(other, signed.served_signature, signer.public_pem)


def test_the_signature_is_that_of_rfc_8032(settings: Settings) -> None:
    signer = open_signer(settings)
    assert signer is not None
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_who_knows_the_key_requires_a_signature(settings: Settings) -> None:
    signer = open_signer(settings)
    assert signer is not None
    report = audit(Served(), Expected(key=signer.public_pem), panels=False)
    assert messages(report) == "the checkpoint has no signature"
    with pytest.raises(InvalidKey, match="no public key in PEM"):
        audit(Served(served_signature=b"0" * 64), Expected(key=b"nonsense"), panels=False)


@pytest.mark.parametrize(
    "data",
    [b"", CHECKPOINT[:-1], CHECKPOINT + b"\n", CHECKPOINT.replace(b"log", b"lag"), b"\xff"],
)
def test_what_is_no_checkpoint_is_a_finding(data: bytes) -> None:
    with pytest.raises(BadCheckpoint):
        Checkpoint.decode(data)
    report = audit(Served(served_checkpoint=data), panels=False)
    assert "the checkpoint cannot be read" in messages(report)


def live_documents() -> dict[str, bytes]:
    """Return what is live after ``LINES``: entry-1 was withdrawn in line 10."""
    return {"entry-0": document("entry-0", 12), "entry-2": document("entry-2", 11)}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_audit, "PAUSE_SECONDS", 0)


def test_what_is_live_is_compared_with_its_newest_line() -> None:
    good = live_documents()
    assert audit(Served(documents=good)).findings == ()
    assert audit(Served(documents=good)).panels == 3
    wrong = Served(documents={**good, "entry-2": document("entry-2", 8)})
    assert messages(audit(wrong)) == "/panel/entry-2.json is not what line 11 says"
    del good["entry-0"]
    assert (
        messages(audit(Served(documents=good))) == "entry-0 is not live, and line 12 published it"
    )
    back = {**live_documents(), "entry-1": document("entry-1", 7)}
    assert (
        messages(audit(Served(documents=back))) == "entry-1 is live, and was withdrawn in line 10"
    )


def test_the_last_line_cannot_be_removed_where_its_panel_is_looked_at() -> None:
    shorter = Served(LINES[:-1], checkpoint_of(LINES[:-1]), documents=live_documents())
    assert messages(audit(shorter)) == "/panel/entry-0.json is not what line 9 says"


def test_what_is_older_than_the_log_is_told_and_no_fault() -> None:
    report = audit(Served(documents=live_documents(), also_live=("older",)))
    assert (report.findings, report.unlogged) == ((), ("older",))


def test_what_is_published_during_the_audit_is_no_fault() -> None:
    lines = made_log(13)

    class Growing(Served):
        def lines(self, after: int) -> Iterator[bytes]:
            yield from lines[after : 12 if after == 0 else 13]

    documents = {**live_documents(), "entry-1": document("entry-1", 13)}
    assert audit(Growing(documents=documents)).findings == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nonsense", "is no private key in PEM; make one with: openssl genpkey"),
        (b"", "is no private key in PEM"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_key_that_cannot_be_used_is_a_readable_error(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidSettings, match=message) as caught:
        open_signer(Settings(base_url=BASE, log_key_file=path))
    assert str(path) in str(caught.value)


def test_a_key_without_a_name_of_the_service_is_an_error(settings: Settings) -> None:
    assert open_signer(Settings()) is None
    with pytest.raises(InvalidSettings, match="log_key_file needs base_url"):
        open_signer(settings.model_copy(update={"base_url": None}))
    with pytest.raises(InvalidSettings) as caught:
        open_signer(settings.model_copy(update={"log_key_file": Path(__file__)}))
    assert "MC4CAQ" not in str(caught.value)
