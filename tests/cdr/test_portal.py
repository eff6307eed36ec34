"""Listings of hosted telephone systems: what the configuration states of them, and their rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.cdr.dialect import Stated
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import MINUTE_ONLY
from tests.cdr.reading import calls_and_account as read
from tests.cdr.reading import without_keys
from tests.conftest import REPOSITORY
from tests.samples.every_dialect import recipe_for
from tests.samples.hand_made_day import assert_same_slots

# Its titles are invented: the facts known of such listings name none.
SAMPLE = REPOSITORY / "cdr_samples" / "portal" / "listagem.csv"
TITLE, BLANK, HEADER, *LINES = SAMPLE.read_text(encoding="utf-8-sig").splitlines()
ROWS = list(csv.DictReader(io.StringIO("\n".join([HEADER, *LINES])), delimiter=";"))
STATED = recipe_for("portal").reading.stated
COLUMNS = dict(STATED.columns)
WORDS = dict(STATED.outcomes)
# That the network refused call 14 is no outcome that can be stated.
BUT = {14: {"refused_by": None}}

Row = Mapping[str, str]


def stated(
    columns: Mapping[str, str] = COLUMNS,
    words: Mapping[str, str] = WORDS,
    *,
    time_format: str = "",
    without: Sequence[str] = (),
) -> Stated:
    return Stated(
        columns=tuple((name, title) for name, title in columns.items() if name not in without),
        outcomes=tuple(words.items()),
        directions=STATED.directions,
        time_format=time_format,
    )


def written(
    tmp_path: Path,
    rows: Sequence[Row] = ROWS,
    *,
    above: Sequence[str] = (TITLE, BLANK),
    encoding: str = "utf-8-sig",
    name: str = "listing.csv",
) -> Path:
    """Some rows as the portal exports them."""
    lines = [*above, ";".join(rows[0]), *(";".join(row.values()) for row in rows)]
    path = tmp_path / name
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def a_row(**told: str) -> Row:
    """A row of a call that an agent answered at once, by our names."""
    given = {"call_id": "'1'", "offered_at": "2026-03-03 09:00:00", "outcome": "Atendida"}
    return {**given, "reason": "", "queue": "", "agent": "Agent 1", "talk": "0:01:00", **told}


def one_call(tmp_path: Path, *rows: Row) -> dict[str, object]:
    """The only call of some rows, with the seconds from its beginning to its other times."""
    ours = {name: name for name in rows[0]}
    calls, account = read(written(tmp_path, rows), "portal", stated=stated(ours))
    assert account["calls"] == 1
    call = calls.with_columns(
        (pl.col("^(picked_up|queued|answered|released)_at$") - pl.col("offered_at"))
        .dt.total_seconds()
        .name.replace("_at", "_s")
    )
    return call.row(0, named=True)


def test_the_hand_made_day() -> None:
    calls, account = read(SAMPLE, "portal", stated=stated())
    assert_same_slots(calls, but=BUT)
    assert account == {
        "lines": 2 + 1 + 18 + 8 + 1,
        "calls": 18,
        # The agents of calls 1, 2, 6, 9 and 15; telephones in vain of calls 2, 9 and 12.
        "merged": 5 + 3,
        "duplicates": 1,  # call 3
        "ignored": {"title": 1, "blank line": 1, "header": 1},
        "rejected": {},
    }


def test_calls_of_one_id_are_told_apart_by_their_beginning() -> None:
    ids = {row["Id global"] for row in ROWS}
    assert len(ids) == 16  # 4, 5 and 6 share theirs
    calls, _ = read(SAMPLE, "portal", stated=stated())
    callers = dict(zip(calls["offered_at"].dt.strftime("%H:%M:%S"), calls["caller"], strict=True))
    assert callers["08:02:30"] == callers["08:03:10"] == callers["08:04:30"]
    assert callers["08:14:30"] is None  # withheld
    assert calls["call_key"].n_unique() == 18


def test_clean_and_tolerant_reading_agree(tmp_path: Path) -> None:
    calls, _ = read(SAMPLE, "portal", stated=stated())
    broken = tmp_path / "broken.csv"
    lines = SAMPLE.read_bytes().splitlines(keepends=True)
    broken.write_bytes(b"".join([*lines[:12], b"broken;line\r\n", *lines[12:]]))
    again, account = read(broken, "portal", stated=stated())
    assert account["rejected"] == {"wrong number of columns": 1}
    assert account["ignored"] == {"title": 1, "blank line": 1, "header": 1}
    assert_frame_equal(without_keys(again), without_keys(calls))


def test_it_is_found_once_its_columns_are_stated() -> None:
    calls, _ = read(SAMPLE, stated=stated())
    assert_same_slots(calls, but=BUT)
    with pytest.raises(RecordsError, match="'generic' or 'portal' and its columns"):
        read_calls([SAMPLE])


def test_columns_may_be_stated_by_number() -> None:
    titles = HEADER.split(";")
    numbers = {name: str(titles.index(title) + 1) for name, title in COLUMNS.items()}
    assert_same_slots(read(SAMPLE, "portal", stated=stated(numbers))[0], but=BUT)


def test_one_column_more_by_the_date_of_the_export(tmp_path: Path) -> None:
    """And a call in both exports is one call."""
    wider = [{"Novidade": "'1'", **row} for row in ROWS]
    _, account = read(
        [SAMPLE, written(tmp_path, wider, name="later.csv")], "portal", stated=stated()
    )
    assert (account["calls"], account["merged"], account["duplicates"]) == (18, 8, 1 + 27)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("above", [(), ("Chamadas;;;",), (TITLE, BLANK, "2026-03-03", BLANK)])
def test_encodings_and_lines_above_the_header(
    tmp_path: Path, encoding: str, above: Sequence[str]
) -> None:
    calls, account = read(
        written(tmp_path, above=above, encoding=encoding), "portal", stated=stated()
    )
    assert_same_slots(calls, but=BUT)
    assert sum(account["ignored"].values()) == len(above) + 1


def test_the_column_of_the_zone_says_what_the_times_are(tmp_path: Path) -> None:
    rows = [{**row, "Fuso horário": "'Europe/Paris'"} for row in ROWS]
    calls, _ = read(written(tmp_path, rows), "portal", stated=stated())
    assert calls["offered_at"].dt.hour().min() == 7
    # Without it the times are those of the platform.
    calls, _ = read(SAMPLE, "portal", stated=stated(without=["zone"]))
    assert calls["offered_at"].dt.hour().min() == 7
    odd = [*ROWS, {**ROWS[0], "Fuso horário": "'Asia/Macau'"}]
    _, account = read(written(tmp_path, odd), "portal", stated=stated())
    assert account["rejected"] == {"time, state or number not readable": 1}
    nowhere = [{**row, "Fuso horário": "aqui"} for row in ROWS]
    with pytest.raises(RecordsError, match="zone, for none of these is known"):
        read(written(tmp_path, nowhere), "portal", stated=stated())


@pytest.mark.parametrize(
    ("pattern", "seconds"), [("%d/%m/%Y %H:%M:%S", True), ("%d-%m-%y %H:%M", False)]
)
def test_a_format_of_times_that_is_stated(tmp_path: Path, pattern: str, seconds: bool) -> None:
    def other(time: str) -> str:
        day, clock = time.split(" ")
        year, month, of_month = day.split("-")
        if seconds:
            return f"{of_month}/{month}/{year} {clock}"
        return f"{of_month}-{month}-{year[2:]} {clock[:5]}"

    rows = [{**row, "Início": other(row["Início"])} for row in ROWS]
    calls, _ = read(written(tmp_path, rows), "portal", stated=stated(time_format=pattern))
    if seconds:
        assert_same_slots(calls, but=BUT)
    assert ((calls["quality"] & MINUTE_ONLY) > 0).all() is not seconds


def test_a_call_through_a_queue(tmp_path: Path) -> None:
    """The wait stands on the row of the queue, the ring on that of the telephone."""
    queue = a_row(queue="etrangers", agent="", queue_wait="0:00:25", ring="", talk="0:00:00")
    vain = {**queue, "queue_wait": "", "outcome": "Não atendida", "ring": "0:00:15"}
    agent = {**queue, "queue_wait": "", "queue": "", "agent": "Agent 2"}
    agent |= {"ring": "0:00:05", "talk": "0:10:00"}
    call = one_call(tmp_path, queue, vain, agent)
    assert call["outcome"] == "answered"
    assert (call["picked_up_s"], call["queued_s"], call["answered_s"]) == (0, 0, 30)
    assert call["released_s"] == 30 + 600
    assert call["legs"] == 3


def test_a_queue_that_took_the_call_is_no_agent(tmp_path: Path) -> None:
    queue = a_row(queue="etrangers", agent="", queue_wait="0:00:25")
    call = one_call(tmp_path, queue)
    assert (call["outcome"], call["picked_up_s"], call["answered_s"]) == ("unknown", 0, None)


def test_a_listing_of_one_row_a_call(tmp_path: Path) -> None:
    """Queue and agent stand on the same row; or there is no column of agents."""
    row = a_row(queue="etrangers", queue_wait="0:00:25", ring="0:00:05")
    for told in (row, {name: cell for name, cell in row.items() if name != "agent"}):
        call = one_call(tmp_path, told)
        assert (call["outcome"], call["queued_s"], call["answered_s"]) == ("answered", 0, 30)


@pytest.mark.parametrize(
    ("told", "answered_s", "released_s"),
    [
        ({"ring": "0:00:05", "talk": "0:01:00"}, 5, 65),
        ({"ring": "0:00:05", "duration": "0:02:00"}, 5, 120),
        ({"duration": "0:02:00", "talk": "0:01:00"}, 60, 120),
        ({"duration": "0:02:00"}, None, 120),
        ({"duration": "120"}, None, 120),
        ({"duration": "2:00"}, None, 120),
        ({"duration": "1:02:00"}, None, 3720),
    ],
)
def test_which_durations_there_are(
    tmp_path: Path, told: Row, answered_s: int | None, released_s: int
) -> None:
    row = {name: cell for name, cell in a_row().items() if name != "talk"}
    call = one_call(tmp_path, {**row, **told})
    assert (call["answered_s"], call["released_s"]) == (answered_s, released_s)


@pytest.mark.parametrize(
    ("outcome", "reason", "fate"),
    [
        ("Atendida", "", "answered"),
        ("Atendida", "Sessão terminada", "answered"),
        ("Atendida", "Cancelada pela origem", "answered"),
        ("Atendida", "Atendedor automático", "self_service"),
        ("ATENDIDA", "", "answered"),
        ("Não atendida", "", "unanswered"),
        ("Não atendida", "Sessão terminada", "unanswered"),
        ("Não atendida", "Cancelada pela origem", "abandoned"),
        ("Não atendida", "Destino Ocupado", "busy"),
        ("Não atendida", "Falha técnica", "failed"),
        ("Não atendida", "Concluída noutro destino", "unknown"),
        ("Não atendida", "Chamada desviada", "unknown"),
        ("'Não atendida'", "'Destino Ocupado'", "busy"),
    ],
)
def test_every_word(tmp_path: Path, outcome: str, reason: str, fate: str) -> None:
    assert one_call(tmp_path, a_row(outcome=outcome, reason=reason))["outcome"] == fate


def test_what_is_stated_of_a_word_is_stronger(tmp_path: Path) -> None:
    other = stated({name: name for name in a_row()}, {"atendida": "self_service"})
    calls, _ = read(written(tmp_path, [a_row()]), "portal", stated=other)
    assert calls["outcome"].to_list() == ["self_service"]


@pytest.mark.parametrize(
    "told",
    [
        {"Estado": "Talvez"},
        {"Estado": ""},
        {"Início": "ontem"},
        {"Conversação": "-0:00:01"},
        {"Conversação": "0:00:0\u0663"},  # a digit, but none of ours
        {"Sentido": "?"},
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside(tmp_path: Path, told: Row) -> None:
    path = written(tmp_path, [*ROWS, {**ROWS[0], **told}])
    calls, account = read(path, "portal", stated=stated())
    assert account["rejected"] == {"time, state or number not readable": 1}
    assert_same_slots(calls, but=BUT)


def test_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "listing.csv"
    path.write_text(f"{TITLE}\n\n{HEADER}\n", encoding="utf-8")
    _, account = read(path, "portal", stated=stated())
    assert account["ignored"] == {"title": 1, "blank line": 1, "header": 1}


@pytest.mark.parametrize("dialect", ["portal", None])
@pytest.mark.parametrize("pattern", ["%d/%m/%Y %H:%M:%S", "%d.%m.%y %H:%M"])
def test_times_by_day_ask_for_their_format(
    tmp_path: Path, pattern: str, dialect: str | None
) -> None:
    rows = [
        {**row, "Início": datetime.fromisoformat(row["Início"]).strftime(pattern)} for row in ROWS
    ]
    path = written(tmp_path, rows)
    with pytest.raises(RecordsError, match="nothing states how they are") as raised:
        read(path, dialect, stated=stated())
    assert f'time_format = "{pattern}"' in str(raised.value)
    assert not any(row["Início"] in str(raised.value) for row in rows)
    _, account = read(path, dialect, stated=stated(time_format=pattern))
    assert account["rejected"] == {} and account["calls"] >= 14


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({}, "offered_at, outcome, duration"),
        (COLUMNS | {"caller": "Appelant"}, 'caller = "Appelant"'),
        (COLUMNS | {"agent": "26"}, 'agent = "26"'),
        ({"offered_at": "Início", "outcome": "Estado"}, "duration"),
    ],
)
def test_a_map_that_does_not_fit_is_told_with_the_titles(
    columns: Mapping[str, str], why: str
) -> None:
    with pytest.raises(RecordsError) as raised:
        read(SAMPLE, "portal", stated=stated(columns))
    told = str(raised.value)
    assert f"does not name the columns {why}; it names Id global, Id da chamada, Início" in told
    assert not any(row["Origem"].strip("'") in told for row in ROWS)


def test_files_of_others_are_not_taken_for_it() -> None:
    for sample in ("asterisk-csv/Master.csv", "asterisk-db/cdr.csv", "generic/calls.csv"):
        with pytest.raises(RecordsError, match="does not name the columns"):
            read(REPOSITORY / "cdr_samples" / sample, "portal", stated=stated())
