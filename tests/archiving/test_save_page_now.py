"""Copies by the protocol Save Page Now 2."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr
from save_page_now import KEY, TIMESTAMP, FakeArchive, Refusal

from widget.errors import InvalidSettings
from widget.sources.archiving.protocol import ArchiveFailed, Copy
from widget.sources.archiving.save_page_now import SavePageNow, read_key

pytestmark = pytest.mark.unit

PAGE = "https://statistics.example/trains?year=2025&q=a%20b"


def job_of(archiver: SavePageNow, url: str = PAGE) -> str:
    job = archiver.begin(url)
    assert isinstance(job, str)
    return job


def failure(archiver: SavePageNow, job: str | None = None) -> ArchiveFailed:
    with pytest.raises(ArchiveFailed) as caught:
        archiver.poll(job) if job else archiver.begin(PAGE)
    return caught.value


def test_a_page_is_saved_and_its_copy_has_an_address(
    archive: FakeArchive, archiver: SavePageNow
) -> None:
    archive.polls = 2
    job = job_of(archiver)
    assert archiver.poll(job) is None
    assert archiver.poll(job) is None
    assert archiver.poll(job) == Copy(url=f"{archive.url}/web/{TIMESTAMP}/{PAGE}")
    assert archive.captures == [PAGE]


def test_asking_again_makes_no_second_capture(archive: FakeArchive, archiver: SavePageNow) -> None:
    assert job_of(archiver) == job_of(archiver)
    assert archive.captures == [PAGE]


@pytest.mark.parametrize(("kind", "final", "wait"), [
    ("error:not-found", True, 0),
    ("error:blocked-url", True, 0),
    ("error:read-timeout", False, 0),
    ("error:user-session-limit", False, 60),
    ("error:<script>", False, 0),
])  # fmt: skip
def test_a_capture_that_fails_says_why(
    archive: FakeArchive, archiver: SavePageNow, kind: str, final: bool, wait: float
) -> None:
    archive.errors[PAGE] = kind
    found = failure(archiver, job_of(archiver))
    assert (found.final, found.wait, found.ended) == (final, wait, True)
    assert "<" not in str(found)
    assert "save the page" in str(found)


def test_a_job_that_nobody_knows_any_more_has_ended(archiver: SavePageNow) -> None:
    assert failure(archiver, "spn2-unknown").ended


@pytest.mark.parametrize(("headers", "wait"), [
    ((("Retry-After", "7"),), 7),
    ((("Retry-After", "9999999"),), 86_400),
    ((("Retry-After", "soon"),), 60),
    ((), 60),
])  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_an_archive_that_wants_to_be_left_alone_says_how_long(
    archive: FakeArchive, archiver: SavePageNow, status: int,
    headers: tuple[tuple[str, str], ...], wait: float,
) -> None:  # fmt: skip
    archive.refusals = [("/save", Refusal(status, b"", headers))]
    found = failure(archiver)
    assert (found.wait, found.final, found.ended) == (wait, False, False)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"message": "ok"}', b'"' * 9, b"{" * 9_999])
def test_a_reply_that_the_protocol_does_not_know_is_a_failure(
    archive: FakeArchive, archiver: SavePageNow, body: bytes
) -> None:
    archive.refusals = [("/save", Refusal(200, body))]
    assert "reply" in str(failure(archiver))


@pytest.mark.parametrize("reply", [
    b'{"status": "success", "timestamp": "2026", "original_url": "javascript:alert(1)"}',
    b'{"status": "success", "timestamp": "../..", "original_url": "https://a.example/"}',
    b'{"status": "success"}',
    b'{"status": "exploded"}',
])  # fmt: skip
def test_no_address_is_taken_that_could_not_be_linked(
    archive: FakeArchive, archiver: SavePageNow, reply: bytes
) -> None:
    job = job_of(archiver)
    archive.refusals = [("/save/status/", Refusal(200, reply))]
    assert not failure(archiver, job).final


def test_a_wrong_key_is_neither_logged_nor_part_of_a_message(
    archive: FakeArchive, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = failure(SavePageNow(archive.url, SecretStr("wrong0:hidden0")))
    assert "key_file" in str(found)
    assert found.wait >= 60
    assert "hidden0" not in f"{found!r} {caplog.text}"


def test_an_archive_that_is_not_there_is_a_failure() -> None:
    found = failure(SavePageNow("http://127.0.0.1:1", SecretStr(KEY)))
    assert "refuses the connection" in str(found)


@pytest.mark.parametrize("text", ["Access1:secret2", "Access1\nsecret2\n", " Access1 : secret2 "])
def test_the_key_is_read_from_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    assert read_key(file).get_secret_value() == "Access1:secret2"


@pytest.mark.parametrize("text", ["", "Access1", "Access1 secret2 third3", "Access1\r\nsécret2"])
def test_a_file_without_a_key_is_refused_without_naming_what_it_has(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(InvalidSettings, match="access key and the secret key") as caught:
        read_key(file)
    assert "cret2" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="cannot be read"):
        read_key(tmp_path / "none")
