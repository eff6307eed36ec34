"""Desks for previews: made once, a copy for each test."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import small_platform_in

from .desks import Desk, made_desk


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return made_desk(small_platform_in(tmp_path_factory.mktemp("desk")))


@pytest.fixture
def desk(made: Desk, tmp_path: Path) -> Desk:
    """A desk where two releases were published and a third one waits."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    return replace(made, config=tmp_path / "config.toml")
