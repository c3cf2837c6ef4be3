"""Which browsers the tests drive: ones that are there, else Playwright's own Chromium."""

from __future__ import annotations

import inspect
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Literal

import https
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

Name = Literal["chromium", "firefox"]

NAMES: dict[Name, tuple[str, ...]] = {
    "chromium": (
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
        "chrome",
    ),
    "firefox": ("firefox-esr", "firefox"),
}
# Chromium without windows, profiles and dialogs: the same engine for half the processor's time.
LIGHT = ("chromium-headless-shell", "chrome-headless-shell")
VARIABLES: dict[Name, str] = {
    "chromium": "INSIGHTS_TEST_CHROMIUM",
    "firefox": "INSIGHTS_TEST_FIREFOX",
}

# Nothing but loopback can be reached, whatever a page asks for.
_CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules="
    + ", ".join(
        ("MAP *.test 127.0.0.1", "MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1")
    ),
]
_FIREFOX_PREFERENCES: dict[str, str | float | bool] = {
    # Icons are the browser's own wish, and a strict page's policy refuses them aloud.
    "browser.chrome.site_icons": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "dom.events.testing.asyncClipboard": True,
    # A letter that the font lacks is looked for in others at once, not after a first layout.
    "gfx.font_rendering.fallback.async": False,
    "network.dns.localDomains": ",".join(https.NAMES),
    # WebDriver's clicks reach into no frame of another process. With this one all sites share
    # a process; what one origin may do to another stays as it is.
    "fission.webContentIsolationStrategy": 0,
}


def _stack(context: int = 0) -> list[inspect.FrameInfo]:  # noqa: ARG001  # as Python's own has it
    """Return the innermost frames of the caller, without looking for their source."""
    frames: list[inspect.FrameInfo] = []
    frame: FrameType | None = sys._getframe(1)
    while frame and len(frames) < _DEEP:
        code = frame.f_code
        frames.append(
            inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None)
        )
        frame = frame.f_back
    return frames


_DEEP = 12
# Playwright asks for the whole stack with every call. Python then looks through all modules for
# the source of each frame without a file, of which pytest's workers have some: 12 ms a call, half
# of what a test by keyboard took.
inspect.stack = _stack


def find(name: Name) -> Path | None:
    """Return the executable, or None where there is none yet."""
    named = os.environ.get(VARIABLES[name])
    if named:
        return Path(named)
    for candidate in NAMES[name]:
        found = shutil.which(candidate)
        if found:
            return Path(found)
    if name == "firefox":
        return None  # Playwright's own is a patched one, not what readers have
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def find_light() -> Path | None:
    """Return the lightest Chromium, which has no more than the engine; else the whole one.

    The whole one also where ``INSIGHTS_TEST_CHROMIUM`` names it.
    """
    if not os.environ.get(VARIABLES["chromium"]):
        for candidate in LIGHT:
            found = shutil.which(candidate)
            if found:
                return Path(found)
    return find("chromium")


def launch(
    playwright: Playwright,
    name: Name,
    executable: Path,
    *,
    scripts: bool = True,
    flags: Sequence[str] = (),
) -> Browser:
    """Start the browser. Firefox is the reader's own, spoken to in WebDriver BiDi.

    Without ``scripts`` Firefox runs none, which its driver cannot ask for page by page. ``flags``
    are further ones of Chromium.
    """
    if name == "chromium":
        # Not the option of a context that ignores every error: nothing would be cached then.
        trusted = f"--ignore-certificate-errors-spki-list={https.public_key_hash()}"
        return playwright.chromium.launch(
            executable_path=executable, args=[*_CHROMIUM_FLAGS, trusted, *flags]
        )
    return playwright.firefox.launch(
        executable_path=executable,
        channel="moz-firefox",
        firefox_user_prefs=_FIREFOX_PREFERENCES | {"javascript.enabled": scripts},
    )


def new_context(browser: Browser, **options: object) -> BrowserContext:
    """Open a context whose browser trusts the certificate of the tests' own."""
    firefox = browser.browser_type.name == "firefox"
    default = {"viewport": {"width": 1024, "height": 900}, "ignore_https_errors": firefox}
    return browser.new_context(**{**default, **options})  # type: ignore[arg-type]  # a context's own
