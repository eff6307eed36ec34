"""Several platforms in one configuration: in work at once, and none stops the others."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from affluence.steps.memory import machine_gib, platforms_at_once
from tests.crashing_run import crashing_run
from tests.killing import kill, steps_of
from tests.publication.reading import words
from tests.records import day_of_records
from tests.runs import files_under, ledger_content, run

KILLS = int(os.environ.get("AFFLUENCE_KILLS", "1"))
MONDAY = date(2026, 11, 2)
SOUND = ("ain", "cantal", "isere")

_HEAD = """
[run]
as_of = "last-record"
memory_gib = {memory_gib}
[publication]
minimum_weeks = 1
[target.site]
kind = "in-place"
folder = "site"
"""
_PLATFORM = """
[platform.{name}]
name = "Préfecture {name}"
phone = "+33 1 99 00 12 34"
lines = 3
[platform.{name}.source]
folder = "records/{name}"
dialect = "asterisk-csv"
trunks = ["PJSIP/operateur-"]
[platform.{name}.opening]
monday = ["09:00-12:00"]
tuesday = ["09:00-12:00"]
[platform.{name}.week]
minimum_days = 1
minimum_calls = 1
"""


def configure(folder: Path, *names: str, memory_gib: float = 3) -> Path:
    path = folder / "config.toml"
    sections = [_PLATFORM.format(name=name) for name in names]
    path.write_text(_HEAD.format(memory_gib=memory_gib) + "".join(sections), encoding="utf-8")
    for name in names:
        (folder / "records" / name).mkdir(parents=True, exist_ok=True)
    return path


def write_weeks(folder: Path, name: str, first: int, count: int) -> None:
    """Calls on Mondays and Tuesdays; more of them the longer the name."""
    days = [
        MONDAY + timedelta(weeks=week, days=weekday)
        for week in range(first, first + count)
        for weekday in (0, 1)
    ]
    lines = "".join(
        day_of_records(str(day), 15 + len(name), first=1000 * n + 1) for n, day in enumerate(days)
    )
    (folder / "records" / name / f"{first}.csv").write_text(lines)


def sound(folder: Path, **changes: float) -> Path:
    config = configure(folder, *SOUND, **changes)
    for name in SOUND:
        write_weeks(folder, name, 0, 2)
    return config


def left_behind(folder: Path) -> str:
    """Everything a run leaves, whatever the folder is called."""
    state = folder / ".affluence"
    everything = (
        files_under(state / "lake"),
        files_under(folder / "site"),
        ledger_content(state),
    )
    return repr(everything).replace(str(folder), "")


def listed(config: Path) -> dict[str, str]:
    """What the list says of each service, in French."""
    page = (config.parent / "site" / "index.html").read_text(encoding="utf-8")
    items = [words(item) for item in page.split('<p class="service">')[1:]]
    return {item.split()[1]: " ".join(item.split()[2:]) for item in items}


@pytest.fixture(scope="module")
def one_at_a_time(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after a run that is allowed the memory of a single platform."""
    folder = tmp_path_factory.mktemp("one-at-a-time")
    run(sound(folder, memory_gib=1))
    return folder


def with_its_keys(reference: Path, folder: Path) -> Path:
    """The same records and keys, all platforms to be in work at once."""
    shutil.copytree(reference / ".affluence" / "keys", folder / ".affluence" / "keys")
    return sound(folder)


def test_at_once_they_give_what_they_give_one_after_the_other(
    one_at_a_time: Path, tmp_path: Path
) -> None:
    report = run(with_its_keys(one_at_a_time, tmp_path))
    assert list(report.ingested) == list(SOUND)
    assert left_behind(tmp_path) == left_behind(one_at_a_time)


def test_killed_while_several_are_in_work(one_at_a_time: Path, tmp_path: Path) -> None:
    steps = steps_of(crashing_run, with_its_keys(one_at_a_time, tmp_path / "counted"))
    for share in random.Random(20261126).sample(range(1, 80), k=KILLS):
        folder = tmp_path / str(share)
        config = with_its_keys(one_at_a_time, folder)
        kill(crashing_run, config, 1 + steps * share // 100)
        run(config)
        assert left_behind(folder) == left_behind(one_at_a_time), f"{share} % of {steps} steps"


def test_none_stops_the_others(tmp_path: Path) -> None:
    """One whose file is no record, one whose folder is gone, one without files, one with one that
    was begun anew a moment ago.
    """
    silent = ("folle", "perdue", "muette", "vide")
    config = configure(tmp_path, *SOUND, *silent)
    for name in SOUND:
        write_weeks(tmp_path, name, 0, 2)
    (tmp_path / "records" / "folle" / "0.csv").write_bytes(b"\x00\xff\x00nothing of a record")
    (tmp_path / "records" / "perdue").rmdir()
    (tmp_path / "records" / "vide" / "0.csv").touch()
    report = run(config)
    assert [len(report.problems_of(name)) for name in silent] == [1, 1, 1, 1]
    assert report.refusals == {}
    assert listed(config).keys() == {*SOUND, *silent}
    for name in SOUND:
        assert "Le tableau paraîtra" not in listed(config)[name]
    for name in silent:
        assert listed(config)[name].startswith("Le tableau paraîtra")
        assert not (tmp_path / "site" / name).exists()


def test_one_more_and_one_fewer(tmp_path: Path) -> None:
    config = sound(tmp_path)
    run(config)
    first = files_under(tmp_path / "site")
    configure(tmp_path, *SOUND, "loire")
    write_weeks(tmp_path, "loire", 0, 2)
    report = run(config)
    assert report.days_measured["loire"] and not report.days_measured["ain"]
    second = files_under(tmp_path / "site")
    assert {path: body for path, body in second.items() if path.startswith("ain/")} == {
        path: body for path, body in first.items() if path.startswith("ain/")
    }
    assert listed(config).keys() == {*SOUND, "loire"}
    configure(tmp_path, "ain", "loire")
    run(config)
    assert listed(config).keys() == {"ain", "loire"}
    assert not (tmp_path / "site" / "cantal").exists()
    told = json.loads((tmp_path / "site" / "plateformes.json").read_bytes())["platforms"]
    assert [each["platform"] for each in told] == ["ain", "loire"]


def test_how_many_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert [platforms_at_once(gib) for gib in (0.1, 1.9, 2, 5.5, 100)] == [1, 1, 2, 5, 8]
    confined = tmp_path / "memory.max"
    confined.write_text(f"{3 << 30}\n")
    assert machine_gib(confined) == 3
    confined.write_text("max\n")
    assert machine_gib(confined) == machine_gib(tmp_path / "none") > 0


def ended(config: Path) -> tuple[int, str]:
    """Exit code of a run as a process, and what it complained of."""
    command = [sys.executable, "-m", "affluence", "run", "--config", str(config)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_a_section_that_is_wrong_stops_its_platform_alone(tmp_path: Path) -> None:
    config = sound(tmp_path)
    run(config)
    site = tmp_path / "site"
    before = files_under(site)
    for name in SOUND:
        write_weeks(tmp_path, name, 2, 1)
    right = config.read_text(encoding="utf-8")
    config.write_text(right.replace('"records/cantal"', '"records/cantal"\nflies = ["*"]'))
    told = "platform.cantal.source.flies: is not a known key; remove it or mend its spelling"
    for _ in range(2):  # and again where there is nothing new
        code, complaint = ended(config)
        assert code == 7 and "cantal: left out" in complaint and told in complaint
    after = files_under(site)
    assert {path for path in before if before[path] == after.get(path)} >= {
        path for path in before if path.startswith("cantal/")
    }
    assert before["ain/affluence.json"] != after["ain/affluence.json"]
    assert listed(config).keys() == set(SOUND) and 'href="cantal/' in after["index.html"].decode()
    # The page is old: four weeks after its own it is taken away.
    for name in ("ain", "isere"):
        write_weeks(tmp_path, name, 3, 5)
    assert ended(config)[0] == 7
    assert not (site / "cantal").exists() and (site / "ain").exists()
    assert listed(config)["cantal"].startswith("Le tableau paraîtra")
    config.write_text(right, encoding="utf-8")
    write_weeks(tmp_path, "cantal", 3, 5)
    assert ended(config) == (0, "")
    assert "Le tableau paraîtra" not in listed(config)["cantal"]


def test_pages_of_one_of_several_lead_to_the_list(one_at_a_time: Path) -> None:
    for name in SOUND:
        page = (one_at_a_time / "site" / name / "index.html").read_text(encoding="utf-8")
        assert '<a href="../index.html">Tous les services</a>' in page
