"""The command ``insights``."""

from __future__ import annotations

from pathlib import Path

import click

from widget import __version__
from widget.cli.group import CommandEntry, LazyGroup
from widget.cli.output import begin

_CONFIG_VARIABLE = "INSIGHTS_CONFIG"
"""As ``widget.config.CONFIG_VARIABLE``, which would import every library of the settings."""

COMMANDS = {
    "assign": CommandEntry("planning:assign", "Say who works on an entry, and until when."),
    "check": CommandEntry("entries:check", "List the problems that prevent publishing."),
    "comments": CommandEntry(
        "reviews:comments", "List the comments of an entry, add one, or resolve one."
    ),
    "copy": CommandEntry(
        "copying:copy",
        "Copy all entries, revisions, users and tokens from the store FROM to the store TO.",
    ),
    "counts": CommandEntry(
        "counts:counts",
        "Print what readers opened in a panel, day by day, without small numbers.",
    ),
    "demo": CommandEntry(
        "serving:demo", "Show panels on the pages of a small fictional newspaper."
    ),
    "diff": CommandEntry(
        "revisions:compare", "Show changes word by word: [-removed-] and {+added+}."
    ),
    "doctor": CommandEntry(
        "doctor:doctor",
        "Report what prevents the panel of a host page from working, and the line to add.",
    ),
    "draft": CommandEntry(
        "drafting:draft", "Ask a language model for a draft of an article's analysis."
    ),
    "drafts": CommandEntry(
        "drafting:drafts", "List the runs of drafting, newest first, or show one."
    ),
    "edit": CommandEntry(
        "revisions:edit", "Open an entry in $EDITOR and save the result as the draft."
    ),
    "evidence": CommandEntry(
        "evidence:evidence",
        "Print all that proves the review of an entry: who, when, which version, what was checked.",
    ),
    "export": CommandEntry(
        "export:export",
        "Write all live panels to the folder OUT as static files, for any web server or CDN.",
    ),
    "history": CommandEntry(
        "revisions:history", "List all changes of an entry, newest first: when, who, what, why."
    ),
    "import": CommandEntry("transfer:import_entries", "Save many entries as drafts."),
    "init": CommandEntry(
        "serving:init",
        "Create insights.toml, with every key explained, the store, and the first admin.",
    ),
    "list": CommandEntry("entries:list_entries", "List all entries with their state."),
    "log": CommandEntry(
        "public_log:public_log",
        "Show and check the public log of publications, corrections and withdrawals.",
    ),
    "notify": CommandEntry("notifying:notify", "Show, repeat and try notifications."),
    "publish": CommandEntry("entries:publish", "Publish drafts."),
    "put": CommandEntry("entries:put", "Save entries as drafts."),
    "reports": CommandEntry(
        "reports:reports", "List readers' reports, show one, decide it, or answer it."
    ),
    "restore": CommandEntry("revisions:restore", "Save a revision as the draft."),
    "review": CommandEntry(
        "reviews:review", "Approve a draft or return it, as a person who proves who they are."
    ),
    "schedule": CommandEntry(
        "planning:schedule", "Plan when a draft is published, and when the entry is withdrawn."
    ),
    "serve": CommandEntry("serving:serve", "Serve panels until SIGTERM."),
    "show": CommandEntry(
        "entries:show", "Print an entry as JSON: the draft if there is one, else the live version."
    ),
    "snippet": CommandEntry("snippets:snippet", "Print the HTML that embeds a panel."),
    "sources": CommandEntry(
        "sources:sources", "Check the sources of entries, and list those that went bad."
    ),
    "submit": CommandEntry("reviews:submit", "Ask for a review of drafts."),
    "token": CommandEntry("accounts:token", "Manage tokens for the API."),
    "user": CommandEntry("accounts:user", "Manage accounts."),
    "voice": CommandEntry(
        "voices:voice",
        "Make a link by which an author sees an entry and replies, or list the links of an entry.",
    ),
    "withdraw": CommandEntry("entries:withdraw", "Take live entries down at once."),
}


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="insights")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=_CONFIG_VARIABLE,
    help="Read this file instead of insights.toml.",
)
@click.option(
    "--store", metavar="URL", help="Use this store, such as dir:./data or postgresql://HOST/NAME."
)
@click.option("-q", "--quiet", is_flag=True, help="Print only errors and requested output.")
@click.option("-v", "--verbose", is_flag=True, help="Write all log messages to standard error.")
@click.pass_context
def main(
    context: click.Context, config: Path | None, store: str | None, *, quiet: bool, verbose: bool
) -> None:
    """Insights: a panel beside an opinion article."""
    if quiet and verbose:
        raise click.UsageError("Give --quiet or --verbose, not both.")
    # Imported here: --help and --version need no settings.
    from widget.cli.context import Context

    begin(context, "quiet" if quiet else "verbose" if verbose else "normal")
    context.obj = Context(config=config, store_url=store)


main.entries = COMMANDS
