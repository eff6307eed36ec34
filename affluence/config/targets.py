"""``[target.X]``: where the site goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import AfterValidator, Field

from affluence.config.section import Section
from affluence.config.values import Secret, _secret_file, folder_url


class _ShownTarget(Section):
    """A target whose public address may be looked at after a delivery."""

    public_url: Annotated[str, AfterValidator(folder_url)] = ""
    read_back_s: float = Field(default=300, ge=0, le=3600)


class InPlaceTarget(_ShownTarget):
    """A folder that is changed in place."""

    kind: Literal["in-place"]
    folder: Path


class ReleasesTarget(_ShownTarget):
    """A folder of releases behind one link."""

    kind: Literal["releases"]
    folder: Path
    keep_releases: int = Field(default=5, ge=2)


class WebDavTarget(_ShownTarget):
    """A folder of a WebDAV server, changed in place."""

    kind: Literal["webdav"]
    url: Annotated[str, Field(min_length=1), AfterValidator(folder_url)]
    user: str = ""
    password: Secret = ""


class SftpTarget(_ShownTarget):
    """A folder of an SSH server: releases behind one link, or changed in place."""

    kind: Literal["sftp"]
    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    known_hosts: Path
    key: Annotated[Secret, AfterValidator(_secret_file)] = ""
    key_passphrase: Secret = ""
    password: Secret = ""
    folder: str = Field(min_length=1)  # of the server
    layout: Literal["releases", "in-place"] = "releases"
    keep_releases: int = Field(default=5, ge=2)

    @pydantic.model_validator(mode="after")
    def _lets_in(self) -> SftpTarget:
        if not (self.key or self.password):
            message = "give the key of the user, or a password"
            raise ValueError(message)
        return self


class ArchiveTarget(Section):
    """A folder of archives, one a release, to hand over."""

    kind: Literal["archive"]
    folder: Path
    keep_releases: int = Field(default=5, ge=2)


Target = Annotated[
    InPlaceTarget | ReleasesTarget | WebDavTarget | SftpTarget | ArchiveTarget,
    Field(discriminator="kind"),
]
TARGETS = ("in-place", "releases", "webdav", "sftp", "archive")
