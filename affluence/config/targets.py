"""``[target.X]``: where the site goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from affluence.config.section import Section
from affluence.config.ssh import SshLogin
from affluence.config.values import Secret, folder_url

KeptReleases = Annotated[int, Field(ge=2)]  # the one that stands, and one to go back to


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
    keep_releases: KeptReleases = 5


class WebDavTarget(_ShownTarget):
    """A folder of a WebDAV server, changed in place."""

    kind: Literal["webdav"]
    url: Annotated[str, Field(min_length=1), AfterValidator(folder_url)]
    user: str = ""
    password: Secret = ""


class SftpTarget(_ShownTarget, SshLogin):
    """A folder of an SSH server: releases behind one link, or changed in place."""

    kind: Literal["sftp"]
    folder: str = Field(min_length=1)  # of the server
    layout: Literal["releases", "in-place"] = "releases"
    keep_releases: KeptReleases = 5


class ArchiveTarget(Section):
    """A folder of archives, one a release, to hand over."""

    kind: Literal["archive"]
    folder: Path
    keep_releases: KeptReleases = 5


Target = Annotated[
    InPlaceTarget | ReleasesTarget | WebDavTarget | SftpTarget | ArchiveTarget,
    Field(discriminator="kind"),
]
TARGETS = ("in-place", "releases", "webdav", "sftp", "archive")
