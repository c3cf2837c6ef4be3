"""The API does what its description says, also when it is sent what nobody would send."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api_support import NEEDED
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from samples import EXAMPLES, PUBLICATION, sample_document, sample_entry
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from widget.accounts import DirectoryAccounts
from widget.app import create_app
from widget.config import Settings
from widget.drafting.evidence import Article, Evidence
from widget.drafting.runs import DraftRequest, new_run, open_runs
from widget.editorial.review import CHECKLIST
from widget.record.reports import Report, report_records
from widget.storage.documents import open_documents
from widget.store import Live, Rules, Step, Store, Workflow, open_store
from widget.web.api import ROUTES

pytestmark = pytest.mark.unit

ID = "night-trains"
REPORT = f"{ID}.0123456789abcdef"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def _review(store: Store, case: schemathesis.Case) -> None:
    store.save(sample_entry(), actor="ana")  # nobody has approved this one
    case.body = {
        "decision": "approve",
        "digest": hashlib.sha256(sample_entry().to_json()).hexdigest(),
        "checked": list(CHECKLIST),
    }


def _resolve(store: Store, case: schemathesis.Case) -> None:
    def plan(_: object, __: object, workflow: Workflow) -> Step:
        return Step(workflow)

    added = store.change_workflow(ID, "comment", plan, actor="ana", note="Why?")
    case.path_parameters["number"] = added.number


def _comment(_: Store, case: schemathesis.Case) -> None:
    case.body = {"text": "Who says so?", "path": "$.sources[0]"}


def _assign(_: Store, case: schemathesis.Case) -> None:
    case.body = {"assignee": "fuzz", "due": "2027-01-31"}


def _schedule(_: Store, case: schemathesis.Case) -> None:
    case.body = {"publish_at": "2090-01-01T09:00:00Z"}


def _evidence(_: Store, case: schemathesis.Case) -> None:
    case.query = {"revision": 1}


def _assign_report(_: Store, case: schemathesis.Case) -> None:
    case.body = {"assignee": "fuzz"}


def _resolve_report(_: Store, case: schemathesis.Case) -> None:
    case.body = {"decision": "reject", "answer": "The source says so."}


REVIEWING: dict[str, Callable[[Store, schemathesis.Case], None]] = {
    "review": _review,
    "resolve_comment": _resolve,
    "comment": _comment,
    "assign": _assign,
    "schedule": _schedule,
    "read_review_evidence": _evidence,
    "assign_report": _assign_report,
    "resolve_report": _resolve_report,
}
"""What has to be there or to be sent for a review to succeed."""


UNSURE = ("withdraw", "list_entries", "list_reports", "read_revision")
"""What may refuse a request that its description allows: a cursor or a number of nothing."""


class Service:
    """The service with a token that may do everything, and a clock that no limit keeps up with."""

    def __init__(self, folder: str) -> None:
        seconds = iter(range(1_800_000_000, 2_000_000_000))
        accounts = DirectoryAccounts(folder, clock=lambda: float(next(seconds)))
        provider = {
            "name": "sonar",
            "kind": "openai",
            "url": "http://127.0.0.1:9/v1",  # runs wait: nothing carries them out
            "model": "x",
            "per_hour": 1_000_000,
        }
        settings = Settings.model_validate(
            {
                "store": f"dir:{folder}",
                "publications": [PUBLICATION],
                "drafting": [provider],
                "counts": True,
            }
        )
        self.store: Store = open_store(settings.store, Rules(lambda _: []))
        self.app: Flask = create_app(settings, self.store, accounts)
        self.run_id = self._run(settings)
        self.reports = report_records(open_documents(settings.store))
        accounts.add_user("fuzz", "admin")
        late = datetime(2090, 1, 1, tzinfo=UTC)
        secret, _ = accounts.create_token(
            "fuzz", "admin", owner="fuzz", expires_at=late, actor="root"
        )
        self.headers = {"Authorization": f"Bearer {secret}"}
        schema = schemathesis.openapi.from_wsgi("/openapi.json", self.app)
        found = (result.ok() for result in schema.get_all_operations())
        self.operations: dict[str, Any] = {
            operation.definition.raw["operationId"]: operation for operation in found
        }

    @staticmethod
    def _run(settings: Settings) -> str:
        """Keep a run with its evidence, and return its id."""
        runs = open_runs(settings.store)
        run = new_run(DraftRequest(provider="sonar"), actor="ana")
        runs.add(run, per_hour=1)
        article = Article(url="https://courier.example/ferries", title="Ferries", text="Fares.")
        runs.keep_evidence(run.id, Evidence(article=article))
        return run.id

    def prepare(self) -> None:
        """Make ``night-trains`` live with a draft and an open report, whatever became of them."""
        now = datetime.now(UTC)
        report = Report(entry=ID, kind="wrong", point="1-2", first_at=now, last_at=now)
        self.reports.put(REPORT, report)
        if self.store.draft(ID) is None:
            self.store.save(sample_entry(), actor="ana")
        if not isinstance(self.store.live(ID), Live):
            self.store.publish(ID, actor="ana")
            self.store.save(sample_entry(), actor="ana")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(str(tmp_path_factory.mktemp("api")))


@pytest.mark.exhaustive
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", [route.name for route in ROUTES])
def test_what_is_sent_is_answered_as_described(
    service: Service, name: str, mode: GenerationMode
) -> None:
    operation = service.operations[name]
    negative = mode is GenerationMode.NEGATIVE

    @hypothesis_settings(
        max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode), aimed=st.booleans())
    def run(case: schemathesis.Case, aimed: bool) -> None:
        if not negative and aimed:
            # Otherwise no example would ever name what is there.
            service.prepare()
            if "entry_id" in case.path_parameters:
                case.path_parameters["entry_id"] = ID
            if "run_id" in case.path_parameters:
                case.path_parameters["run_id"] = service.run_id
            if "report_id" in case.path_parameters:
                case.path_parameters["report_id"] = REPORT
            case.headers["If-Match"] = "*"
            case.headers.pop("Idempotency-Key", None)
            if name == "save_draft":
                case.body = sample_document()
            elif name == "restore":
                case.body = {"revision": 1}
            elif name == "ask_for_draft":
                case.body = {"url": "https://courier.example/ferries", "text": "Fares rose."}
            elif name == "resolve_finding":
                case.body = {"finding": "0" * 16, "reason": "I read it."}
            elif name in REVIEWING:
                REVIEWING[name](service.store, case)
        response = case.call(headers=service.headers)
        # A validation answers whatever it is sent, which is its purpose.
        too_large = response.status_code == 413  # a refusal that Schemathesis does not count
        # What makes a request wrong may be a parameter that is not sent, since it has no values.
        unsent = any(value in ([], {}) for value in case.query.values())
        refusing = negative and name != "validate" and not too_large and not unsent
        checks = [*CHECKS, negative_data_rejection] if refusing else CHECKS
        case.validate_response(response, checks=checks)
        if not negative and aimed and name not in UNSURE:
            assert response.status_code in (200, 201, 202), response.text

    run()


def test_the_description_holds_together(service: Service) -> None:
    document = service.app.test_client().get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1.")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"\$ref": "#/components/([^"]+)"', json.dumps(document)))
    assert len(references) > 15
    for reference in references:
        kind, name = reference.split("/")
        assert name in document["components"][kind]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_description_knows_the_examples_as_entries(service: Service, path: Path) -> None:
    document = service.app.test_client().get("/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/Entry", "components": document["components"]}
    Draft202012Validator(schema).validate(json.loads(path.read_bytes()))


def test_the_description_names_every_route_with_its_role(client: FlaskClient) -> None:
    response = client.get("/openapi.json")
    assert response.content_type == "application/json"
    assert response.headers["ETag"]
    described = {
        (method.upper(), re.sub(r"\{(\w+)\}", r"<\1>", path)): operation["x-role"]
        for path, operations in response.get_json()["paths"].items()
        for method, operation in operations.items()
    }
    assert described == NEEDED
