"""Read the settings from the file, the environment and the command line."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsError,
)

from widget.config.service_links import report, service_links
from widget.config.settings import CONFIG_VARIABLE, ENV_PREFIX, TOKEN_VARIABLE, Settings
from widget.errors import InvalidSettings

DEFAULT_FILE = Path("insights.toml")


def load_settings(config: Path | None = None, **overrides: object) -> Settings:
    """Read the settings: file, then environment, then ``overrides``; the later wins.

    ``config`` must exist if given; ``insights.toml`` need not. Raises InvalidSettings, which
    names every unknown or invalid key.
    """
    path = config or DEFAULT_FILE
    from_file = _read(path) if config or path.exists() else {}
    listed = from_file.get("publications")
    if isinstance(listed, list):
        # Keyed by index, so that a variable can override one key of one publication.
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
        raise InvalidSettings(f"{error}: write the value as JSON") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidSettings(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path}: is not valid TOML: {error}") from error


def _refuse_unknown_variables(links: frozenset[str]) -> None:
    keys = [name.upper() for name in Settings.model_fields]
    for variable in os.environ.keys() - links:
        name = variable.upper()
        if (
            not name.startswith(ENV_PREFIX)
            or name.startswith(f"{ENV_PREFIX}TEST_")
            or name in (CONFIG_VARIABLE, TOKEN_VARIABLE)
        ):
            continue
        key, *inner = name.removeprefix(ENV_PREFIX).split("__")
        if inner and key in keys and key != "PUBLICATIONS":
            raise InvalidSettings(
                f"{variable}: is not a setting; {ENV_PREFIX}{key} has no nested keys"
            )
        if key not in keys:
            # Without the prefix, which would make all names similar.
            close = [f"{ENV_PREFIX}{near}" for near in difflib.get_close_matches(key, keys, n=1)]
            hint = f"did you mean {close[0]}?" if close else "docs/settings.md lists the keys"
            raise InvalidSettings(f"{variable}: is not a setting; {hint}")


class _Sources:
    """Finds where a setting came from."""

    def __init__(self, path: Path, from_file: dict[str, Any], overrides: dict[str, object]) -> None:
        self._path, self._file, self._overrides = path, from_file, overrides

    def of(self, key: str) -> str:
        """Return the source of a top-level key as the start of a message, or ``""``."""
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
            continue  # follows from the invalid publications, which have lines of their own
        key = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]
        ).lstrip(".")
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is not a setting; docs/settings.md lists the keys"
        # Show the value if it helps, unless it may be a secret.
        if detail["type"].endswith(("_parsing", "_type")) and "token" not in key:
            message = f"{detail['input']!r} is not valid: {message[:1].lower()}{message[1:]}"
        lines.append(f"{where.of(str(detail['loc'][0]) if detail['loc'] else '')}{key}: {message}")
    return lines
