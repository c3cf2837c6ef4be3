"""Several processes share accounts, wherever those are kept."""

from __future__ import annotations

import pytest
from accounts_support import PASSWORD, Place, child

from widget.accounts import ROLES

pytestmark = pytest.mark.process


def test_changes_by_several_processes_at_once_are_all_kept(place: Place) -> None:
    place.open().add_user("ana", "editor")
    script = (
        "import sys\n"
        "from datetime import datetime, UTC, timedelta\n"
        "from widget.accounts import open_accounts\n"
        "a = open_accounts(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "for n in range(20):\n"
        "    later = datetime.now(UTC) + timedelta(1)\n"
        "    name = f'{sys.argv[2]}-{n}'\n"
        "    a.create_token(name, 'editor', owner='ana', expires_at=later, actor='x')\n"
    )
    children = [child(script, place.url, str(n)) for n in range(3)]
    for each in children:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in children:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in children:
        each.communicate(timeout=60)
    assert [each.returncode for each in children] == [0, 0, 0]
    assert len({token.name for token in place.open().tokens()}) == 60


def test_another_process_sees_and_makes_changes_at_once(place: Place) -> None:
    accounts = place.open()
    accounts.add_user("bo", "admin", PASSWORD)  # so that ana is never the last one
    user = accounts.add_user("ana", "editor", PASSWORD)
    session_id = accounts.open_session(user)
    script = (
        "import sys\n"
        "from widget.accounts import open_accounts\n"
        "a = open_accounts(sys.argv[1])\n"
        "print(a.session(sys.argv[2]).user.name, flush=True)\n"
        "for line in sys.stdin:\n"
        "    a.set_role('ana', line.strip()); print(a.user('ana').role, flush=True)\n"
        "a.close_session(sys.argv[2])\n"
    )
    with child(script, place.url, session_id) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "ana\n"
        for role in [*ROLES, *reversed(ROLES)] * 5:
            other.stdin.write(f"{role}\n")
            other.stdin.flush()
            assert other.stdout.readline() == f"{role}\n"
            session = accounts.session(session_id)
            assert session is not None
            assert session.user.role == role
        other.stdin.close()
        assert other.wait(timeout=20) == 0
    assert accounts.session(session_id) is None
