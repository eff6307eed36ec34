"""A state folder for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.records import Mirrored


@pytest.fixture
def mirrored(tmp_path: Path) -> Mirrored:
    return Mirrored(state=tmp_path / "state")
