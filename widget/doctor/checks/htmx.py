"""htmx, which requests only the page's own origin by default."""

from __future__ import annotations

from collections.abc import Iterator

from widget.doctor.findings import CheckContext, Finding
from widget.doctor.page import Embed, origin_of

HEAD = "In the page's head"


def htmx(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding where htmx is limited to the page's own origin, its default."""
    page = context.page
    includes = [embed for embed in page.embeds if embed.kind == "htmx"]
    asking = [
        embed for embed in includes if origin_of(embed.request_url) != page.origin or not page.url
    ]
    if not asking:
        return
    open2 = (
        page.configured("selfRequestsOnly") is False
        or page.calls(r"selfRequestsOnly\s*[=:]\s*(?:false|!1)")
        or page.calls("htmx:validateUrl")
    )
    open4 = page.configured("mode") == "cors" or page.calls(
        r"htmx\.config\.mode\s*=\s*[\"']cors|htmx:config:request"
    )
    versions = page.htmx or [None]
    for version in dict.fromkeys(versions):
        yield from _generation(context, asking[0], version, open2=open2, open4=open4)


def _generation(
    context: CheckContext, embed: Embed, version: int | None, *, open2: bool, open4: bool
) -> Iterator[Finding]:
    at = context.page.configuration or embed.element
    if version is None and not (open2 and open4):
        loaded = "The script's name does not tell which version of htmx this page uses"
        if not context.page.htmx:
            loaded = "No script in this page has htmx in its name"
        lacking = "by default, htmx 2 and htmx 4 both request"
        if open2 or open4:
            lacking = f"by default, {'htmx 4' if open2 else 'htmx 2'} requests"
        yield Finding(
            "htmx-unknown",
            "warning" if open2 or open4 else "stop",
            f"{loaded}; {lacking} only the page's own origin. One line configures both.",
            _meta('{"selfRequestsOnly":false,"mode":"cors"}'),
            HEAD,
            at.line,
            at.source,
        )
    elif version == 2 and not open2:
        yield Finding(
            "htmx2-closed",
            "stop",
            "htmx 2 requests only the page's own origin, because selfRequestsOnly is not false.",
            _meta('{"selfRequestsOnly":false}'),
            HEAD,
            at.line,
            at.source,
        )
    elif version is not None and version >= 4 and not open4:
        yield Finding(
            "htmx4-closed",
            "stop",
            "htmx 4 requests only the page's own origin, because its mode is not cors.",
            _meta('{"mode":"cors"}'),
            HEAD,
            at.line,
            at.source,
        )


def _meta(content: str) -> str:
    return f"<meta name=\"htmx-config\" content='{content}'>"
