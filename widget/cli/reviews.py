"""The commands ``submit``, ``review`` and ``comments``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

import click

from widget.cli.context import (
    Context,
    actor_option,
    as_text,
    echo_json,
    json_option,
    password_option,
)
from widget.cli.identity import prove_reviewer
from widget.cli.output import Failures, confirm
from widget.editorial import comparison
from widget.editorial.access import Scope
from widget.editorial.comments import Comment
from widget.editorial.remarks import Remark
from widget.editorial.review import CHECKLIST, CHECKLIST_WORDS, Reviewer
from widget.editorial.service import Editorial
from widget.errors import NotFound
from widget.logs import printable
from widget.store import Draft, EntryReader, Live, Revision, document_digest

_FEW = 10


@click.command()
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--note", default="", type=as_text, help="A note for the reviewer.")
@actor_option()
@click.pass_obj
def submit(context: Context, ids: tuple[str, ...], *, note: str, actor: str) -> None:
    """Ask for a review of drafts."""
    failures = Failures()
    with context.editorial() as editorial:
        for entry_id in ids:
            with failures.of(entry_id):
                revision = editorial.review.submit(entry_id, actor=actor, note=note)
                confirm(
                    f"{entry_id}: submitted as revision {revision.number}; another person reviews "
                    f"it: insights review {entry_id}"
                )
    failures.end()


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--approve", "decision", flag_value="approve", help="Approve exactly this version.")
@click.option("--return", "decision", flag_value="return", help="Return it; --note says why.")
@click.option("--note", default="", type=as_text, help="A note for the author.")
@click.option(
    "--comment",
    "given",
    nargs=2,
    multiple=True,
    type=as_text,
    metavar="PATH TEXT",
    help="A comment on a point or a source, as $.sources[0]; repeatable.",
)
@click.option(
    "--checked",
    metavar="ITEMS",
    default="",
    help=f"What you checked: all, or some of {','.join(CHECKLIST)}. A terminal asks.",
)
@click.option("--user", metavar="NAME", help="Who you are; asks for your password.")
@password_option()
@click.pass_obj
def review(
    context: Context,
    entry_id: str,
    *,
    decision: Literal["approve", "return"] | None,
    note: str,
    given: tuple[tuple[str, str], ...],
    checked: str,
    user: str | None,
    password_stdin: bool,
) -> None:
    """Approve a draft or return it, as a person who proves who they are.

    Without --approve and --return, only shows what there is to review. Prove who you are with
    --user and your password, or with a token of yours in the variable INSIGHTS_TOKEN.
    """
    with context.editorial(scoped=user is None) as editorial:
        draft = editorial.entries.draft(entry_id)
        if draft is None:
            raise NotFound(f"{entry_id!r} has no draft to review")
        _show(editorial, draft)
        if decision is None:
            return
        if decision == "return" and not note.strip() and not given:
            raise click.UsageError("Say with --note or --comment what has to change.")
        items = _checklist(checked, ask=not password_stdin) if decision == "approve" else ()
        reviewer = prove_reviewer(context, user, password_stdin=password_stdin)
        digest = document_digest(draft.entry)
        editorial = editorial.within(Scope(context.settings, reviewer.publications))
        if decision == "approve":
            _approve(editorial, entry_id, reviewer, items, note=note, digest=digest, given=given)
        else:
            revision = editorial.review.return_(
                entry_id,
                actor=reviewer.actor,
                note=note,
                digest=digest,
                comments=_remarks(given),
            )
            confirm(f"{entry_id}: returned to {draft.actor} as revision {revision.number}")


def _approve(
    editorial: Editorial,
    entry_id: str,
    reviewer: Reviewer,
    checked: Sequence[str],
    *,
    note: str,
    digest: str,
    given: Sequence[tuple[str, str]],
) -> None:
    revision = editorial.review.approve(
        entry_id,
        reviewer=reviewer,
        checked=checked,
        note=note,
        digest=digest,
        comments=_remarks(given),
    )
    confirm(f"{entry_id}: approved by {reviewer.name} as revision {revision.number}")
    confirm(f"SHA-256 with the reviewer written into it: {document_digest(revision.entry)}")
    confirm(_next(editorial, revision))


def _remarks(given: Sequence[tuple[str, str]]) -> list[Remark]:
    return [Remark(text, path) for path, text in given]


def _next(editorial: Editorial, revision: Revision) -> str:
    status = editorial.review.status(revision.entry, revision.workflow)
    entry_id = revision.entry.id
    if not status.complete:
        missing = status.needed - len(status.given)
        return f"It needs {missing} more: somebody else runs `insights review {entry_id} --approve`"
    return f"It can be published now: insights publish {entry_id}"


def _show(editorial: Editorial, draft: Draft) -> None:
    """Print what is reviewed: the title, the version, and its changes against what is live."""
    entry = draft.entry
    status = editorial.review.status(entry, draft.workflow)
    click.echo(f"{printable(entry.article.title)}\n{printable(entry.article.url)}")
    saved = f"saved by {printable(draft.actor)}"
    click.echo(f"Revision {draft.revision}, {saved}, {draft.workflow.phase}")
    click.echo(f"SHA-256 {document_digest(entry)}")
    hold = f" (held for {status.hold!r})" if status.hold else ""
    if status.was_by_model and not hold:
        hold = " (an earlier version was by a language model)"
    click.echo(f"Approvals: {len(status.given)} of {status.needed} needed{hold}")
    if draft.workflow.open_comments:
        click.echo(f"Open comments: {draft.workflow.open_comments} (insights comments {entry.id})")
    _show_changes(editorial.entries, draft)


def _show_changes(entries: EntryReader, draft: Draft) -> None:
    live = entries.live(draft.entry.id)
    if not isinstance(live, Live):
        click.echo("New: nothing of it is live.")
        return
    changes = comparison.entries(live.entry, draft.entry)
    click.echo(f"Changes against live revision {live.revision}: {len(changes)}")
    for change in changes[:_FEW]:
        click.echo(f"  {change.path} ({change.label})")
    if len(changes) > _FEW:
        click.echo(f"  and {len(changes) - _FEW} more (insights diff {draft.entry.id})")


def _checklist(given: str, *, ask: bool) -> tuple[str, ...]:
    """Return what the reviewer confirms. Raises UsageError where nobody can be asked."""
    if given.strip() == "all":
        return CHECKLIST
    if given:
        return tuple(it.strip() for it in given.split(",") if it.strip())
    if ask and sys.stdin.isatty():
        return tuple(it for it in CHECKLIST if click.confirm(CHECKLIST_WORDS[it]))
    words = "\n".join(f"  {it:9} {CHECKLIST_WORDS[it]}" for it in CHECKLIST)
    raise click.UsageError(f"Say with --checked all that you checked this:\n{words}")


@click.command()
@click.argument("entry_id", metavar="ID")
@json_option()
@click.option("--add", "text", metavar="TEXT", type=as_text, help="Add a comment.")
@click.option(
    "--at", "path", metavar="PATH", default="", help="Its point or source, as $.sources[0]."
)
@click.option("--resolve", "name", metavar="N", help="Resolve a comment, such as 7 or 7.2.")
@actor_option()
@click.pass_obj
def comments(
    context: Context,
    entry_id: str,
    *,
    as_json: bool,
    text: str | None,
    path: str,
    name: str | None,
    actor: str,
) -> None:
    """List the comments of an entry, add one, or resolve one."""
    if text is not None and name is not None:
        raise click.UsageError("Give --add or --resolve, not both.")
    if path and text is None:
        raise click.UsageError("--at says what a comment is about; give it with --add.")
    with context.editorial() as editorial:
        if text is not None:
            added = editorial.comments.add(entry_id, actor=actor, text=text, path=path)
            confirm(f"{entry_id}: comment {added.number} added")
            return
        if name is not None:
            editorial.comments.resolve(entry_id, name, actor=actor)
            confirm(f"{entry_id}: comment {name} resolved")
            return
        if not editorial.entries.head(entry_id):
            raise NotFound(f"there is no entry {entry_id!r}")
        found = editorial.comments.of(entry_id)
    if as_json:
        echo_json([asdict(it) for it in found])
    else:
        for each in found:
            _print(each)


def _print(comment: Comment) -> None:
    state = f"resolved by {printable(comment.resolved_by)}" if comment.resolved_by else "open"
    who = printable(comment.actor)
    click.echo(f"{comment.name:>6}  {comment.at:%Y-%m-%d %H:%M}Z  {who}  ({state})")
    if comment.subject:
        moved = "" if comment.path else ", removed since"
        click.echo(f"        on {comment.path or 'a part'}{moved}: {_short(comment.subject)}")
    for line in comment.text.splitlines():
        click.echo(f"        {printable(line)}")


def _short(text: str, limit: int = 80) -> str:
    line = printable(text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
