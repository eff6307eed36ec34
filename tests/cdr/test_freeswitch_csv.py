"""FreeSWITCH Master.csv: nothing is escaped, and a cause tells how a call ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import records
from affluence.cdr.dialect import Reading, Sample
from affluence.cdr.freeswitch_csv import fit
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import STILL_OPEN
from tests.cdr.reading import NOTHING_SAID, clocks, inspected, without_pseudonyms
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLES = REPOSITORY / "cdr_samples" / "freeswitch-csv"
EXAMPLE = SAMPLES / "Master.csv"
ASTERISK = SAMPLES / "Master-template-asterisk.csv"
FROM_OUTSIDE = Reading(trunks=("public",))
ON_TRUNKS = Reading(trunks=("sofia/external/",))

Writer = Callable[..., Path]


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def row(
    number: int = 1,
    *,
    name: str = "Usager",
    start: str = "2026-03-03 10:00:00",
    answer: str = "",
    end: str = "2026-03-03 10:01:00",
    duration: int = 60,
    cause: str = "NORMAL_CLEARING",
    joined: str = "",
    context: str = "public",
    codecs: str = ',"PCMA","PCMA"',
) -> str:
    """A record of the template `example`."""
    return (
        f'"{name}","0639980001","0199001234","{context}","{start}","{answer}","{end}",'
        f'"{duration}","0","{cause}","{uuid(number)}","{joined}",""{codecs}'
    )


def asterisk_row(
    app: str, argument: str = "", *, cause: str = "NORMAL_CLEARING", answer: str = ""
) -> str:
    """A record of the template `asterisk` of a call that no agent took."""
    return (
        '"","0639980001","0199001234","public",""Usager" <0639980001>","sofia/external/a","",'
        f'"{app}","{argument}","2026-03-03 10:00:00","{answer}","2026-03-03 10:01:00",'
        f'"60","0","{cause}","","{uuid(1)}",""'
    )


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(*rows: str, name: str = "Master.csv", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_text("".join(line + end for line in rows), encoding="utf-8")
        return path

    return write


def outcome(path: Path, reading: Reading = NOTHING_SAID) -> str:
    found = inspected([path], "freeswitch-csv", reading=reading)
    assert found.account["rejected"] == {}
    return str(found.calls["outcome"].item())


def test_the_hand_made_day() -> None:
    found = inspected([EXAMPLE], reading=FROM_OUTSIDE)
    assert_same_slots(found.calls)
    assert found.account == {
        "lines": 18 + 1 + 1,
        "calls": 18,
        "merged": 0,
        "duplicates": 1,
        "ignored": {"blank line": 1},
        "rejected": {},
    }


def test_the_hand_made_day_with_a_queue_and_both_legs() -> None:
    """The queue picks up: when an agent took over stands in no record of the call itself."""
    found = inspected([ASTERISK], reading=ON_TRUNKS)
    assert_same_slots(
        found.calls, but={answered: {"answered_at": None} for answered in (1, 2, 6, 9, 15)}
    )
    assert found.account == {
        "lines": 18 + 1 + 7 + 2,
        "calls": 18,
        "merged": 0,
        "duplicates": 1,
        "ignored": {
            # those that were joined to 1, 2, 6, 7, 9, 15 and 18, and one that rang in vain
            "leg towards a phone or a line": 8,
            "leg of a group, another of which was answered": 1,
        },
        "rejected": {},
    }


@pytest.mark.parametrize("sample", [EXAMPLE, ASTERISK])
def test_it_is_recognised(sample: Path) -> None:
    calls, account = read_calls([sample])
    assert (calls.height, account["rejected"]) == (18, {})


def test_a_file_of_asterisk_is_another() -> None:
    with pytest.raises(RecordsError, match="not call records of the dialect freeswitch-csv"):
        read_calls([REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv"], "freeswitch-csv")


def test_a_broken_line_changes_nothing_else(
    written: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files without exceptions are read in one query, others line by line: alike."""
    lines = [
        line.replace('Jo "le Grand", dit Jojo', "Usager")
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if line
    ]
    broken = inspected([written(*lines[:9], '"cut","0639980001', *lines[9:])], reading=FROM_OUTSIDE)
    assert broken.account["rejected"] == {"quote never closed": 1}
    monkeypatch.setattr(records, "_parse_lines", None)
    clean = inspected([written(*lines)], reading=FROM_OUTSIDE)
    assert_frame_equal(without_pseudonyms(clean.calls), without_pseudonyms(broken.calls))


@pytest.mark.parametrize(
    "name",
    [
        'Jo "le" Grand',
        '"',
        "",
        "De la Tour, Jean",
        'Jo "le Grand", dit Jojo',
        '0639980002","public","',
    ],
    ids=["quotes", "one quote", "nothing", "comma", "quote and comma", "columns"],
)
def test_names_are_not_escaped(written: Writer, name: str) -> None:
    path = written(row(1), row(2, name=name), row(3))
    found = inspected([path], "freeswitch-csv")
    assert (found.account["calls"], found.account["rejected"]) == (3, {})
    assert found.calls["caller"].n_unique() == 1


def test_a_line_break_in_a_name(written: Writer) -> None:
    """The name comes first: what follows it is the record, what precedes it is not."""
    found = inspected([written(row(1), row(2, name="Jean\nPaul"), row(3))], "freeswitch-csv")
    assert (found.account["calls"], found.account["rejected"]) == (3, {"quote never closed": 1})


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("USER_BUSY", ("busy", None)),
        ("CALL_REJECTED", ("busy", None)),
        ("NORMAL_CIRCUIT_CONGESTION", ("busy", "network")),
        ("SWITCH_CONGESTION", ("busy", "network")),
        ("ORIGINATOR_CANCEL", ("abandoned", None)),
        ("NO_ANSWER", ("unanswered", None)),
        ("NO_USER_RESPONSE", ("unanswered", None)),
        ("USER_NOT_REGISTERED", ("unanswered", None)),
        ("NORMAL_CLEARING", ("unanswered", None)),  # the platform ended it before any answer
        ("ATTENDED_TRANSFER", ("unknown", None)),
        ("NO_ROUTE_DESTINATION", ("failed", None)),
        ("DESTINATION_OUT_OF_ORDER", ("failed", None)),
    ],
)
def test_what_a_cause_says_of_a_call_that_nothing_picked_up(
    written: Writer, cause: str, expected: tuple[str, str | None]
) -> None:
    calls = inspected([written(row(cause=cause))], "freeswitch-csv").calls
    assert calls.select("outcome", "refused_by").row(0) == expected


def test_an_answer_without_another_leg_is_no_agent(written: Writer) -> None:
    """Menus, music and queues pick up too."""
    answered = "2026-03-03 10:00:00"
    by_machine, by_agent = row(answer=answered), row(answer=answered, joined=uuid(2))
    assert outcome(written(by_machine)) == "self_service"
    assert outcome(written(by_agent)) == "answered"
    refused_after_greeting = row(answer=answered, cause="USER_BUSY")
    assert outcome(written(refused_after_greeting)) == "busy"


def test_where_every_call_is_picked_up_before_it_is_queued(written: Writer) -> None:
    reading = Reading(machine_answers_first=True)
    answered = "2026-03-03 10:00:00"
    assert outcome(written(row(answer=answered)), reading) == "abandoned"
    calls = inspected(
        [written(row(answer=answered, joined=uuid(2)))], "freeswitch-csv", reading=reading
    ).calls
    assert calls["outcome"].item() == "answered"
    assert calls["answered_at"].item() is None  # an agent did, nobody knows when
    assert clocks(calls, "picked_up_at") == ["10:00:00"]


@pytest.mark.parametrize(
    ("app", "argument", "expected"),
    [
        ("callcenter", "etrangers", "abandoned"),
        ("bridge", "user/1001", "abandoned"),
        ("voicemail", "default 1001", "self_service"),
        ("playback", "horaires.wav", "self_service"),
        ("ivr", "menu", "self_service"),
        ("playback", "sounds/ferme.wav", "closed"),
        ("playback", "sounds/occupe.wav", "busy"),
    ],
)
def test_the_last_application_tells_what_picked_up(
    written: Writer, app: str, argument: str, expected: str
) -> None:
    reading = Reading(closed_announcements=("ferme",), busy_announcements=("occupe",))
    path = written(asterisk_row(app, argument, answer="2026-03-03 10:00:01"))
    assert outcome(path, reading) == expected


def test_an_argument_that_breaks_the_quoting(written: Writer) -> None:
    path = written(asterisk_row("playback", 'say:"fermé", merci', answer="2026-03-03 10:00:01"))
    assert outcome(path, Reading(closed_announcements=("fermé",))) == "closed"


@pytest.mark.parametrize("unset", ["", "1970-01-01 01:00:00", "1969-12-31 19:00:00"])
def test_times_that_were_never_set(written: Writer, unset: str) -> None:
    """Older versions write the epoch's zero as the clock on the wall had it."""
    cancelled = row(answer=unset, cause="ORIGINATOR_CANCEL")
    calls = inspected([written(cancelled)], "freeswitch-csv").calls
    assert calls.select("outcome", "picked_up_at").row(0) == ("abandoned", None)


def test_a_channel_that_never_got_its_end(written: Writer) -> None:
    """Hung up as it began: its duration is the epoch, negative."""
    path = written(row(end="", duration=-1772524800, cause="ORIGINATOR_CANCEL"))
    found = inspected([path], "freeswitch-csv")
    assert found.calls["released_at"].item() is None
    assert found.calls["quality"].item() == STILL_OPEN


def test_both_legs_of_a_call_are_one_call(written: Writer) -> None:
    """As with `legs=ab`: the record of the agent's phone comes first, it ended first."""
    called = row(2, context="default", start="2026-03-03 10:00:02", answer="2026-03-03 10:00:07")
    calling = row(1, answer="2026-03-03 10:00:07", joined=uuid(2))
    found = inspected([written(called, calling)], "freeswitch-csv", reading=FROM_OUTSIDE)
    assert (found.account["calls"], found.account["merged"]) == (1, 1)
    assert found.calls.select("direction", "outcome", "legs").row(0) == ("inbound", "answered", 2)
    assert clocks(found.calls, "offered_at") == ["10:00:00"]
    assert clocks(found.calls, "answered_at") == ["10:00:07"]


def test_copies_for_accounts_and_rotated_files_hold_the_same_records(written: Writer) -> None:
    master, account = written(row(1), row(2)), written(row(2), name="1001.csv")
    rotated = written(row(1), row(3), name="Master.csv.2026-03-03-23-00-00")
    found = inspected([master, account, rotated], "freeswitch-csv")
    assert (found.account["calls"], found.account["duplicates"]) == (3, 2)


def test_the_template_that_is_built_in(written: Writer) -> None:
    """Thirteen columns, a blank before the last."""
    built_in = row(cause="USER_BUSY", codecs="").removesuffix('""') + ' "1001"'
    assert outcome(written(built_in)) == "busy"


def test_it_says_what_it_takes_an_answer_for() -> None:
    unnamed = "a call that was picked up and that no agent took counts as served by a machine"
    assert choices(row()) == (unnamed,)
    assert choices(asterisk_row("ivr")) == ()


def choices(*rows: str) -> tuple[str, ...]:
    return fit(Sample(lines=rows, modified_on=date(2026, 3, 4)), NOTHING_SAID).choices


def test_the_doubled_hour_of_autumn(written: Writer) -> None:
    """Times are the server's own: the duration tells that a call ended in the second pass."""
    path = written(row(start="2026-10-25 02:50:00", end="2026-10-25 02:10:00", duration=1200))
    calls = inspected([path], "freeswitch-csv").calls
    lasted = calls.select((pl.col("released_at") - pl.col("offered_at")).dt.total_seconds())
    assert lasted.item() == 1200


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (row(1)[:-30], "quote never closed"),
        (row(1, start="yesterday at ten!!"), "time, state or number not readable"),
        (row(1, cause="ended somehow"), "time, state or number not readable"),
        (row(1).replace(uuid(1), "1772524860.20"), "time, state or number not readable"),
        ("INSERT INTO cdr VALUES (1);", "wrong number of columns"),
        (row(1).rsplit(",", 1)[0], "wrong number of columns"),
    ],
)
def test_a_bad_line_is_set_aside(written: Writer, line: str, reason: str) -> None:
    path = written(row(2), line, row(3), row(4))
    found = inspected([path], "freeswitch-csv")
    assert (found.account["calls"], found.account["rejected"]) == (3, {reason: 1})


def test_a_last_line_that_is_still_being_written(written: Writer) -> None:
    path = written(row(1), row(2))
    path.write_text(path.read_text(encoding="utf-8")[:-60], encoding="utf-8")
    found = inspected([path], "freeswitch-csv")
    assert (found.account["calls"], found.account["rejected"]) == (1, {"line cut short": 1})


def template_row(template: str, name: str) -> str:
    """A record of another of FreeSWITCH's templates, which begin as `example` does."""
    base = row(name=name, cause="USER_BUSY", codecs="")
    tails = {
        "sql": (' "");', "INSERT INTO cdr VALUES ("),
        "snom": (' "","PCMA","PCMA","snom370/8.4.35","","PS=1,OS=160","PR=1,OR=160",""', ""),
        "linksys": ('"","PCMA","PCMA","Linksys/SPA942-6.1.5","PS=1,OS=160,PR=1"', ""),
    }
    tail, before = tails[template]
    return before + base.removesuffix('""') + tail


@pytest.mark.parametrize("template", ["sql", "snom", "linksys"])
@pytest.mark.parametrize("name", ["Usager", 'Jo "le Grand", dit Jojo', "De la Tour, Jean"])
def test_templates_that_begin_alike(written: Writer, template: str, name: str) -> None:
    path = written(template_row(template, name))
    assert outcome(path) == "busy"
    calls, account = read_calls([path])  # and is recognised
    assert (calls["caller"].null_count(), account["rejected"]) == (0, {})


@pytest.mark.parametrize("dialect", ["freeswitch-csv", None])
def test_a_template_without_the_beginning_of_calls_is_refused(
    written: Writer, dialect: str | None
) -> None:
    line = (
        f'"{uuid(1)}","","inbound","0639980001","0199001234","2026-03-03 10:00:20",'
        '"2026-03-03 10:01:00","40","","","192.0.2.10","U",""'
    )
    with pytest.raises(RecordsError, match="opencdrrate, which does not write when a call began"):
        read_calls([written(line, line)], dialect)
