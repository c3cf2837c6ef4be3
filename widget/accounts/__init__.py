"""Who may change entries: users, sessions and tokens. See ``docs/commands.md``."""

from collections.abc import Iterable

from widget.accounts.directory import DirAccounts, DirRecords
from widget.accounts.networks import prefix_of
from widget.accounts.protocol import (
    ABSOLUTE_SECONDS,
    CONFIRM_SECONDS,
    DEVICE_SECONDS,
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
from widget.accounts.records import Records
from widget.storage.url import folder_of

__all__ = [
    "ABSOLUTE_SECONDS",
    "CONFIRM_SECONDS",
    "DEVICE_SECONDS",
    "IDLE_SECONDS",
    "LINK_SECONDS",
    "PASSWORD_LINK_SECONDS",
    "ROLES",
    "TOKEN_PREFIX",
    "Accounts",
    "DirAccounts",
    "OpenSession",
    "Role",
    "Session",
    "Token",
    "User",
    "at_least",
    "open_accounts",
    "open_records",
    "prefix_of",
]


def open_accounts(
    store_url: str, *, create: bool = True, own_words: Iterable[str] = ()
) -> Accounts:
    """Open the accounts of the store that ``store_url`` names.

    With ``create`` what does not exist is made; without, it is refused. ``own_words`` are names of
    the service, such as its publications', of which no password may consist. Raises
    InvalidSettings where ``store_url`` names no store, StoreUnavailable where the accounts cannot
    be opened.
    """
    folder = folder_of(store_url)
    if folder is None:
        # Here, since accounts in a folder do without the database's library.
        from widget.accounts.postgres import DatabaseAccounts
        from widget.storage.postgres import open_database

        return DatabaseAccounts(open_database(store_url, create=create), own_words=own_words)
    return DirAccounts(folder, create=create, own_words=own_words)


def open_records(store_url: str) -> Records:
    """Open what a store that exists keeps of users and tokens, as it is kept.

    Raises as ``open_accounts``.
    """
    folder = folder_of(store_url)
    if folder is None:
        from widget.accounts.postgres import DatabaseRecords
        from widget.storage.postgres import open_database

        return DatabaseRecords(open_database(store_url, create=False))
    return DirRecords(folder)
