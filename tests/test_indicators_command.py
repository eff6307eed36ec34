"""`affluence indicators`: the page for the committee, and the three written indicators."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from affluence.config import load
from tests.conftest import REPOSITORY, ConfigWriter
from tests.records import day_of_records
from tests.report.committee.reading import Reading, numbers, plain, share
from tests.runs import run
from tests.test_cli import affluence

# Around Easter: the 6th of April is no working day.
MESSAGES = """canal;reçu;répondu
courriel;02/03/2026;06/03/2026
courriel;02/03/2026;09/03/2026
courriel;03/03/2026;
courriel;03/03/2026;04/03/2026
courriel;04/03/2026;05/03/2026
courriel;05/03/2026;05/03/2026
courriel;06/03/2026;06/03/2026
courriel;05/02/2026;06/02/2026
courrier;03/03/2026;25/03/2026
courrier;05/03/2026;
réclamation;06/03/2026;27/03/2026
courrier;20/03/2026;
courriel;03/04/2026;07/04/2026
"""
SECTION = '[platform.desk.indicators]\nwritten = "messages.csv"\n'


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """Measured calls of a week, and messages of that week and of others."""
    folder = small_platform(extra=SECTION).parent
    for n, day in enumerate(("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06")):
        records = day_of_records(day, first=100 * n + 1)
        (folder / "records" / f"{day}.csv").write_text(records)
    (folder / "messages.csv").write_text(MESSAGES, encoding="cp1252")
    run(folder / "config.toml")
    return folder


def page_of(folder: Path, *options: str) -> Reading:
    done = affluence(folder, "indicators", "--page", "out.html", *options)
    assert (done.returncode, done.stdout) == (0, "out.html: written.\n"), done.stderr
    return Reading((folder / "out.html").read_text(encoding="utf-8"))


def test_written_indicators_are_listed(desk: Path) -> None:
    text = affluence(desk, "indicators").stdout
    _, _, written = text.partition("\nCourriers, courriels et réclamations\n")
    lines = [plain(line) for line in written.splitlines()]
    # Of the week's messages; known until the newest date of the file, 7 April.
    assert lines[:4] == [
        "Courriers : réponse en moins de 15 jours ouvrés : 0,0 %",
        "0 courriers dont la réponse est venue en moins de 15 jours ouvrés",
        (
            "sur 2 courriers de la période qui ont une réponse ou dont le délai est passé au"
            " 07/04/2026"
        ),
        "Courriels : réponse en moins de 5 jours ouvrés : 71,4 %",
    ]


def test_json_and_csv_hold_them_too(desk: Path) -> None:
    document = json.loads(affluence(desk, "indicators", "--json").stdout)
    counts = {
        ratio["key"]: (ratio["numerator"], ratio["denominator"]) for ratio in document["written"]
    }
    assert counts == {
        "letters_in_time": (0, 2),
        "emails_in_time": (5, 7),
        "complaints_in_time": (0, 1),
    }
    assert affluence(desk, "indicators", "-o", "out.csv").returncode == 0
    with (desk / "out.csv").open(encoding="utf-8") as file:
        rows = {row["indicateur"]: row for row in csv.DictReader(file)}
    assert (rows["emails_in_time"]["numerateur"], rows["emails_in_time"]["denominateur"]) == (
        "5",
        "7",
    )


def test_the_page_says_what_the_indicators_say(desk: Path) -> None:
    document = json.loads(affluence(desk, "indicators", "--json").stdout)
    read = page_of(desk)
    rows = {row[0]: row for row in read.tables["indicateurs"] if len(row) == 3}
    ratios = [*document["official"], *document["lived"], *document["written"]]
    shown = 0
    for ratio in ratios:
        _, value, told = rows[plain(ratio["label"])]
        enough = (ratio["denominator"] or 0) >= 5
        if enough and not 0 < ratio["numerator"] < 5:
            shown += 1
            assert share(value.partition(" %")[0] + " %") == pytest.approx(
                ratio["value"], abs=0.00051
            )
            assert {ratio["numerator"], ratio["denominator"]} <= set(numbers(told))
    assert shown >= 4
    assert "du lundi 2 mars 2026 au vendredi 6 mars 2026" in read.text
    assert "Données de démonstration" not in read.text


def test_parts_of_the_page_are_those_of_its_days(desk: Path) -> None:
    (desk / "records" / "late.csv").write_text(day_of_records("2026-03-10", first=900))
    run(desk / "config.toml")
    table = page_of(desk).tables["evolution"]
    assert [row[0] for row in table] == ["Semaine du", "2 mars", "9 mars"]
    for first, last, (_, *cells) in (
        ("2026-03-02", "2026-03-08", table[1]),
        ("2026-03-09", "2026-03-10", table[2]),
    ):
        span = ("--from", first, "--to", last)
        document = json.loads(affluence(desk, "indicators", "--json", *span).stdout)
        by_key = {ratio["key"]: ratio for ratio in document["official"] + document["lived"]}
        for key, cell in zip(
            ("persons_reached", "answered_by_agent", "lost_calls"), cells, strict=True
        ):
            ratio = by_key[key]
            if not 0 < (ratio["numerator"] or 0) < 5 and (ratio["denominator"] or 0) >= 5:
                assert share(cell) == pytest.approx(ratio["value"], abs=0.00051)
    alone = page_of(desk, "--from", "2026-03-09", "--to", "2026-03-10")
    assert alone.tables["evolution"][1:] == [table[2]]


def test_without_a_file_of_messages_nothing_is_said_of_them(desk: Path) -> None:
    config = desk / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(SECTION, ""), encoding="utf-8")
    assert json.loads(affluence(desk, "indicators", "--json").stdout)["written"] == []
    assert "ourrier" not in affluence(desk, "indicators").stdout
    assert "ourrier" not in page_of(desk).text


def test_problems_of_the_file_are_all_told_at_once(desk: Path) -> None:
    with (desk / "messages.csv").open("a", encoding="cp1252") as file:
        file.write("fax;2026-03-02;\ncourriel;hier;\n")
    for options in ((), ("--json",), ("--page", "out.html")):
        done = affluence(desk, "indicators", *options)
        assert done.returncode == 2
        assert "messages.csv: 2 problems to mend:" in done.stderr
        assert "line 15: channel: not a known one; write letter" in done.stderr
        assert "line 16: received: not a date; write it as" in done.stderr
    assert not (desk / "out.html").exists()
    (desk / "messages.csv").unlink()
    done = affluence(desk, "indicators")
    assert done.returncode == 2
    assert re.search(r"messages\.csv: 1 problem to mend:\n.*cannot be read: No such", done.stderr)
    run(desk / "config.toml")


def test_a_page_that_cannot_be_written_is_said(desk: Path) -> None:
    for options, message in (
        (["--page", "out.pdf"], "must end in .html"),
        (["--page", "out.html", "--json"], "without --output and --json"),
        (["--page", "out.html", "-o", "out.csv"], "without --output and --json"),
        (["--page", "nowhere/out.html"], "No such file"),
    ):
        done = affluence(desk, "indicators", *options)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_the_path_is_taken_from_the_folder_of_the_configuration() -> None:
    shipped = load(REPOSITORY / "config.toml").platform["etrangers"].indicators.written
    assert shipped == REPOSITORY / "cdr_samples" / "demonstration" / "messages.csv"
    assert shipped.exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("--from 2030-01-01", "no records from 2030-01-01; there are some from 2026-03-02"),
        ("--to 2020-01-01", "no records to 2020-01-01; there are some from 2026-03-02"),
        ("--from 2026-03-04 --to 2026-03-03", "--to 2026-03-03 is before --from 2026-03-04"),
    ],
)
def test_days_without_records_are_told_as_they_were_asked_for(
    desk: Path, options: str, problem: str
) -> None:
    done = affluence(desk, "indicators", *options.split())
    assert done.returncode == 3
    assert problem in done.stderr


def test_a_file_that_cannot_be_written_is_told(desk: Path) -> None:
    for options in ("--output none/out.csv", "--page none/out.html"):
        done = affluence(desk, "indicators", *options.split())
        assert done.returncode == 2
        told = " ".join(done.stderr.split())
        assert "No such file or directory; name a file in a folder that can be written to" in told
        assert "Errno" not in told
    done = affluence(desk, "indicators", "--output", "out.csv", "--json")
    assert (done.returncode, (desk / "out.csv").exists()) == (2, False)
