"""Who may change entries: users, sessions and tokens. See ``docs/commands.md``."""

from collections.abc import Iterable

from widget.accounts.directory import DirectoryAccounts, DirectoryRepository
from widget.accounts.preferences import time_zones
from widget.accounts.protocol import (
    ABSOLUTE_SECONDS,
    CONFIRM_SECONDS,
    DEVICE_SECONDS,
    IDLE_SECONDS,
    LINK_SECONDS,
    PASSWORD_LINK_SECONDS,
    ROLE_WORDS,
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
from widget.accounts.repository import AccountRepository
from widget.net.networks import prefix_of
from widget.storage.url import folder_of

__all__ = [
    "ABSOLUTE_SECONDS",
    "CONFIRM_SECONDS",
    "DEVICE_SECONDS",
    "IDLE_SECONDS",
    "LINK_SECONDS",
    "PASSWORD_LINK_SECONDS",
    "ROLES",
    "ROLE_WORDS",
    "TOKEN_PREFIX",
    "Accounts",
    "DirectoryAccounts",
    "OpenSession",
    "Role",
    "Session",
    "Token",
    "User",
    "at_least",
    "open_accounts",
    "open_repository",
    "prefix_of",
    "time_zones",
]


def open_accounts(
    store_url: str, *, create: bool = True, own_words: Iterable[str] = ()
) -> Accounts:
    """Open the accounts of the store at ``store_url``.

    ``create`` creates a store that does not exist. ``own_words`` are names of the service, such as
    its publications', of which no password may consist. Raises InvalidSettings where ``store_url``
    is not the URL of a store, StoreUnavailable where the accounts cannot be opened.
    """
    folder = folder_of(store_url)
    if folder is None:
        # Imported here: accounts in a folder do not need the database library.
        from widget.accounts.postgres import PostgresAccounts
        from widget.storage.postgres import open_database

        return PostgresAccounts(open_database(store_url, create=create), own_words=own_words)
    return DirectoryAccounts(folder, create=create, own_words=own_words)


def open_repository(store_url: str) -> AccountRepository:
    """Open the repository of users and tokens of an existing store.

    Raises the errors of ``open_accounts``.
    """
    folder = folder_of(store_url)
    if folder is None:
        from widget.accounts.postgres import PostgresRepository
        from widget.storage.postgres import open_database

        return PostgresRepository(open_database(store_url, create=False))
    return DirectoryRepository(folder)
