"""The model of one receiver of notifications."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from widget.entry import urls

EventType = Literal[
    "submitted",
    "approved",
    "returned",
    "published",
    "withdrawn",
    "commented",
    "draft-run-finished",
    "report",
    "objection",
    "reply",
    "source-gone",
]
"""What may be notified of."""

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_KEYS = {
    "webhook": {"url", "url_file", "secret_file"},
    "slack": {"url", "url_file"},
    "mail": {"smtp", "tls", "username", "password_file", "sender", "to"},
}


def _secret_url(value: SecretStr) -> SecretStr:
    """Return the URL. Raises ValueError without naming it, since it may contain a secret."""
    check_hook_url(value.get_secret_value())
    return value


def check_hook_url(url: str) -> None:
    """Raise ValueError where a webhook cannot be sent to ``url``; the message does not name it."""
    if urls.link_problem(url) or not url.isascii() or "#" in url or not urlsplit(url).path:
        raise ValueError(
            "cannot be used; write a whole URL in ASCII, such as https://hooks.example/insights, "
            "with a path and without a user name or a fragment"
        )


def _address(value: str) -> str:
    """Return a mail address, which stands alone in a header."""
    if not re.fullmatch(
        r"[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", value
    ):
        raise ValueError(f"{value!r} is not a mail address; write it without a name, in ASCII")
    return value


def _server(value: str) -> str:
    """Return ``host:port``."""
    found = re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})", value)
    if not found or not 0 < int(found[2]) < 65_536:
        raise ValueError(f'{value!r} is not a server; write it like "mail.example:587"')
    return value


Address = Annotated[str, AfterValidator(_address)]


class Notify(BaseModel):
    """A receiver of notifications: a webhook, a Slack-compatible one, or mail addresses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    kind: Literal["webhook", "mail", "slack"]
    events: tuple[EventType, ...] = ()
    publications: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    url: Annotated[SecretStr, AfterValidator(_secret_url)] | None = None
    url_file: Path | None = None
    secret_file: Path | None = None
    smtp: Annotated[str, AfterValidator(_server)] | None = None
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str | None = None
    password_file: Path | None = None
    sender: Address | None = None
    to: tuple[Address, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Require the keys that each kind needs, and refuse those of other kinds."""
        others = set().union(*_KEYS.values()) - _KEYS[self.kind]
        fields = type(self).model_fields
        foreign = sorted(it for it in others if getattr(self, it) != fields[it].default)
        if foreign:
            raise ValueError(f"kind {self.kind!r} has no {foreign[0]}; remove it")
        if self.kind == "mail":
            self._require("smtp", "sender", "to")
            self._check_login()
            return self
        if (self.url is None) == (self.url_file is None):
            raise ValueError(f"kind {self.kind!r} needs url or url_file, and only one of them")
        if self.kind == "webhook":
            self._require("secret_file")
        return self

    def _require(self, *keys: str) -> None:
        for key in keys:
            if not getattr(self, key):
                raise ValueError(f"kind {self.kind!r} needs {key}; docs/settings.md explains it")

    def _check_login(self) -> None:
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file are needed together")
        host = (self.smtp or "").rpartition(":")[0]
        if self.username and self.tls == "none" and host not in _LOOPBACK:
            raise ValueError('tls = "none" would send the password in the clear; use "starttls"')
