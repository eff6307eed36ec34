"""Ctrl-C ends a run over several platforms at once, and the next one takes up what it left."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.runs import run
from tests.test_many_platforms import left_behind, sound, with_its_keys

ENDS_WITHIN_S = 5  # at once, on a machine that is busy; its threads would wait for a minute


@contextmanager
def begun(config: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of several platforms, once it has begun to write what it reads."""
    command = [sys.executable, "-m", "affluence", "run", "--config", str(config)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    legs = config.parent / ".affluence" / "lake" / "legs"
    while process.poll() is None and not any(legs.rglob("*.parquet")):
        time.sleep(0.01)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_at_once(tmp_path: Path, sent: signal.Signals) -> None:
    undisturbed, interrupted = tmp_path / "undisturbed", tmp_path / "interrupted"
    undisturbed.mkdir()
    run(sound(undisturbed))
    config = with_its_keys(undisturbed, interrupted)
    with (
        begun(config) as process,
        closing(sqlite3.connect(interrupted / ".affluence" / "ledger.sqlite")) as ledger,
    ):
        # Whoever wants to write it down waits for this.
        ledger.execute("BEGIN IMMEDIATE")
        time.sleep(0.2)
        process.send_signal(sent)
        _, complaint = process.communicate(timeout=ENDS_WITHIN_S)
        ledger.rollback()
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert "nothing is lost, and the next run goes on" in complaint
    else:
        assert process.returncode == -signal.SIGTERM
    run(config)
    assert left_behind(interrupted) == left_behind(undisturbed)
