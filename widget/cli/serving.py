"""The commands ``serve``, ``demo`` and ``init``."""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import click

from widget import assets, demo_model, logs, metrics, purging, server
from widget import demo as courier
from widget.accounts import open_accounts
from widget.cli.context import Context, ask_password, open_editorial, password_option
from widget.cli.output import confirm, volume_options
from widget.config import CONFIG_VARIABLE, DEFAULT_FILE, ENV_PREFIX, Settings, load_settings
from widget.errors import InsightsError, InvalidSettings
from widget.storage.url import without_password

log = logging.getLogger("insights.server")

_START_SECONDS = 30
_PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--workers", type=click.IntRange(min=1), help="The number of worker processes.")
@click.pass_obj
def serve(context: Context, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve panels until SIGTERM."""
    settings = context.settings
    logs.configure(settings.log)
    # Before the workers start, so that an error is printed once.
    context.check_store()
    _check_receivers(settings)
    _check_sources(settings)
    if context.config:
        os.environ[CONFIG_VARIABLE] = str(context.config)
    if context.store_url:
        os.environ[f"{ENV_PREFIX}STORE"] = context.store_url
    host = (host or settings.host).removeprefix("[").removesuffix("]")
    port, workers = port or settings.port, workers or settings.workers
    server.resolve(host, port)
    shown = without_password(settings.store)
    confirm(
        f"Serving {shown} at {server.url_of(host, port)} with {workers} "
        f"worker{'' if workers == 1 else 's'}."
    )
    if settings.log != "json":
        confirm(_pages(settings, server.url_of(server.reachable(host), port)))
    if not (settings.base_url or settings.hosts):
        log.warning(
            "neither base_url nor hosts is set: links begin with whatever Host a request names; "
            "set base_url to the URL that readers use (docs/settings.md)"
        )
    # Workers share metrics through files in a folder of this server alone.
    folder = tempfile.mkdtemp(prefix="insights-metrics-")
    os.environ[metrics.FOLDER_VARIABLE] = folder
    try:
        server.serve(
            "widget.wsgi:app",
            host=host,
            port=port,
            workers=workers,
            check=lambda: _check(context),
            watched=context.config or DEFAULT_FILE,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pages(settings: Settings, here: str) -> str:
    """Return the URLs of the pages for people."""
    base = settings.base_url or here
    admin = base
    if settings.admin_host:
        parts = urlsplit(base)
        port = f":{parts.port}" if parts.port else ""
        admin = parts._replace(netloc=settings.admin_host + port).geturl()
    return (
        f"  Editors' pages:   {admin}/admin/\n"
        f"  Snippet builder:  {base}/snippet\n"
        f"  Doctor:           {base}/doctor"
    )


def _check_receivers(settings: Settings) -> None:
    if settings.notify:
        # Imported here: nobody is notified until a receiver is configured.
        from widget import notifying

        notifying.check_receivers(settings)


def _check_sources(settings: Settings) -> None:
    if settings.sources.round == "daily":
        # Imported here: no source is checked until the round is on.
        from widget.sources.service import check_libraries

        check_libraries()


def _check(context: Context) -> None:
    """Read the settings again. Raises InvalidSettings if workers could not start with them."""
    reloaded = load_settings(context.config, store=context.store_url)
    purging.check_caches(reloaded)
    _check_receivers(reloaded)
    _check_sources(reloaded)
    for key in ("host", "port", "workers"):
        if getattr(reloaded, key) != getattr(context.settings, key):
            log.warning("%s was changed; restart the service to apply it", key)


@click.command()
@click.option("--port", type=_PORT, show_default="8000, or a free port")
@click.option("--paper-port", type=_PORT, show_default="8001, or a free port")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for the demo's store; by default it is deleted at the end.",
)
@click.option("--draft", is_flag=True, help="With a small language model that writes drafts.")
def demo(port: int | None, paper_port: int | None, data: Path | None, *, draft: bool) -> None:
    """Show panels on the pages of a small fictional newspaper."""
    folder = data or Path(tempfile.mkdtemp(prefix="insights-demo-"))
    try:
        with ExitStack() as stack:
            model = stack.enter_context(demo_model.served(folder)) if draft else None
            _demo(_port(port, 8000, paper_port), _port(paper_port, 8001, port), folder, model)
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _port(wanted: int | None, usual: int, other: int | None) -> int:
    """Return the requested port, else the usual one, else a free one."""
    if wanted is not None:
        return wanted
    if usual != other:
        with suppress(InvalidSettings):
            server.resolve("127.0.0.1", usual)
            return usual
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    confirm(f"Port {usual} is in use; using {port}. Choose others with --port and --paper-port.")
    return port


def _demo(port: int, paper_port: int, folder: Path, model: str | None) -> None:
    service, paper = f"http://127.0.0.1:{port}", f"http://{courier.NEWSPAPER_HOST}:{paper_port}"
    for each, option in ((port, "--port"), (paper_port, "--paper-port")):
        server.resolve("127.0.0.1", each, option=option)
    publication = courier.publication(paper)
    if model:
        publication = demo_model.with_prompt(publication, folder)
    settings = Settings.model_validate({"store": f"dir:{folder}", "publications": [publication]})
    with open_editorial(settings.store, settings, create=True) as editorial:
        if not editorial.entries.ids():
            courier.fill(editorial)
            courier.leave_waiting(editorial)
    password, link = _demo_admin(settings.store)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)},
        f"{ENV_PREFIX}STORE": settings.store,
        f"{ENV_PREFIX}PUBLICATIONS": f"[{publication.model_dump_json()}]",
        f"{ENV_PREFIX}LOG": "quiet",
        f"{ENV_PREFIX}BASE_URL": service,
        courier.SERVICE_VARIABLE: service,
    }
    if model:
        environment[f"{ENV_PREFIX}DRAFTING"] = json.dumps([demo_model.provider(model)])
    serving = [*volume_options(), "serve", f"--port={port}", "--workers=1"]
    commands = (
        [sys.executable, "-m", "widget", *serving],
        [sys.executable, "-m", "widget.demo", str(paper_port)],
    )
    processes = [subprocess.Popen(command, env=environment) for command in commands]  # noqa: S603  # our own modules
    try:
        for url in (f"{service}/healthz", f"{paper}/"):
            _wait(url, processes)
        click.echo(
            f"\nThe Harbor Courier, with panels:  {paper}/\n"
            f"Each way of embedding:            {paper}/#ways\n"
            "(The newspaper is a different site than the service, as in production.)\n"
            f"A panel by itself:                {service}/panel/ferry-fares\n"
            f"Its entry as a file, to edit:     {folder}/live/ferry-fares.json\n"
            f"\nThe editors' pages:               {service}/admin/\n"
            f"Sign in as {courier.ADMIN}, password:      {password}\n"
            f"Or with a single-use link:        {service}/admin/link#{link}\n"
            + (f"Ask for a draft:                  {service}/admin/drafts/new\n" if model else "")
            + "\nStop with Ctrl-C."
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
    except KeyboardInterrupt:
        confirm("\nStopped.")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=10)


def _demo_admin(store_url: str) -> tuple[str, str]:
    """Set a new password for the demo's admin; return it and the secret of a sign-in link."""
    accounts = open_accounts(store_url, create=False)
    password = secrets.token_urlsafe(12)
    user = accounts.user(courier.ADMIN)
    if user is None:
        user = accounts.add_user(courier.ADMIN, "admin", password)
    else:
        accounts.set_password(courier.ADMIN, password)
    return password, accounts.sign_in_link(user)


def _wait(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        try:
            with urlopen(url, timeout=2):  # noqa: S310  # our own server
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
    raise InsightsError(f"{url} does not respond; see the errors above")


@click.command()
@click.option("--admin", metavar="NAME", help="Create this user as the first admin.")
@password_option()
@click.pass_obj
def init(context: Context, admin: str | None, *, password_stdin: bool) -> None:
    """Create insights.toml, with every key explained, the store, and the first admin.

    Prompts for the admin's name and password at a terminal.
    """
    if password_stdin and not admin:
        raise click.UsageError("--password-stdin requires --admin NAME.")
    path = context.config or DEFAULT_FILE
    if path.exists():
        confirm(f"{path}: exists; not changed")
    else:
        shutil.copyfile(assets.folder("examples") / "insights.toml", path)
        confirm(f"{path}: created; set your publication's name and origins in it")
    context.create_store()
    confirm(f"{without_password(context.settings.store)}: ready")
    _first_admin(context, admin, from_stdin=password_stdin)


def _first_admin(context: Context, name: str | None, *, from_stdin: bool) -> None:
    accounts = context.accounts()
    admins = [user.name for user in accounts.users() if user.manages_users]
    if admins:
        if name:
            raise InsightsError(
                f"{admins[0]} is an admin already; create others with: insights user add"
            )
        return
    if not name and sys.stdin.isatty():
        name = click.prompt(
            "Name of the first admin (empty to skip)", default="", show_default=False
        )
    if not name:
        confirm("Nobody can sign in yet. Create the first admin: insights init --admin NAME")
        return
    accounts.add_user(name, "admin", ask_password(name, from_stdin=from_stdin))
    confirm(f"{name}: created with the role admin")
