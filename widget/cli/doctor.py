"""The command ``doctor``: what prevents a panel from working in a host page."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TextIO

import click

from widget import doctor as examination
from widget.cli.context import Context, echo_json, json_option, service_url
from widget.doctor import Finding, Report

_WORDS = {"stop": "STOPS", "warning": "BETTER", "note": "NOTE"}

_HEADERS = click.File("r", encoding="utf-8", errors="replace")


@click.command()
@click.argument("page", metavar="URL|FILE|-")
@click.option("--url", default="", help="The page's URL, for a FILE.")
@click.option(
    "--headers",
    type=click.File("r", encoding="utf-8", errors="replace"),
    help="A file with the page's response headers.",
)
@click.option("--base", metavar="URL", help="The service's URL, if base_url is not set.")
@json_option()
@click.pass_context
def doctor(
    click_context: click.Context,
    /,
    page: str,
    *,
    url: str,
    headers: TextIO | None,
    base: str | None,
    as_json: bool,
) -> None:
    """Report what prevents the panel of a host page from working, and the line to add.

    A URL is fetched, if it is on an origin of a publication; a FILE or standard input contains
    the HTML as a browser gets it. The exit status is 1 if there is a problem.
    """
    context: Context = click_context.obj
    settings = context.settings
    if re.match(r"https?://", page, re.IGNORECASE):
        fetched = examination.fetch(page, settings)
        html, header_lines, url = fetched.html, fetched.headers, fetched.url
    else:
        with click.open_file(page, encoding="utf-8", errors="replace") as file:
            html = file.read()
        header_lines = examination.header_lines(headers.read()) if headers else []
    service = service_url(settings, base)
    with context.entries() as store:
        report = examination.examine(
            html,
            header_lines,
            url=url,
            settings=settings,
            store=store,
            base=service,
            drafts=True,
        )
    if as_json:
        echo_json({**asdict(report), "verdict": report.verdict, "stops": report.stops})
    else:
        click.echo(_written(report))
    click_context.exit(1 if report.stops else 0)


def _written(report: Report) -> str:
    found = [f"Found {panel}." for panel in report.panels]
    return "\n".join([*found, *map(_finding, report.findings), report.verdict])


def _finding(finding: Finding) -> str:
    where = f"line {finding.line}: " if finding.line else ""
    lines = [f"\n{_WORDS[finding.severity]}  {where}{finding.message}"]
    if finding.fix:
        lines += [f"  {finding.place}:", *(f"    {line}" for line in finding.fix.splitlines())]
    return "\n".join([*lines, ""] if finding.fix else lines)
