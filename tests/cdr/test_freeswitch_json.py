"""FreeSWITCH JSON: a document a leg; epochs tell the times, the queue what became of a call."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import records
from affluence.cdr.dialect import NotCounted, Reading
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import STILL_OPEN
from tests.cdr.reading import NOTHING_SAID, clocks, inspected, without_pseudonyms
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLES = sorted((REPOSITORY / "cdr_samples" / "freeswitch-json").glob("*.json"))
ON_TRUNKS = Reading(trunks=("sofia/external/", "sofia/gateway/"))
TEN = 1772528400  # 10:00:00 in Paris
Variables = dict[str, Any]

Writer = Callable[..., Path]


def times(**seconds: int | None) -> Variables:
    """Epochs of a leg, in seconds after ten o'clock; None is never."""
    known = {"start": 0, "answer": None, "bridge": None, "end": 60} | seconds
    epochs: Variables = {}
    for name, after in known.items():
        epochs[f"{name}_epoch"] = "0" if after is None else str(TEN + after)
        epochs[f"{name}_uepoch"] = "0" if after is None else f"{TEN + after}500000"
    return epochs


def document(variables: Variables, *, encoded: bool = True, caller: str = "0639980001") -> str:
    told = {
        "uuid": "call",
        "direction": "inbound",
        "channel_name": "sofia/external/0639980001@192.0.2.10",
        "hangup_cause": "NORMAL_CLEARING",
        **times(),
        **variables,
    }
    if encoded:
        told = {k: quote(v) if isinstance(v, str) else v for k, v in told.items()}
    profile = {"caller_id_number": caller, "destination_number": "0199001234"}
    flow = [{"caller_profile": {"caller_id_number": "3000"}}, {"caller_profile": profile}]
    return json.dumps({"core-uuid": "x", "variables": told, "callflow": flow})


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(*documents: str, name: str = "a_call.cdr.json") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{each}\n" for each in documents), encoding="utf-8")
        return path

    return write


def fate(path: Path, reading: Reading = NOTHING_SAID) -> tuple[str, str | None, str | None]:
    """Outcome of the only call, and when an agent answered and something picked up."""
    calls = inspected([path], "freeswitch-json", reading=reading).calls
    (answered,), (picked_up,) = clocks(calls, "answered_at"), clocks(calls, "picked_up_at")
    return calls["outcome"].item(), answered, picked_up


def test_the_hand_made_day() -> None:
    found = inspected(SAMPLES, reading=ON_TRUNKS)
    assert_same_slots(found.calls)
    assert found.account == {
        "lines": 18 + 1 + 2 + 1,
        "calls": 18,
        "merged": 2,  # phones of agents: one that answered call 1, one that rang in vain for 2
        "duplicates": 1,  # call 3, written with and without the prefix of its leg
        "ignored": {"leg of a group, another of which was answered": 1},
        "rejected": {},
    }
    assert found.clocks == {"UTC": "what freeswitch-json writes"}


def test_it_is_recognised() -> None:
    calls, account = read_calls(SAMPLES)
    assert (calls.height, account["rejected"]) == (18, {})


def test_agents_and_queues_are_told() -> None:
    calls = inspected(SAMPLES, reading=ON_TRUNKS).calls
    answered = calls.filter(outcome="answered", direction="inbound")
    assert answered["queue"].to_list() == ["etrangers@default"] * 5
    assert answered["agent"].null_count() == 0
    assert answered["agent"].n_unique() == 3  # 1001 took two calls, 1003 two, 1002 one


def test_a_broken_document_among_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that were put into one file: one that was cut short costs no other."""
    texts = [path.read_text(encoding="utf-8") for path in SAMPLES]
    together, broken = tmp_path / "day.json", tmp_path / "broken.json"
    together.write_text("".join(texts), encoding="utf-8")
    broken.write_text("".join([*texts[:9], f"{texts[9][:700]}\n", *texts[9:]]), encoding="utf-8")
    tolerant = inspected([broken], reading=ON_TRUNKS)
    assert tolerant.account["rejected"] == {"time, state or number not readable": 1}
    monkeypatch.setattr(records, "_parse_lines", None)
    clean = inspected([together], reading=ON_TRUNKS)
    assert_frame_equal(without_pseudonyms(clean.calls), without_pseudonyms(tolerant.calls))
    assert_same_slots(clean.calls)


@pytest.mark.parametrize("encoded", [True, False])
def test_values_are_encoded_or_not(written: Writer, encoded: bool) -> None:
    told = {"hangup_cause": "NORMAL_CLEARING", "cc_queue": "étrangers & séjour", "uuid": "a b"}
    calls = inspected([written(document(told, encoded=encoded))], "freeswitch-json").calls
    assert calls["queue"].item() == "étrangers & séjour"


def test_a_plus_before_a_number_is_no_blank(written: Writer) -> None:
    """The caller who is not to be counted is the one that the records name."""
    path = written(document({}, caller="+33639980001"))
    reading = Reading(not_counted=NotCounted(callers=("+33639980001",)))
    found = inspected([path], "freeswitch-json", reading=reading)
    assert found.account["ignored"] == {"call that is not counted": 1}


def test_times_that_never_came_are_zero(written: Writer) -> None:
    path = written(document({**times(), "hangup_cause": "ORIGINATOR_CANCEL"}))
    assert fate(path) == ("abandoned", None, None)


def test_seconds_do_where_there_is_nothing_finer(written: Writer) -> None:
    told = {name: value for name, value in times().items() if name.endswith("_epoch")}
    text = json.loads(document(told))
    text["variables"] = {
        name: value for name, value in text["variables"].items() if not name.endswith("_uepoch")
    }
    calls = inspected([written(json.dumps(text))], "freeswitch-json").calls
    assert (clocks(calls, "offered_at"), clocks(calls, "released_at")) == (
        ["10:00:00"],
        ["10:01:00"],
    )


def test_the_queue_tells_when_an_agent_came(written: Writer) -> None:
    """It has picked the call up itself; it notes whole seconds."""
    told = {
        **times(answer=0, bridge=20),
        "cc_side": "member",
        "cc_cause": "answered",
        "cc_queue_joined_epoch": str(TEN),
        "cc_queue_answered_epoch": str(TEN + 20),
    }
    path = written(document(told))
    assert fate(path) == ("answered", "10:00:20", "10:00:00")
    calls = inspected([path], "freeswitch-json").calls
    assert calls["queued_at"].item() == calls["offered_at"].item()  # not half a second before it


@pytest.mark.parametrize(
    ("reason", "app", "expected"),
    [
        ("BREAK_OUT", "callcenter", "abandoned"),
        ("NONE", "callcenter", "abandoned"),
        ("TIMEOUT", "hangup", "unanswered"),
        ("NO_AGENT_TIMEOUT", "hangup", "unanswered"),
        ("TIMEOUT", "voicemail", "self_service"),
        ("EXIT_WITH_KEY", "voicemail", "self_service"),
        ("EXIT_WITH_KEY", "playback", "self_service"),
    ],
)
def test_how_the_queue_was_left(written: Writer, reason: str, app: str, expected: str) -> None:
    told = {
        **times(answer=0),
        "last_app": app,
        "cc_side": "member",
        "cc_cause": "cancel",
        "cc_cancel_reason": reason,
        "cc_queue_joined_epoch": str(TEN),
    }
    assert fate(written(document(told)))[0] == expected


def test_an_agent_after_the_queue_gave_up(written: Writer) -> None:
    told = {
        **times(answer=0, bridge=45),
        "last_app": "bridge",
        "cc_cause": "cancel",
        "cc_cancel_reason": "TIMEOUT",
    }
    assert fate(written(document(told))) == ("answered", "10:00:45", "10:00:00")


def test_an_answer_alone_is_a_machine(written: Writer) -> None:
    for app, expected in (("ivr", "self_service"), ("fifo", "abandoned")):
        told = {**times(answer=1), "last_app": app}
        assert fate(written(document(told))) == (expected, None, "10:00:01")


def test_ringing_that_can_be_heard_is_no_answer(written: Writer) -> None:
    """Joined to a phone that plays early media, but nothing was ever picked up."""
    told = {**times(bridge=2), "hangup_cause": "ORIGINATOR_CANCEL"}
    assert fate(written(document(told))) == ("abandoned", None, None)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("USER_BUSY", "busy"),
        ("NORMAL_CIRCUIT_CONGESTION", "busy"),
        ("ORIGINATOR_CANCEL", "abandoned"),
        ("NO_ANSWER", "unanswered"),
        ("NORMAL_TEMPORARY_FAILURE", "failed"),
    ],
)
def test_causes(written: Writer, cause: str, expected: str) -> None:
    assert fate(written(document({"hangup_cause": cause})))[0] == expected


def test_legs_share_their_call(written: Writer) -> None:
    """Phones that rang in vain say nothing of its fate; the one that answered says when."""
    phone = {
        "direction": "outbound",
        "call_uuid": "call",
        "channel_name": "sofia/internal/1001@192.0.2.20",
    }
    legs = [
        document({**times(answer=0, end=60), "call_uuid": "call", "last_bridge_to": "b2"}),
        document({**phone, **times(start=1, end=12), "uuid": "b1", "hangup_cause": "NO_ANSWER"}),
        document(
            {**phone, **times(start=12, answer=20), "uuid": "b2", "last_bridge_to": "call"},
            caller="3000",
        ),
        document({**phone, **times(start=12, end=20), "uuid": "b3", "hangup_cause": "LOSE_RACE"}),
    ]
    found = inspected([written(*legs)], "freeswitch-json", reading=ON_TRUNKS)
    assert (found.account["calls"], found.account["merged"]) == (1, 2)
    assert found.account["ignored"] == {"leg of a group, another of which was answered": 1}
    call = found.calls.row(0, named=True)
    assert (call["outcome"], call["direction"], call["legs"]) == ("answered", "inbound", 3)


def test_an_agents_phone_that_answered_when_the_caller_was_gone(written: Writer) -> None:
    member = {
        **times(answer=0, end=20),
        "cc_side": "member",
        "cc_cause": "cancel",
        "cc_cancel_reason": "BREAK_OUT",
    }
    phone = {
        **times(start=5, answer=20, end=21),
        "uuid": "b",
        "direction": "outbound",
        "cc_side": "agent",
        "cc_member_session_uuid": "call",
    }
    path = written(document(member), document(phone))
    assert fate(path)[0] == "abandoned"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "inbound"),
        ({"channel_name": "sofia/internal/1004@192.0.2.20"}, "internal"),
        (
            {
                "channel_name": "sofia/internal/1004@192.0.2.20",
                "bridge_channel": "sofia/external/0261910001",
            },
            "outbound",
        ),
        (
            {
                "channel_name": "sofia/internal/1004@192.0.2.20",
                "last_app": "bridge",
                "last_arg": "sofia/gateway/operateur/0261910001",
                "hangup_cause": "NO_ANSWER",
            },
            "outbound",
        ),
    ],
)
def test_directions_by_channels(written: Writer, variables: Variables, expected: str) -> None:
    path = written(document(variables))
    assert inspected([path], reading=ON_TRUNKS).calls["direction"].item() == expected


@pytest.mark.parametrize(
    ("noted", "expected"),
    [("inbound", "inbound"), ("outbound", "outbound"), ("local", "internal"), ("", "inbound")],
)
def test_directions_that_the_dialplan_noted(written: Writer, noted: str, expected: str) -> None:
    path = written(document({"call_direction": noted}))
    assert inspected([path]).calls["direction"].item() == expected


def test_a_channel_that_never_got_its_end(written: Writer) -> None:
    path = written(document({**times(end=None), "duration": "-1772528400"}))
    calls = inspected([path], "freeswitch-json").calls
    assert calls.select("released_at", "quality").row(0) == (None, STILL_OPEN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 200_000,
        '{"core-uuid":' * 100_000,
        "1" * 100_000,
        '{"core-uuid":"x"}',
        '{"core-uuid":"x","variables":[]}',
        '{"core-uuid":"x","variables":{}}',
        '{"core-uuid":"x"}\n' * 2000,
        document({})[:-30],
        document({"start_uepoch": "9" * 30}),
        document({"start_uepoch": 10**30}),
        document({"uuid": ""}),
        document({"hangup_cause": "?"}),
        document({"cc_queue": "x" * (5 << 20)}),
    ],
    ids=[
        *("nothing", "begun", "nested lists", "nested objects", "number", "no variables"),
        *("list of variables", "empty variables", "crumbs", "cut short"),
        *("no such time", "no such number", "no uuid", "no cause", "endless"),
    ],
)
def test_what_is_no_record_of_a_leg(written: Writer, text: str) -> None:
    path = written(text, name="odd.json")
    with pytest.raises(RecordsError, match="not call records of the dialect freeswitch-json"):
        read_calls([path], "freeswitch-json")


def test_long_and_broken_values_do_no_harm(written: Writer) -> None:
    odd = {"last_arg": "x" * 100_000, "channel_name": "\ud800", "cc_queue": ["a"], "cc_agent": True}
    path = written(document(odd, encoded=False))
    assert inspected([path]).account["calls"] == 1


def test_older_versions_hold_one_step_of_the_call_alone(written: Writer) -> None:
    text = json.loads(document({}))
    text["callflow"] = text["callflow"][1]
    calls = inspected([written(json.dumps(text))]).calls
    assert calls["caller"].null_count() == 0


def test_a_withheld_number(written: Writer) -> None:
    calls = inspected([written(document({}, caller="anonymous"))]).calls
    assert calls["caller"].item() is None
