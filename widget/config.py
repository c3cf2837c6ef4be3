"""Settings: ``insights.toml``, then ``INSIGHTS_*`` of the environment, then the command line."""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from widget import colours, hostnames, i18n, logs, urls
from widget.characters import is_blank
from widget.errors import InvalidSettings, Severity
from widget.http.proxies import checked_base, checked_proxy
from widget.service_links import report, service_links
from widget.vocabulary import OPINION_KINDS, ArticleKind

DEFAULT_FILE = Path("insights.toml")
ENV_PREFIX = "INSIGHTS_"
CONFIG_VARIABLE = "INSIGHTS_CONFIG"
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LOOPBACK_SOURCES = ("http://localhost:*", "https://localhost:*", "http://127.0.0.1:*")

Text = str | dict[str, str]


def _checked_origin(value: str) -> str:
    problem = urls.link_problem(value)
    if problem:
        raise ValueError(f"{value!r} {problem}")
    parts = urlsplit(value)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{value!r} is more than an origin; write {urls.origin(value)!r}")
    return urls.origin(value)


def _checked_host(value: str) -> str:
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    try:
        host = hostnames.to_ascii(value)
    except ValueError:
        host = ""
    if not re.fullmatch(rf"{label}(?:\.{label})*|\[.+\]", host):
        raise ValueError(f"{value!r} is no host name; write it without https:// and without a port")
    return host


def _checked_name(value: str) -> str:
    """Return a name that the service goes by: a host name or an address, without a port."""
    try:
        return ipaddress.ip_address(value.strip("[]")).compressed
    except ValueError:
        return _checked_host(value)


def _visible(value: str) -> str:
    if is_blank(value):
        raise ValueError("holds nothing that anybody can see; write the site's name")
    return value


class Accent(BaseModel):
    """The accent colour in light and in dark, each ``#rrggbb`` and legible on the panel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    light: str = "#8a2432"
    dark: str = "#f0a3ab"

    @field_validator("light", "dark")
    @classmethod
    def _legible(cls, value: str, info: Any) -> str:  # noqa: ANN401  # pydantic's own type is private
        paper: colours.Paper = "light" if info.field_name == "light" else "dark"
        if not colours.is_colour(value):
            raise ValueError(f'{value!r} is no colour of the form "#rrggbb"')
        ratio = colours.contrast(value, colours.PAPER[paper])
        if ratio < colours.MIN_CONTRAST:
            raise ValueError(
                f"{value} has a contrast of {ratio:.1f} to the panel's {paper} background; text "
                f"needs {colours.MIN_CONTRAST} (WCAG 1.4.3): "
                f"{colours.legible(value, paper)} would do"
            )
        return value.lower()

    @classmethod
    def of(cls, colour: str) -> Self:
        """Return the accent that is nearest to one colour, ``#rrggbb``, and legible."""
        return cls(light=colours.legible(colour, "light"), dark=colours.legible(colour, "dark"))


class Publication(BaseModel):
    """A site whose articles carry panels: its name, origins, texts, theme and rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_visible)] = Field("This site", min_length=1)
    origins: tuple[Annotated[str, AfterValidator(_checked_origin)], ...] = ()
    introduction: Text | None = None
    disclosure: Text | None = None
    methodology: Text | None = None
    language: str = "en"
    accent: Accent = Accent()
    kinds: tuple[ArticleKind, ...] = OPINION_KINDS
    sections: tuple[str, ...] = ()
    heading_level: int = Field(2, ge=2, le=5)

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if not i18n.is_language(value):
            raise ValueError(
                f"{value!r} is no language; write its tag, such as en, de-CH or zh-Hant"
            )
        return value

    @field_validator("accent", mode="before")
    @classmethod
    def _one_colour(cls, value: object) -> object:
        return {"light": value} if isinstance(value, str) else value

    @field_validator("origins", "kinds", "sections", mode="before")
    @classmethod
    def _written_as_json(cls, value: object) -> object:
        """Read a list that a variable such as INSIGHTS_PUBLICATIONS__0__ORIGINS holds."""
        return json.loads(value) if isinstance(value, str) and value.startswith("[") else value

    def text(self, text: Text | None, language: str) -> str | None:
        """Return ``text`` in ``language``, else in the publication's own, else as it is."""
        if not isinstance(text, dict):
            return text
        short = language.partition("-")[0]
        return text.get(language) or text.get(short) or text.get(self.language)

    def allows(self, origin: str) -> bool:
        """Say whether pages of ``origin`` may embed this publication's panels."""
        if self.origins:
            return origin in self.origins
        try:
            return urlsplit(origin).hostname in _LOOPBACK_HOSTS
        except ValueError:
            return False

    @property
    def embedders(self) -> str:
        """Who may embed the panels, as CSP writes a list of sources."""
        return " ".join(self.origins or _LOOPBACK_SOURCES)


class Purge(BaseModel):
    """A cache in front of the service that drops what was changed when it is told to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["varnish", "fastly", "cloudflare"]
    url: Annotated[str, AfterValidator(_checked_origin)] | None = None
    service: str | None = Field(None, pattern=r"^[A-Za-z0-9]+$")
    zone: str | None = Field(None, pattern=r"^[A-Za-z0-9]+$")
    token_file: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Ask for what each kind needs."""
        needed = {"varnish": "url", "fastly": "service", "cloudflare": "zone"}[self.kind]
        if getattr(self, needed) is None:
            raise ValueError(f"kind {self.kind!r} needs {needed}; docs/settings.md explains it")
        return self


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
    hosts: tuple[Annotated[str, AfterValidator(_checked_name)], ...] = ()
    hsts_seconds: int = Field(0, ge=0)
    cache_bytes: int = Field(64 * 1024 * 1024, ge=0)
    stale_seconds: float = Field(60, ge=0, allow_inf_nan=False)
    four_eyes: bool = False
    unlisted_origins: Literal["warn", "refuse"] = "warn"
    admin_host: Annotated[str, AfterValidator(_checked_host)] | None = None
    purge: tuple[Purge, ...] = ()
    log: logs.Form = "text"
    metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    publications: tuple[Publication, ...] = Field((Publication(),), min_length=1)

    @field_validator("publications", mode="before")
    @classmethod
    def _in_order(cls, value: object) -> object:
        """Make a list of what INSIGHTS_PUBLICATIONS__0__NAME and its like amount to."""
        if isinstance(value, dict) and all(str(key).isdecimal() for key in value):
            return [value[key] for key in sorted(value, key=int)]
        return value

    @field_validator("host")
    @classmethod
    def _without_brackets(cls, value: str) -> str:
        """Take an IPv6 address also as it stands in a URL."""
        return value[1:-1] if re.fullmatch(r"\[[^\[\]]*\]", value) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Read the list that INSIGHTS_TRUSTED_PROXIES holds: as JSON, or with commas."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            try:
                return json.loads(value)
            except ValueError:
                raise ValueError("is no JSON; write addresses with commas between them") from None
        return [it for it in re.split(r"[\s,]+", value) if it]

    @property
    def base_origin(self) -> str | None:
        """The origin of ``base_url``, as browsers write it."""
        return urls.origin(self.base_url) if self.base_url else None

    def publication_for(self, article_url: str) -> Publication:
        """Return the publication that lists the article's origin, or else the first."""
        return self._listing(article_url) or self.publications[0]

    def unlisted(self, article_url: str) -> Severity | None:
        """Return the severity of an article's unlisted origin; None where it is listed."""
        if not any(it.origins for it in self.publications) or self._listing(article_url):
            return None
        return "error" if self.unlisted_origins == "refuse" else "warning"

    def _listing(self, article_url: str) -> Publication | None:
        try:
            key = urls.normalize(urls.origin(article_url))
        except ValueError:
            return None
        for publication in self.publications:
            if key in (urls.normalize(origin) for origin in publication.origins):
                return publication
        return None

    @property
    def own_words(self) -> tuple[str, ...]:
        """The names of the publications and of their hosts, of which no password may consist."""
        hosts = (
            urlsplit(origin).hostname or ""
            for publication in self.publications
            for origin in publication.origins
        )
        return (*(publication.name for publication in self.publications), *hosts)

    def allows(self, origin: str) -> bool:
        """Say whether any publication's pages live at ``origin``."""
        return any(publication.allows(origin) for publication in self.publications)


def load_settings(config: Path | None = None, **overrides: object) -> Settings:
    """Read the settings: file, then environment, then ``overrides``; the later wins.

    ``config`` must exist where it is given; ``insights.toml`` need not. Raises
    InvalidSettings, which names every key that is unknown or wrong.
    """
    path = config or DEFAULT_FILE
    from_file = _read(path) if config or path.exists() else {}
    listed = from_file.get("publications")
    if isinstance(listed, list):
        # By number, so that the environment can change one key of one publication.
        from_file["publications"] = {str(index): table for index, table in enumerate(listed)}
    links = service_links(os.environ, ENV_PREFIX)
    report(links)
    _refuse_unknown_variables(links)

    class Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[Any, ...]:
            del settings_cls, dotenv_settings, file_secret_settings
            if isinstance(env_settings, EnvSettingsSource):
                ignored = {name.lower() for name in links}
                env_settings.env_vars = {
                    name: value
                    for name, value in env_settings.env_vars.items()
                    if name.lower() not in ignored
                }
            return (init_settings, env_settings, lambda: from_file)

    try:
        return Layered(**{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        where = _Sources(path, from_file, overrides)
        raise InvalidSettings("\n".join(_problems(error, where))) from error
    except SettingsError as error:
        raise InvalidSettings(f"{error}: write its value as JSON") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidSettings(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path}: is not TOML: {error}") from error


def _refuse_unknown_variables(links: frozenset[str]) -> None:
    known = [name.upper() for name in Settings.model_fields]
    for variable in os.environ.keys() - links:
        name = variable.upper()
        if (
            not name.startswith(ENV_PREFIX)
            or name.startswith(f"{ENV_PREFIX}TEST_")
            or name == CONFIG_VARIABLE
        ):
            continue
        key, *inner = name.removeprefix(ENV_PREFIX).split("__")
        if inner and key in known and key != "PUBLICATIONS":
            raise InvalidSettings(f"{variable}: is no setting; {ENV_PREFIX}{key} holds no others")
        if key not in known:
            # Without the prefix, which alone would make any name look like any other.
            close = [f"{ENV_PREFIX}{near}" for near in difflib.get_close_matches(key, known, n=1)]
            hint = f"did you mean {close[0]}?" if close else "docs/settings.md lists the keys"
            raise InvalidSettings(f"{variable}: is no setting; {hint}")


class _Sources:
    """Says from where a setting was taken."""

    def __init__(self, path: Path, from_file: dict[str, Any], overrides: dict[str, object]) -> None:
        self._path, self._file, self._overrides = path, from_file, overrides

    def of(self, key: str) -> str:
        """Return the place to look at for a top-level key, as the beginning of a line."""
        if self._overrides.get(key) is not None:
            return ""
        for variable in sorted(os.environ):
            if variable.upper().partition("__")[0] == f"{ENV_PREFIX}{key.upper()}":
                return f"{variable}: "
        return f"{self._path}: " if key in self._file else ""


def _problems(error: ValidationError, where: _Sources) -> list[str]:
    lines = []
    details = error.errors()
    for detail in details:
        if detail["type"] == "too_short" and len(details) > 1:
            continue  # of publications, where each was refused for what another line says
        key = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]
        ).lstrip(".")
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is no setting; docs/settings.md lists the keys"
        # A value is shown where it helps, and never what may be a secret.
        if detail["type"].endswith(("_parsing", "_type")) and "token" not in key:
            message = f"{detail['input']!r} is wrong here: {message[:1].lower()}{message[1:]}"
        lines.append(f"{where.of(str(detail['loc'][0]) if detail['loc'] else '')}{key}: {message}")
    return lines
