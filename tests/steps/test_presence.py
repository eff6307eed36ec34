"""How many agents are there and not paused, as the log-ins and pauses of a queue's log tell."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from affluence import keeping, manager
from affluence.cdr.dialect import NotCounted, Reading
from affluence.cdr.dialects import find_dialect
from affluence.cdr.files import read_ranges
from affluence.cdr.recipe import Recipe
from affluence.config import load
from affluence.errors import RefusedPublicationError
from affluence.inspection_words import as_text
from affluence.steps.presence import prefer_recorded, recorded_agents
from affluence.tables import CAPACITY, LEGS
from tests.cdr.reading import inspected, written
from tests.conftest import REPOSITORY, ConfigWriter
from tests.runs import TODAY, accounts, balanced, noon, run, slots, state_of
from tests.samples.every_dialect import section_of

SAMPLES = REPOSITORY / "cdr_samples" / "queue-log"
FILE, TABLE = SAMPLES / "queue_log", SAMPLES / "queue_log.csv"
PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 3, 3)
ALL_COUNTED = NotCounted()

Span = tuple[str, str, int]  # from, until (local time of the day), agents


def local(clock: str, day: date = DAY) -> datetime:
    """An instant by the clock in Paris; ``"24:00"`` is the midnight after the day."""
    hours, minutes = map(int, clock.split(":"))
    day += timedelta(days=hours // 24)
    return datetime.combine(day, time(hours % 24, minutes), PARIS).astimezone(UTC)


def line(clock: str, word: str, agent: str = "Agent 1", queue: str = "desk", data: str = "") -> str:
    return f"{local(clock).timestamp():.0f}|NONE|{queue}|{agent}|{word}|{data}"


def full(clock: str) -> str:
    """A call that finds its queue full."""
    at = int(local(clock).timestamp())
    return f"{at}|{at}.1|desk|NONE|FULL|"


def legs_of(paths: Sequence[Path], not_counted: NotCounted = ALL_COUNTED) -> pl.DataFrame:
    """LEGS of some files, the secret of each day its date."""
    recipe = Recipe(
        dialect=find_dialect("queue-log"),
        reading=Reading(not_counted=not_counted),
        clock="auto",
        zone=PARIS.key,
    )
    reads = [
        part.read.legs.drop("day") for path in paths for part in read_ranges(path, recipe, str)
    ]
    return pl.concat([LEGS.empty(), *reads])


def present(*paths: Path, not_counted: NotCounted = ALL_COUNTED) -> pl.DataFrame:
    return recorded_agents("desk", legs_of(paths, not_counted), PARIS.key)


def spans_of(agents: pl.DataFrame) -> list[Span]:
    """CAPACITY of one day as local times, its last midnight as 24:00."""
    rows = agents.select("from", "to", "count").rows()
    return [
        (_clock(start), _clock(end).replace("00:00", "24:00"), count) for start, end, count in rows
    ]


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%H:%M:%S}".removesuffix(":00")


@pytest.mark.parametrize("sample", [FILE, TABLE])
def test_the_hand_made_day(sample: Path) -> None:
    """Three are back from a pause at five to nine; one is paused at noon, one goes at 12:35."""
    agents = present(sample)
    assert spans_of(agents) == [
        ("00:00", "08:55:01", 0),
        ("08:55:01", "08:55:02", 1),
        ("08:55:02", "08:55:03", 2),
        ("08:55:03", "12:00", 3),
        ("12:00", "12:35", 2),
        ("12:35", "13:30", 1),
        ("13:30", "15:00", 3),  # the second is back, a fourth logs in
        ("15:00", "15:10", 2),
        ("15:10", "16:30", 3),
        ("16:30", "24:00", 1),  # the second forgets to log out
    ]
    assert {*agents["kind"]} == {"agent"} and {*agents["source"]} == {"recorded"}


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ("09:00 ADDMEMBER, 17:00 REMOVEMEMBER", "1 09:00-17:00"),
        ("09:00 ADDMEMBER", "1 09:00-24:00"),  # he stays until the end of the day
        ("17:00 REMOVEMEMBER", "1 00:00-17:00"),  # he was there before
        ("10:00 PAUSE", "1 00:00-10:00"),
        ("10:00 UNPAUSE", "1 10:00-24:00"),  # he was paused before
        ("10:00 PAUSE, 10:15 UNPAUSE", "1 00:00-10:00, 1 10:15-24:00"),
        ("10:00 ADDMEMBER/PAUSED, 11:00 UNPAUSE, 17:00 REMOVEMEMBER", "1 11:00-17:00"),
        # Out of one queue, in another; paused in one, at work in another.
        ("09:00 ADDMEMBER, 09:30 ADDMEMBER relief, 10:00 REMOVEMEMBER", "1 09:00-24:00"),
        (
            "09:00 ADDMEMBER, 09:30 ADDMEMBER relief, 10:00 PAUSE, 11:00 PAUSE relief",
            "1 09:00-11:00",
        ),
        # Of no queue: of all of his, but a pause in a queue that he has left is none.
        ("09:00 AGENTLOGIN NONE, 17:00 AGENTLOGOFF NONE", "1 09:00-17:00"),
        (
            "09:00 AGENTCALLBACKLOGIN NONE, 10:00 PAUSE, 17:00 AGENTCALLBACKLOGOFF NONE",
            "1 09:00-10:00",
        ),
        (
            "09:00 ADDMEMBER, 10:00 PAUSEALL NONE, 11:00 UNPAUSEALL NONE, 17:00 REMOVEMEMBER",
            "1 09:00-10:00, 1 11:00-17:00",
        ),
        (
            "09:00 ADDMEMBER, 09:00 ADDMEMBER relief, 17:00 REMOVEMEMBER, 18:00 UNPAUSEALL NONE",
            "1 09:00-24:00",
        ),
        ("09:00 ADDMEMBER, 17:00 REMOVEMEMBER, 18:00 UNPAUSEALL NONE", "1 09:00-17:00"),
        # Asterisk writes it by the name of his telephone, and the pause in each queue by his own.
        (
            "09:00 ADDMEMBER, 10:00 PAUSE, 10:00 PAUSEALL NONE SIP/101",
            "1 09:00-10:00",
        ),
        # Within a second: a script that logs out, a queue left for a moment, a log-in to a pause.
        ("09:00 ADDMEMBER, 12:00 PAUSE, 17:00 UNPAUSE, 17:00 REMOVEMEMBER", "1 09:00-12:00"),
        ("09:00 ADDMEMBER, 12:00 REMOVEMEMBER, 12:00 ADDMEMBER", "1 09:00-24:00"),
        ("09:00 ADDMEMBER, 09:00 PAUSE, 10:00 UNPAUSE", "1 10:00-24:00"),
        ("09:00 ADDMEMBER, 12:00 REMOVEMEMBER, 12:00 ADDMEMBER/PAUSED", "1 09:00-12:00"),
        # Two agents share a queue.
        (
            "09:00 ADDMEMBER, 10:00 ADDMEMBER desk Agent-2, 17:00 REMOVEMEMBER",
            "1 09:00-10:00, 2 10:00-17:00, 1 17:00-24:00",
        ),
    ],
)
def test_what_log_ins_and_pauses_give(tmp_path: Path, said: str, spans: str) -> None:
    lines = []
    for words in said.split(", "):
        clock, event, *rest = words.split()
        queue, agent, *_ = [*rest, *("desk", "Agent-1")[len(rest) :]]
        word, _, data = event.partition("/")
        lines.append(line(clock, word, agent, queue, data))
    for order in (lines, lines[::-1], lines + lines[1:]):  # turned round, and with copies
        found = spans_of(present(written(tmp_path, order)))
        told = [f"{count} {start}-{end}" for start, end, count in found if count]
        assert ", ".join(told) == spans
        # The whole day is told, without gaps.
        assert (found[0][0], found[-1][1]) == ("00:00", "24:00")
        assert all(one[1] == other[0] for one, other in pairwise(found))


def test_each_local_day_stands_alone(tmp_path: Path) -> None:
    """Over midnight he is there on both days; of a day without a word of him nothing is known."""
    night = [
        line("22:00", "ADDMEMBER"),
        line("26:00", "REMOVEMEMBER"),
        line("81:00", "ADDMEMBER"),  # three days later
    ]
    found = present(written(tmp_path, night)).select("from", "to", "count").rows()
    assert found == [
        (local("00:00"), local("22:00"), 0),
        (local("22:00"), local("24:00"), 1),
        (local("24:00"), local("26:00"), 1),
        (local("26:00"), local("48:00"), 0),
        (local("72:00"), local("81:00"), 0),
        (local("81:00"), local("96:00"), 1),
    ]


def test_queues_that_are_not_counted_have_no_agents(tmp_path: Path) -> None:
    lines = [
        line("09:00", "ADDMEMBER"),
        line("09:30", "ADDMEMBER", "Agent 2", "relief"),
        line("10:00", "PAUSE"),
    ]
    found = present(written(tmp_path, lines), not_counted=NotCounted(queues=("desk",)))
    assert spans_of(found) == [("00:00", "09:30", 0), ("09:30", "24:00", 1)]


def test_nobody_is_told_by_no_agent_and_by_what_says_nothing_of_one(tmp_path: Path) -> None:
    lines = [
        line("10:00", "PAUSE", agent="NONE"),
        line("10:00", "PENALTY", data="3"),
        line("10:00", "PAUSEALL", "SIP/101", "NONE"),
    ]
    assert present(written(tmp_path, lines)).is_empty()
    assert inspected(tmp_path / "records", "queue-log").agents["most_at_once"] is None


MAY = {"out": ("ADDMEMBER",), "free": ("PAUSE", "REMOVEMEMBER"), "paused": ("UNPAUSE",)}
THEN = {"ADDMEMBER": "free", "UNPAUSE": "free", "PAUSE": "paused", "REMOVEMEMBER": "out"}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], int, list[int]]:
    """A day of some agents in some queues, short, long or ordinary.

    Nobody does what he could not do, such as pausing while he is out. What he does first in a queue
    is the only thing in its second, and no going out of a pause; later there are up to two.

    Returns:
        The log, the first second of the day, and how many agents are free in each of its seconds.

    """
    day = draw(st.sampled_from([DAY, date(2026, 3, 29), date(2026, 10, 25)]))
    first, end = (int(local(clock, day).timestamp()) for clock in ("00:00", "24:00"))
    places = st.tuples(st.sampled_from(["Ann", "Bo", "Cy"]), st.sampled_from(["desk", "relief"]))
    steps = draw(st.lists(st.tuples(places, st.integers(0, 2)), min_size=1, max_size=12))
    states = {place: draw(st.sampled_from([*MAY])) for place, _ in steps}
    moves: dict[tuple[str, str], list[int]] = {place: [] for place in states}
    lines: list[str] = []
    free: list[int] = []
    at = first + draw(st.sampled_from([0, 1, 7200, end - first - 40]))

    def until(second: int) -> None:
        agents = {agent for (agent, _), state in states.items() if state == "free"}
        free.extend([len(agents)] * (second - first - len(free)))

    for place, later_s in steps:
        agent, queue = place
        at += later_s
        if moves[place][:1] == [at] or moves[place].count(at) == 2:
            at += 1
        goes = ("REMOVEMEMBER",) if states[place] == "paused" and moves[place] else ()
        word = draw(st.sampled_from((*MAY[states[place]], *goes)))
        until(at)
        states[place] = THEN[word]
        moves[place].append(at)
        lines.append(f"{at}|NONE|{queue}|{agent}|{word}|")
    until(end)
    return lines, first, free


@given(history=histories(), data=st.data())
def test_as_many_as_there_are_each_second(
    tmp_path_factory: pytest.TempPathFactory,
    history: tuple[list[str], int, list[int]],
    data: st.DataObject,
) -> None:
    """Also of a log that was rotated at any line, and with lines that stand in both files."""
    lines, first, free = history
    cut, shared = data.draw(st.integers(0, len(lines))), data.draw(st.integers(0, 3))
    folder = tmp_path_factory.mktemp("logs")
    paths = [
        written(folder, lines[:cut], name="queue_log.0"),
        written(folder, lines[max(cut - shared, 0) :], name="queue_log"),
    ]
    found: list[int] = []
    for start, end, count in present(*paths).select("from", "to", "count").rows():
        assert start.timestamp() == first + len(found)
        found += [count] * int((end - start).total_seconds())
    assert found == free


def test_a_roster_gives_way_on_the_days_that_are_recorded(tmp_path: Path) -> None:
    rows = [
        (local("09:00", DAY + timedelta(days=day)), local("17:00", DAY + timedelta(days=day)), kind)
        for day in (0, 1)
        for kind in ("agent", "line")
    ]
    configured = pl.DataFrame(
        [("desk", start, end, kind, 5, "configured") for start, end, kind in rows],
        schema=CAPACITY.schema,
        orient="row",
    )
    recorded = present(written(tmp_path, [line("09:00", "ADDMEMBER")]))
    both = CAPACITY.check(prefer_recorded(configured, recorded, PARIS.key))
    assert both["count"].to_list() == [0, 5, 5, 5, *recorded["count"]]
    assert prefer_recorded(configured, CAPACITY.empty(), PARIS.key).equals(configured)


def test_an_inspection_tells_how_many_agents_there_are() -> None:
    found = inspected([FILE, TABLE])
    assert found.agents == {"records": 2 * 11, "most_at_once": 3}  # a table has another content
    assert "agents     22 log-ins and pauses: at most 3 are there at once" in as_text(found)
    assert not any("log in" in warning for warning in found.warnings)
    others = inspected(REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv")
    assert "agents  " not in as_text(others)


def test_an_inspection_doubts_a_log_that_does_not_tell_of_all(tmp_path: Path) -> None:
    """Here the log-ins are written by the telephone, the answers by the agent's name."""
    text = re.sub(r"Agent (\d)\|(UNPAUSE|PAUSE|REMOVEMEMBER)", r"SIP/10\1|\2", FILE.read_text())
    (tmp_path / "queue_log").write_text(text)
    (warning,) = (w for w in inspected(tmp_path / "queue_log").warnings if "log in" in w)
    assert warning.startswith("3 agents took calls")


def test_no_name_leaves_the_reader() -> None:
    """And an agent who logs in is the one who answers."""
    legs = legs_of([FILE])
    assert "Agent" not in str(legs.rows())
    answered = legs.filter(pl.col("evidence") == "agent")["agent"]
    assert {*answered} <= {*legs.filter(pl.col("presence").is_not_null())["agent"]}


# --- a run ----------------------------------------------------------------------------------------


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """A platform that writes a queue's log, of which nothing is there yet; it has a roster too."""
    config = small_platform()
    source = re.sub('(?<=folder = ").*(?=")', "records", section_of("queue-log"))
    roster = '{ weekdays = ["tuesday", "wednesday"], hours = ["09:00-12:00"], count = 7 }'
    agents = f"[platform.desk.agents]\nroster = [{roster}]\n"
    text = re.sub(
        r"\[platform\.desk\.source\].*(?=\[platform\.desk\.opening\])",
        lambda _: source + agents,
        config.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    config.write_text(text, encoding="utf-8")
    return config


def ingest(config: Path, **files: Sequence[str]) -> None:
    """Run with these files beside those that are there: too few days for a table."""
    for name, lines in files.items():
        written(config.parent / "records", lines, name=name)
    with pytest.raises(RefusedPublicationError):
        run(config)
    assert all(map(balanced, accounts(config)))


def sample() -> list[str]:
    return FILE.read_text().splitlines()


def agent_s(config: Path, clock: str) -> float | None:
    found = slots(config).row(by_predicate=pl.col("slot_start") == local(clock), named=True)
    return found["agent_s"]  # type: ignore[no-any-return]  # a figure of SLOTS


def test_a_run_measures_the_agents_that_the_log_tells(desk: Path) -> None:
    ingest(desk, queue_log=[*sample(), full("34:00")])
    assert agent_s(desk, "08:45") == 299 + 298 + 297  # from 8:55:01, :02 and :03
    assert agent_s(desk, "09:00") == 3 * 900
    assert agent_s(desk, "12:30") == 2 * 300 + 1 * 600
    assert agent_s(desk, "15:00") == 2 * 600 + 3 * 300
    assert agent_s(desk, "20:00") == 1 * 900
    assert agent_s(desk, "33:00") == 7 * 900  # Wednesday's log tells of nobody: the roster does
    occupancy = manager.indicators(load(desk), first=DAY, last=DAY)[1].agents
    # Calls 1, 2, 6, 9, and 15 until the desk closes at noon.
    assert occupancy.numerator == 280 + 1110 + 560 + 1435 + 90
    assert occupancy.denominator == 3 * 3 * 3600 + (3 * 3 * 3600 - 600)


def test_without_a_roster_days_that_tell_of_nobody_are_not_known(desk: Path) -> None:
    text = desk.read_text()
    desk.write_text(re.sub(r"roster = .*\n", "", text))
    ingest(desk, queue_log=[*sample(), full("34:00")])
    assert agent_s(desk, "09:00") == 3 * 900
    assert agent_s(desk, "33:00") is None
    both = manager.indicators(load(desk), first=DAY, last=DAY + timedelta(days=1))[1].agents
    assert both.value is None and "ni tableau de service" in both.note
    only = manager.indicators(load(desk), first=DAY, last=DAY)[1].agents
    assert only.value is not None


def test_a_log_that_is_rotated_within_the_day_gives_the_same(desk: Path) -> None:
    lines = sample()
    ingest(desk, queue_log=lines)
    whole = slots(desk)
    shutil.rmtree(state_of(desk))
    ingest(desk, queue_log=lines[:36])
    assert agent_s(desk, "12:30") != 1200
    records = desk.parent / "records"
    (records / "queue_log").rename(records / "queue_log.1")
    ingest(desk, queue_log=lines[34:])  # two lines stand in both files
    assert_frame_equal(slots(desk), whole)
    ingest(desk, **{"queue_log.2": lines})
    assert_frame_equal(slots(desk), whole)


def test_no_line_is_lost_of_what_is_damaged_lost_or_past_its_period(desk: Path) -> None:
    """Thursday's part tells of an agent and of no call."""
    lines = [*sample(), line("57:00", "ADDMEMBER")]
    ingest(desk, queue_log=lines)
    # A copy of what it was, which then gives what it alone still holds.
    ingest(desk, **{"queue_log": [*lines, full("33:00")], "queue_log.1": lines})
    thursday = state_of(desk) / "lake" / "legs" / "platform=desk" / "day=2026-03-05"
    for gone in ("queue_log", "queue_log.1"):  # the second time nothing can make it again
        (desk.parent / "records" / gone).unlink()
        next(thursday.glob("*.parquet")).write_bytes(b"damaged")
        keeping.repair(load(desk), noon(TODAY))
        ingest(desk, **{"queue_log.2": [full("34:00")]})
        assert keeping.verify(load(desk)).is_sound
    # Two hundred days later all of that is forgotten, and what comes late with it.
    ingest(desk, **{"queue_log.3": [full("4857:00")]})
    assert not thursday.exists()
    ingest(desk, **{"queue_log.4": [full("58:00"), line("59:00", "PAUSE")]})
    late = next(each for each in accounts(desk) if each["path"].endswith(".4"))
    assert late["ignored"] == {"past retention": 1, "agent log-in or pause": 1}
