"""A key for the log of tests, which everybody knows: RFC 8032, section 7.1, test 1."""

from __future__ import annotations

from pathlib import Path

KEY = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n"
)


def key_file(folder: Path) -> Path:
    """Write the key into ``folder``; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "log-key.pem"
    path.write_text(KEY)
    return path
