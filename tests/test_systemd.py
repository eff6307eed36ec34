"""Units for systemd: complete, tight, and fit for systemd's own check where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from affluence.systemd import once_unit, timer_unit, worker_unit

PROGRAM, CONFIG = Path("/bin/true"), Path("/etc/affluence/config.toml")
FOLDERS = [Path("/var/lib/affluence"), Path("/var/www/affluence")]
ZONE = "Europe/Paris"
ODD = Path('/srv/Bureau des "étrangers" à 100 %')
UNITS = {
    "odd paths": {"affluence.service": worker_unit(PROGRAM, ODD / "config.toml", [ODD], ZONE)},
    "worker": {"affluence.service": worker_unit(PROGRAM, CONFIG, FOLDERS, ZONE)},
    "timer": {
        "affluence.service": once_unit(PROGRAM, CONFIG, FOLDERS, ZONE),
        "affluence.timer": timer_unit(ZONE),
    },
}


def test_the_worker_is_watched_restarted_and_given_time_to_end() -> None:
    unit = UNITS["worker"]["affluence.service"]
    for line in ("Type=notify", "WatchdogSec=180", "Restart=on-failure", "TimeoutStopSec=10min"):
        assert f"\n{line}\n" in unit
    assert "ExecStart=/bin/true worker --config /etc/affluence/config.toml" in unit
    assert "ReadWritePaths=/var/lib/affluence /var/www/affluence" in unit


def test_a_path_is_one_word_whatever_is_in_it() -> None:
    unit = UNITS["odd paths"]["affluence.service"]
    written = r'"/srv/Bureau des \"étrangers\" à 100 %%'
    assert f'--config {written}/config.toml"\n' in unit
    assert f'\nReadWritePaths={written}"\n' in unit


def test_a_missed_timer_is_caught_up() -> None:
    assert "Persistent=true" in UNITS["timer"]["affluence.timer"]


@pytest.mark.parametrize("way", UNITS)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong(way: str, tmp_path: Path) -> None:
    for name, unit in UNITS[way].items():
        (tmp_path / name).write_text(unit, encoding="utf-8")
    files = [str(tmp_path / name) for name in UNITS[way]]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_little_is_left_open(tmp_path: Path) -> None:
    unit = tmp_path / "affluence.service"
    unit.write_text(UNITS["worker"]["affluence.service"], encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout
