"""Wazo call logs: one row a call, times with their offset, columns that come and go."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import records
from affluence.cdr.dialect import NotCounted, Reading
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from tests.cdr.reading import clocks, inspected, without_pseudonyms
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "wazo" / "cdr.csv"
Row = dict[str, str]
ROWS: list[Row] = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
COLUMNS = list(ROWS[0])
CALL: Row = {
    "id": "1",
    "answered": "False",
    "start": "2026-03-03T09:00:00+00:00",
    "end": "2026-03-03T09:01:00+00:00",
    "call_direction": "inbound",
    "call_status": "unknown",
    "source_extension": "0639980001",
    "requested_extension": "0199001234",
    "destination_extension": "0199001234",
}
ANSWERED = {"answered": "True", "answer": "2026-03-03T09:00:20+00:00", "call_status": "answered"}

Writer = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(
        rows: Sequence[Row], columns: Sequence[str] = COLUMNS, *, name: str = "cdr.csv"
    ) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def test_the_hand_made_day() -> None:
    """Of who was not joined to anybody the log does not tell why."""
    unanswered: dict[str, object] = {"outcome": "unanswered", "refused_by": None}
    nobody = (3, 4, 5, 8, 10, 11, 13, 14, 16, 17)
    found = inspected([SAMPLE])
    assert_same_slots(found.calls, but=dict.fromkeys(nobody, unanswered))
    assert found.account == {
        "lines": 1 + 18 + 1,
        "calls": 18,
        "merged": 0,
        "duplicates": 1,
        "ignored": {"header": 1},
        "rejected": {},
    }
    assert found.clocks == {"UTC": "what wazo writes"}


def test_it_is_recognised() -> None:
    calls, account = read_calls([SAMPLE])
    assert (calls.height, account["rejected"]) == (18, {})


def test_a_broken_line_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    broken = tmp_path / "broken.csv"
    broken.write_text("".join([*lines[:9], "1,2,3\n", *lines[9:]]), encoding="utf-8")
    tolerant = inspected([broken])
    assert tolerant.account["rejected"] == {"time, state or number not readable": 1}
    monkeypatch.setattr(records, "_parse_lines", None)
    clean = inspected([SAMPLE])
    assert_frame_equal(without_pseudonyms(clean.calls), without_pseudonyms(tolerant.calls))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ANSWERED, ("answered", None)),
        (ANSWERED | {"call_status": "voicemail"}, ("self_service", "voicemail")),
        ({"call_status": "voicemail"}, ("self_service", "voicemail")),
        # A caller whom somebody does not want to hear is no sign of a busy desk.
        ({"call_status": "blocked"}, ("unknown", None)),
        ({"call_status": "unknown"}, ("unanswered", None)),
        ({"call_status": ""}, ("unanswered", None)),
    ],
)
def test_how_a_call_ended(written: Writer, row: Row, expected: tuple[str, str | None]) -> None:
    calls = inspected([written([CALL | row])]).calls
    assert calls.select("outcome", "detail").row(0) == expected
    assert (calls["answered_at"].item() is not None) == (expected[0] == "answered")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-03T09:00:00+00:00", "10:00:00.000000"),
        ("2026-03-03T10:00:00.250000+01:00", "10:00:00.250000"),
        ("2026-03-03T04:00:00-05:00", "10:00:00.000000"),
    ],
)
def test_times_have_their_offset(written: Writer, start: str, expected: str) -> None:
    begun = inspected([written([CALL | {"start": start}])]).calls["offered_at"]
    local = begun.dt.convert_time_zone("Europe/Paris").dt.strftime("%H:%M:%S%.6f")
    assert local.to_list() == [expected]


def test_over_the_change_of_clocks(written: Writer) -> None:
    row = {"start": "2026-10-25T02:50:00+02:00", "end": "2026-10-25T02:10:00+01:00"}
    calls = inspected([written([CALL | row])]).calls
    assert (calls["released_at"] - calls["offered_at"]).dt.total_minutes().item() == 20


@pytest.mark.parametrize(
    ("noted", "expected"),
    [("inbound", "inbound"), ("outbound", "outbound"), ("internal", "internal"), ("", "inbound")],
)
def test_directions(written: Writer, noted: str, expected: str) -> None:
    calls = inspected([written([CALL | {"call_direction": noted}])]).calls
    assert calls["direction"].item() == expected


OLDER = (
    *("id", "answered", "start", "answer", "end", "destination_extension", "destination_name"),
    *("duration", "source_extension", "source_name", "tags"),
)


@pytest.mark.parametrize(
    "columns",
    [OLDER, COLUMNS[::-1], [*COLUMNS, "recording_2_uuid", "recording_2_filename"]],
    ids=["of older versions", "in another order", "more recordings"],
)
def test_columns_that_come_and_go(written: Writer, columns: Sequence[str]) -> None:
    calls = inspected([written([CALL | ANSWERED], columns)]).calls
    assert calls["outcome"].item() == "answered"
    assert clocks(calls, "answered_at") == ["10:00:20"]


def test_empty_columns_at_the_end_may_be_left_out(tmp_path: Path) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "cdr.csv"
    path.write_text(
        "".join(f"{line.rstrip(',')}\n" for line in text.splitlines()), encoding="utf-8"
    )
    found = inspected([path])
    assert found.account["rejected"] == {}
    whole = inspected([SAMPLE]).calls
    assert_frame_equal(without_pseudonyms(found.calls), without_pseudonyms(whole))


def test_without_the_columns_that_a_record_needs(written: Writer) -> None:
    path = written([CALL], [name for name in COLUMNS if name not in ("answer", "end")])
    with pytest.raises(RecordsError, match="does not name the columns answer, end"):
        read_calls([path], "wazo")


@pytest.mark.parametrize("name", ['Jo "le" Grand', "De la Tour, Jean", "Jean\nPaul", "Zoé"])
def test_names_of_all_kinds(written: Writer, name: str) -> None:
    found = inspected([written([CALL, CALL | {"source_name": name, "end": ""}, CALL])])
    assert (found.account["calls"], found.account["rejected"]) == (2, {})


def test_exports_overlap(written: Writer) -> None:
    """Even where the log was generated again, and its calls have other numbers."""
    later = CALL | {"start": "2026-03-03T09:00:00.5+00:00"}
    first, second = written([CALL, later]), written([CALL | {"id": "77"}], name="again.csv")
    account = inspected([first, second]).account
    assert (account["calls"], account["duplicates"]) == (2, 1)


def test_a_call_that_has_no_end(written: Writer) -> None:
    assert inspected([written([CALL | {"end": ""}])]).calls["released_at"].item() is None


def test_agents_are_whoever_spoke_for_the_desk(written: Writer) -> None:
    inbound = CALL | ANSWERED | {"destination_user_uuid": "u1", "source_user_uuid": ""}
    outbound = inbound | {"call_direction": "outbound", "source_user_uuid": "u1"}
    outbound |= {"destination_user_uuid": "", "start": "2026-03-03T09:00:01+00:00"}
    agents = inspected([written([inbound, outbound])]).calls["agent"]
    assert (agents.null_count(), agents.n_unique()) == (0, 1)
    in_vain = CALL | {"destination_user_uuid": "u1"}
    assert inspected([written([in_vain])]).calls["agent"].item() is None


def test_another_service_that_was_dialled(written: Writer) -> None:
    reading = Reading(not_counted=NotCounted(dialled=("0199001235",)))
    path = written([CALL, CALL | {"requested_extension": "0199001235"}])
    account = inspected([path], reading=reading).account
    assert account["ignored"] == {"header": 1, "call that is not counted": 1}


@pytest.mark.parametrize(
    "row",
    [
        {"start": "2026-03-03 09:00:00"},
        {"end": "soon"},
        {"answer": "yes"},
        {"answered": "perhaps"},
        {"call_direction": "up"},
    ],
)
def test_a_bad_line_is_set_aside(written: Writer, row: Row) -> None:
    account = inspected([written([CALL, CALL | row])], "wazo").account
    assert account["calls"] == 1
    assert account["rejected"] == {"time, state or number not readable": 1}
