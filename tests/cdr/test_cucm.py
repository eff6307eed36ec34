"""Cisco's records: by the names of their columns, with epochs, causes and queues."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from tests.cdr.reading import (
    assert_a_broken_line_changes_nothing,
    inspected,
    local_times,
    read,
    written,
)
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

FOLDER = REPOSITORY / "cdr_samples" / "cucm"
SAMPLE = FOLDER / "cdr_StandAloneCluster_01_202603040015_1042"
QUALITY = FOLDER / "cmr_StandAloneCluster_01_202603040015_1043"
TRUNKS = ["SIP_"]
NAMES, TYPES, *ROWS = csv.reader(SAMPLE.read_text(encoding="utf-8").splitlines())
NINE_O_CLOCK = 1772524800  # of 3 March 2026 in Paris

Row = dict[str, str | int]


def record(**told: str | int) -> Row:
    """A call of a minute to a phone that answers after ten seconds, unless told otherwise."""
    plain: Row = {
        "cdrRecordType": 1,
        "globalCallID_callManagerId": 1,
        "globalCallID_callId": 1,
        "globalCallId_ClusterID": "one",
        "dateTimeOrigination": NINE_O_CLOCK,
        "dateTimeConnect": NINE_O_CLOCK + 10,
        "dateTimeDisconnect": NINE_O_CLOCK + 60,
        "callingPartyNumber": "0639980001",
        "finalCalledPartyNumber": "7101",
        "origCause_value": 0,
        "destCause_value": 16,
        "origDeviceName": "SIP_Operateur",
        "destDeviceName": "SEP01",
        "pkid": "pkid-1",
    }
    return plain | told


def file_of(folder: Path, *rows: Row, name: str = "cdr_one_01_202603031000_1") -> Path:
    lines = [",".join(rows[0])]
    lines += [",".join(f'"{row[name]}"' for name in rows[0]) for row in rows]
    return written(folder, lines, name=name)


def test_the_hand_made_day() -> None:
    calls, account = read_calls([SAMPLE], trunks=TRUNKS)
    assert_same_slots(calls)
    assert account == {
        "lines": 22,
        "calls": 18,
        "merged": 1,  # the phone that rang in vain in call 2
        "duplicates": 1,  # call 3
        "ignored": {"header": 1, "types of the columns": 1},
        "rejected": {},
    }


def test_it_is_found_and_its_clock_is_known() -> None:
    found = inspected(SAMPLE, trunks=TRUNKS)
    assert [*found.dialects] == ["cucm"]
    assert found.clocks == {"UTC": "what cucm writes"}


def test_clean_and_broken_files_give_the_same_calls(tmp_path: Path) -> None:
    broken = '1,1,5099,"no record"'
    reason = "wrong number of columns"
    assert_a_broken_line_changes_nothing(SAMPLE, tmp_path, broken, reason, trunks=TRUNKS)


def test_records_of_quality_are_no_calls() -> None:
    calls, account = read(QUALITY)
    assert calls.height == 0
    assert account["ignored"] == {
        "header": 1,
        "types of the columns": 1,
        "record of the quality of a call": 2,
    }


def test_columns_go_by_name_whatever_their_order_and_spelling(tmp_path: Path) -> None:
    spelled = [name.replace("ID", "Id").replace("dateTime", "DateTime") for name in NAMES]
    lines = [",".join(reversed(row)) for row in (spelled, TYPES, *ROWS)]
    calls, account = read(written(tmp_path, lines), trunks=TRUNKS)
    assert account["rejected"] == {}
    assert_frame_equal(calls, read(SAMPLE, trunks=TRUNKS)[0])


def test_many_small_files_in_one(tmp_path: Path) -> None:
    """Names and types come again with every file that was appended."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    calls, account = read(written(tmp_path, [*lines[:9], *lines[:2], *lines[9:]]), trunks=TRUNKS)
    assert account["ignored"] == {"header": 2, "types of the columns": 2}
    assert_frame_equal(calls, read(SAMPLE, trunks=TRUNKS)[0])


def test_a_file_without_types(tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    calls, account = read(written(tmp_path, [lines[0], *lines[2:]]), trunks=TRUNKS)
    assert account["ignored"] == {"header": 1}
    assert calls.height == 18


def test_a_file_in_which_nothing_happened(tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    _, account = read(written(tmp_path, lines[:2]))
    assert (account["lines"], account["calls"]) == (2, 0)


def test_a_record_in_two_files_is_one_record(tmp_path: Path) -> None:
    one = file_of(tmp_path, record(), name="one")
    two = file_of(tmp_path, record(), record(pkid="pkid-2", globalCallID_callId=2), name="two")
    _, account = read_calls([one, two])
    assert (account["calls"], account["merged"], account["duplicates"]) == (2, 0, 1)


@pytest.mark.parametrize(
    ("other", "calls"),
    [
        ({}, 1),
        ({"globalCallID_callManagerId": 2}, 2),
        ({"globalCallId_ClusterID": "two"}, 2),
        ({"dateTimeOrigination": NINE_O_CLOCK - 86_400}, 2),  # numbers restart with the server
    ],
)
def test_what_makes_two_records_one_call(tmp_path: Path, other: Row, calls: int) -> None:
    path = file_of(tmp_path, record(), record(pkid="pkid-2", **other))
    assert read(path)[0].height == calls


def test_a_transfer_is_one_call(tmp_path: Path) -> None:
    """It arrives with its first leg and ends with its last."""
    split = record(destCause_value=393216, dateTimeDisconnect=NINE_O_CLOCK + 30)
    onwards = record(
        pkid="pkid-2",
        destDeviceName="SEP02",
        dateTimeOrigination=NINE_O_CLOCK + 30,
        dateTimeConnect=NINE_O_CLOCK + 30,
        dateTimeDisconnect=NINE_O_CLOCK + 90,
    )
    calls, _ = read(file_of(tmp_path, split, onwards))
    assert local_times(calls) == [("09:00:00", "09:00:10", "09:01:30")]
    assert calls["legs"].to_list() == [2]


def test_an_answer_that_lasts_less_than_a_second(tmp_path: Path) -> None:
    calls, _ = read(file_of(tmp_path, record(dateTimeDisconnect=NINE_O_CLOCK + 10)))
    assert calls["outcome"].to_list() == ["answered"]


NEVER_CONNECTED = {"dateTimeConnect": 0, "destDeviceName": ""}


@pytest.mark.parametrize(
    ("told", "outcome", "refused_by"),
    [
        ({}, "answered", None),
        ({"destDeviceName": ""}, "self_service", None),  # connected to nothing with a name
        ({"destDeviceName": "CiscoUM1-VI3"}, "self_service", None),
        ({"destDeviceName": "MOH_2"}, "self_service", None),
        (NEVER_CONNECTED | {"destCause_value": 17}, "busy", None),
        (NEVER_CONNECTED | {"destCause_value": 34}, "busy", "lines"),
        (NEVER_CONNECTED | {"destCause_value": 44}, "busy", "lines"),
        (NEVER_CONNECTED | {"destCause_value": 38}, "busy", "network"),
        (NEVER_CONNECTED | {"destCause_value": 41}, "busy", "network"),
        (NEVER_CONNECTED | {"destCause_value": 42}, "busy", "network"),
        (NEVER_CONNECTED | {"destCause_value": 47}, "busy", "network"),
        (NEVER_CONNECTED | {"destCause_value": 18}, "unanswered", None),
        (NEVER_CONNECTED | {"destCause_value": 19}, "unanswered", None),
        (NEVER_CONNECTED | {"destCause_value": 16}, "abandoned", None),
        (NEVER_CONNECTED | {"destCause_value": 0, "origCause_value": 16}, "abandoned", None),
        (NEVER_CONNECTED | {"destCause_value": 0, "origCause_value": 17}, "busy", None),
        (NEVER_CONNECTED | {"destCause_value": 0}, "abandoned", None),
        (NEVER_CONNECTED | {"destCause_value": 1}, "failed", None),
        (NEVER_CONNECTED | {"destCause_value": 21}, "failed", None),
        (NEVER_CONNECTED | {"destCause_value": 127}, "failed", None),
        (NEVER_CONNECTED | {"destCause_value": 393216}, "unknown", None),
    ],
)
def test_what_became_of_a_call(
    tmp_path: Path, told: Row, outcome: str, refused_by: str | None
) -> None:
    calls, _ = read(file_of(tmp_path, record(**told)))
    assert calls.select("outcome", "refused_by").rows() == [(outcome, refused_by)]


def queued(wait: int, connect: int, end: int, device: str = "SEP01") -> Row:
    return record(
        wasCallQueued=1,
        totalWaitTimeInQueue=wait,
        dateTimeConnect=NINE_O_CLOCK + connect if connect >= 0 else 0,
        dateTimeDisconnect=NINE_O_CLOCK + end,
        destDeviceName=device,
        huntPilotDN="7000",
    )


@pytest.mark.parametrize(
    ("row", "outcome", "answered_at", "queued_at"),
    [
        # The queue connects the call at once, and the agent comes after 40 seconds of music.
        (queued(wait=40, connect=0, end=60), "answered", "09:00:40", "09:00:00"),
        (queued(wait=40, connect=5, end=60), "answered", "09:00:45", "09:00:05"),
        # It waits unconnected: the agent connects it.
        (queued(wait=40, connect=42, end=60), "answered", "09:00:42", "09:00:02"),
        # It is connected all the time that it waits, and then no more.
        (queued(wait=60, connect=0, end=60), "abandoned", None, "09:00:00"),
        (queued(wait=40, connect=0, end=60, device=""), "abandoned", None, "09:00:20"),
        (queued(wait=40, connect=-1, end=40, device=""), "abandoned", None, "09:00:00"),
    ],
)
def test_a_queue_that_answers_is_no_agent(
    tmp_path: Path, row: Row, outcome: str, answered_at: str | None, queued_at: str
) -> None:
    calls, _ = read(file_of(tmp_path, row))
    assert calls.select("outcome", "queue").rows() == [(outcome, "7000")]
    assert local_times(calls, "answered_at", "queued_at") == [(answered_at, queued_at)]


def test_devices_that_only_the_service_knows(tmp_path: Path) -> None:
    """Route points and recorded announcements have free names and numbers."""
    rows = [
        record(destDeviceName="CTIRP_Ferme"),
        record(pkid="pkid-2", globalCallID_callId=2, finalCalledPartyNumber="7999"),
    ]
    found = inspected(file_of(tmp_path, *rows), outcomes={"ctirp_": "closed", "7999": "busy"})
    assert sorted(found.calls["outcome"]) == ["busy", "closed"]
    assert found.calls["answered_at"].null_count() == 2


def test_direction_by_the_names_of_the_lines(tmp_path: Path) -> None:
    rows = [
        record(),
        record(pkid="2", globalCallID_callId=2, origDeviceName="SEP02", destDeviceName="SIP_One"),
        record(pkid="3", globalCallID_callId=3, origDeviceName="SEP02"),
    ]
    path = file_of(tmp_path, *rows)
    directions = read(path, trunks=TRUNKS)[0].sort("call_key")["direction"].to_list()
    assert sorted(directions) == ["inbound", "internal", "outbound"]
    assert read(path)[0]["direction"].unique().to_list() == ["inbound"]  # nobody said which


def test_the_doubled_hour_of_autumn(tmp_path: Path) -> None:
    """Epochs tell the two apart: 25 October 2026, 02:30 twice, an hour apart."""
    first = 1792888200  # 00:30 UTC
    rows = [
        record(
            pkid=f"pkid-{hour}",
            globalCallID_callId=hour,
            dateTimeOrigination=first + 3600 * hour,
            dateTimeConnect=first + 3600 * hour + 10,
            dateTimeDisconnect=first + 3600 * hour + 60,
        )
        for hour in (0, 1)
    ]
    calls, _ = read(file_of(tmp_path, *rows))
    assert local_times(calls, "offered_at") == [("02:30:00",), ("02:30:00",)]
    assert (calls["offered_at"][1] - calls["offered_at"][0]).total_seconds() == 3600
    assert calls["quality"].to_list() == [0, 0]


def test_an_end_before_its_beginning_lasts_no_time(tmp_path: Path) -> None:
    calls, _ = read(file_of(tmp_path, record(dateTimeDisconnect=NINE_O_CLOCK - 5)))
    assert local_times(calls, "offered_at", "released_at") == [("09:00:00", "09:00:00")]


@pytest.mark.parametrize(
    "told",
    [{"cdrRecordType": 3}, {"dateTimeOrigination": 0}, {"dateTimeConnect": "3 March"}],
)
def test_what_is_no_record_is_set_aside(tmp_path: Path, told: Row) -> None:
    _, account = read(file_of(tmp_path, record(), record(**told)), "cucm")
    assert account["rejected"] == {"time, state or number not readable": 1}


def test_a_last_line_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / SAMPLE.name
    path.write_bytes(SAMPLE.read_bytes()[:-200])
    _, account = read(path)
    assert (account["calls"], account["rejected"]) == (17, {"line cut short": 1})


def test_missing_columns_are_named(tmp_path: Path) -> None:
    row = record()
    del row["pkid"], row["destDeviceName"]
    with pytest.raises(RecordsError, match="does not name the columns pkid, destDeviceName"):
        read(file_of(tmp_path, row), "cucm")
