"""The dialect of one's own conversions: our words, or others that are stated."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.cdr.dialect import Stated
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import AMBIGUOUS_HOUR, EVIDENCE, MINUTE_ONLY, STILL_OPEN
from tests.cdr.reading import calls_and_account as read
from tests.cdr.reading import without_keys
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "generic" / "calls.csv"
PARIS = ZoneInfo("Europe/Paris")
with SAMPLE.open(encoding="utf-8", newline="") as file:
    ROWS = [row for row in csv.DictReader(file) if row]
COLUMNS = list(ROWS[0])
TIMES = [name for name in COLUMNS if name.endswith("_at")]

Row = Mapping[str, str]


def written(
    tmp_path: Path,
    rows: Sequence[Row] = ROWS,
    *,
    titles: Mapping[str, str] | None = None,
    separator: str = ",",
    above: str = "",
    name: str = "calls.csv",
) -> Path:
    """Some rows as a file; ``titles`` are those of its columns, where they are not ours."""
    columns = list(rows[0])
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(above)
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow([(titles or {}).get(column, column) for column in columns])
        writer.writerows([row[column] for column in columns] for row in rows)
    return path


def timed(how: Callable[[datetime], str]) -> list[Row]:
    """The rows with their times written otherwise."""
    return [
        dict(row) | {name: how(datetime.fromisoformat(row[name])) for name in TIMES if row[name]}
        for row in ROWS
    ]


def a_call(**told: str) -> Row:
    return {
        "offered_at": "2026-03-03T09:00:00+01:00",
        "released_at": "2026-03-03T09:05:00+01:00",
        "outcome": "answered",
        **told,
    }


def test_the_hand_made_day() -> None:
    """Without exceptions: whatever a record can say, these say."""
    calls, account = read_calls([SAMPLE])
    assert_same_slots(calls)
    assert account == {
        "lines": 1 + 18 + 1 + 1 + 1,
        "calls": 18,
        "merged": 1,  # the phone that rang in vain for call 2
        "duplicates": 1,  # call 3
        "ignored": {"blank line": 1, "header": 1},
        "rejected": {},
    }


def test_the_same_caller_is_the_same_and_a_withheld_number_is_nobody() -> None:
    calls, _ = read_calls([SAMPLE])
    callers = dict(zip(calls["offered_at"].dt.strftime("%H:%M:%S"), calls["caller"], strict=True))
    assert callers["08:02:30"] == callers["08:03:10"] == callers["08:04:30"]
    assert callers["08:14:30"] is None
    assert calls["caller"].n_unique() == 13 + 1


def test_clean_and_tolerant_reading_agree(tmp_path: Path) -> None:
    clean = written(tmp_path)
    calls, account = read(clean)
    assert (account["ignored"], account["rejected"]) == ({"header": 1}, {})
    lines = clean.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(9, '"broken,2026\n')
    broken = tmp_path / "broken.csv"
    broken.write_text("".join(lines), encoding="utf-8")
    again, account = read(broken)
    assert account["rejected"] == {"quote never closed": 1}
    assert_frame_equal(without_keys(again), without_keys(calls))


@pytest.mark.parametrize(
    ("how", "of"),
    [
        ("UTC", lambda t: f"{t.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"),
        ("as `affluence calls` has it", lambda t: f"{t:%Y-%m-%dT%H:%M:%S.%f%z}"),
        ("half an hour off", lambda t: t.astimezone(ZoneInfo("Asia/Kolkata")).isoformat()),
        ("westward", lambda t: t.astimezone(ZoneInfo("America/St_Johns")).isoformat(" ")),
        ("no colon in the distance", lambda t: f"{t:%Y-%m-%dT%H:%M:%S%z}"),
        ("now a blank, now a T", lambda t: t.isoformat("T" if t.minute % 2 else " ")),
        ("local", lambda t: f"{t.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}"),
        (
            "local, now a blank, now a T",
            lambda t: t.astimezone(PARIS).replace(tzinfo=None).isoformat(" T"[t.minute % 2]),
        ),
        ("local of a spreadsheet", lambda t: f"{t.astimezone(PARIS):%Y-%m-%d %H:%M:%S,000}"),
    ],
)
def test_every_way_to_write_a_time(tmp_path: Path, how: str, of: Callable[[datetime], str]) -> None:
    calls, account = read(written(tmp_path, timed(of)))
    assert account["rejected"] == {}, how
    assert_same_slots(calls)


def test_times_that_tell_their_distance_need_no_clock() -> None:
    assert_same_slots(read(SAMPLE, clock="America/New_York")[0])


def test_local_times_are_of_the_clock_that_is_stated(tmp_path: Path) -> None:
    eight = a_call(offered_at="2026-03-03 08:00:00", released_at="2026-03-03 08:05:00")
    for clock, hour in (("auto", 7), ("Europe/Lisbon", 8)):
        calls, _ = read(written(tmp_path, [eight]), clock=clock)
        assert calls["offered_at"].dt.hour().to_list() == [hour]


def test_a_time_of_the_other_kind_is_set_aside(tmp_path: Path) -> None:
    local = a_call(offered_at="2026-03-03 09:00:00")
    _, account = read(written(tmp_path, [*ROWS, {**dict.fromkeys(COLUMNS, ""), **local}]))
    assert account["rejected"] == {"time, state or number not readable": 1}


def test_the_doubled_hour_is_told_apart_by_the_distance_only(tmp_path: Path) -> None:
    def at(times: Sequence[str]) -> pl.DataFrame:
        rows = [a_call(offered_at=time, released_at=time) for time in times]
        return read(written(tmp_path, rows))[0].select("offered_at", "quality")

    first = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC"))
    told = at(["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"])
    assert told.rows() == [(first, 0), (first + timedelta(hours=1), 0)]
    untold = at(["2026-10-25T02:30:00", "2026-10-25T02:30:00"])
    assert untold.rows() == [(first, AMBIGUOUS_HOUR), (first, AMBIGUOUS_HOUR)]


def test_times_without_seconds_are_marked(tmp_path: Path) -> None:
    rows = timed(lambda t: f"{t:%Y-%m-%dT%H:%M%z}")
    calls, account = read(written(tmp_path, rows))
    assert account["calls"] == 18
    assert ((calls["quality"] & MINUTE_ONLY) > 0).all()


@pytest.mark.parametrize(
    ("pattern", "marked"),
    [("%d/%m/%Y %H:%M:%S", False), ("%d.%m.%y %H:%M", True), ("%m/%d/%Y %I:%M:%S %p %z", False)],
)
def test_a_format_of_times_that_is_stated(tmp_path: Path, pattern: str, marked: bool) -> None:
    rows = timed(lambda t: t.astimezone(PARIS).strftime(pattern))
    calls, account = read(written(tmp_path, rows), "generic", stated=Stated(time_format=pattern))
    assert account["rejected"] == {}
    assert ((calls["quality"] & MINUTE_ONLY) > 0).to_list() == [marked] * 18
    if not marked:
        assert_same_slots(calls)


def test_columns_and_words_that_are_stated(tmp_path: Path) -> None:
    outcomes = {"Décroché": "answered", "Occupé": "busy", "Raccroché": "abandoned"}
    words = {outcome: word for word, outcome in outcomes.items()}
    rows = [
        {
            **{name: row[name] for name in ("call_id", "caller", *TIMES)},
            "outcome": words.get(row["outcome"], row["outcome"]),
            "direction": "Sortant" if row["direction"] == "outbound" else "Entrant",
        }
        for row in ROWS
    ]
    titles = {"offered_at": "Début", "released_at": "Fin", "outcome": "Résultat"}
    stated = Stated(
        columns=(*titles.items(), ("answered_at", "6"), ("caller", "2")),
        outcomes=tuple((word.lower(), outcome) for word, outcome in outcomes.items()),
        directions=(("entrant", "inbound"), ("sortant", "outbound")),
    )
    theirs = titles | {"answered_at": "Décroché à", "caller": "Appelant"}
    path = written(tmp_path, rows, titles=theirs, separator=";", above="Appels du jour\n\n")
    calls, account = read(path, "generic", stated=stated)
    assert account["ignored"] == {"title": 1, "blank line": 1, "header": 1}
    # Nothing says any more that the network refused call 14.
    assert_same_slots(calls, but={14: {"refused_by": None}})


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator(tmp_path: Path, separator: str) -> None:
    assert_same_slots(read(written(tmp_path, separator=separator))[0])


def test_a_separator_that_is_stated(tmp_path: Path) -> None:
    path = written(tmp_path, separator="^")
    assert_same_slots(read(path, "generic", stated=Stated(separator="^"))[0])


def test_three_columns_are_enough(tmp_path: Path) -> None:
    rows = [{name: row[name] for name in ("offered_at", "released_at", "outcome")} for row in ROWS]
    calls, account = read(written(tmp_path, rows))
    # Without an id each line is a call: the leg of call 2 too, and the record that stands twice.
    assert (account["calls"], account["merged"], account["duplicates"]) == (20, 0, 0)
    outcomes = calls["outcome"].value_counts()
    assert dict(outcomes.iter_rows()) == {
        "answered": 7,
        "abandoned": 5,
        "busy": 3,
        "unanswered": 2,
        "self_service": 2,
        "failed": 1,
    }


def test_a_call_that_is_up_and_an_outcome_that_is_not_known(tmp_path: Path) -> None:
    calls, _ = read(written(tmp_path, [a_call(released_at="", outcome="")]))
    assert calls.select("outcome", "released_at", "quality").row(0) == ("unknown", None, STILL_OPEN)


EVIDENCE_OF_WORDS = {
    "answered": "answered",
    "busy": "busy",
    "abandoned": "abandoned",
    "unanswered": "unanswered",
    "self_service": "self_service",
    "closed": "closed",
    "failed": "failed",
    "unknown": "unknown",
    "": "unknown",
    "Answered": "answered",  # whatever the case
}


@pytest.mark.parametrize("word", EVIDENCE_OF_WORDS)
def test_every_outcome(tmp_path: Path, word: str) -> None:
    calls, _ = read(written(tmp_path, [a_call(outcome=word)]))
    assert calls["outcome"].to_list() == [EVIDENCE_OF_WORDS[word]]


@pytest.mark.parametrize(
    ("told", "outcome", "refused_by", "detail"),
    [
        ({"outcome": "busy", "refused_by": "queue"}, "busy", "queue", None),
        ({"outcome": "busy", "refused_by": ""}, "busy", None, None),
        ({"outcome": "self_service", "detail": "voicemail"}, "self_service", None, "voicemail"),
        ({"outcome": "", "evidence": "refused_rule"}, "busy", "rule", None),
        ({"outcome": "", "evidence": "callback"}, "self_service", None, "callback"),
    ],
)
def test_what_is_told_beyond_the_outcome(
    tmp_path: Path, told: Row, outcome: str, refused_by: str | None, detail: str | None
) -> None:
    calls, _ = read(written(tmp_path, [a_call(**told)]))
    assert calls.select("outcome", "refused_by", "detail").row(0) == (outcome, refused_by, detail)


def test_every_word_of_the_evidence_is_read(tmp_path: Path) -> None:
    rows = [
        a_call(evidence=word, call_id=str(number)) for number, word in enumerate(EVIDENCE, start=1)
    ]
    _, account = read(written(tmp_path, rows))
    assert (account["calls"], account["rejected"]) == (len(EVIDENCE), {})


@pytest.mark.parametrize(
    "told",
    [
        {"outcome": "gone"},
        {"offered_at": ""},
        {"offered_at": "2026-13-03T09:00:00+01:00"},
        {"released_at": "later"},
        {"direction": "sideways"},
    ],
)
def test_a_line_that_cannot_be_read_is_set_aside(tmp_path: Path, told: Row) -> None:
    rows = [a_call(direction="inbound", caller=f"06399800{n:02}") for n in range(10, 20)]
    _, account = read(written(tmp_path, [*rows, {**rows[0], **told}]))
    assert (account["calls"], account["rejected"]) == (
        10,
        {"time, state or number not readable": 1},
    )


def test_a_call_in_two_files_is_one_call_however_its_times_are_written(tmp_path: Path) -> None:
    one = written(tmp_path, name="one.csv")
    utc = timed(lambda t: f"{t.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}")
    without_dialled = [{name: row[name] for name in COLUMNS} for row in utc]
    _, account = read([one, written(tmp_path, without_dialled, name="two.csv")])
    assert (account["calls"], account["merged"], account["duplicates"]) == (18, 1, 20 + 1)


def test_a_key_of_the_record_may_be_told(tmp_path: Path) -> None:
    """Then two lines of one key are one record, even where they differ."""
    rows = [a_call(call_id="1", record_key="a", outcome=word) for word in ("busy", "answered")]
    _, account = read(written(tmp_path, rows))
    assert (account["calls"], account["merged"], account["duplicates"]) == (1, 0, 1)


def test_what_this_program_writes_can_be_read_again(tmp_path: Path) -> None:
    """Pseudonyms are then read as callers: the same ones are the same again."""
    calls, _ = read_calls([SAMPLE])
    path = tmp_path / "calls.csv"
    calls.write_csv(path)
    again, account = read(path)
    assert account["rejected"] == {}
    kept = ["offered_at", "answered_at", "released_at", "direction", "outcome", "refused_by"]
    assert_frame_equal(again.select(kept), calls.select(kept))
    assert again["caller"].n_unique() == calls["caller"].n_unique()


def test_an_empty_file_and_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"\xef\xbb\xbf")
    assert read(path, "generic")[1]["lines"] == 0
    path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    assert read(path, "generic")[1]["ignored"] == {"header": 1}


def test_a_last_line_that_is_cut_short(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-60])
    _, account = read(path)
    assert (account["calls"], account["rejected"]) == (17, {"line cut short": 1})


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({}, "does not name the columns released_at"),
        ({"released_at": "Fin"}, 'does not name the columns released_at = "Fin"'),
        ({"released_at": "End", "caller": "Qui"}, 'does not name the columns caller = "Qui"'),
        ({"released_at": "End", "calller": "X"}, r"does not name the columns calller \(known are"),
    ],
)
def test_a_map_that_does_not_fit_is_told_with_the_titles(
    tmp_path: Path, columns: Mapping[str, str], why: str
) -> None:
    path = written(tmp_path, [a_call(caller="0639980001")], titles={"released_at": "End"})
    with pytest.raises(RecordsError, match=why) as raised:
        read(path, "generic", stated=Stated(columns=tuple(columns.items())))
    if "calller" not in columns:
        assert "; it names offered_at, End, outcome, caller." in str(raised.value)
    assert "0639980001" not in str(raised.value)


def test_a_record_is_never_shown_as_titles(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(RecordsError, match="does not name the columns offered_at") as raised:
        read(path, "generic")
    assert "it names" not in str(raised.value)


def test_files_of_others_are_not_taken_for_it() -> None:
    for sample in ("asterisk-csv/Master.csv", "asterisk-db/cdr.csv"):
        with pytest.raises(RecordsError, match="does not name the columns"):
            read(REPOSITORY / "cdr_samples" / sample, "generic")
