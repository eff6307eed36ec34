"""The whole configuration, read from its file; every problem is listed at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import pydantic
from pydantic import Field

from affluence.config.platforms import Platform
from affluence.config.problems import in_words
from affluence.config.running import EngineSettings, NetworkSettings, Publication, Run, Worker
from affluence.config.section import Section
from affluence.config.state import State
from affluence.config.targets import ArchiveTarget, InPlaceTarget, ReleasesTarget, Target
from affluence.config.theme import Theme
from affluence.errors import ConfigError

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Config(Section):
    """The whole configuration; paths are absolute."""

    run: Run = Run()
    state: State = State()
    engine: EngineSettings = EngineSettings()
    network: NetworkSettings = NetworkSettings()
    publication: Publication = Publication()
    worker: Worker = Worker()
    platform: dict[Identifier, Platform] = Field(min_length=1)
    target: dict[Identifier, Target] = Field(min_length=1)
    theme: Theme = Theme()

    @pydantic.field_validator("theme")
    @classmethod
    def _for_sites_of_the_state(cls, theme: Theme, info: pydantic.ValidationInfo) -> Theme:
        platforms: dict[str, Platform] = info.data.get("platform", {})
        for name, platform in platforms.items():
            host = urlsplit(platform.page.public_url).hostname
            if theme.kind == "dsfr" and host and not host.endswith(".gouv.fr"):
                message = (
                    "the design system of the State may only be used on sites under .gouv.fr, and"
                    f' platform.{name}.page.public_url is on {host}; write kind = "neutral"'
                )
                raise ValueError(message)
        return theme

    @property
    def has_list(self) -> bool:
        """Whether a list of several platforms stands before their pages."""
        return len(self.platform) > 1

    @property
    def folders_to_write(self) -> tuple[Path, ...]:
        """Folders on this machine that the site is delivered to."""
        local = (InPlaceTarget, ReleasesTarget, ArchiveTarget)
        return tuple(each.folder for each in self.target.values() if isinstance(each, local))


def load(path: Path) -> Config:
    """Read and check a configuration; relative paths are taken from its folder.

    Raises:
        ConfigError: the file is missing, is not TOML, or has problems: all of them are listed.

    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        advice = "Give another file with --config, or start from the example in the README."
        raise ConfigError(path, [f"cannot be read: {error.strerror}. {advice}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, [f"is not valid TOML: {error}"]) from error
    try:
        config = Config.model_validate(document)
    except pydantic.ValidationError as error:
        raise ConfigError(path, [in_words(problem) for problem in error.errors()]) from None
    return config.with_paths_from(path.resolve().parent)
