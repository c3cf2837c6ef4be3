"""Commands that run the service: serve, demo, init."""

from __future__ import annotations

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
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import click

from widget import assets, logs, metrics, purging, server
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
@click.option("--workers", type=click.IntRange(min=1), help="How many processes serve.")
@click.pass_obj
def serve(context: Context, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve panels, until told to stop."""
    settings = context.settings
    logs.configure(settings.log)
    # Opened once before the workers start, so that what keeps it shut is said here and once.
    context.check_store()
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
            "set base_url to the address that readers use (docs/settings.md)"
        )
    # All workers' numbers are one through files in a folder, which no other server may use.
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
    """Return the addresses of the pages for people, as a browser reaches them."""
    base = settings.base_url or here
    desk = base
    if settings.admin_host:
        parts = urlsplit(base)
        port = f":{parts.port}" if parts.port else ""
        desk = parts._replace(netloc=settings.admin_host + port).geturl()
    return (
        f"  Editors' pages:   {desk}/admin/\n"
        f"  Snippet builder:  {base}/snippet\n"
        f"  Doctor:           {base}/doctor"
    )


def _check(context: Context) -> None:
    """Raise InvalidSettings where the settings, read anew, would keep workers from starting."""
    now = load_settings(context.config, store=context.store_url)
    purging.check_caches(now)
    for key in ("host", "port", "workers"):
        if getattr(now, key) != getattr(context.settings, key):
            log.warning("%s was changed; that needs a restart", key)


@click.command()
@click.option("--port", type=_PORT, show_default="8000, or one that is free")
@click.option("--paper-port", type=_PORT, show_default="8001, or one that is free")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the demo's store here; without it, it is thrown away at the end.",
)
def demo(port: int | None, paper_port: int | None, data: Path | None) -> None:
    """Show panels on the pages of a small fictional newspaper."""
    folder = data or Path(tempfile.mkdtemp(prefix="insights-demo-"))
    try:
        _demo(_port(port, 8000, paper_port), _port(paper_port, 8001, port), folder)
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _port(wanted: int | None, usual: int, other: int | None) -> int:
    """Return the port that was asked for, else the usual one, else one that is free."""
    if wanted is not None:
        return wanted
    if usual != other:
        with suppress(InvalidSettings):
            server.resolve("127.0.0.1", usual)
            return usual
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    confirm(
        f"Port {usual} is in use; {port} is used instead. (--port and --paper-port say others.)"
    )
    return port


def _demo(port: int, paper_port: int, folder: Path) -> None:
    service, paper = f"http://127.0.0.1:{port}", f"http://{courier.NEWSPAPER_HOST}:{paper_port}"
    for each, option in ((port, "--port"), (paper_port, "--paper-port")):
        server.resolve("127.0.0.1", each, option=option)
    publication = courier.publication(paper)
    settings = Settings.model_validate({"store": f"dir:{folder}", "publications": [publication]})
    with open_editorial(settings.store, settings, create=True) as editorial:
        if not editorial.entries.ids():
            courier.fill(editorial)
    password, link = _demo_admin(settings.store)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)},
        f"{ENV_PREFIX}STORE": settings.store,
        f"{ENV_PREFIX}PUBLICATIONS": f"[{publication.model_dump_json()}]",
        f"{ENV_PREFIX}LOG": "quiet",
        f"{ENV_PREFIX}BASE_URL": service,
        courier.SERVICE_VARIABLE: service,
    }
    commands = (
        [
            sys.executable,
            "-m",
            "widget",
            *volume_options(),
            "serve",
            "--port",
            str(port),
            "--workers",
            "1",
        ],
        [sys.executable, "-m", "widget.demo", str(paper_port)],
    )
    processes = [subprocess.Popen(command, env=environment) for command in commands]  # noqa: S603  # our own modules
    try:
        for url in (f"{service}/healthz", f"{paper}/"):
            _wait(url, processes)
        click.echo(
            f"\nThe Harbor Courier, with panels:  {paper}/\n"
            f"Each way of embedding:            {paper}/#ways\n"
            "(The newspaper is another site than the service, as a publisher's is.)\n"
            f"A panel by itself:                {service}/panel/ferry-fares\n"
            f"Its entry, to edit by hand:       {folder}/live/ferry-fares.json\n"
            f"\nThe editors' pages:               {service}/admin/\n"
            f"Sign in as {courier.ADMIN}, password:      {password}\n"
            f"Or at once, by a link for one use: {service}/admin/link#{link}\n"
            "\nStop with Ctrl-C."
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
    """Return the demo admin's password, made anew, and a secret that signs in once."""
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
    raise InsightsError(f"{url} does not answer; what went wrong is said above")


@click.command()
@click.option("--admin", metavar="NAME", help="Make this user the first admin.")
@password_option()
@click.pass_obj
def init(context: Context, admin: str | None, *, password_stdin: bool) -> None:
    """Make insights.toml, with every key explained, the store, and the first admin.

    Asks for the admin's name and password where somebody sits at a terminal.
    """
    if password_stdin and not admin:
        raise click.UsageError("--password-stdin needs --admin NAME.")
    path = context.config or DEFAULT_FILE
    if path.exists():
        confirm(f"{path}: is already there; left as it is")
    else:
        shutil.copyfile(assets.folder("examples") / "insights.toml", path)
        confirm(f"{path}: made; set your publication's name and origins in it")
    context.create_store()
    confirm(f"{without_password(context.settings.store)}: ready")
    _first_admin(context, admin, from_stdin=password_stdin)


def _first_admin(context: Context, name: str | None, *, from_stdin: bool) -> None:
    accounts = context.accounts()
    there = [user.name for user in accounts.users() if user.role == "admin"]
    if there:
        if name:
            raise InsightsError(
                f"{there[0]} is an admin already; make others with: insights user add"
            )
        return
    if not name and sys.stdin.isatty():
        name = click.prompt(
            "Name of the first admin (empty: later)", default="", show_default=False
        )
    if not name:
        confirm("Nobody can sign in yet. Make the first admin: insights init --admin NAME")
        return
    accounts.add_user(name, "admin", ask_password(name, from_stdin=from_stdin))
    confirm(f"{name}: may sign in as admin")
