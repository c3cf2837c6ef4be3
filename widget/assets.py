"""Locates static files, templates and examples: in the package, or at the top of a checkout."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

Folder = Literal["static", "templates", "examples"]

_PACKAGE = Path(__file__).resolve().parent


@cache
def folder(name: Folder) -> Path:
    """Return the folder ``name``: ``widget/<name>`` in a wheel, ``<name>`` in a checkout."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


@cache
def locale_folder() -> Path:
    """Return the folder of the interface's message catalogs."""
    return _PACKAGE / "locale"


def fingerprint(content: bytes) -> str:
    """Return the content hash in the name of a versioned file."""
    return hashlib.sha256(content).hexdigest()[:10]


def versioned(name: str, content: bytes) -> str:
    """Return ``name`` with the fingerprint of ``content``: ``panel.css``, ``panel.3f….css``."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{fingerprint(content)}{dot}{suffix}"


@cache
def code_fingerprint() -> str:
    """Return a hash of all files that a rendered panel may depend on."""
    digest = hashlib.sha256()
    for root in (_PACKAGE, folder("templates"), folder("static")):
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def named(name: str) -> str:
    """Return the versioned name under ``/static/`` of the file ``name``."""
    return versioned(name, (folder("static") / name).read_bytes())
