"""The commands ``draft`` and ``drafts``: ask a language model for a draft, and list the runs."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any, get_args

import click

from widget.cli.context import Context, actor_option, echo_json, json_option
from widget.cli.output import is_quiet
from widget.drafting.runs import FINAL_STATES, DraftRequest, Run, open_runs, request_from
from widget.drafting.runs.record import STATES
from widget.drafting.service import Drafting, open_drafting
from widget.drafting.sources import read_evidence
from widget.editorial.service import Editorial
from widget.entry.vocabulary import ArticleKind
from widget.errors import InsightsError, InvalidSettings
from widget.storage.lock import Busy

_LOOK_SECONDS = 0.5
EXIT_STATUS = {"kept": 0, "refused": 4, "failed": 5}
BLOCKED = 3
"""The exit status of a draft with findings that block."""

_STEPS = [state for state in STATES if state not in FINAL_STATES]


@click.command()
@click.argument("article", metavar="URL|FILE|-", required=False)
@click.option("--provider", default="", help="The provider, if not the first that is configured.")
@click.option(
    "--evidence",
    type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
    help="Sources with their texts: JSON, an array or one object a line.",
)
@click.option("--source", "urls", metavar="URL", multiple=True, help="A source to fetch.")
@click.option("--query", "queries", multiple=True, help="A query for the search; at most five.")
@click.option("--url", default="", help="The article's address, for a FILE.")
@click.option("--title", default="", help="The title, if the page's is not right.")
@click.option("--section", default="", help="The section, if the page names none.")
@click.option("--kind", type=click.Choice(get_args(ArticleKind)), help="The kind of article.")
@click.option("--language", default="", help="The language, such as en or pt-BR.")
@click.option("--entry", "entry_id", metavar="ID", help="The entry that gets the draft.")
@click.option("--replace", is_flag=True, help="Replace the draft of an existing entry.")
@click.option("--dry-run", is_flag=True, help="Do everything, and save no draft.")
@click.option("--test", "only_test", is_flag=True, help="Only test the connection.")
@actor_option()
@json_option()
@click.pass_context
def draft(
    click_context: click.Context,
    /,
    article: str | None,
    *,
    provider: str,
    evidence: Path | None,
    only_test: bool,
    actor: str,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the fields of the request, which pydantic checks
) -> None:
    """Ask a language model for a draft of an article's analysis.

    The article is a page of a publication, an HTML or text FILE, or standard input. The draft is
    checked against its sources; nothing is published. The exit status is 0 if the draft was kept,
    3 if it was kept with findings that block, 4 if the run was refused, 5 if it failed.
    """
    context: Context = click_context.obj
    with context.editorial(scoped=False) as editorial:
        drafting = _seen(context, _opened(context, editorial))
        if only_test:
            click.echo(_tested(drafting, provider))
            return
        if not article:
            raise click.UsageError("Give the article: a URL, a FILE or - for standard input.")
        request = _request(article, provider=provider, evidence=evidence, **given)
        run = _carried_out(drafting, drafting.ask(request, actor=actor), actor=actor)
    if as_json:
        echo_json(_document(run))
    else:
        _print(run)
    status = EXIT_STATUS[run.state]
    click_context.exit(BLOCKED if status == 0 and run.blocking else status)


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@json_option()
@click.pass_obj
def drafts(context: Context, run_id: str | None, *, as_json: bool) -> None:
    """List the runs of drafting, newest first, or show one."""
    with context.editorial(scoped=False) as editorial:  # says where there is no store
        drafting = Drafting(context.settings, editorial, open_runs(context.settings.store))
        runs = _seen(context, drafting).runs
        if run_id:
            run = runs.get(run_id)
            echo_json(_document(run)) if as_json else _print(run)
            return
        listed = runs.newest(limit=100)
    if as_json:
        echo_json([_document(run) for run in listed])
        return
    for run in listed:
        click.echo(
            f"{run.id}  {run.asked_at:%Y-%m-%d %H:%M}  {run.state:9}  "
            f"{run.request.provider}  {run.entry or run.title}"
        )


def _seen(context: Context, drafting: Drafting) -> Drafting:
    """Return drafting as the caller sees it."""
    return drafting.within(context.scope, context.caller.person) if context.caller else drafting


def _opened(context: Context, editorial: Editorial) -> Drafting:
    drafting = open_drafting(context.settings, editorial)
    if drafting is None:
        raise InvalidSettings(
            "drafting is off: insights.toml has no table [[drafting]]; docs/drafting.md says how"
        )
    return drafting


def _request(
    article: str, *, provider: str, evidence: Path | None, url: str, **given: object
) -> DraftRequest:
    if re.match(r"https?://", article, re.IGNORECASE):
        given["article_url"] = article
    else:
        text = _text(article)
        is_html = re.search(r"<(?:!doctype|html|body|article|p)\b", text[:20_000], re.IGNORECASE)
        given["article_html" if is_html else "article_text"] = text
        given["article_url"] = url
    if evidence:
        given["documents"] = tuple(read_evidence(_bytes(str(evidence))))
    return request_from(provider=provider, **given)


def _carried_out(drafting: Drafting, run: Run, *, actor: str) -> Run:
    """Carry out a run here, or wait for the service that was faster."""
    try:
        while not run.finished:
            try:
                run = drafting.carry_out(run.id, _progress)
            except Busy:
                time.sleep(_LOOK_SECONDS)
                run = drafting.runs.get(run.id)
                _progress(run)
    except KeyboardInterrupt:
        drafting.cancel(run.id, actor=actor)
        raise
    finally:
        if sys.stderr.isatty():
            click.echo("", err=True)
    return run


def _progress(run: Run) -> None:
    """Show the state: a bar in a terminal, a line for each state elsewhere."""
    if is_quiet():
        return
    if not sys.stderr.isatty():
        click.echo(f"{run.id}: {run.state}", err=True)
        return
    done = len(_STEPS) if run.finished else _STEPS.index(run.state)
    bar = "█" * done * 4 + "░" * (len(_STEPS) - done) * 4
    click.echo(f"\r{bar}  {run.state:9}", nl=False, err=True)


def _tested(drafting: Drafting, name: str) -> str:
    completion = drafting.test(name)
    usage = completion.usage
    return (
        f"{completion.model} answered ({usage.input_tokens} tokens in, {usage.output_tokens} out)"
    )


def _print(run: Run) -> None:
    if run.state == "kept":
        where = f"{run.entry}: draft saved as revision {run.revision}" if run.entry else "no draft"
        click.echo(f"{where if run.entry else 'checked; nothing was saved'} (run {run.id})")
    else:
        click.echo(f"{run.state}: {run.message or 'not finished'} (run {run.id})", err=True)
    for finding in run.findings:
        warning = "" if finding.severity == "block" else "warning: "
        detail = f" ({finding.detail})" if finding.detail else ""
        click.echo(f"{finding.path}: {warning}{finding.rule}: {finding.message}{detail}")
        if finding.passage:
            click.echo(f"    nearest: {finding.passage}")


def _document(run: Run) -> dict[str, object]:
    keys = ("path", "rule", "severity", "message", "passage")
    return {
        "run": run.id,
        "state": run.state,
        "entry": run.entry if run.state == "kept" else None,
        "message": run.message,
        "findings": [{key: getattr(it, key) for key in keys} for it in run.findings],
        "usage": {"model": run.model, **run.usage.model_dump()},
    }


def _text(path: str) -> str:
    return _bytes(path).decode("utf-8", "replace")


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InsightsError(f"{path}: cannot be read: {error.strerror}") from error
