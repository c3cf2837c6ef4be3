"""The model of all settings."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from widget import logs
from widget.config.archive import Archive
from widget.config.notify import Notify
from widget.config.publication import Publication
from widget.config.slugs import slugs
from widget.config.validators import (
    checked_api,
    checked_base,
    checked_contact,
    checked_host,
    checked_name,
    checked_origin,
    checked_proxy,
)
from widget.entry import urls
from widget.errors import Severity

ENV_PREFIX = "INSIGHTS_"
CONFIG_VARIABLE = "INSIGHTS_CONFIG"
TOKEN_VARIABLE = "INSIGHTS_TOKEN"  # noqa: S105  # the name of a variable
"""Has the token with which a reviewer on the command line proves who they are. No setting."""


class Purge(BaseModel):
    """A cache in front of the service that supports purging."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["varnish", "fastly", "cloudflare"]
    url: Annotated[str, AfterValidator(checked_origin)] | None = None
    service: str | None = Field(None, pattern=r"^[A-Za-z0-9]+$")
    zone: str | None = Field(None, pattern=r"^[A-Za-z0-9]+$")
    token_file: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Require the key that each kind needs."""
        needed = {"varnish": "url", "fastly": "service", "cloudflare": "zone"}[self.kind]
        if getattr(self, needed) is None:
            raise ValueError(f"kind {self.kind!r} needs {needed}; docs/settings.md explains it")
        return self


class DraftingProvider(BaseModel):
    """A language model that may write drafts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    kind: Literal["perplexity", "openai", "anthropic"]
    url: Annotated[str, AfterValidator(checked_api)] | None = None
    api: Literal["responses", "chat"] | None = None
    model: str = Field(min_length=1)
    token_file: Path | None = None
    search: Literal["perplexity", "none"] = "none"
    search_url: Annotated[str, AfterValidator(checked_api)] | None = None
    search_token_file: Path | None = None
    domains: tuple[Annotated[str, AfterValidator(checked_host)], ...] = Field((), max_length=20)
    seconds: float = Field(180, gt=0, le=3600, allow_inf_nan=False)
    max_output_tokens: int = Field(4000, ge=256, le=100_000)
    per_hour: int = Field(20, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Only ``openai`` has two APIs."""
        if self.api and self.kind != "openai":
            raise ValueError(f"kind {self.kind!r} has one API; remove api")
        return self


class SourceSettings(BaseModel):
    """How sources are checked; ``contact`` is what their servers learn of whoever asks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    round: Literal["daily", "off"] = "off"
    contact: Annotated[str, AfterValidator(checked_contact)] | None = None


class Settings(BaseSettings):
    """All settings; docs/settings.md explains each key."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    store: str = "dir:./data"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    base_url: Annotated[str, AfterValidator(checked_base)] | None = None
    trusted_proxies: Annotated[
        tuple[Annotated[str, AfterValidator(checked_proxy)], ...], NoDecode
    ] = ()
    hosts: tuple[Annotated[str, AfterValidator(checked_name)], ...] = ()
    hsts_seconds: int = Field(0, ge=0)
    cache_bytes: int = Field(64 * 1024 * 1024, ge=0)
    stale_seconds: float = Field(60, ge=0, allow_inf_nan=False)
    four_eyes: bool = False
    unlisted_origins: Literal["warn", "refuse"] = "warn"
    admin_host: Annotated[str, AfterValidator(checked_host)] | None = None
    purge: tuple[Purge, ...] = ()
    drafting: tuple[DraftingProvider, ...] = ()
    drafting_articles: Literal["publications", "any"] = "publications"
    archive: Archive | None = None
    log: logs.LogFormat = "text"
    log_key_file: Path | None = None
    metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    publications: tuple[Publication, ...] = Field((Publication(),), min_length=1)
    notify: tuple[Notify, ...] = ()
    websub_hub: Annotated[str, AfterValidator(checked_api)] | None = None
    card_fonts: tuple[Path, ...] = ()
    sources: SourceSettings = SourceSettings()
    counts: bool = False
    counts_days: int = Field(90, ge=1, le=1_000)

    @field_validator("publications", mode="before")
    @classmethod
    def _in_order(cls, value: object) -> object:
        """Turn variables such as INSIGHTS_PUBLICATIONS__0__NAME into a list."""
        if isinstance(value, dict) and all(str(key).isdecimal() for key in value):
            return [value[key] for key in sorted(value, key=int)]
        return value

    @field_validator("notify")
    @classmethod
    def _receivers(cls, value: tuple[Notify, ...], info: ValidationInfo) -> tuple[Notify, ...]:
        """Refuse two receivers of one name, and publications that do not exist."""
        names = [receiver.name for receiver in value]
        existing = [it.name for it in info.data.get("publications", ())]
        for receiver in value:
            if names.count(receiver.name) > 1:
                raise ValueError(f"two receivers are named {receiver.name!r}; rename one of them")
            for name in receiver.publications:
                if existing and name not in existing:
                    raise ValueError(
                        f"{receiver.name!r} names the publication {name!r}, which is not configured"
                    )
        return value

    @field_validator("host")
    @classmethod
    def _without_brackets(cls, value: str) -> str:
        """Accept an IPv6 address in brackets, as in a URL."""
        return value[1:-1] if re.fullmatch(r"\[[^\[\]]*\]", value) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Parse INSIGHTS_TRUSTED_PROXIES: JSON, or separated by commas."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            try:
                return json.loads(value)
            except ValueError:
                raise ValueError("is not valid JSON; write addresses separated by commas") from None
        return [it for it in re.split(r"[\s,]+", value) if it]

    @field_validator("websub_hub")
    @classmethod
    def _with_own_url(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Require the public URL of the feeds, which the process that pings has to know."""
        if value and not info.data.get("base_url"):
            raise ValueError("a hub needs base_url, the service's public URL; set that, too")
        return value

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        """Require an address for those whose servers are asked every day."""
        if self.sources.round == "daily" and not (self.sources.contact or self.base_url):
            raise ValueError(
                "sources.round: a daily round needs sources.contact, the address of a page or a "
                "mail address that the operators of sources can turn to, or base_url"
            )
        return self

    @property
    def base_origin(self) -> str | None:
        """The origin of ``base_url``, as browsers write it."""
        return urls.origin(self.base_url) if self.base_url else None

    def publication_for(self, article_url: str) -> Publication:
        """Return the publication that lists the article's origin, or the first."""
        return self._listing(article_url) or self.publications[0]

    @property
    def slugs(self) -> dict[str, Publication]:
        """The publications by the slugs of their names, in the order of the settings."""
        names = tuple(it.name for it in self.publications)
        return {slug: self.publications[position] for slug, position in slugs(names).items()}

    def unlisted(self, article_url: str) -> Severity | None:
        """Return the severity of an article's unlisted origin; None if it is listed."""
        if not any(it.origins for it in self.publications) or self._listing(article_url):
            return None
        return "error" if self.unlisted_origins == "refuse" else "warning"

    def _listing(self, article_url: str) -> Publication | None:
        key = urls.origin_key(article_url)
        for publication in self.publications:
            if key and key in map(urls.origin_key, publication.origins):
                return publication
        return None

    @property
    def own_words(self) -> tuple[str, ...]:
        """Names of the publications and their hosts, which a password may not consist of."""
        hosts = (
            urlsplit(origin).hostname or ""
            for publication in self.publications
            for origin in publication.origins
        )
        return (*(publication.name for publication in self.publications), *hosts)

    def allows(self, origin: str) -> bool:
        """Return whether any publication allows ``origin`` to embed its panels."""
        return any(publication.allows(origin) for publication in self.publications)
