"""What all tests of reading have in common."""

from __future__ import annotations

import pytest

from affluence.steps import inspect
from affluence.store.keyring import passing_keys


@pytest.fixture(autouse=True)
def one_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that are made of what a record says can be compared within a test."""
    keys = passing_keys()
    monkeypatch.setattr(inspect, "passing_keys", lambda: keys)
