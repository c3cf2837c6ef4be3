"""The caches that can be purged by key: one interface, one class for each kind.

Every purge is a hard purge: a purged response is not served again as stale.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Protocol

from widget.config import Purge
from widget.errors import InvalidSettings
from widget.net.http_client import Client, RequestFailed
from widget.purging.keys import ALL

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
MAX_BYTES = 256 * 1024
"""The maximum size of a response of a cache or its API."""
TOKEN_VARIABLES = {"fastly": "FASTLY_API_TOKEN", "cloudflare": "CLOUDFLARE_API_TOKEN"}


class PurgeFailed(Exception):
    """The cache did not confirm a purge. The message says why and contains no secret.

    ``retry_after`` is the number of seconds that the cache asks to wait.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Cache(Protocol):
    """A cache in front of the service. Used by one thread."""

    name: str
    max_keys: int
    """The maximum number of keys in one purge."""

    def purge(self, keys: Sequence[str]) -> None:
        """Purge every response that carries one of ``keys``. Raises PurgeFailed."""

    def purge_all(self) -> None:
        """Purge every response of the service. Raises PurgeFailed."""


class _HttpCache:
    """What the adapters share: requests with short timeouts, and their errors."""

    def __init__(self, name: str, base: str) -> None:
        self.name = name
        self._base = base
        self._client = Client(
            connect_seconds=CONNECT_SECONDS, read_seconds=ANSWER_SECONDS, max_bytes=MAX_BYTES
        )

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        try:
            answer = self._client.request(method, self._base + path, headers=headers, body=body)
        except RequestFailed as error:
            raise PurgeFailed(f"{self.name} {error}") from None
        if answer.status != 200:
            after = answer.headers.get("Retry-After", "")
            wait = float(after) if after.isdecimal() else 0.0
            raise PurgeFailed(f"{self.name} answered {answer.status}", retry_after=wait)
        return answer.body

    def purge_all(self) -> None:
        """Purge every response of the service, by the key that all of them carry."""
        self.purge([ALL])

    def purge(self, keys: Sequence[str]) -> None:
        """Purge every response that carries one of ``keys``."""
        raise NotImplementedError


class Varnish(_HttpCache):
    """Varnish with ``examples/deploy/varnish.vcl``: a PURGE that names keys, and bans them."""

    max_keys = 50  # a header of Varnish may have 8 kB

    def purge(self, keys: Sequence[str]) -> None:
        """Purge responses by key."""
        reply = self._request("PURGE", "/", {"Surrogate-Key": " ".join(keys)})
        if b"purged" not in reply:
            # Another server answers at this address, such as one that accepts any method.
            raise PurgeFailed(f"{self.name} answered, and is no Varnish with the VCL for purging")


class Fastly(_HttpCache):
    """Fastly's batch purge by surrogate keys (``POST /service/<id>/purge``)."""

    max_keys = 256

    def __init__(self, name: str, base: str, service: str, token: str) -> None:
        super().__init__(name, base)
        self._service, self._token = service, token

    def purge(self, keys: Sequence[str]) -> None:
        """Purge responses by key. Without Fastly-Soft-Purge, which would keep them as stale."""
        headers = {
            "Fastly-Key": self._token,
            "Accept": "application/json",
            "Surrogate-Key": " ".join(keys),
        }
        reply = _json(self._request("POST", f"/service/{self._service}/purge", headers))
        # The response maps each key to the id of its purge.
        missing = [key for key in keys if key not in reply]
        if missing:
            raise PurgeFailed(f"{self.name} did not confirm {missing[0]}")


class Cloudflare(_HttpCache):
    """Cloudflare's purge by cache tags (``POST /zones/<id>/purge_cache``)."""

    max_keys = 100  # "max operations per request" of every plan

    def __init__(self, name: str, base: str, zone: str, token: str) -> None:
        super().__init__(name, base)
        self._zone, self._token = zone, token

    def purge(self, keys: Sequence[str]) -> None:
        """Purge responses by key."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = json.dumps({"tags": list(keys)}).encode()
        reply = _json(
            self._request("POST", f"/client/v4/zones/{self._zone}/purge_cache", headers, body)
        )
        if reply.get("success") is not True:
            raise PurgeFailed(f"{self.name} did not confirm")


def _json(data: bytes) -> dict[str, object]:
    try:
        reply = json.loads(data)
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def open_cache(purge: Purge) -> Cache:
    """Return the adapter of a cache. Raises InvalidSettings where its token is missing."""
    match purge.kind:
        case "varnish":
            return Varnish(f"Varnish at {purge.url}", purge.url or "")
        case "fastly":
            base = purge.url or "https://api.fastly.com"
            return Fastly("Fastly", base, purge.service or "", _token(purge))
        case "cloudflare":
            base = purge.url or "https://api.cloudflare.com"
            return Cloudflare("Cloudflare", base, purge.zone or "", _token(purge))


def _token(purge: Purge) -> str:
    variable = TOKEN_VARIABLES[purge.kind]
    if purge.token_file is None:
        token = os.environ.get(variable, "").strip()
        missing = f"put the token into {variable}, or name a file that holds it, as token_file"
    else:
        try:
            token = purge.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise InvalidSettings(f"purge: {purge.token_file} cannot be read: {why}") from error
        missing = f"{purge.token_file} is empty; put the token into it"
    if not token:
        raise InvalidSettings(f"purge: kind {purge.kind!r} needs a token; {missing}")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidSettings(f"purge: the token of {purge.kind} holds what no token holds")
    return token
