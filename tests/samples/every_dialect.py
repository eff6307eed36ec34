"""The sample of each dialect, with what a configuration says of its source."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from affluence.cdr.dialects import DIALECTS
from affluence.cdr.recipe import Recipe
from affluence.config import FolderSource, Platform
from affluence.sources.folder import list_files
from affluence.steps.settings import recipe_of
from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "cdr_samples"
EVERY = tuple(DIALECTS)


def section_of(dialect: str) -> str:
    """The section of the source of such a platform, as its sample shows it."""
    text = (SAMPLES / dialect / "source.toml").read_text(encoding="utf-8")
    return text.replace('folder = "', f'folder = "{REPOSITORY}/')


def source_of(dialect: str) -> FolderSource:
    """What that section says."""
    return FolderSource(**tomllib.loads(section_of(dialect))["platform"]["desk"]["source"])


def files_of(dialect: str) -> list[Path]:
    """The files that a run would read."""
    source = source_of(dialect)
    return list(list_files(source.folder, source.files))


@cache
def platform_for(dialect: str) -> Platform:
    """A platform with these records."""
    return Platform.model_validate(
        {
            "name": "Titres de séjour",
            "phone": "+33 1 99 00 12 34",
            "opening": {"monday": ["09:00-12:00"]},
            "source": source_of(dialect),
        }
    )


@cache
def recipe_for(dialect: str) -> Recipe:
    """How a run would read them."""
    return recipe_of(platform_for(dialect))
