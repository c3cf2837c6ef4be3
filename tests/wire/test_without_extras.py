"""A service that was installed without any extra: every page answers, and no withdrawal fails."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from samples import ROOT

from widget.config import Settings

pytestmark = pytest.mark.process

# How the packages of the extras are imported.
MODULES = {
    "cryptography": "cryptography",
    "fonttools": "fontTools",
    "lxml": "lxml",
    "lxml_html_clean": "lxml_html_clean",
    "protego": "protego",
    "psycopg": "psycopg",
    "pypdf": "pypdf",
    "resvg-py": "resvg_py",
    "standardwebhooks": "standardwebhooks",
    "trafilatura": "trafilatura",
    "warcio": "warcio",
}
OF_TESTS = {"test", "lint"}

BEGIN = f"""
import sys
sys.modules.update(dict.fromkeys({sorted({*MODULES.values(), "psycopg_pool"})!r}))
"""
WITHDRAW = """
from widget.app import create_app
from widget.config import Settings

app = create_app(Settings())
app.extensions["insights.editorial"].withdraw("night-trains", actor="ana", legal=True)
print(app.test_client().get("/panel/night-trains").status_code)
"""
WALK = """
from widget.accounts import open_accounts
from widget.app import create_app
from widget.config import Settings

app = create_app(Settings())
client = app.test_client()
accounts = open_accounts(Settings().store)
accounts.add_user("ana", "admin", "correct horse battery staple")
client.set_cookie("insights", accounts.open_session(accounts.user("ana")))
adapter = app.url_map.bind("localhost")
for rule in app.url_map.iter_rules():
    if "GET" in rule.methods:
        values = {it: 1 if it == "number" else "night-trains" for it in rule.arguments}
        try:
            path = adapter.build(rule.endpoint, values)
        except Exception:
            continue
        print(client.get(path).status_code, path)
"""


def test_the_packages_are_those_of_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {
        needed.replace("[", ">").partition(">")[0]
        for extra, requirements in project["optional-dependencies"].items()
        if extra not in OF_TESTS
        for needed in requirements
    }
    assert named == set(MODULES)


def output_of(code: str, settings: Settings) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BEGIN + code],
        cwd=ROOT,
        env={"INSIGHTS_STORE": settings.store},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.usefixtures("live", "accounts")
def test_every_page_answers(settings: Settings) -> None:
    answers = [line.split(maxsplit=1) for line in output_of(WALK, settings)]
    paths = {path for _, path in answers}
    assert {"/admin/sources", "/admin/reports", "/log", "/corrections.atom"} <= paths
    assert [it for it in answers if int(it[0]) >= 500] == []


@pytest.mark.usefixtures("live", "accounts")
def test_a_withdrawal_for_legal_reasons_succeeds(settings: Settings) -> None:
    assert output_of(WITHDRAW, settings) == ["410"]
