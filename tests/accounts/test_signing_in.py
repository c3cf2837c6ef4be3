"""Names, passwords, links that sign in once, and what slows down who guesses."""

from __future__ import annotations

import threading
import unicodedata
from typing import Any

import pytest
from accounts_support import HERE, PASSWORD, Clock, Place, wrong
from argon2 import PasswordHasher

from widget.accounts import LINK_SECONDS, User
from widget.accounts.passwords import Passwords
from widget.accounts.service import AccountService
from widget.errors import Denied, Throttled
from widget.net.networks import network_of


def test_a_name_and_its_password_let_in(accounts: AccountService, ana: User) -> None:
    assert accounts.authenticate("ana", PASSWORD, address=HERE) == ana
    assert accounts.authenticate(" ANA ", PASSWORD, address=HERE) == ana


def test_a_password_is_the_same_however_its_accents_are_typed(accounts: AccountService) -> None:
    accounts.add_user("ana", "editor", "Caf\u00e9 de la mañana")
    assert accounts.authenticate("ana", "Cafe\u0301 de la man\u0303ana", address=HERE)


def test_all_of_a_long_password_counts_however_its_accents_are_typed(
    accounts: AccountService,
) -> None:
    password = "ferry " + "o\u0323\u0302e\u0323\u0302" * 80
    accounts.add_user("ana", "editor", password)
    with pytest.raises(Denied):
        accounts.authenticate("ana", password[:-3], address=HERE)
    assert accounts.authenticate("ana", unicodedata.normalize("NFC", password), address=HERE)


def test_whatever_is_wrong_the_answer_is_the_same(accounts: AccountService, ana: User) -> None:
    accounts.add_user("gone", "editor", PASSWORD)
    accounts.set_disabled("gone", True)
    reported = set()
    for name, password in (
        (ana.name, "a wrong password"),
        ("gone", PASSWORD),
        ("nobody", PASSWORD),
        ("\ud800\x00", "\ud800" * 500),
        (ana.name, PASSWORD + " " * 1000),
        (ana.name, ""),
    ):
        with pytest.raises(Denied) as caught:
            accounts.authenticate(name, password, address=HERE)
        reported.add((type(caught.value), str(caught.value)))
    assert len(reported) == 1


def test_an_unknown_name_costs_the_same_work(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str | bytes] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        compared.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    accounts = place.open(passwords=Passwords())
    accounts.add_user("ana", "editor", PASSWORD)
    for name in ("ana", "nobody"):
        with pytest.raises(Denied):
            accounts.authenticate(name, "a wrong password", address=HERE)
    existing, decoy = (str(stored).rsplit("$", 2)[0] for stored in compared)
    assert existing == decoy
    assert existing.startswith("$argon2id$")


def test_an_old_hash_is_made_anew_when_its_password_is_given(
    place: Place, clock: Clock, ana: User
) -> None:
    assert "t=1" in place.document()["users"][0]["password"]
    accounts = place.open(clock, Passwords(PasswordHasher()))
    session = accounts.open_session(ana)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)
    assert "t=3" in place.document()["users"][0]["password"]
    assert accounts.session(session)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_after_a_few_failures_each_try_waits_longer(place: Place, clock: Clock) -> None:
    accounts = place.open(clock)
    accounts.add_user("ana", "editor", PASSWORD)
    for _ in range(5):
        assert wrong(accounts) == 0
    waits = []
    for _ in range(11):
        wait = wrong(accounts)
        waits.append(round(wait))
        with pytest.raises(Throttled):
            accounts.authenticate("ana", PASSWORD, address=HERE)
        clock.advance(wait)
        assert wrong(accounts) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    clock.advance(300)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)
    assert wrong(accounts, address=HERE) == 0
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_an_unknown_name_is_throttled_as_a_known_one(place: Place, clock: Clock) -> None:
    accounts = place.open(clock)
    assert [wrong(accounts, "nobody") for _ in range(6)] == [0, 0, 0, 0, 0, 1]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("one", "same", "another"),
    [
        (HERE, HERE, "192.0.2.2"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"),
        (HERE, f"::ffff:{HERE}", "::ffff:192.0.2.2"),
        ("unknown", "unknown", HERE),
    ],
)
def test_a_caller_is_one_address_of_ipv4_or_a_64_of_ipv6(one: str, same: str, another: str) -> None:
    assert network_of(one) == network_of(same) != network_of(another)


def test_a_network_is_throttled_over_all_names_for_seconds(place: Place, clock: Clock) -> None:
    accounts = place.open(clock)
    accounts.add_user("ana", "editor", PASSWORD)
    for number in range(50):
        assert wrong(accounts, f"name{number}") == 0
    with pytest.raises(Throttled) as caught:
        accounts.authenticate("ana", PASSWORD, address=HERE)
    assert accounts.authenticate("ana", PASSWORD, address="192.0.2.2")
    assert caught.value.retry_after == 1
    clock.advance(1)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_a_stranger_s_tries_from_elsewhere_do_not_delay_the_owner(
    place: Place, clock: Clock
) -> None:
    accounts = place.open(clock)
    accounts.add_user("ana", "editor", PASSWORD)
    for number in range(40):
        wrong(accounts, address=f"198.51.100.{number % 4}")
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_a_browser_that_signed_in_before_is_not_delayed_by_others_on_its_network(
    place: Place, clock: Clock
) -> None:
    accounts = place.open(clock)
    ana = accounts.add_user("ana", "editor", PASSWORD)
    accounts.add_user("bo", "editor", PASSWORD)
    device = accounts.remember_device(ana)
    for number in range(60):
        wrong(accounts, f"name{number}")
        wrong(accounts, "ana")
    with pytest.raises(Throttled):
        accounts.authenticate("ana", PASSWORD, address=HERE)
    with pytest.raises(Throttled):
        accounts.authenticate("bo", PASSWORD, address=HERE, device=device)
    assert accounts.authenticate("ana", PASSWORD, address=HERE, device=device) == ana


def test_guesses_from_such_a_browser_wait_longer_and_longer_too(place: Place, clock: Clock) -> None:
    accounts = place.open(clock)
    device = accounts.remember_device(accounts.add_user("ana", "editor", PASSWORD))
    for _ in range(5):
        with pytest.raises(Denied):
            accounts.authenticate("ana", "a wrong password", address=HERE, device=device)
    with pytest.raises(Throttled):
        accounts.authenticate("ana", PASSWORD, address=HERE, device=device)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_a_new_password_forgets_the_browsers_of_before(
    accounts: AccountService, other: AccountService, ana: User
) -> None:
    device = accounts.remember_device(ana)
    assert other.is_device("ana", device)
    assert not other.is_device("bo", device)
    assert other.session(device) is None
    accounts.set_password("ana", "another long password")
    assert not other.is_device("ana", device)


def test_ones_own_account_does_not_buy_more_guesses_at_others(place: Place, clock: Clock) -> None:
    accounts = place.open(clock)
    accounts.add_user("eve", "editor", PASSWORD)
    for number in range(50):
        assert wrong(accounts, f"name{number}") == 0
        if number < 49:
            assert accounts.authenticate("eve", PASSWORD, address=HERE)
    assert wrong(accounts, "another") > 0


def test_throttling_is_shared_and_lifted_by_a_new_password(place: Place, clock: Clock) -> None:
    accounts, other = (place.open(clock) for _ in range(2))
    accounts.add_user("ana", "editor", PASSWORD)
    for number in range(5):
        assert wrong((accounts, other)[number % 2]) == 0
    assert wrong(accounts) == wrong(other) == 1
    other.set_password("ana", "another long password")
    assert accounts.authenticate("ana", "another long password", address=HERE)


def test_of_many_tries_at_once_only_the_free_ones_are_compared(place: Place, clock: Clock) -> None:
    accounts = place.open(clock)
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda: waits.append(wrong(accounts, "ana"))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [0] * 5 + [1] * 7


def test_a_link_signs_in_once_in_any_process(
    accounts: AccountService, other: AccountService, ana: User
) -> None:
    secret = accounts.sign_in_link(ana)
    assert other.redeem_sign_in(secret) == ana
    assert accounts.redeem_sign_in(secret) is None
    assert other.redeem_sign_in("another") is None


def test_a_link_is_good_for_ten_minutes(accounts: AccountService, ana: User, clock: Clock) -> None:
    one, two = accounts.sign_in_link(ana), accounts.sign_in_link(ana)
    clock.advance(LINK_SECONDS - 1)
    assert accounts.redeem_sign_in(one) == ana
    clock.advance(1)
    assert accounts.redeem_sign_in(two) is None


def test_of_many_who_redeem_a_link_at_once_one_has_it(accounts: AccountService, ana: User) -> None:
    secret = accounts.sign_in_link(ana)
    barrier = threading.Barrier(8)
    found: list[User | None] = []

    def redeem() -> None:
        barrier.wait()
        found.append(accounts.redeem_sign_in(secret))

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [user for user in found if user] == [ana]


def test_who_is_second_between_the_look_and_the_claim_is_not_signed_in(
    accounts: AccountService, other: AccountService, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = accounts.sign_in_link(ana)
    read = accounts._expiring.read
    first: list[User | None] = []

    def interrupted(kind: Any, key: str) -> dict[str, Any] | None:  # noqa: ANN401  # spool.Kind
        stored = read(kind, key)
        first.append(other.redeem_sign_in(secret))
        return stored

    monkeypatch.setattr(accounts._expiring, "read", interrupted)
    assert accounts.redeem_sign_in(secret) is None
    assert first == [ana]
