"""The commands as their users meet them: what they print, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from affluence.cli import app, main
from affluence.tables import MEASURED
from affluence.week_commands import MeasuredTable
from tests.conftest import REPOSITORY, ConfigWriter
from tests.records import day_of_records
from tests.runs import measured, run
from tests.servers import free_port

KEEPING = ("forget", "privacy", "verify", "backup", "restore")
SAMPLE = REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv"


def in_a_process(folder: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """A command as its users run it."""
    command = [sys.executable, "-m", "affluence", *map(str, args)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


def affluence(folder: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """The same within this process, which has loaded already what takes each command a second."""
    command, out, err = ["affluence", *map(str, args)], StringIO(), StringIO()
    code: object = 0
    with (
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("sys.argv", command)
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    assert isinstance(code, int), code
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    config = small_platform()
    weeks = (f"2026-03-{day:02}" for day in (2, 3, 4, 5, 6))
    for n, day in enumerate(weeks):
        records = day_of_records(day, first=100 * n + 1)
        (config.parent / "records" / f"{day}.csv").write_text(records)
    return config.parent


def test_run_says_what_it_did_and_then_that_nothing_is_new(desk: Path) -> None:
    first = in_a_process(desk, "run")
    assert first.returncode == 0
    assert "desk: 5 of 5 files had news, 200 lines read, 0 of them rejected" in first.stdout
    assert "in all 200 lines = 200 calls + 0 merged legs + 0 duplicates" in first.stdout
    assert "delivered to: site." in first.stdout
    second = in_a_process(desk, "run")
    assert (second.returncode, second.stdout) == (0, "Nothing new: the site is up to date.\n")


def test_keeping_commands_tell_and_end_as_they_should(desk: Path) -> None:
    run(desk / "config.toml")
    assert affluence(desk, "verify").returncode == 0
    assert affluence(desk, "forget", "--dry-run").stdout == "Nothing is past its period.\n"
    privacy = affluence(desk, "privacy", "--json")
    assert privacy.returncode == 0
    assert json.loads(privacy.stdout)["overdue"]["calls"] == []
    next((desk / ".affluence" / "lake" / "legs").rglob("*.parquet")).unlink()
    found = affluence(desk, "verify", "--json")
    assert found.returncode == 9 and json.loads(found.stdout)["sound"] is False
    repaired = affluence(desk, "verify", "--repair")
    assert repaired.returncode == 0
    assert "read again from its source file" in repaired.stderr
    assert "Everything is as it was written." in repaired.stdout


def test_backup_and_restore_are_one_command_each(desk: Path) -> None:
    run(desk / "config.toml")
    made = affluence(desk, "backup", "state.tar")
    assert made.returncode == 0
    assert "It holds the keys of the pseudonyms and the calls" in made.stdout
    assert affluence(desk, "restore", "state.tar").returncode == 4
    (desk / ".affluence").rename(desk / "lost")
    assert affluence(desk, "restore", "state.tar").returncode == 0
    assert affluence(desk, "run").stdout == "Nothing new: the site is up to date.\n"


def test_help_names_every_command(tmp_path: Path) -> None:
    text = affluence(tmp_path, "--help").stdout
    commands = ("run", "inspect", "calls", "indicators", "slots", "week", "forecast", "backtest")
    for command in (*commands, "effect", "staffing", "simulate", "preview", *KEEPING):
        assert f"  {command} " in text
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_every_table_that_is_kept_can_be_written(desk: Path) -> None:
    run(desk / "config.toml")
    assert [kept.value for kept in MeasuredTable] == list(MEASURED)
    for name, found in measured(desk / "config.toml").items():
        # Every call of `day_of_records` is answered: nobody redials.
        assert MEASURED[name].check(found).is_empty() == (name == "redials")
    assert affluence(desk, "slots", "--table", "persons", "-o", "persons.parquet").returncode == 0
    persons = measured(desk / "config.toml")["persons"]
    assert_frame_equal(pl.read_parquet(desk / "persons.parquet"), persons)


def test_inspect_tells_what_was_understood(tmp_path: Path) -> None:
    text = affluence(tmp_path, "inspect", SAMPLE).stdout
    assert "21 = 18 calls + 1 merged legs + 1 duplicates + 1 ignored + 0 rejected" in text
    assert "Europe/Paris: start of the calls beside the epoch in their identifiers" in text
    assert "asterisk-csv: 100% of the lines at the beginning are its records" in text
    assert "ASCII; lines end with LF; columns between ','; no header" in text


def test_inspect_finds_the_dialect_whatever_is_configured(desk: Path) -> None:
    assert 'dialect = "asterisk-csv"' in (desk / "config.toml").read_text()
    other = REPOSITORY / "cdr_samples" / "asterisk-db" / "cdr.csv"
    found = json.loads(affluence(desk, "inspect", "--json", other).stdout)
    assert (found["dialect"], found["account"]["calls"]) == ("asterisk-db", 18)
    assert f"{other} is not in the dialect that is stated" in found["warnings"]
    stated = affluence(desk, "inspect", "--dialect", "asterisk-csv", other)
    assert stated.returncode == 7
    assert "it seems to be in the dialect asterisk-db" in stated.stdout


def test_inspect_takes_the_zone_of_the_times(tmp_path: Path) -> None:
    there = affluence(tmp_path, "inspect", "--zone", "Indian/Reunion", SAMPLE).stdout
    assert "2026-03-03 05:00:00 UTC" in there
    nowhere = affluence(tmp_path, "inspect", "--zone", "Mars", SAMPLE)
    assert nowhere.returncode == 2 and "is not a known time zone" in nowhere.stderr


def test_inspect_as_json(tmp_path: Path) -> None:
    found = json.loads(affluence(tmp_path, "inspect", "--json", SAMPLE).stdout)
    assert set(found) >= {"dialect", "zone", "period", "account", "outcomes", "warnings"}
    account = found["account"]
    parts = account["calls"] + account["merged"] + account["duplicates"]
    reasons = [*account["ignored"].values(), *account["rejected"].values()]
    assert account["lines"] == parts + sum(reasons)
    assert list(tmp_path.iterdir()) == []  # nothing is stored


def test_inspect_shows_rejects_without_their_content(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(day_of_records(calls=3) + '"Jean Dupont","0639981234",oops\n')
    done = affluence(tmp_path, "inspect", bad)
    assert done.returncode == 0
    assert (
        'bad.csv, line 4: wrong number of columns: "xxxx xxxxxx","9999999999",xxxx' in done.stdout
    )
    assert "Dupont" not in done.stdout + done.stderr


def test_calls_and_slots_can_be_written(desk: Path) -> None:
    run(desk / "config.toml")
    for name in ("out.parquet", "out.csv"):
        assert affluence(desk, "calls", "records/2026-03-02.csv", "-o", name).returncode == 0
        assert (desk / name).stat().st_mode & 0o777 == 0o600
        assert affluence(desk, "slots", "--output", f"slots-{name}").returncode == 0
    assert (
        pl.read_parquet(desk / "out.parquet").height == pl.read_csv(desk / "out.csv").height == 40
    )
    assert pl.read_parquet(desk / "slots-out.parquet")["attempts"].sum() == 200


def test_calls_of_files_that_cannot_be_read_are_not_written(desk: Path) -> None:
    (desk / "logo.csv").write_bytes(b"\x89PNG\r\n")
    done = affluence(desk, "calls", "logo.csv", "-o", "out.csv")
    assert done.returncode == 7
    assert "logo.csv: this is a PNG picture" in done.stderr
    assert "no call could be read: out.csv is not written" in done.stderr
    assert not (desk / "out.csv").exists() and done.stdout == ""
    done = affluence(desk, "calls", "logo.csv", "records/2026-03-02.csv", "-o", "out.csv")
    assert (done.returncode, done.stdout) == (7, "out.csv: 40 rows.\n")


def test_calls_are_for_nobody_else_also_where_a_file_for_all_was_there(desk: Path) -> None:
    (desk / "out.csv").touch(mode=0o644)
    assert affluence(desk, "calls", "records/2026-03-02.csv", "-o", "out.csv").returncode == 0
    assert (desk / "out.csv").stat().st_mode & 0o777 == 0o600


def test_week_prints_every_cell(desk: Path) -> None:
    run(desk / "config.toml")
    lines = affluence(desk, "week").stdout.splitlines()
    assert len(lines) == 1 + 5 * 7
    assert len(json.loads(affluence(desk, "week", "--json").stdout)) == 5 * 7


def test_simulated_records_can_be_read(tmp_path: Path) -> None:
    done = affluence(tmp_path, "simulate", "made", "--seed", "7", "--true-weeks", "1")
    assert done.returncode == 0
    files = sorted((tmp_path / "made").glob("*.csv.gz"))
    assert len(files) == 13
    text = affluence(tmp_path, "inspect", files[0]).stdout
    assert "+ 0 ignored + 0 rejected" in text


def test_records_are_simulated_in_dialects_that_can_be_written(tmp_path: Path) -> None:
    done = affluence(tmp_path, "simulate", "made", "--dialect", "morse")
    assert done.returncode == 2
    assert "asterisk-csv, asterisk-db" in done.stderr
    assert not (tmp_path / "made").exists()


def _move_records_to_a_server(desk: Path) -> None:
    """To one that does not answer."""
    source = f'kind = "http"\nurl = "http://127.0.0.1:{free_port()}/"'
    config = desk / "config.toml"
    config.write_text(config.read_text().replace('folder = "records"', source))


def test_a_server_that_does_not_answer_is_told_every_time(desk: Path) -> None:
    run(desk / "config.toml")
    _move_records_to_a_server(desk)
    for what in ("is in place already", "Nothing new: the site is up to date."):
        done = affluence(desk, "run")
        assert done.returncode == 7
        assert what in done.stdout
        assert "affluence: not read: platform 'desk': http://127.0.0.1:" in done.stderr


@pytest.mark.parametrize(
    ("break_it", "code", "message"),
    [
        (lambda desk: (desk / "config.toml").unlink(), 2, "cannot be read: No such file"),
        (lambda desk: (desk / "config.toml").write_text("x = "), 2, "is not valid TOML"),
        (lambda desk: (desk / "config.toml").write_text("[rum]\n"), 2, "rum: is not a known key"),
        (lambda desk: (desk / "records").rename(desk / "else"), 3, "There is no such folder"),
        (_move_records_to_a_server, 3, "127.0.0.1 refuses the connection. The next run tries"),
        (lambda desk: (desk / ".affluence").write_text(""), 4, "a file where a folder should be"),
        (lambda desk: (desk / "site").write_text(""), 6, "cannot be written"),
        (
            lambda desk: (desk / "records" / "logo.csv").write_bytes(b"\x89PNG\r\n"),
            7,
            "logo.csv: this is a PNG picture",
        ),
    ],
)
def test_each_family_of_mistakes_has_its_exit_code(
    desk: Path, break_it: object, code: int, message: str
) -> None:
    assert callable(break_it)
    break_it(desk)
    done = affluence(desk, "run")
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr


def test_refusal_has_its_exit_code(desk: Path) -> None:
    config = desk / "config.toml"
    config.write_text(config.read_text().replace('"last-record"', '"today"'))
    done = in_a_process(desk, "run")
    assert done.returncode == 5
    assert "publication refused:" in done.stderr


def test_two_runs_never_meet(desk: Path) -> None:
    from affluence.config import load
    from affluence.store import open_store

    state = load(desk / "config.toml").state
    with open_store(state.folder, state.keys_folder):
        done = in_a_process(desk, "run")
    assert done.returncode == 4
    assert "another run of affluence is at work here" in done.stderr


def test_version_is_said(tmp_path: Path) -> None:
    assert in_a_process(tmp_path, "--version").stdout == f"affluence {version('affluence')}\n"


def test_help_loads_nothing_that_takes_time() -> None:
    heavy = "{'numpy', 'polars', 'pydantic', 'babel', 'jinja2', 'sqlite3'}"
    code = f"import sys; import affluence.cli; print(sorted({heavy} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
