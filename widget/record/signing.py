"""The key that signs the checkpoints of the log: Ed25519 (RFC 8032).

Its library is an extra of the package, so it is imported when a key is used.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from widget.config import Settings
from widget.errors import InsightsError, InvalidSettings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

_MISSING = "needs cryptography, which is not installed; run: pip install 'insights-widget[log]'"
_HOW = "make one with: openssl genpkey -algorithm ed25519 -out log-key.pem"


class InvalidKey(InsightsError):
    """A public key that cannot be used."""


class Signer:
    """Signs with one key. The same bytes always have the same signature."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_pem = _public_pem(key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._key.sign(data)


def open_signer(settings: Settings) -> Signer | None:
    """Return what signs the log of a service; None where no key is configured.

    Raises InvalidSettings; its message contains nothing of the key.
    """
    if settings.log_key_file is None:
        return None
    if settings.base_url is None:
        raise InvalidSettings(
            "log_key_file needs base_url: a checkpoint names the service that signs it, "
            "and without base_url each client would choose that name"
        )
    return _read(settings.log_key_file)


@lru_cache(4)
def _read(path: Path) -> Signer:
    where = f"log_key_file: {path}"
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise InvalidSettings(f"{where} {_MISSING}") from error
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidSettings(f"{where} cannot be read: {error.strerror}") from None
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except TypeError:
        raise InvalidSettings(
            f"{where} is encrypted; a service cannot ask for its password: keep the file readable "
            "for the service alone instead"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidSettings(f"{where} is no private key in PEM; {_HOW}") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InvalidSettings(f"{where} is a key of another kind; {_HOW}")
    return Signer(key)


def _public_pem(key: Ed25519PublicKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_signed(data: bytes, signature: bytes, public_pem: bytes) -> bool:
    """Say whether ``signature`` is that of ``data``. Raises InvalidKey."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ed25519
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError as error:
        raise InvalidKey(f"a signature {_MISSING}") from error
    try:
        key = load_pem_public_key(public_pem)
    except ValueError:
        raise InvalidKey("the key is no public key in PEM") from None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise InvalidKey("the key is no Ed25519 key")
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def fingerprint(public_pem: bytes) -> str:
    """Return the SHA-256 of the bytes of a public key in PEM, as ``sha256sum`` prints it."""
    return hashlib.sha256(public_pem).hexdigest()
