"""What the formats say of themselves, in the records that are written in them."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

import pytest

from affluence.simulator.fictional_numbers import FICTIONAL_PREFIXES
from affluence.simulator.simulation import Simulation
from affluence.simulator.writers import WRITERS
from tests.conftest import REPOSITORY

_TEXT = r'"(?:[^"]|"")*"'
_LINKS = ("call_uuid", "bridge_uuid", "cc_member_session_uuid")  # to other legs
_TIME = r'"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"'


def lines(dialect: str, simulation: Simulation) -> list[str]:
    return WRITERS[dialect].text(simulation).splitlines()


@pytest.mark.parametrize("dialect", WRITERS)
def test_no_number_outside_the_ranges_kept_for_fiction(dialect: str, a_day: Simulation) -> None:
    text = WRITERS[dialect].text(a_day)
    numbers = set(re.findall(r"(?<![\w.])0\d{9}(?![\w.])", text))
    assert len(numbers) > 100
    assert {number[:6] for number in numbers} <= set(FICTIONAL_PREFIXES)


def test_all_is_quoted_in_cdr_custom_but_the_sequence(simulation: Simulation) -> None:
    line = re.compile(
        rf'(?:{_TEXT},){{8}}{_TIME},(?:""|{_TIME}),{_TIME},"\d+","\d+",(?:{_TEXT},){{5}}\d+'
    )
    assert [text for text in lines("asterisk-custom", simulation) if not line.fullmatch(text)] == []


def test_an_export_of_the_database_has_a_header_and_quotes_all(simulation: Simulation) -> None:
    header, *records = lines("asterisk-db", simulation)
    assert header.startswith('"calldate","clid","src","dst"') and header.endswith('"sequence"')
    line = re.compile(rf'{_TIME}(?:,{_TEXT}){{8}},"\d+","\d+","[A-Z ]+","3"(?:,{_TEXT}){{13}}')
    assert [text for text in records if not line.fullmatch(text)] == []
    assert all(len(row) == 26 for row in csv.reader(records))


@pytest.fixture(scope="module")
def events(simulation: Simulation) -> dict[str, list[list[str]]]:
    """The events of each call, by its id."""
    by_call = defaultdict(list)
    for line in lines("queue-log", simulation):
        by_call[line.split("|")[1]].append(line.split("|"))
    return by_call


def data(events: dict[str, list[list[str]]], name: str) -> Iterator[tuple[int, str, list[str]]]:
    """Time, agent and data of each event of a name."""
    for of_call in events.values():
        yield from (
            (int(at), who, rest) for at, _, _, who, event, *rest in of_call if event == name
        )


def test_a_queue_tells_of_calls_that_enter_it(
    simulation: Simulation, events: dict[str, list[list[str]]]
) -> None:
    assert len(events) == sum(call.queued_ms is not None for call in simulation.calls)
    endings = Counter(of_call[-1][4] for of_call in events.values())
    outcomes = Counter(call.outcome for call in simulation.calls if call.queued_ms is not None)
    assert endings["COMPLETECALLER"] == outcomes["answered"]
    assert endings["ABANDON"] == outcomes["abandoned"]
    assert endings["EXITWITHTIMEOUT"] == outcomes["unanswered"]
    assert {of_call[0][4] for of_call in events.values()} == {"ENTERQUEUE"}


def test_a_queue_counts_seconds_and_rings_milliseconds(
    events: dict[str, list[list[str]]],
) -> None:
    for of_call in events.values():
        entered_at = int(of_call[0][0])
        for at, _, _, agent, event, *told in of_call:
            assert (agent == "NONE") == (event in {"ENTERQUEUE", "ABANDON", "EXITWITHTIMEOUT"})
            if event == "CONNECT":
                answered_at = int(at)
                assert int(told[0]) == answered_at - entered_at >= int(told[2])
            if event == "COMPLETECALLER":
                assert int(told[1]) == int(at) - answered_at
            if event in {"ABANDON", "EXITWITHTIMEOUT"}:
                assert int(told[2]) == int(at) - entered_at
    assert {rang_ms for _, _, (rang_ms,) in data(events, "RINGNOANSWER")} == {"15000"}


def test_a_queue_numbers_its_places(events: dict[str, list[list[str]]]) -> None:
    assert min(int(told[2]) for _, _, told in data(events, "ENTERQUEUE")) == 1
    for _, _, (position, first_position, _) in data(events, "ABANDON"):
        assert 1 <= int(position) <= int(first_position)


def test_a_log_is_in_order(simulation: Simulation) -> None:
    times = [int(line.split("|")[0]) for line in lines("queue-log", simulation)]
    assert times == sorted(times)


def test_channel_events_are_all_quoted_and_in_order(a_day: Simulation) -> None:
    line = re.compile(rf'"[A-Z_]+","etrangers","\d{{10}}\.\d{{6}}"(?:,{_TEXT}){{18}}')
    written = lines("asterisk-cel", a_day)
    assert [text for text in written if not line.fullmatch(text)] == []
    times = [float(time) for _, _, time, *_ in csv.reader(written)]
    assert times == sorted(times)


def test_every_channel_begins_once_and_ends_once(a_day: Simulation) -> None:
    told = Counter((row[0], row[15], row[16]) for row in csv.reader(lines("asterisk-cel", a_day)))
    begun, ended = (
        {(channel, call) for event, channel, call in told if event == name}
        for name in ("CHAN_START", "CHAN_END")
    )
    assert begun == ended
    assert {call for event, _, call in told if event == "LINKEDID_END"} == {
        call for _, call in begun
    }
    rung = sum(len(call.missed) + (call.agent is not None) for call in a_day.calls)
    assert len(begun) == len(a_day.calls) + rung
    once = ("CHAN_START", "CHAN_END", "HANGUP", "ANSWER", "LINKEDID_END")
    assert {count for (event, _, _), count in told.items() if event in once} == {1}


def test_cisco_names_and_types_its_columns(a_day: Simulation) -> None:
    sample = REPOSITORY / "cdr_samples" / "cucm" / "cdr_StandAloneCluster_01_202603040015_1042"
    written = lines("cucm", a_day)
    assert written[:2] == sample.read_text(encoding="utf-8").splitlines()[:2]
    integer = [kind == "INTEGER" for kind in written[1].split(",")]
    quoted = re.compile(",".join(r"-?\d+" if plain else _TEXT for plain in integer))
    assert [text for text in written[2:] if not quoted.fullmatch(text)] == []


def test_cisco_records_every_phone_that_rings_in_vain(a_day: Simulation) -> None:
    records = list(csv.DictReader(lines("cucm", a_day)))[1:]
    rung = sum(len(call.missed) for call in a_day.calls)
    assert len(records) == len({row["pkid"] for row in records}) == len(a_day.calls) + rung
    for row in records:
        since_s = int(row["dateTimeDisconnect"]) - int(row["dateTimeConnect"])
        assert int(row["duration"]) == (since_s if row["dateTimeConnect"] != "0" else 0)


def test_freeswitch_quotes_all_and_records_who_calls(a_day: Simulation) -> None:
    stamp = _TIME.removeprefix('"').removesuffix('"')
    line = re.compile(
        rf'"[^"]*","[^"]*","\d+","(?:public|default)","{stamp}","(?:{stamp})?","{stamp}",'
        r'"\d+","\d+","[A-Z_]+","[0-9a-f-]{36}","(?:[0-9a-f-]{36})?","","",""'
    )
    written = lines("freeswitch-csv", a_day)
    assert [text for text in written if not line.fullmatch(text)] == []
    assert len(written) == len(a_day.calls)
    joined = sum(row[11] != "" for row in csv.reader(written))
    assert joined == sum(call.outcome == "answered" for call in a_day.calls)


def documents(simulation: Simulation, dialect: str) -> list[dict[str, str]]:
    """Variables of each document, its decoded values."""
    content = WRITERS[dialect].text(simulation)
    if dialect == "freeswitch-json":
        every = [json.loads(line)["variables"] for line in content.splitlines()]
    else:
        parts = re.findall(r"<variables>(.*?)</variables>", content, re.DOTALL)
        every = [dict(re.findall(r"<(\w+)>([^<]*)</\1>", part)) for part in parts]
    return [{name: unquote(value) for name, value in leg.items()} for leg in every]


@pytest.fixture(scope="module")
def legs(a_day: Simulation) -> list[dict[str, str]]:
    return documents(a_day, "freeswitch-json")


def test_both_syntaxes_say_the_same(a_day: Simulation, legs: list[dict[str, str]]) -> None:
    assert documents(a_day, "freeswitch-xml") == legs


def test_every_phone_that_rings_is_a_leg(a_day: Simulation, legs: list[dict[str, str]]) -> None:
    rung = sum(len(call.missed) + (call.agent is not None) for call in a_day.calls)
    assert len(legs) == len({leg["uuid"] for leg in legs}) == len(a_day.calls) + rung
    uuids = {leg["uuid"] for leg in legs}
    assert all(leg[name] in uuids for leg in legs for name in _LINKS if name in leg)
    for leg in legs:
        start_s, end_s = int(leg["start_epoch"]), int(leg["end_epoch"])
        answer_s = int(leg["answer_epoch"]) or end_s
        assert (int(leg["duration"]), int(leg["billsec"])) == (end_s - start_s, end_s - answer_s)
        assert start_s <= answer_s <= end_s
        assert ("answer_stamp" in leg) == (leg["answer_epoch"] != "0")


def test_a_queue_notes_why_it_is_left(a_day: Simulation, legs: list[dict[str, str]]) -> None:
    members = [leg for leg in legs if leg.get("cc_side") == "member"]
    fates = Counter((leg["cc_cause"], leg.get("cc_cancel_reason", "")) for leg in members)
    outcomes = Counter(call.outcome for call in a_day.calls if call.queued_ms is not None)
    assert fates == {
        ("answered", ""): outcomes["answered"],
        ("cancel", "BREAK_OUT"): outcomes["abandoned"],
        ("cancel", "TIMEOUT"): outcomes["unanswered"],
    }


def first_line_of(sample: str) -> str:
    return (REPOSITORY / "cdr_samples" / sample).read_text(encoding="utf-8").splitlines()[0]


def test_fusionpbx_exports_who_calls_and_whom_a_queue_rings(a_day: Simulation) -> None:
    header, *written = lines("fusionpbx", a_day)
    assert header == first_line_of("fusionpbx/cdr_example.org_20260304_070000.csv")
    line = re.compile(rf"{_TEXT}(?:,{_TEXT}){{34}}")
    assert [text for text in written if not line.fullmatch(text)] == []
    rows = list(csv.DictReader([header, *written]))
    assert all(re.fullmatch(r"[-\d]+ [:\d]+\+0[12]", row["start_stamp"]) for row in rows)
    sides = Counter((row["cc_side"], row["status"]) for row in rows)
    inbound = [call for call in a_day.calls if call.direction == "inbound"]
    queued = Counter(call.outcome for call in inbound if call.queued_ms is not None)
    assert sides["member", "answered"] == sides["agent", "answered"] == queued["answered"]
    assert sides["member", "missed"] == queued["abandoned"] + queued["unanswered"]
    assert sides["", "busy"] == sum(call.outcome == "busy" for call in inbound)


def test_3cx_has_27_fields_and_no_quotes(a_day: Simulation) -> None:
    content = WRITERS["3cx"].text(a_day)
    line = re.compile(
        r"Call \d+,[0-9a-f-]+,\d\d:\d\d:\d\d,(?:(?:[\d/]{10} [\d:]{8})?,){3}\w+(?:,[^,\"]*){20}"
    )
    written = content.split("\r\n")[:-1]
    assert len(written) == len(a_day.calls)
    assert [text for text in written if not line.fullmatch(text)] == []


def test_wazo_answers_where_agents_do(a_day: Simulation) -> None:
    header, *written = WRITERS["wazo"].text(a_day).split("\r\n")[:-1]
    assert first_line_of("wazo/cdr.csv").startswith(header + ",recording_1_uuid")
    rows = list(csv.DictReader([header, *written]))
    assert len(rows) == len(a_day.calls)
    answered = sum(call.outcome == "answered" for call in a_day.calls)
    assert sum(row["answered"] == "True" for row in rows) == answered
    assert all((row["answer"] != "") == (row["answered"] == "True") for row in rows)
    starts = [datetime.fromisoformat(row["start"]) for row in rows]
    assert starts == sorted(starts)


def test_avaya_records_what_takes_a_trunk(a_day: Simulation) -> None:
    line = re.compile(
        r"[\d/]{10} [\d:]{8},\d\d:\d\d:\d\d,\d+,\d*,[IO],\d+,\d+,,0,\d{7},0,"
        r"(?:[EV]\d+)?,[^,]*,T9\d{3},Line 1\.\d+,0,0,{13}"
    )
    written = WRITERS["avaya-smdr"].text(a_day).split("\r\n")[:-1]
    assert [text for text in written if not line.fullmatch(text)] == []
    assert len(written) == sum(call.line is not None for call in a_day.calls)


def test_a_listing_has_the_titles_of_the_sample(a_day: Simulation) -> None:
    sample = (REPOSITORY / "cdr_samples" / "portal" / "listagem.csv").read_bytes().decode()
    title, blank, header, *rows = WRITERS["portal"].text(a_day).split("\r\n")[:-1]
    assert (title[0], blank, header) == ("\ufeff", "", sample.split("\r\n")[2])
    answered = sum(call.outcome == "answered" for call in a_day.calls)
    told = [dict(zip(header.split(";"), row.split(";"), strict=True)) for row in rows]
    spoken = [row for row in told if row["Estado"] == "Atendida" and row["Extensão"]]
    assert len(spoken) == answered
    assert all(re.fullmatch(r"\d:\d\d:\d\d", row["Conversação"]) for row in told)
