"""``[state]``: where the state of the program lies, and for how long it is kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

import pydantic
from pydantic import AfterValidator, Field

from affluence.config.section import Section
from affluence.config.values import Secret, written_like

_S3 = "s3://"
_endpoint = written_like(
    r"https?://[^\s/@]+",
    'the address of the object store, such as "https://s3.example.gouv.fr"',
)


def _lake(place: str) -> str:
    if "://" in place and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.=-]+)*", place):
        message = 'write a folder, or a bucket and a prefix in it, such as "s3://affluence/prod"'
        raise ValueError(message)
    return place


class Bucket(Section):
    """How an object store that speaks S3 is reached."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] = ""
    region: str = ""
    access_key: Secret = ""
    secret_key: Secret = ""

    @pydantic.model_validator(mode="after")
    def _both_keys(self) -> Self:
        if bool(self.access_key) != bool(self.secret_key):
            raise ValueError("'access_key' and 'secret_key' come together")
        return self


class State(Section):
    """Where the state of the program lives, and for how long each part of it is kept."""

    folder: Path = Path(".affluence")
    keys: Path | None = None
    lake: Annotated[str, AfterValidator(_lake)] = ""
    bucket: Bucket = Bucket()
    legs_days: int = Field(default=180, ge=8, le=366)
    fetched_days: int = Field(default=15, ge=1, le=366)
    quarantine_days: int = Field(default=30, ge=1, le=366)

    @property
    def keys_folder(self) -> Path:
        """Folder of the keys: by default within the state folder."""
        return self.keys or self.folder / "keys"

    @property
    def lake_is_in_bucket(self) -> bool:
        """Whether calls and counts lie in an object store."""
        return self.lake.startswith(_S3)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that hold it, the lake's too if it lies elsewhere."""
        lake = (Path(self.lake),) if self.lake and not self.lake_is_in_bucket else ()
        elsewhere = [path for path in lake if not path.is_relative_to(self.folder)]
        return (self.folder, *elsewhere)

    def with_paths_from(self, folder: Path) -> Self:
        """See `Section`: also the keys, and a lake that is a folder."""
        is_folder = self.lake and not self.lake_is_in_bucket
        lake = str(folder / self.lake) if is_folder else self.lake
        update = {"keys": folder / self.keys_folder, "lake": lake}
        return super().with_paths_from(folder).model_copy(update=update)

    @pydantic.model_validator(mode="after")
    def _bucket_for_its_lake(self) -> Self:
        if self.bucket != Bucket() and not self.lake_is_in_bucket:
            raise ValueError('[state.bucket] is for lake = "s3://bucket/prefix"; write that too')
        return self
