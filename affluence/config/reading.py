"""The whole configuration, read from its file; every problem is listed at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
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
from affluence.errors import ConfigError, RecordsError

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Document(Section):
    """What the file may hold."""

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


class Misconfigured(Section):
    """A platform whose section is wrong, and what of it can be told all the same."""

    name: str
    group: str
    public_url: str
    problems: tuple[str, ...]


class Config(Document):
    """The whole configuration; paths are absolute.

    ``misconfigured`` are the platforms that `load_sound` has left out.
    """

    misconfigured: dict[str, Misconfigured] = Field(default_factory=dict)

    @property
    def has_list(self) -> bool:
        """Whether a list of several platforms stands before their pages."""
        return len(self.platform) + len(self.misconfigured) > 1

    def platform_called(self, name: str | None) -> tuple[str, Platform]:
        """A platform with its identifier, by default the first.

        Raises:
            RecordsError: there is no such platform.

        """
        if name is None:
            return next(iter(self.platform.items()))
        if name not in self.platform:
            known = ", ".join(self.platform)
            raise RecordsError(f"'{name}' is not a configured platform; configured: {known}.")
        return name, self.platform[name]

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
        return _config(path, Document.model_validate(_document(path)), {})
    except pydantic.ValidationError as error:
        raise ConfigError(path, _told(error)) from None


def load_sound(path: Path) -> Config:
    """The same for work that nobody watches: a platform whose section is wrong is left out.

    Raises:
        ConfigError: as by `load`; but for problems within sections of platforms, unless there is
            no other platform.

    """
    document = _document(path)
    try:
        return _config(path, Document.model_validate(document), {})
    except pydantic.ValidationError as error:
        every, wrong = _told(error), _platforms_with(error)
    sections = document["platform"] if wrong else {}
    sound = {name: section for name, section in sections.items() if name not in wrong}
    if not sound:
        raise ConfigError(path, every)
    misconfigured = {
        name: _misconfigured(name, sections[name], problems) for name, problems in wrong.items()
    }
    try:
        rest = Document.model_validate({**document, "platform": sound})
    except pydantic.ValidationError as error:
        raise ConfigError(path, [*_told(error), *every]) from None
    return _config(path, rest, misconfigured)


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        advice = "Give another file with --config, or start from the example in the README."
        raise ConfigError(path, [f"cannot be read: {error.strerror}. {advice}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, [f"is not valid TOML: {error}"]) from error


def _config(path: Path, file: Document, misconfigured: Mapping[str, Misconfigured]) -> Config:
    config = Config.model_construct(**dict(file), misconfigured=misconfigured)
    return config.with_paths_from(path.resolve().parent)


def _told(error: pydantic.ValidationError) -> list[str]:
    return [in_words(problem) for problem in error.errors()]


def _platforms_with(error: pydantic.ValidationError) -> dict[str, tuple[str, ...]]:
    """What is wrong in the section of each platform; nothing if it is not in theirs alone."""
    wrong: dict[str, tuple[str, ...]] = {}
    for problem in error.errors():
        match problem["loc"]:
            case ("platform", str(name), *_):
                wrong[name] = (*wrong.get(name, ()), in_words(problem))
            case _:
                return {}
    return wrong


def _misconfigured(name: str, section: object, problems: tuple[str, ...]) -> Misconfigured:
    """What a section that is wrong tells all the same, as far as it is a text."""
    told = section if isinstance(section, dict) else {}
    page = told.get("page")
    texts = {
        "name": told.get("name"),
        "group": told.get("group"),
        "public_url": page.get("public_url") if isinstance(page, dict) else None,
    }
    known = {key: text if isinstance(text, str) else "" for key, text in texts.items()}
    return Misconfigured(**{**known, "name": known["name"] or name}, problems=problems)
