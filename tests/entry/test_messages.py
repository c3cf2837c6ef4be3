"""Messages of the core: English wherever they are printed, translatable where pages show them."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from samples import ROOT

from widget.drafting.findings import Finding
from widget.editorial.comparison import label_of
from widget.errors import (
    Breach,
    Conflict,
    Message,
    NotFound,
    amount,
    counted,
    instant,
    joined,
    message,
)
from widget.store.state import conflict

pytestmark = pytest.mark.unit

GERMAN = {
    "%(name)s is too long": "%(name)s ist zu lang",
    "%(label)s: %(problem)s": "%(label)s – %(problem)s",
    "%(num)d item": "%(num)d Teil",
    "%(num)d items": "%(num)d Teile",
    "until %(time)s": "bis %(time)s",
    "source": "Quelle",
    "address": "adresse",
    "%(part)s %(number)d": "%(number)d. %(part)s",
    "%(outer)s, %(inner)s": "%(inner)s von %(outer)s",
}


def gettext(template: str) -> str:
    return GERMAN.get(template, template)


def ngettext(singular: str, plural: str, number: int) -> str:
    return gettext(singular if number == 1 else plural)


def written(value: datetime | int) -> str:
    return f"{value:_}".replace("_", ".") if isinstance(value, int) else f"{value:%H} Uhr"


def german(text: str) -> str:
    assert isinstance(text, Message)
    return text.translated(gettext, ngettext, written)


NESTED = message(
    "%(label)s: %(problem)s",
    label=counted("%(num)d item", "%(num)d items", 2),
    problem=message("%(name)s is too long", name="100% of it"),
)


def test_a_message_is_its_english_text() -> None:
    assert NESTED == "2 items: 100% of it is too long"
    assert json.dumps({"message": NESTED}) == '{"message": "2 items: 100% of it is too long"}'
    assert f"{NESTED}." == "2 items: 100% of it is too long."
    assert not isinstance(f"{NESTED}.", Message), "what is put together has to be a message itself"


def test_messages_among_its_values_are_translated_too() -> None:
    assert german(NESTED) == "2 Teile – 100% of it ist zu lang"
    assert german(counted("%(num)d item", "%(num)d items", 1)) == "1 Teil"


def test_times_and_numbers_are_english_in_print_and_as_a_page_writes_them_there() -> None:
    text = message("until %(time)s", time=instant(datetime(2026, 5, 4, 10, tzinfo=UTC)))
    assert text == "until 2026-05-04 10:00:00 UTC"
    assert german(text) == "bis 10 Uhr"
    size = message("%(name)s is too long", name=amount(524_288))
    assert size == "524,288 is too long"
    assert german(size) == "524.288 ist zu lang"


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_message_survives_the_way_to_another_process(protocol: int) -> None:
    text = message("%(nested)s, until %(time)s", nested=NESTED, time=instant(datetime.now(UTC)))
    found = pickle.loads(pickle.dumps(Breach("$", text), protocol)).message  # noqa: S301  # our own
    assert found == text
    assert german(found) == german(text)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_message_survives_copying(duplicate: type) -> None:
    assert german(duplicate(NESTED)) == german(NESTED)


def test_the_text_of_an_error_is_the_message_itself() -> None:
    assert german(str(NotFound(NESTED))) == german(NESTED)
    assert isinstance(str(Conflict(NESTED, head=1)), Message)


@pytest.mark.parametrize(
    ("path", "english", "translated"),
    [
        ("$.sources[2].url", "Source 3, address", "Adresse von 3. Quelle"),
        ("$.sources[2]", "Source 3", "3. Quelle"),
        ("$.odd.key", "Odd, key", "Key von odd"),
        ("$", "The document", "The document"),
    ],
)
def test_a_label_is_translated_part_by_part_and_begins_with_a_capital(
    path: str, english: str, translated: str
) -> None:
    assert label_of(path) == english
    assert german(label_of(path)) == translated


def test_a_fresh_finding_keeps_its_message_and_a_stored_one_its_english() -> None:
    finding = Finding(path="$", rule="copied", severity="warn", message=NESTED)
    assert german(finding.message) == german(NESTED)
    stored = Finding.model_validate_json(finding.model_dump_json())
    assert stored == finding
    assert not isinstance(stored.message, Message)


def test_a_conflict_names_who_came_first() -> None:
    error = conflict("night-trains", 3, 4, None)
    assert str(error) == "somebody else made revision 4; you changed revision 3 of 'night-trains'"
    assert isinstance(str(error), Message)


# What pages show to people; the other errors go to whoever runs the service, in English.
SHOWN = {"Breach", "Conflict", "Denied", "Forbidden", "InvalidAccount", "NotFound", "Throttled"}
PARTS = ("accounts", "drafting/gate", "editorial", "entry", "store")
# These set files aside: the operator's matter.
OPERATOR = {"entry_folder.py", "journal.py", "revision_log.py", "scanner.py", "store.py"}


def sources() -> list[Path]:
    found = [path for part in PARTS for path in sorted((ROOT / "widget" / part).rglob("*.py"))]
    return [*found, ROOT / "widget" / "config" / "publishing.py"]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT / "widget")))
def test_what_people_are_shown_is_written_as_a_message(path: Path) -> None:
    if path.parent.name == "directory" and path.name in OPERATOR:
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in SHOWN:
            text = node.args[1 if name == "Breach" else 0]
            plain = isinstance(text, ast.JoinedStr | ast.Constant)
            assert not plain, f"line {node.lineno}: {name} with a plain text: {ast.unparse(text)}"


def test_very_many_texts_are_one_message_that_can_be_translated() -> None:
    marks = [message("mark %(number)d", number=number) for number in range(5_000)]
    text = joined(marks, message(" and "))
    assert isinstance(text, Message)
    german = {"mark %(number)d": "Marke %(number)d", " and ": " und "}
    translated = text.translated(lambda it: german.get(it, it), ngettext, str)
    assert translated.startswith("Marke 0 und Marke 1 und ")
    assert translated.count(" und ") == 4_999
    assert str(text) == " and ".join(marks)
    assert joined([], ", ") == ""
