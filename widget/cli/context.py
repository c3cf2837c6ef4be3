"""What commands share: settings, the store, options, and errors without a traceback."""

from __future__ import annotations

import getpass
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from widget.cli.output import confirm
from widget.config import DEFAULT_FILE, TOKEN_VARIABLE, Settings, load_settings
from widget.editorial.access import Scope
from widget.editorial.service import DraftedCheck, Editorial
from widget.errors import InsightsError
from widget.storage.url import without_password
from widget.store import ChangeListener, EntryReader, Revision, open_store
from widget.store.rules import rules

if TYPE_CHECKING:
    from widget.accounts import Accounts, Role
    from widget.cli.caller import Caller
    from widget.purging import PurgeJob, Purger

_PURGE_SECONDS = 5.0
_FEW = 10

_NO_TEXT = "the password is not valid UTF-8; type it again, or save it as UTF-8"

log = logging.getLogger("insights.cli")

_Function = TypeVar("_Function", bound=Callable[..., object])


@contextmanager
def open_editorial(
    url: str, settings: Settings, changed: ChangeListener | None = None, *, create: bool = False
) -> Iterator[Editorial]:
    """Open the store ``url``; ``create`` creates a missing one. Raises StoreUnavailable."""
    store = open_store(url, rules(settings), changed, create=create)
    try:
        editorial = Editorial(store, settings, _drafted_check(settings))
        editorial.forgetting.append(lambda entry_id: _forget(url, entry_id))
        yield editorial
    finally:
        store.close()


def _forget(url: str, entry_id: str) -> None:
    """Remove the texts beside an entry that is withdrawn for legal reasons."""
    # Imported here: few commands withdraw.
    from widget.record.forgetting import forget_entry
    from widget.storage.documents import open_documents

    documents = open_documents(url)
    try:
        forget_entry(documents, entry_id)
    finally:
        documents.close()


def _drafted_check(settings: Settings) -> DraftedCheck | None:
    if not settings.drafting:
        return None
    # Imported here: drafting is off until a provider is configured.
    from widget.drafting.publishing import drafted_check

    return drafted_check(settings)


@dataclass
class Context:
    """The options before the command."""

    config: Path | None
    store_url: str | None

    @cached_property
    def settings(self) -> Settings:
        """The settings; options override the file and the environment."""
        path = self.config or DEFAULT_FILE
        log.debug("settings from %s", path if path.exists() else f"defaults: {path} does not exist")
        settings = load_settings(self.config, store=self.store_url)
        log.debug("store %s", without_password(settings.store))
        return settings

    @cached_property
    def caller(self) -> Caller | None:
        """Whose token is in INSIGHTS_TOKEN; None without one. Raises Denied."""
        secret = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not secret:
            return None
        # Imported here: most commands are given no token.
        from widget.cli.caller import caller_of

        return caller_of(self.accounts(), secret)

    @property
    def scope(self) -> Scope:
        """The publications that the caller works for; without a token all of them."""
        return Scope(self.settings, self.caller.publications if self.caller else ())

    def require(self, role: Role) -> None:
        """Raise Forbidden if there is a caller who lacks ``role``."""
        if self.caller:
            self.caller.require(role)

    @contextmanager
    def editorial(self, *, scoped: bool = True) -> Iterator[Editorial]:
        """Open the store for the length of a command, then wait for purges of what it changed.

        ``scoped``: it has the entries of the caller's publications only. Raises StoreUnavailable if
        the store does not exist.
        """
        purger = _open_purger(self.settings)
        changed_ids: dict[str, None] = {}

        def changed(revision: Revision) -> None:
            changed_ids[revision.entry.id] = None
            if purger:
                purger.changed(revision)

        with ExitStack() as stack:
            opened = open_editorial(self.settings.store, self.settings, changed)
            editorial = stack.enter_context(opened)
            try:
                yield editorial.within(self.scope) if scoped else editorial
            finally:
                if self.settings.notify and changed_ids:
                    _collect_changes(self.settings, editorial.entries, changed_ids)
                stack.close()
                if purger:
                    _say_purged(purger.wait(_PURGE_SECONDS))

    @contextmanager
    def entries(self) -> Iterator[EntryReader]:
        """Open the store for a command that only reads."""
        with self.editorial() as editorial:
            yield editorial.entries

    def is_own(self, entries: EntryReader, entry_id: str) -> bool:
        """Return whether an entry is one of the caller's publications."""
        return self.scope.is_everything or entries.head(entry_id) > 0

    def create_store(self) -> None:
        """Create the store if it does not exist."""
        with open_editorial(self.settings.store, self.settings, create=True):
            pass

    def check_store(self) -> None:
        """Raise StoreUnavailable if the store cannot be opened."""
        open_store(self.settings.store, rules(self.settings), create=False, wait=False).close()

    def accounts(self) -> Accounts:
        """Return the accounts of the store."""
        # Imported here: most commands need no passwords.
        from widget.accounts import open_accounts

        return open_accounts(self.settings.store, create=False, own_words=self.settings.own_words)


def _open_purger(settings: Settings) -> Purger | None:
    if not settings.purge:
        return None
    # Imported here: most services have no cache in front of them.
    from widget.purging import open_purger

    return open_purger(settings)


def _collect_changes(settings: Settings, entries: EntryReader, changed: Iterable[str]) -> None:
    """Record what the service has to notify its receivers of."""
    # Imported here: nobody is notified until a receiver is configured.
    from widget.notifying import collect_changes

    try:
        collect_changes(settings, entries, changed)
    except InsightsError as error:
        log.warning("%s; the service finds the changes when it looks through all entries", error)


def _say_purged(jobs: list[PurgeJob]) -> None:
    """Say what became of the purges; where they are many, only of those that are not confirmed."""
    from widget.purging import describe

    confirmed = [job for job in jobs if job.confirmed is not None]
    for job in jobs:
        if job.confirmed is None:
            click.echo(f"{job.entry_id}: {describe(job)}; the service goes on trying", err=True)
        elif len(confirmed) <= _FEW:
            confirm(f"{job.entry_id}: {describe(job)}", err=True)
    if len(confirmed) > _FEW:
        confirm(f"{len(confirmed)} purges confirmed", err=True)


def as_text(value: str) -> str:
    """Return an argument without the bytes that are not UTF-8: revisions cannot store them."""
    return value.encode("utf-8", "replace").decode()


as_text.__name__ = "text"  # as --help shows the type


def actor_option() -> Callable[[_Function], _Function]:
    """Return the option for the actor of a change."""
    return click.option(
        "--actor",
        default=_actor,
        show_default="your user name, or the owner of the token in INSIGHTS_TOKEN",
        type=as_text,
        help="Who makes the change.",
    )


def json_option() -> Callable[[_Function], _Function]:
    """Return the option for JSON output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for tools.")


def password_option() -> Callable[[_Function], _Function]:
    """Return the option to read a password from standard input."""
    return click.option(
        "--password-stdin", is_flag=True, help="Read the password from standard input."
    )


def ask_password(name: str, *, from_stdin: bool, repeat: bool = True) -> str:
    """Prompt for the password of ``name``, or read the first line of standard input.

    ``repeat`` asks for it twice, as a new password needs.
    """
    if from_stdin:
        # Always UTF-8, as browsers send it, whatever the locale.
        return _decoded(sys.stdin.buffer.readline()).rstrip("\r\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            password: str = click.prompt(
                f"Password for {name}",
                hide_input=True,
                confirmation_prompt="Repeat the password" if repeat else False,
            )
        except getpass.GetPassWarning:
            raise InsightsError(
                "there is no terminal for the password prompt; use --password-stdin"
            ) from None
        except UnicodeDecodeError:
            raise InsightsError(_NO_TEXT) from None
    return password


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise InsightsError(_NO_TEXT) from None


def echo_json(value: object) -> None:
    """Print ``value`` as indented JSON."""
    # As bytes: JSON is UTF-8, whatever the locale.
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str).encode())


def service_url(settings: Settings, base: str | None) -> str:
    """Return the service's URL: ``base``, else ``base_url``, without a slash at its end.

    Without either it is that of this machine, with a warning on standard error.
    """
    url = base or settings.base_url
    if not url:
        # Imported here: it brings the whole server.
        from widget import server

        url = server.url_of(server.reachable(settings.host), settings.port)
        confirm(
            f"Warning: the service's URL is {url}, which readers cannot reach. "
            "Use --base https://insights.example, or set base_url in insights.toml.",
            err=True,
        )
    return url.rstrip("/")


def _actor() -> str:
    context = click.get_current_context().find_object(Context)
    return context.caller.actor if context and context.caller else _user()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "cli"
