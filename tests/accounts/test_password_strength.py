"""Which passwords are refused as easy to guess."""

from __future__ import annotations

import pytest
from accounts_support import Place

from widget.accounts.password_strength import weakness
from widget.errors import InvalidAccount

OWN = ("Harbor Courier", "harborcourier.example")


@pytest.mark.unit
@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "qwertyuiop",
        "Password2026!",
        "password-2026",
        "PassWord 123456",
        "manchester!!",
        "aaaaaaaaaaaa",
        "121212121212",
        "ana.lopez 2026",
        "LopezLopez1",
        "insights-2026",
        "Insights Admin 1",
        "harborcourier",
        "HarborCourier2026!",
        "ana@harborcourier",
    ],
)
def test_a_common_password_or_one_of_words_at_hand_is_refused(password: str) -> None:
    assert weakness(password, name="ana.lopez", own_words=OWN)


@pytest.mark.unit
@pytest.mark.parametrize(
    "password",
    [
        "a long enough password",
        "correct horse battery staple",
        "839201748361",
        "Zm8-tq2_Xw7Lk1",
        "\u0643\u0644\u0645\u0629 \u0633\u0631 \u0637\u0648\u064a\u0644\u0629",
        "the courier at the harbor reads insights",
    ],
)
def test_nothing_else_is_asked_of_a_password(password: str) -> None:
    assert weakness(password, name="ana.lopez", own_words=OWN) is None


def test_an_account_takes_no_weak_password_however_it_comes(place: Place) -> None:
    accounts = place.open(own_words=OWN)
    with pytest.raises(InvalidAccount, match="is one of the most common passwords"):
        accounts.add_user("ana", "editor", "qwerty123456")
    ana = accounts.add_user("ana", "editor")
    secret = accounts.password_link(ana)
    with pytest.raises(InvalidAccount, match="consists of your name or the service's"):
        accounts.redeem_password_link(secret, "HarborCourier1")
    with pytest.raises(InvalidAccount, match="repeats"):
        accounts.set_password("ana", "ababababab")
