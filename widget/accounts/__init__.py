"""Who may change entries: users, sessions and tokens. See ``docs/commands.md``."""

from widget.accounts.files import DirAccounts
from widget.accounts.protocol import (
    ABSOLUTE_SECONDS,
    IDLE_SECONDS,
    LINK_SECONDS,
    PASSWORD_LINK_SECONDS,
    ROLES,
    TOKEN_PREFIX,
    Accounts,
    OpenSession,
    Role,
    Session,
    Token,
    User,
    at_least,
)
from widget.accounts.tables import DatabaseAccounts
from widget.database import is_database, open_database
from widget.errors import InvalidSettings

__all__ = [
    "ABSOLUTE_SECONDS",
    "IDLE_SECONDS",
    "LINK_SECONDS",
    "PASSWORD_LINK_SECONDS",
    "ROLES",
    "TOKEN_PREFIX",
    "Accounts",
    "DatabaseAccounts",
    "DirAccounts",
    "OpenSession",
    "Role",
    "Session",
    "Token",
    "User",
    "at_least",
    "open_accounts",
]


def open_accounts(store_url: str) -> Accounts:
    """Open the accounts of the store that ``store_url`` names; what does not exist is made.

    Raises InvalidSettings where it names no store, StoreUnavailable where the accounts
    cannot be opened.
    """
    if is_database(store_url):
        return DatabaseAccounts(open_database(store_url))
    scheme, _, path = store_url.partition(":")
    if scheme != "dir" or not path or "\0" in path:
        raise InvalidSettings(
            f'store: {store_url!r} names no store; write "dir:PATH", a folder\'s path, or '
            '"postgresql://HOST/NAME", a database'
        )
    return DirAccounts(path)
