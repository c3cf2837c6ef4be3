"""What commands share: settings, the store, options, and errors without a traceback."""

from __future__ import annotations

import errno
import getpass
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click

from widget import server
from widget.accounts import Accounts, open_accounts
from widget.app import rules
from widget.cli.output import confirm, discard_output, error_lines
from widget.config import DEFAULT_FILE, Settings, load_settings
from widget.editorial.service import DraftedCheck, Editorial
from widget.errors import InsightsError, InvalidEntry
from widget.purging import PurgeJob, describe, open_purger
from widget.storage.url import without_password
from widget.store import ChangeListener, EntryReader, Revision, open_store

_PURGE_SECONDS = 5.0
_FEW = 10
INTERRUPTED = 130
"""The exit status after Ctrl-C: 128 and the number of SIGINT, as in shells."""

_NO_TEXT = "the password is not valid UTF-8; type it again, or save it as UTF-8"

log = logging.getLogger("insights.cli")

_Function = TypeVar("_Function", bound=Callable[..., object])


_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Group(click.Group):
    """A group of commands that print expected errors as a message, with exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # as click has it
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InvalidEntry as error:
            for line in error_lines(error):
                click.echo(line, err=True)
            ctx.exit(1)
        except InsightsError as error:
            click.echo(f"insights: {error}", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader closed the pipe: click exits silently
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"insights: {where}{error.strerror or error}", err=True)
            if error.errno in _WRITING:
                discard_output()
            ctx.exit(1)
        except (KeyboardInterrupt, click.Abort) as error:
            # A prompt raises Abort for both Ctrl-C and the end of the input.
            if isinstance(error, click.Abort) and isinstance(error.__context__, EOFError):
                click.echo("\ninsights: standard input ended before the answer", err=True)
                ctx.exit(1)
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)


@contextmanager
def open_editorial(
    url: str, settings: Settings, changed: ChangeListener | None = None, *, create: bool = False
) -> Iterator[Editorial]:
    """Open the store ``url``; ``create`` creates a missing one. Raises StoreUnavailable."""
    store = open_store(url, rules(settings), changed, create=create)
    try:
        yield Editorial(store, settings, _drafted_check(settings))
    finally:
        store.close()


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

    @contextmanager
    def editorial(self) -> Iterator[Editorial]:
        """Open the store for the length of a command, then wait for purges of what it changed.

        Raises StoreUnavailable if the store does not exist.
        """
        purger = open_purger(self.settings)
        changed_ids: dict[str, None] = {}

        def changed(revision: Revision) -> None:
            changed_ids[revision.entry.id] = None
            if purger:
                purger.changed(revision)

        with ExitStack() as stack:
            opened = open_editorial(self.settings.store, self.settings, changed)
            editorial = stack.enter_context(opened)
            try:
                yield editorial
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

    def create_store(self) -> None:
        """Create the store if it does not exist."""
        with open_editorial(self.settings.store, self.settings, create=True):
            pass

    def check_store(self) -> None:
        """Raise StoreUnavailable if the store cannot be opened."""
        open_store(self.settings.store, rules(self.settings), create=False, wait=False).close()

    def accounts(self) -> Accounts:
        """Return the accounts of the store."""
        return open_accounts(self.settings.store, create=False, own_words=self.settings.own_words)


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
        default=_user,
        show_default="your user name",
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
        url = server.url_of(server.reachable(settings.host), settings.port)
        confirm(
            f"Warning: the service's URL is {url}, which readers cannot reach. "
            "Use --base https://insights.example, or set base_url in insights.toml.",
            err=True,
        )
    return url.rstrip("/")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "cli"
