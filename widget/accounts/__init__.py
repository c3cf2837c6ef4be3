"""Who may change entries: users, sessions and tokens. See ``docs/commands.md``."""

from collections.abc import Iterable

from widget.accounts.directory import DirectoryAccounts, DirectoryRepository
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
from widget.accounts.repository import AccountRepository
from widget.errors import InvalidSettings
from widget.storage.postgres import is_database, without_password

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
]


def open_accounts(
    store_url: str, *, create: bool = True, own_words: Iterable[str] = ()
) -> Accounts:
    """Open the accounts of the store at ``store_url``.

    ``create`` creates a store that does not exist. ``own_words`` are names of the service, such as
    its publications', of which no password may consist. Raises InvalidSettings where ``store_url``
    is not the URL of a store, StoreUnavailable where the accounts cannot be opened.
    """
    if is_database(store_url):
        # Imported here: accounts in a folder do not need the database library.
        from widget.accounts.postgres import PostgresAccounts
        from widget.storage.postgres import open_database

        return PostgresAccounts(open_database(store_url, create=create), own_words=own_words)
    return DirectoryAccounts(_folder(store_url), create=create, own_words=own_words)


def open_repository(store_url: str) -> AccountRepository:
    """Open the repository of users and tokens of an existing store.

    Raises the errors of ``open_accounts``.
    """
    if is_database(store_url):
        from widget.accounts.postgres import PostgresRepository
        from widget.storage.postgres import open_database

        return PostgresRepository(open_database(store_url, create=False))
    return DirectoryRepository(_folder(store_url))


def _folder(store_url: str) -> str:
    scheme, _, path = store_url.partition(":")
    if scheme != "dir" or not path or "\0" in path:
        raise InvalidSettings(
            f'store: {without_password(store_url)!r} names no store; write "dir:PATH", a '
            'folder\'s path, or "postgresql://USER@HOST/DATABASE"'
        )
    return path
