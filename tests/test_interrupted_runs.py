"""A run may be killed at any instant: the next one ends as if nothing had happened.

``AFFLUENCE_KILLS=300 pytest tests/test_interrupted_runs.py`` tries more instants than the few that
every test run does.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.crashing_run import crashing_run
from tests.killing import kill, started, steps_of
from tests.runs import files_under, ledger_content, run

KILLS = int(os.environ.get("AFFLUENCE_KILLS", "5"))
# How far a run is when it is killed, as a share of its steps.
SHARES = sorted(random.Random(20261123).choices([step / 1000 for step in range(1000)], k=KILLS))
WEEKS = ("2026-W44", "2026-W45", "2026-W46", "2026-W47")


def left_behind(folder: Path) -> dict[str, object]:
    state = folder / ".affluence"
    return {
        "lake": files_under(state / "lake"),
        "quarantine": files_under(state / "quarantine"),
        "site": files_under(folder / "site_export"),
        "web": files_under((folder / "web" / "current").resolve()),
        "ledger": ledger_content(state),
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder after one undisturbed run, and the number of steps that the run had."""
    folder = tmp_path_factory.mktemp("undisturbed")
    text = (REPOSITORY / "config.toml").read_text(encoding="utf-8")
    releases = '\n[target.web]\nkind = "releases"\nfolder = "web"\n'
    short = text.replace("legs_days = 180", "legs_days = 20").replace(
        'languages = ["fr", "en", "ar"]', 'languages = ["fr"]'
    )
    (folder / "config.toml").write_text(short + releases, encoding="utf-8")
    records = folder / "cdr_samples" / "demonstration"
    records.mkdir(parents=True)
    for week in WEEKS:
        shutil.copy2(
            REPOSITORY / "cdr_samples" / "demonstration" / f"Master-{week}.csv.gz", records
        )
    steps = steps_of(crashing_run, folder / "config.toml")
    return folder, steps


def fresh_copy(undisturbed: Path, folder: Path) -> Path:
    """The same records, configuration and keys, nothing done yet."""
    shutil.copytree(undisturbed / "cdr_samples", folder / "cdr_samples")
    shutil.copy2(undisturbed / "config.toml", folder)
    text = (folder / "config.toml").read_text(encoding="utf-8")
    assert str(undisturbed) not in text
    shutil.copytree(undisturbed / ".affluence" / "keys", folder / ".affluence" / "keys")
    return folder / "config.toml"


def same(found: dict[str, object], expected: dict[str, object], here: Path, there: Path) -> bool:
    """Equal but for the folder that paths in the ledger begin with."""
    return repr(found).replace(str(here), "") == repr(expected).replace(str(there), "")


@pytest.mark.parametrize("share", SHARES)
def test_killed_between_any_two_steps(
    undisturbed: tuple[Path, int], tmp_path: Path, share: float
) -> None:
    reference, steps = undisturbed
    fatal = 1 + int(share * steps)
    config = fresh_copy(reference, tmp_path)
    kill(crashing_run, config, fatal)
    run(config)
    found = left_behind(tmp_path)
    assert same(found, left_behind(reference), tmp_path, reference), f"step {fatal} of {steps}"


def test_killed_again_and_again(undisturbed: tuple[Path, int], tmp_path: Path) -> None:
    """Killed by the clock wherever it happens to be, several times in a row."""
    reference, _ = undisturbed
    config = fresh_copy(reference, tmp_path)
    chance = random.Random(20261124)
    for _ in range(max(5, KILLS // 10)):
        process = started(crashing_run, config)
        time.sleep(chance.uniform(0.1, 1.5))
        process.kill()
        process.join()
    run(config)
    assert same(left_behind(tmp_path), left_behind(reference), tmp_path, reference)
