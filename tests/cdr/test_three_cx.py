"""3CX: no quotes, fields in an order that one chooses, words that nobody documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import records
from affluence.cdr.dialect import MissingColumnsError, NotCounted, Reading, Sample, Stated
from affluence.cdr.dialects import find_dialect
from affluence.cdr.recipe import Recipe
from affluence.cdr.three_cx import fit
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.steps.inspect import inspect_files
from tests.cdr.reading import NOTHING_SAID, clocks, inspected, without_pseudonyms
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "3cx" / "cdr.log"
FIELDS = (
    *("historyid", "callid", "duration", "time-start", "time-answered", "time-end"),
    *("reason-terminated", "from-no", "to-no", "from-dn", "to-dn", "dial-no", "reason-changed"),
    *("final-number", "final-dn", "bill-code", "bill-rate", "bill-cost", "bill-name", "chain"),
    *("from-type", "to-type", "final-type", "from-dispname", "to-dispname", "final-dispname"),
    "missed-queue-calls",
)
Row = dict[str, str]
CALL: Row = {
    "historyid": "Call 288801",
    "callid": "89d3af2d8f010000_3456",
    "duration": "00:00:00",
    "time-start": "2026/03/03 09:00:00",
    "time-end": "2026/03/03 09:01:00",
    "reason-terminated": "TerminatedBySrc",
    "from-no": "0639980001",
    "to-no": "Ext.800",
    "from-dn": "10000",
    "to-dn": "800",
    "dial-no": "0199001234",
    "chain": "Chain: 0639980001;Ext.800;",
    "from-type": "Line",
    "to-type": "Queue",
}
PICKED_UP = {"time-answered": "2026/03/03 09:00:20"}
BY_AGENT = {**PICKED_UP, "final-type": "Extension", "final-dn": "1001"}

Writer = Callable[..., Path]


def line(row: Row, fields: tuple[str, ...] = FIELDS, separator: str = ",") -> str:
    return separator.join((CALL | row).get(name, "") for name in fields)


def stated(*fields: str, **others: object) -> Reading:
    columns = tuple((name, str(number)) for number, name in enumerate(fields, start=1) if name)
    return Reading(stated=Stated(columns=columns, **others))  # type: ignore[arg-type]  # of a test


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(*lines: str, name: str = "cdr.log", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(each + end for each in lines).encode())
        return path

    return write


def fate(
    path: Path, reading: Reading = NOTHING_SAID, clock: str = "auto"
) -> tuple[str, str | None]:
    """Outcome of the only call, and when an agent answered."""
    calls = inspected([path], "3cx", reading=reading, clock=clock).calls
    return calls["outcome"].item(), clocks(calls, "answered_at")[0]


def test_the_hand_made_day() -> None:
    """Congestion of the network is a failure like others; call 9 was transferred."""
    found = inspected([SAMPLE])
    assert_same_slots(found.calls, but={14: {"outcome": "failed", "refused_by": None}})
    assert found.account == {
        "lines": 18 + 1 + 1,
        "calls": 18,
        "merged": 1,
        "duplicates": 1,
        "ignored": {},
        "rejected": {},
    }
    assert found.clocks == {"UTC": "what 3cx writes"}


def test_it_is_recognised() -> None:
    calls, account = read_calls([SAMPLE])
    assert (calls.height, account["rejected"]) == (18, {})


def test_a_broken_line_changes_nothing_else(
    written: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    lines = text.replace("Tour, Jean", "Tour").replace(", dit Jojo", "").splitlines()
    broken = written(*lines[:9], "Call 1,cut", *lines[9:], name="broken.log", end="\r\n")
    tolerant = inspected([broken])
    assert tolerant.account["rejected"] == {"wrong number of columns": 1}
    monkeypatch.setattr(records, "_parse_lines", None)
    clean = inspected([written(*lines, end="\r\n")])
    assert_frame_equal(without_pseudonyms(clean.calls), without_pseudonyms(tolerant.calls))


@pytest.mark.parametrize("name", ["De la Tour, Jean", ",,,", 'Jo "le" Grand', '"', "Zoé"])
@pytest.mark.parametrize("field", ["from-dispname", "to-dispname", "final-dispname"])
def test_names_are_not_quoted(written: Writer, name: str, field: str) -> None:
    found = inspected([written(line(BY_AGENT | {field: name}))], "3cx")
    assert (found.account["calls"], found.account["rejected"]) == (1, {})
    assert found.calls["outcome"].item() == "answered"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (BY_AGENT, ("answered", "10:00:20")),
        (BY_AGENT | {"final-type": "extension"}, ("answered", "10:00:20")),
        (PICKED_UP | {"to-type": "Extension"}, ("answered", "10:00:20")),
        # The queue picked up, and nobody took over.
        (PICKED_UP, ("abandoned", None)),
        (PICKED_UP | {"reason-terminated": "TerminatedByDst"}, ("unanswered", None)),
        (PICKED_UP | {"to-type": "IVR", "final-type": "IVR"}, ("self_service", None)),
        (PICKED_UP | {"to-type": "Ivr"}, ("self_service", None)),
        (PICKED_UP | {"final-type": "VoiceMail"}, ("self_service", None)),
        ({}, ("abandoned", None)),
        ({"reason-terminated": "src_participant_terminated"}, ("abandoned", None)),
        ({"reason-terminated": "dst_participant_terminated"}, ("unanswered", None)),
        ({"reason-terminated": "NoAnswer"}, ("unanswered", None)),
        ({"reason-terminated": "Busy"}, ("busy", None)),
        ({"reason-terminated": "Failed"}, ("failed", None)),
        ({"reason-terminated": "SomethingNew"}, ("unknown", None)),
    ],
)
def test_how_a_call_ended(written: Writer, row: Row, expected: tuple[str, str | None]) -> None:
    assert fate(written(line(row))) == expected


def test_words_that_the_configuration_knows_better(written: Writer) -> None:
    reading = Reading(stated=Stated(outcomes=(("somethingnew", "busy"), ("busy", "failed"))))
    assert fate(written(line({"reason-terminated": "SomethingNew"})), reading) == ("busy", None)
    assert fate(written(line({"reason-terminated": "Busy"})), reading) == ("failed", None)
    answered = line(BY_AGENT | {"reason-terminated": "Busy"})
    assert fate(written(answered), reading) == ("answered", "10:00:20")


def test_where_the_queue_picks_up(written: Writer) -> None:
    reading = Reading(machine_answers_first=True)
    assert fate(written(line(BY_AGENT)), reading) == ("answered", None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "inbound"),
        ({"from-type": "external_line"}, "inbound"),
        ({"from-type": "Extension", "from-no": "Ext.1004", "to-type": "Line"}, "outbound"),
        ({"from-type": "Extension", "from-no": "Ext.1004", "to-type": "Extension"}, "internal"),
    ],
)
def test_directions(written: Writer, row: Row, expected: str) -> None:
    assert inspected([written(line(row))]).calls["direction"].item() == expected


def test_who_is_called_by_the_desk_is_a_person(written: Writer) -> None:
    row = {"from-type": "Extension", "to-type": "Line", "final-type": "Line", **PICKED_UP}
    assert fate(written(line(row))) == ("answered", "10:00:20")


OLDER = FIELDS[:20]


@pytest.mark.parametrize(
    ("row", "direction", "expected"),
    [
        (PICKED_UP, "inbound", "answered"),
        ({}, "inbound", "abandoned"),
        ({"from-no": "Ext.1004", "to-no": "0261910001"}, "outbound", "abandoned"),
        ({"from-no": "Ext.1004"}, "internal", "abandoned"),
    ],
)
def test_older_versions_tell_no_types(
    written: Writer, row: Row, direction: str, expected: str
) -> None:
    calls = inspected([written(line(row, OLDER))]).calls
    assert calls.select("direction", "outcome").row(0) == (direction, expected)


def test_older_versions_where_the_queue_picks_up(written: Writer) -> None:
    """A call that went on to another extension was taken by an agent."""
    reading = Reading(machine_answers_first=True)
    moved = {**PICKED_UP, "reason-changed": "ReplacedDst", "final-dn": "1001"}
    assert fate(written(line(moved, OLDER)), reading) == ("answered", None)
    assert fate(written(line(PICKED_UP, OLDER)), reading) == ("abandoned", None)


def test_times_are_utc_unless_another_clock_is_stated(written: Writer) -> None:
    path = written(line(BY_AGENT))
    assert fate(path)[1] == "10:00:20"
    assert fate(path, clock="Europe/Paris")[1] == "09:00:20"


def test_dates_with_dashes(written: Writer) -> None:
    row = {name: value.replace("/", "-") for name, value in (CALL | BY_AGENT).items()}
    assert fate(written(line(row))) == ("answered", "10:00:20")


CHOSEN = (
    *("time-start", "", "historyid", "from-dispname", "time-answered", "time-end", "from-no"),
    *("to-no", "reason-terminated", "to-type", "final-type"),
)


def test_fields_in_the_order_that_is_stated(written: Writer) -> None:
    reading = stated(*CHOSEN)
    rows = [BY_AGENT, {"historyid": "Call 2", "from-dispname": "De la Tour, Jean"}]
    path = written(*(line(row, CHOSEN) for row in (rows[0], rows[1], rows[0])))
    found = inspected([path], "3cx", reading=reading)
    assert found.account["duplicates"] == 1
    assert found.calls["outcome"].to_list() == ["answered", "abandoned"]


def test_a_separator_and_a_time_format_that_are_stated(written: Writer) -> None:
    times = {"time-start": "03.03.26 09:00", "time-end": "03.03.26 09:01"}
    reading = stated(*CHOSEN, separator=";", time_format="%d.%m.%y %H:%M")
    path = written(line(times, CHOSEN, ";"), line({**times, "historyid": "7"}, CHOSEN, ";"))
    calls = inspected([path], "3cx", reading=reading).calls
    assert clocks(calls, "offered_at") == ["10:00:00", "10:00:00"]


def test_fields_that_are_not_stated_well(written: Writer) -> None:
    path = written(line({}, CHOSEN))
    without = Reading(stated=Stated(columns=stated(*CHOSEN).stated.columns[:4]))
    with pytest.raises(MissingColumnsError, match="time-end, reason-terminated"):
        fit(Sample(lines=(), modified_on=date(2026, 3, 4)), without)
    by_name = Reading(stated=Stated(columns=(("time-end", "ended"),)))
    with pytest.raises(MissingColumnsError, match="time-end"):
        fit(Sample(lines=(), modified_on=date(2026, 3, 4)), by_name)
    recipe = Recipe(dialect=find_dialect("3cx"), reading=without, clock="auto", zone="Europe/Paris")
    found = inspect_files([path], recipe, platform="day", longest_call_s=3600)
    assert "does not name the columns time-end" in found.unreadable[0]


def test_an_order_that_is_not_stated_is_not_guessed(written: Writer) -> None:
    """What the error says of an unknown file: state its dialect."""
    with pytest.raises(RecordsError, match="State the dialect"):
        read_calls([written(line({}, CHOSEN))])


def test_it_says_what_it_assumes() -> None:
    sample = Sample(lines=(), modified_on=date(2026, 3, 4))
    assert fit(sample, NOTHING_SAID).choices == (
        "fields are in their usual order",
        "times are UTC where no other clock is stated",
        "the answer to a queued call is taken for an agent's",
    )
    told = fit(sample, stated(*FIELDS)).choices
    assert told[0] == "fields are in their stated order"


def test_legs_of_a_transfer_are_one_call(written: Writer) -> None:
    again = {
        **BY_AGENT,
        "callid": "89d3af2d8f010000_3457",
        "time-start": "2026/03/03 09:01:00",
        "time-answered": "2026/03/03 09:01:00",
        "time-end": "2026/03/03 09:05:00",
    }
    found = inspected([written(line(BY_AGENT), line(again))])
    assert (found.account["calls"], found.account["merged"]) == (1, 1)
    assert fate(written(line(BY_AGENT), line(again))) == ("answered", "10:00:20")
    assert clocks(found.calls, "released_at") == ["10:05:00"]


def test_numbers_of_calls_begin_again(written: Writer) -> None:
    """Where a system is set up anew."""
    other_day = {"time-start": "2026/03/04 09:00:00", "time-end": "2026/03/04 09:01:00"}
    assert inspected([written(line({}), line(other_day))]).account["calls"] == 2


def test_one_file_a_call_and_all_in_one(written: Writer) -> None:
    one, every = (
        written(line({}), name="cdr1.log"),
        written(line({}), line({"historyid": "Call 2"})),
    )
    account = inspected([one, every]).account
    assert (account["calls"], account["duplicates"]) == (2, 1)


def test_queues_are_known_by_their_number(written: Writer) -> None:
    reading = Reading(not_counted=NotCounted(queues=("800",)))
    path = written(line({}), line({"to-type": "Extension"}))
    assert inspected([path], reading=reading).account["ignored"] == {"call that is not counted": 1}


def test_an_agent_is_named_only_where_one_spoke(written: Writer) -> None:
    agents = [
        inspected([written(line(row))]).calls["agent"].item() for row in (BY_AGENT, PICKED_UP)
    ]
    assert [agent is not None for agent in agents] == [True, False]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line({"time-start": "yesterday"}), "time, state or number not readable"),
        (line({"time-end": "0"}), "time, state or number not readable"),
        (line({"historyid": "somebody"}), "time, state or number not readable"),
        (line({"duration": "long"}), "time, state or number not readable"),
        (line({}, FIELDS[:10]), "wrong number of columns"),
    ],
)
def test_a_bad_line_is_set_aside(written: Writer, text: str, reason: str) -> None:
    account = inspected([written(line({}), text)], "3cx").account
    assert (account["calls"], account["rejected"]) == (1, {reason: 1})


def test_a_line_full_of_commas_takes_no_time(written: Writer) -> None:
    account = inspected([written(line({}), "," * 60_000)], "3cx").account
    assert account["rejected"] == {"wrong number of columns": 1}
