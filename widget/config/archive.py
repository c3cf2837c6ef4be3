"""The model of the archive that copies of sources go to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from widget.config.validators import checked_api

_KEYS = {"save-page-now": {"url", "key_file"}, "warc": {"folder", "public_url"}}


class Archive(BaseModel):
    """An archive: a service with the Save Page Now protocol, or a folder of WARC files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["save-page-now", "warc"]
    url: Annotated[str, AfterValidator(checked_api)] | None = None
    key_file: Path | None = None
    folder: Path | None = None
    public_url: Annotated[str, AfterValidator(checked_api)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Require the keys that each kind needs, and refuse those of the other kind."""
        others = set().union(*_KEYS.values()) - _KEYS[self.kind]
        foreign = sorted(it for it in others if getattr(self, it) is not None)
        if foreign:
            raise ValueError(f"kind {self.kind!r} has no {foreign[0]}; remove it")
        needed = {"save-page-now": "key_file", "warc": "folder"}[self.kind]
        if getattr(self, needed) is None:
            raise ValueError(f"kind {self.kind!r} needs {needed}; docs/settings.md explains it")
        return self
