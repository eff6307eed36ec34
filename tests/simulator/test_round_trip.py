"""Simulated calls that are written in a dialect and read back are the same calls.

As far as its format can carry them: what it cannot is listed for each, with the reason.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from affluence.cdr.dialect import Dialect, Reading, Stated
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.recipe import Recipe
from affluence.simulator import cucm, freeswitch_csv
from affluence.simulator.asterisk_call import BUSY_ANNOUNCEMENTS, CLOSED_ANNOUNCEMENT
from affluence.simulator.demonstration import demonstration
from affluence.simulator.scenario import Scenario
from affluence.simulator.simulation import Simulation, calls_frame, simulate
from affluence.simulator.writers import WRITERS
from affluence.steps.inspect import Inspection, inspect_files
from tests.samples.every_dialect import recipe_for

WAYS = WRITERS | {
    f"{freeswitch_csv.WRITER.dialect} {template}": freeswitch_csv.writer(template)
    for template in freeswitch_csv.TEMPLATES
    if template != "example"  # its default
}
TIMES = ("offered_at", "picked_up_at", "queued_at", "answered_at", "released_at")
UNQUEUED = ("offered_at", "picked_up_at", "answered_at", "released_at", "direction", "outcome")


Told = Callable[[pl.DataFrame, Scenario], pl.DataFrame]


def read_by_announcements(scenario: Scenario) -> Reading:
    """What a service says of its Asterisk."""
    return Reading(
        trunks=("PJSIP/operateur-",),
        closed_announcements=(CLOSED_ANNOUNCEMENT,),
        busy_announcements=tuple(BUSY_ANNOUNCEMENTS.values()),
        machine_answers_first=scenario.handling.greeting_s > 0,
    )


def read_by_numbers(_: Scenario) -> Reading:
    """What a service says of its CUCM: which numbers are announcements."""
    outcomes = ((cucm.CLOSED_NUMBER, "closed"), (cucm.BUSY_NUMBER, "busy"))
    return Reading(trunks=("SIP_",), stated=Stated(outcomes=outcomes))


def read_by_gateways(scenario: Scenario) -> Reading:
    """What a service says of its FreeSWITCH."""
    return replace(read_by_announcements(scenario), trunks=("sofia/external/", "sofia/gateway/"))


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What a format carries of a call.

    ``exactly`` are columns of CALLS, times to ``unit``; ``roughly`` those that may be ``off_s``
    seconds off; ``persons`` those that say who it was; ``told`` makes of the calls that happened
    those that the format tells; ``reading`` is what a service has to say of such a platform.
    """

    exactly: tuple[str, ...]
    roughly: tuple[str, ...] = ()
    off_s: int = 1
    persons: tuple[str, ...] = ("caller",)
    unit: str = "1s"
    told: Told = lambda calls, _: calls
    reading: Callable[[Scenario], Reading] = read_by_announcements


def where(condition: pl.Expr, **columns: pl.Expr | str | None) -> Told:
    """Calls with other values in the columns where the condition holds."""

    def told(calls: pl.DataFrame, _: Scenario) -> pl.DataFrame:
        values = {
            name: value if isinstance(value, pl.Expr) else pl.lit(value, calls.schema[name])
            for name, value in columns.items()
        }
        return calls.with_columns(
            pl.when(condition).then(value).otherwise(name).alias(name)
            for name, value in values.items()
        )

    return told


def of_all(*every: Told) -> Told:
    """One after the other."""

    def told(calls: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
        for each in every:
            calls = each(calls, scenario)
        return calls

    return told


OUTBOUND, UNANSWERED = pl.col("direction") == "outbound", pl.col("outcome") == "unanswered"
# Whose patience ended an outgoing call in vain is not told: it counts as given up.
IN_VAIN = where(OUTBOUND & UNANSWERED, outcome="abandoned")
# Queues of other platforms take a call themselves as it enters, where no greeting has before.
QUEUES_PICK_UP = where(
    pl.col("queued_at").is_not_null()
    & (pl.col("queued_at") < pl.col("picked_up_at")).fill_null(value=True),
    picked_up_at=pl.col("queued_at"),
)
# A greeting is part of the wait.
QUEUED_AS_PICKED_UP = where(pl.col("queued_at").is_not_null(), queued_at=pl.col("picked_up_at"))
# Announcements do not tell a full queue from a rule.
BY_ALL_LINES_ALONE = where(pl.col("refused_by") != "lines", refused_by=None)
ANNOUNCED = (pl.col("outcome") == "closed") | pl.col("refused_by").is_in(["queue", "rule"])


def unknown_where_machines_answer_first(calls: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """Nothing tells when an agent answered, not even of outgoing calls."""
    if not scenario.handling.greeting_s:
        return calls
    return calls.with_columns(answered_at=pl.lit(None, calls.schema["answered_at"]))


# An announcement says that the call was refused, not by what; the queue is in no record.
told_by_asterisk = of_all(IN_VAIN, unknown_where_machines_answer_first)


def told_by_queue_log(calls: pl.DataFrame, _: Scenario) -> pl.DataFrame:
    """A call begins as it enters the queue, after any greeting; others leave no line.

    Those are the refused ones, those outside opening hours, and those that agents make.
    """
    return calls.filter(pl.col("queued_at").is_not_null()).with_columns(offered_at="queued_at")


_WHOLE = ("offered_at", "picked_up_at", "answered_at", "released_at", "direction", "outcome")
CARRIED = {
    "generic": Carried(
        exactly=(*TIMES, "direction", "outcome", "refused_by", "line", "queue"),
        persons=("caller", "agent"),
        unit="1ms",
    ),
    # Records are of whole seconds.
    "asterisk-csv": Carried(exactly=(*_WHOLE, "legs"), told=told_by_asterisk),
    "asterisk-custom": Carried(exactly=(*_WHOLE, "legs"), told=told_by_asterisk),
    # The table holds the beginning and two durations, each cut to the second.
    "asterisk-db": Carried(
        exactly=("offered_at", "direction", "outcome", "legs"),
        roughly=("picked_up_at", "answered_at", "released_at"),
        told=told_by_asterisk,
    ),
    # Times have microseconds; each agent's phone has events of its own, which do not count as legs.
    "asterisk-cel": Carried(
        exactly=(*TIMES, "direction", "outcome", "queue"), unit="1ms", told=IN_VAIN
    ),
    "cucm": Carried(
        exactly=(*TIMES, "direction", "outcome", "refused_by", "legs"),
        persons=("caller", "agent"),
        told=of_all(IN_VAIN, QUEUES_PICK_UP, QUEUED_AS_PICKED_UP, BY_ALL_LINES_ALONE),
        reading=read_by_numbers,
    ),
    # These templates name no application: an announcement looks like a queue, which picks up
    # itself, and nothing tells when an agent answered.
    **dict.fromkeys(
        ("freeswitch-csv", *(f"freeswitch-csv {name}" for name in ("sql", "snom", "linksys"))),
        Carried(
            exactly=_WHOLE,
            told=of_all(
                IN_VAIN,
                QUEUES_PICK_UP,
                where(pl.col("outcome") == "closed", outcome="abandoned"),
                where(pl.lit(value=True), answered_at=None),
            ),
            reading=lambda _: Reading(trunks=("public",), machine_answers_first=True),
        ),
    ),
    "freeswitch-csv asterisk": Carried(
        exactly=_WHOLE,
        told=of_all(
            IN_VAIN, QUEUES_PICK_UP, where(pl.col("queued_at").is_not_null(), answered_at=None)
        ),
        reading=lambda scenario: replace(read_by_gateways(scenario), machine_answers_first=False),
    ),
    **dict.fromkeys(
        ("freeswitch-json", "freeswitch-xml"),
        Carried(
            exactly=(*TIMES, "direction", "outcome", "queue"),
            persons=("caller", "agent"),
            told=of_all(
                IN_VAIN,
                QUEUES_PICK_UP,
                where(pl.col("queue").is_not_null(), queue=pl.col("queue") + "@default"),
                where(OUTBOUND, agent=None),
            ),
            reading=read_by_gateways,
        ),
    ),
    # A queue picks up itself, and nothing tells when its agent did; announcements look like menus.
    "fusionpbx": Carried(
        exactly=UNQUEUED,
        persons=("caller", "agent"),
        told=of_all(
            IN_VAIN,
            QUEUES_PICK_UP,
            where(pl.col("queued_at").is_not_null(), answered_at=None),
            where(pl.col("outcome") == "closed", outcome="self_service"),
        ),
        reading=lambda _: Reading(),
    ),
    "3cx": Carried(
        exactly=UNQUEUED,
        persons=("caller", "agent"),
        told=of_all(
            IN_VAIN,
            unknown_where_machines_answer_first,
            where(ANNOUNCED, outcome="self_service"),
        ),
        reading=lambda scenario: Reading(machine_answers_first=scenario.handling.greeting_s > 0),
    ),
    # Nothing but agents picks up, and why nobody did is not told.
    "wazo": Carried(
        exactly=UNQUEUED,
        persons=("caller", "agent"),
        unit="1ms",
        told=of_all(
            where(pl.lit(value=True), picked_up_at=pl.col("answered_at")),
            where(pl.col("outcome") != "answered", outcome="unanswered"),
        ),
        reading=lambda _: Reading(),
    ),
    # Spans are rounded up; nothing tells who ended a call that nobody took.
    "avaya-smdr": Carried(
        exactly=("offered_at", "direction", "outcome", "line"),
        roughly=("picked_up_at", "answered_at", "released_at"),
        off_s=2,
        persons=("caller", "agent"),
        told=of_all(
            lambda calls, _: calls.filter(pl.col("line").is_not_null()),
            where(UNANSWERED, outcome="abandoned"),
            where(ANNOUNCED, outcome="self_service"),
            where(pl.lit(value=True), line="T900" + pl.col("line")),
        ),
        reading=lambda _: Reading(),
    ),
    # A wait begins with the call, a refusal takes no time, and only rows of telephones name agents.
    "portal": Carried(
        exactly=(*_WHOLE, "queued_at", "queue"),
        persons=("caller", "agent"),
        told=of_all(
            IN_VAIN,
            where(pl.col("queued_at").is_not_null(), queued_at=pl.col("offered_at")),
            where(~OUTBOUND, picked_up_at=None),
            where(
                ~OUTBOUND & (ANNOUNCED | (pl.col("outcome") == "answered")),
                picked_up_at=pl.col("offered_at"),
            ),
            where(ANNOUNCED, outcome="self_service"),
            where(pl.col("refused_by") == "lines", released_at=pl.col("offered_at")),
            where(OUTBOUND, agent=None),
        ),
        reading=lambda _: recipe_for("portal").reading,
    ),
    "queue-log": Carried(
        exactly=("offered_at", "answered_at", "released_at", "direction", "outcome", "queue"),
        persons=("caller", "agent"),
        told=told_by_queue_log,
    ),
}


def day_of(scenario: Scenario, day: date, share: float) -> Scenario:
    """One day, with a share of its callers."""
    rates = tuple(
        tuple(share * rate for rate in quarters) for quarters in scenario.first_attempts_per_hour
    )
    return replace(scenario, first_day=day, last_day=day, first_attempts_per_hour=rates)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A desk that may greet, and refuse by lines, by a full queue and by rule, on one day."""

    seed: int
    day: int
    lines: int
    greeting_s: float
    waiting_places: int | None
    refused_beyond_wait_s: float | None
    queue_timeout_s: float
    anonymous_share: float

    def play(self) -> Simulation:
        desk = demonstration()
        handling = replace(
            desk.handling,
            greeting_s=self.greeting_s,
            waiting_places=self.waiting_places,
            refused_beyond_wait_s=self.refused_beyond_wait_s,
            queue_timeout_s=self.queue_timeout_s,
        )
        callers = replace(desk.callers, anonymous_share=self.anonymous_share)
        desk = replace(desk, lines=self.lines, handling=handling, callers=callers)
        return simulate(day_of(desk, date(2026, 10, self.day), share=0.5), seed=self.seed)


DESKS = st.builds(
    Desk,
    seed=st.integers(0, 1_000_000),
    day=st.integers(12, 16),
    lines=st.integers(4, 9),
    greeting_s=st.sampled_from([0.0, 20.0]),
    waiting_places=st.sampled_from([None, 4]),
    refused_beyond_wait_s=st.sampled_from([None, 240.0]),
    queue_timeout_s=st.sampled_from([120.0, 600.0]),
    anonymous_share=st.sampled_from([0.05, 0.5]),
)


def inspect(paths: Sequence[Path], dialect: Dialect | None, reading: Reading) -> Inspection:
    recipe = Recipe(dialect=dialect, reading=reading, clock="auto", zone="Europe/Paris")
    return inspect_files(paths, recipe, platform="etrangers", longest_call_s=6 * 3600)


def written(simulation: Simulation, way: str, folder: Path) -> Path:
    """All of it as one file, which costs less to read than a file for each document."""
    path = folder / "records"
    path.write_text(WAYS[way].text(simulation), encoding="utf-8", newline="")
    return path


def rows(calls: pl.DataFrame, carried: Carried) -> Counter[tuple[object, ...]]:
    """What is carried exactly of each call, with how many are alike."""
    times = [name for name in TIMES if name in carried.exactly]
    cut = calls.with_columns(pl.col(times).dt.truncate(carried.unit))
    return Counter(cut.select(carried.exactly).rows())


def groups(calls: pl.DataFrame, name: str) -> pl.DataFrame:
    """One time of the calls, in order within those that begin and end alike."""
    alike = [pl.col("offered_at").dt.truncate("1s"), pl.col("direction", "outcome").cast(pl.String)]
    return calls.select(*alike, pl.col(name).dt.truncate("1s").alias(name)).sort(pl.all())


def calls_of_each(calls: pl.DataFrame, person: str) -> Counter[tuple[object, ...]]:
    """The calls of each caller or agent: pseudonyms say nothing but who is the same.

    Some platforms take the agent's extension for the caller of a call that he makes.
    """
    known = calls.filter(pl.col(person).is_not_null())
    if person == "caller":
        known = known.filter(~OUTBOUND)
    begun = known.with_columns(pl.col("offered_at").dt.truncate("1s")).sort("offered_at")
    by_person = begun.group_by(person).agg("offered_at", pl.col("outcome").sort())
    return Counter((tuple(times), tuple(fates)) for _, times, fates in by_person.iter_rows())


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=max(1, settings().max_examples // 5), phases=[Phase.generate])
@given(desk=DESKS)
def test_calls_come_back(tmp_path_factory: pytest.TempPathFactory, way: str, desk: Desk) -> None:
    carried, simulation = CARRIED[way], desk.play()
    path = written(simulation, way, tmp_path_factory.mktemp("round-trip"))
    found = inspect([path], DIALECTS[WAYS[way].dialect], carried.reading(simulation.scenario))
    assert (found.unreadable, found.account["rejected"]) == ([], {})
    calls = found.calls
    happened = carried.told(calls_frame(simulation), simulation.scenario)
    assert rows(calls, carried) == rows(happened, carried)
    for name in carried.roughly:
        told, true = groups(calls, name), groups(happened, name)
        assert told.drop(name).equals(true.drop(name))
        assert told[name].is_null().equals(true[name].is_null())
        assert (
            (told[name] - true[name]).drop_nulls().abs() <= timedelta(seconds=carried.off_s)
        ).all()
    for person in carried.persons:
        assert calls_of_each(calls, person) == calls_of_each(happened, person)


def test_every_writer_says_what_it_carries() -> None:
    assert set(WAYS) == set(CARRIED)


@pytest.mark.parametrize("way", WAYS)
def test_a_dialect_that_is_not_stated_is_found(way: str, tmp_path: Path) -> None:
    simulation = simulate(day_of(demonstration(), date(2026, 10, 12), share=0.1), seed=1)
    reading = CARRIED[way].reading(simulation.scenario)
    found = inspect([written(simulation, way, tmp_path)], None, reading)
    assert list(found.dialects) == [WAYS[way].dialect]


def weekend() -> Simulation:
    scenario = day_of(demonstration(), date(2026, 10, 16), share=0.1)
    return simulate(replace(scenario, last_day=date(2026, 10, 19)), seed=1)


@pytest.mark.parametrize("way", [name for name in WAYS if WAYS[name].file_name])
def test_weeks_hold_all_lines(way: str) -> None:
    simulation, writer = weekend(), WAYS[way]
    weeks = writer.files(simulation)
    assert [re.findall(r"2026-W\d\d", name) for name in weeks] == [["2026-W42"], ["2026-W43"]]
    texts = [gzip.decompress(content).decode() for content in weeks.values()]
    assert [text[: len(writer.header)] for text in texts] == [writer.header] * 2
    lines = [text[len(writer.header) :] for text in texts]
    assert writer.header + "".join(lines) == writer.text(simulation)


@pytest.mark.parametrize("way", [name for name in WAYS if not WAYS[name].file_name])
def test_each_document_is_a_file(way: str, tmp_path: Path) -> None:
    simulation, writer = weekend(), WAYS[way]
    files = writer.files(simulation)
    assert b"".join(files.values()).decode() == writer.text(simulation)
    callers = sum(name.startswith("a_") for name in files)
    assert callers == len(simulation.recorded)
    paths = [tmp_path / name for name in [*files][:5]]
    for path in paths:
        path.write_bytes(files[path.name])
    found = inspect(paths, DIALECTS[WAYS[way].dialect], Reading())
    assert (found.unreadable, found.account["rejected"], found.account["lines"]) == ([], {}, 5)
