"""Where the files beside the code are: in the installed package, or at the top of a checkout."""

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
    """Return the part of a versioned file's name that changes with its content."""
    return hashlib.sha256(content).hexdigest()[:10]


def versioned(name: str, content: bytes) -> str:
    """Return ``name`` with its content's fingerprint: ``panel.css``, ``panel.3f….css``."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{fingerprint(content)}{dot}{suffix}"


@cache
def code_fingerprint() -> str:
    """Return what changes with any file that a rendered panel may depend on."""
    digest = hashlib.sha256()
    for root in (_PACKAGE, folder("templates"), folder("static")):
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def named(name: str) -> str:
    """Return the name under ``/static/`` of a file there, with its content's fingerprint in it."""
    return versioned(name, (folder("static") / name).read_bytes())
