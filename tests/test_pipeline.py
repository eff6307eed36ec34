"""The whole job: on the demonstration, on files that grow, move and overlap, over the years."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from affluence.config import load
from affluence.errors import (
    AffluenceError,
    RecordsError,
    RefusedPublicationError,
    ThemeError,
)
from affluence.steps.account import LostLinesError
from affluence.steps.keep_ranges import PAST_RETENTION
from affluence.store import open_store
from tests.conftest import REPOSITORY, ConfigWriter, demonstration_in
from tests.publication.made_up_theme import PACKAGE
from tests.records import day_of_records, record
from tests.runs import (
    accounts,
    balanced,
    days_measured,
    files_under,
    ledger_content,
    measured,
    publish,
    run,
    slots,
)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    return folder


def days(first: str, count: int, calls: int = 20) -> str:
    start = date.fromisoformat(first)
    return "".join(
        day_of_records(str(start + timedelta(days=n)), calls, first=1000 * n + 1)
        for n in range(count)
    )


# The demonstration


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration after its first run; whoever changes anything puts it right."""
    folder = demonstration_in(tmp_path_factory.mktemp("published"))
    assert run(folder / "config.toml").problems == []
    return folder


def test_demonstration_gives_the_committed_site(published: Path) -> None:
    assert files_under(published / "site_export") == files_under(REPOSITORY / "site_export")


def test_no_number_and_no_name_of_the_records_is_in_any_published_file(published: Path) -> None:
    """Every number of the demonstration's records is looked for, however its digits are parted."""
    numbers: set[str] = set()
    names: set[str] = set()
    for path in (published / "cdr_samples" / "demonstration").glob("Master-*.csv.gz"):
        for row in csv.reader(gzip.decompress(path.read_bytes()).decode().splitlines()):
            numbers |= {number for number in row[1:3] if re.fullmatch(r"0[1-9]\d{8}", number)}
            names |= set(re.findall(r'"([^"<>]{4,})"', row[4]))
    own = "0" + load(published / "config.toml").platform["etrangers"].phone.removeprefix("+33")
    assert own in numbers
    assert len(numbers) > 1000
    texts = {
        path: path.read_text(encoding="utf-8") for path in (published / "site_export").iterdir()
    }
    assert len(texts) > 15
    digits = re.compile(r"(?:\d[\s.\-‑–/]?){9,}")
    for path, text in texts.items():
        found = {re.sub(r"\D", "", run_of) for run_of in digits.findall(text)}
        for number in numbers - {own}:
            assert not any(number[1:] in run_of for run_of in found), path.name
        assert not any(name in text for name in names), path.name


def test_second_run_does_nothing(published: Path) -> None:
    before = stamps(published)
    report = run(published / "config.toml", date(2031, 1, 1))
    assert report.release is None
    assert stamps(published) == before


def stamps(folder: Path) -> dict[Path, int]:
    """When each file but those of the open ledger was last written."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {p: p.stat().st_mtime_ns for p in files if not p.name.startswith(("ledger", "lock"))}


def test_every_file_of_the_demonstration_is_balanced(published: Path) -> None:
    found = accounts(published / "config.toml", "etrangers")
    assert len(found) == 13
    assert all(balanced(account) for account in found)
    assert sum(account["lines"] for account in found) == 41509


def test_a_changed_page_is_put_right(published: Path) -> None:
    page = published / "site_export" / "index.html"
    page.write_text("defaced")
    assert run(published / "config.toml").delivered_to == ["site"]
    assert page.read_bytes() == (REPOSITORY / "site_export" / "index.html").read_bytes()


def test_results_do_not_depend_on_the_keys(published: Path, demonstration: Path) -> None:
    run(demonstration / "config.toml")
    keys = files_under(demonstration / ".affluence" / "keys")
    assert keys != files_under(published / ".affluence" / "keys")
    first = measured(published / "config.toml")
    for name, table in measured(demonstration / "config.toml").items():
        assert not table.is_empty()
        assert table.equals(first[name]), name
    assert files_under(demonstration / "site_export") == files_under(published / "site_export")


# Files that grow, move and overlap


def test_a_growing_file_is_read_from_where_it_was_left(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform()
    whole = days("2026-02-23", 5) + days("2026-03-02", 5)
    cut = whole.rindex("\n", 0, whole.index("2026-03-04 10:")) + 1
    log = records / "Master.csv"
    log.write_text(whole[:cut])
    first = run(config)
    log.write_text(whole)
    second = run(config)
    assert first.ingested["desk"].lines + second.ingested["desk"].lines == 200
    assert len(second.days_measured["desk"]) == 1 + 1 + 2  # before the cut, cut, after it
    grown = slots(config)

    (config.parent / ".affluence").rename(config.parent / "old-state")
    run(config)
    assert slots(config).equals(grown)


@pytest.mark.parametrize("cut", [-1, -2, -10, -120])
def test_an_unfinished_last_line_is_neither_lost_nor_doubled(
    small_platform: ConfigWriter, records: Path, cut: int
) -> None:
    config = small_platform()
    whole, rest = days("2026-03-02", 5), days("2026-03-09", 1)
    log = records / "Master.csv"
    log.write_text(whole[:cut])
    run(config)
    (account,) = accounts(config)
    assert balanced(account) and account["lines"] == 100
    log.write_text(whole + rest)
    run(config)
    (account,) = accounts(config)
    assert balanced(account)
    assert (account["calls"], account["rejected"], account["duplicates"]) == (120, {}, 0)


def test_a_rotated_log_is_recognised(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    log = records / "Master.csv"
    log.write_text(days("2026-03-02", 5))
    run(config)
    log.rename(records / "Master.csv.1")
    with (records / "Master.csv.1").open("a") as rotated:
        rotated.write(days("2026-03-09", 1))
    log.write_text(days("2026-03-10", 2))
    report = run(config)
    assert report.ingested["desk"].lines == 20 + 40
    found = {Path(a["path"]).name: a for a in accounts(config)}
    assert (found["Master.csv"]["calls"], found["Master.csv.1"]["calls"]) == (40, 120)
    assert sum(a["duplicates"] for a in found.values()) == 0


def test_a_copy_of_a_file_adds_nothing(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    content = days("2026-03-02", 5)
    (records / "a.csv").write_text(content)
    run(config)
    before = slots(config)
    (records / "b.csv").write_text(content)
    (records / "c.csv").write_text(content[content.index("\n") + 1 :])  # another beginning
    run(config)
    assert slots(config).equals(before)
    found = {Path(a["path"]).name: a for a in accounts(config)}
    assert all(balanced(a) for a in found.values())
    assert found["b.csv"]["duplicates"] == 100
    assert found["a.csv"]["duplicates"] + found["c.csv"]["duplicates"] == 99


def test_other_content_in_a_known_place_is_another_file(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform()
    (records / "export.csv").write_text(days("2026-03-02", 5))
    run(config)
    (records / "export.csv").write_text(days("2026-03-09", 5))
    assert run(config).ingested["desk"].lines == 100
    assert slots(config)["attempts"].sum() == 200


@pytest.mark.parametrize("order", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_legs_in_two_files_are_one_call(
    small_platform: ConfigWriter, records: Path, order: tuple[str, str]
) -> None:
    """The second leg begins after midnight, and its file may come first."""
    config = small_platform()
    first = record(7, "2026-03-03 23:50:00", 900, sequence=1)
    second = record(8, "2026-03-04 00:04:00", 600, answered_after_s=5, linked_to=7, sequence=2)
    # One channel made the other: the later leg carries the identifier of the first.
    linked = first.split(",")[-2]
    second = ",".join([*second.split(",")[:-2], linked, "2"])
    files = dict(zip(order, (first, second), strict=True))
    for name in sorted(files):
        (records / name).write_text(days("2026-03-02", 5) + files[name] + "\n")
        run(config)
    found = slots(config)
    assert found["attempts"].sum() == 101
    night = found.filter(
        pl.col("slot_start").dt.convert_time_zone("Europe/Paris").dt.strftime("%d %H:%M")
        == "03 23:45"
    ).row(0, named=True)
    assert (night["attempts"], night["answered"], night["abandoned"]) == (1, 1, 0)
    assert found["held_s"].sum() == 5 * sum(200 + n for n in range(20)) + 14 * 60 + 600


# What is measured again


def test_only_changed_days_are_measured_again(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    assert days_measured(run(config)) == {"desk": 5}
    (records / "w11.csv").write_text(days("2026-03-09", 5))
    # the new week, the week-end before it, and the Friday on which the records used to end
    assert days_measured(run(config)) == {"desk": 5 + 2 + 1}
    config.write_text(config.read_text().replace("lines = 3", "lines = 2"))
    assert days_measured(run(config)) == {"desk": 12}
    config.write_text(config.read_text().replace('name = "Desk"', 'name = "Office"'))
    assert days_measured(run(config)) == {"desk": 0}


def test_a_closure_to_come_measures_nothing_again(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform()
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    run(config)
    closures = 'closures = [{ first = 2026-04-01, reason = "Travaux" }]\n[platform.desk.week]'
    config.write_text(config.read_text().replace("[platform.desk.week]", closures))
    report = run(config)
    assert days_measured(report) == {"desk": 0}
    assert "Travaux" in (config.parent / "site" / "index.html").read_text(encoding="utf-8")


def test_files_are_read_again_when_they_are_read_otherwise(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform()
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    run(config)
    assert slots(config)["attempts"].sum() == 100
    site = files_under(config.parent / "site")
    config.write_text(config.read_text().replace("PJSIP/operateur-", "DAHDI/"))
    # Nothing is inbound, but what is published is frozen.
    assert run(config).read_otherwise == ["desk"]
    assert files_under(config.parent / "site") == site
    with pytest.raises(AffluenceError):
        publish(config, correction=True)
    assert slots(config)["attempts"].sum() == 0
    legs = list((config.parent / ".affluence" / "lake" / "legs").rglob("*.parquet"))
    assert len(legs) == 5


# Retention


def test_calls_past_retention_are_deleted_and_their_days_sealed(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform(legs_days=8)
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    run(config)
    before = slots(config)
    (records / "w13.csv").write_text(days("2026-03-23", 5))
    run(config)
    lake = config.parent / ".affluence" / "lake" / "legs"
    assert min(path.name for path in lake.glob("*/*")) == "day=2026-03-23"
    (records / "late.csv").write_text(days("2026-03-03", 1, calls=30))
    run(config)
    assert (
        slots(config)
        .head(before.height)
        .select("attempts", "held_s")
        .equals(before.select("attempts", "held_s"))
    )
    found = {Path(a["path"]).name: a for a in accounts(config)}
    assert found["late.csv"]["ignored"] == {PAST_RETENTION: 30}
    assert found["w10.csv"]["calls"] == 100  # what became of its lines is not forgotten
    assert all(balanced(account) for account in found.values())


def test_keys_go_with_the_calls(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform(legs_days=8)
    (records / "w07.csv").write_text(days("2026-02-09", 5))
    run(config)
    (records / "w13.csv").write_text(days("2026-03-23", 5))
    run(config)
    keys = config.parent / ".affluence" / "keys"
    assert [path.name for path in keys.iterdir()] == ["2026-03.key"]
    with open_store(config.parent / ".affluence", keys) as store:
        traces = store.ledger.retention.deletions()
    # The newest record is of Friday the 27th: the run is of the 28th, 8 days before are kept.
    assert {gone.on for gone in traces} == {date(2026, 3, 28)}
    assert [(gone.platform, gone.what, gone.kept_from, gone.count) for gone in traces] == [
        ("desk", "calls", "2026-03-20", 5),
        (None, "keys", "2026-03", 1),
    ]


# Several platforms, and refusals


def test_two_platforms_have_a_folder_each(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    text = config.read_text()
    start, end = text.index("[platform.desk]"), text.index("[target.site]")
    second = text[start:end].replace("platform.desk", "platform.front").replace("Desk", "Front")
    config.write_text(text[:end] + second + text[end:])
    run(config)
    site = files_under(config.parent / "site")
    assert {"desk/index.html", "front/index.html", "front/affluence.csv", "index.html"} <= set(site)
    assert 'href="front/index.html"' in site["index.html"].decode()
    assert set(json.loads(site["manifest.json"])["files"]) == set(site) - {"manifest.json"}
    one = slots(config)
    assert one["attempts"].sum() == 100
    assert run(config).release is None


def test_a_theme_changes_with_its_files_and_goes_with_them(
    small_platform: ConfigWriter, records: Path, tmp_path: Path
) -> None:
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    for path, body in PACKAGE.items():
        (tmp_path / "dsfr" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dsfr" / path).write_bytes(body)
    look = '[theme]\nkind = "dsfr"\ndsfr = "dsfr"\nbrand = ["Préfet", "de l’Exemple"]\n'
    config = small_platform(extra=look)
    first = run(config).release
    site = files_under(config.parent / "site")
    assert len([path for path in site if path.startswith("assets/")]) == 4
    assert "de l’Exemple" in site["index.html"].decode()
    assert run(config).release is None
    (tmp_path / "dsfr" / "core" / "core.main.min.css").write_bytes(b"/* a new version */")
    assert run(config).release not in {first, None}
    config.write_text(config.read_text().replace(look, ""))
    run(config)
    assert not (config.parent / "site" / "assets").exists()


def test_when_the_theme_cannot_be_had_the_old_site_stays_up(
    small_platform: ConfigWriter, records: Path
) -> None:
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    config = small_platform()
    run(config)
    before = files_under(config.parent / "site")
    config.write_text(config.read_text() + '[theme]\nkind = "dsfr"\ndsfr = "no"\nbrand = ["A"]\n')
    with pytest.raises(ThemeError, match=r"core\.main\.min\.css cannot be read"):
        run(config)
    assert files_under(config.parent / "site") == before


def test_one_bad_file_does_not_stop_the_others(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    (records / "logo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    report = run(config)
    assert report.release
    (problem,) = report.problems
    assert "logo.csv: this is a PNG picture" in problem
    assert run(config).problems == [problem]  # said again until it is mended


def test_when_no_file_can_be_read_each_is_named(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform()
    (records / "logo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(AffluenceError, match=r"no call could be read:\n.*logo.csv: this is a PNG"):
        run(config)


def test_lines_that_are_lost_stop_the_run(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    (records / "w10.csv").write_text(days("2026-03-02", 5))
    run(config)
    with sqlite3.connect(config.parent / ".affluence" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE ranges SET lines = lines + 1")
    ledger.close()
    config.write_text(config.read_text().replace('name = "Desk"', 'name = "Office"'))
    with pytest.raises(LostLinesError, match=r"w10.csv: 101 lines, but 100 are accounted for"):
        run(config)


def test_old_records_are_not_published(small_platform: ConfigWriter, records: Path) -> None:
    config = small_platform()
    config.write_text(config.read_text().replace('"last-record"', '"today"'))
    (records / "w10.csv").write_text(days("2026-02-23", 12))
    with pytest.raises(RefusedPublicationError, match="do new records still arrive"):
        run(config, date(2026, 4, 20))
    assert not (config.parent / "site").exists()
    assert run(config, date(2026, 3, 9)).release == run(config, date(2026, 3, 10)).release


def test_no_records_is_an_error_that_says_where(
    small_platform: ConfigWriter, records: Path
) -> None:
    config = small_platform()
    with pytest.raises(RecordsError, match=r"records: no usable record. No file matches"):
        run(config)
    (records / "empty.csv").touch()
    with pytest.raises(RecordsError, match=r"platform 'desk': no usable.*affluence inspect"):
        run(config)


def test_ledger_is_the_same_however_files_arrive(
    small_platform: ConfigWriter, records: Path
) -> None:
    """Slots and accounts by sum do not depend on the order in which files come."""
    config = small_platform()
    names = ["a.csv", "b.csv", "c.csv"]
    weeks = ("2026-03-02", "2026-03-09", "2026-03-16")
    content = dict(zip(names, (days(week, 5) for week in weeks), strict=True))
    found = []
    for order in (names, names[::-1]):
        for name in order:
            (records / name).write_text(content[name])
            run(config)
        found.append((slots(config), ledger_content(config.parent / ".affluence")["days"]))
        (config.parent / ".affluence").rename(config.parent / f"state-{order[0]}")
        for name in names:
            (records / name).unlink()
    assert found[0][0].equals(found[1][0])
