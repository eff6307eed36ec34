"""A small simulated desk whose report is made once: Mondays and Thursdays, two hours each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from affluence import manager, pipeline
from affluence.config import load
from affluence.publication.language import Language
from affluence.publication.wording import Words
from affluence.report import build_report
from affluence.report.facts import Facts
from affluence.report.hours import hours_of
from affluence.report.sheet import Sheet
from affluence.report.sheets.every import every_sheet
from affluence.simulator.asterisk_csv import WRITER
from affluence.simulator.scenario import Callers, Handling, Scenario, Shift, SpecialDay
from affluence.simulator.simulation import Simulation, simulate
from affluence.staffing import Target
from affluence.steps.indicators import read_period
from affluence.steps.report import days_of_publication, facts_of, files_of
from affluence.store import open_store
from tests.runs import noon

FRENCH = Words(Language("fr"))
KEPT = TemporaryDirectory(prefix="affluence-report-")  # until the tests end
FIRST, LAST = date(2026, 9, 7), date(2026, 11, 1)  # eight weeks
TODAY = date(2026, 11, 2)
CLOSED = date(2026, 10, 8)
SPANS = ((9 * 60, 10 * 60), (14 * 60, 15 * 60))
_WEEKDAYS = (1, 4)
_CONFIG = """
[run]
as_of = "last-record"

[platform.desk]
name = "Standard <d’essai>"
phone = "+33199001234"
lines = 4

[platform.desk.source]
folder = "cdr"
trunks = ["PJSIP/operateur-"]
dialect = "asterisk-csv"

[platform.desk.source.announcements]
closed = ["ferme"]

[platform.desk.opening]
monday = ["09:00-10:00", "14:00-15:00"]
thursday = ["09:00-10:00", "14:00-15:00"]
closures = [{ first = 2026-10-08, last = 2026-10-08, reason = "Travaux & <peinture>" }]

[platform.desk.agents]
roster = [{ weekdays = ["monday", "thursday"], hours = ["09:00-10:00", "14:00-15:00"], count = 3 }]

[target.site]
kind = "in-place"
folder = "site"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A desk as it was simulated, and what the report of it is made from."""

    simulation: Simulation
    config: Path
    facts: Facts


def scenario() -> Scenario:
    per_hour = [0.0] * 96
    for start_min, end_min in SPANS:
        for quarter in range(start_min // 15, end_min // 15):
            per_hour[quarter] = 60.0 if start_min < 12 * 60 else 30.0
    calm = tuple(rate * 0.6 for rate in per_hour)
    closed = (0.0,) * 96
    return Scenario(
        platform="desk",
        service_number="0199001234",
        zone="Europe/Paris",
        first_day=FIRST,
        last_day=LAST,
        lines=4,
        shifts=tuple(
            Shift(weekdays=_WEEKDAYS, start_min=start, end_min=end, agents=3)
            for start, end in SPANS
        ),
        first_attempts_per_hour=(tuple(per_hour), closed, closed, calm, closed, closed, closed),
        special_days=(SpecialDay(day=CLOSED, demand_factor=0.1, closed=True),),
        # All of them known, nobody calls twice for two reasons: persons can be counted by hand.
        callers=Callers(anonymous_share=0.0),
        handling=Handling(outbound_per_hour=0.0),
    )


@cache
def reported() -> Reported:
    folder = Path(KEPT.name)
    simulation = simulate(scenario(), seed=7)
    (folder / "cdr").mkdir()
    for name, content in WRITER.files(simulation).items():
        (folder / "cdr" / name).write_bytes(content)
    config = folder / "config.toml"
    config.write_text(_CONFIG, encoding="utf-8")
    settings = load(config)
    pipeline.run(settings, noon(TODAY))
    learned = manager.study(settings, noon(TODAY))
    with open_store(settings.state.folder, settings.state.keys_folder) as store:
        period = read_period(store, "desk", settings.platform["desk"], learned.first, learned.last)
        files, published = files_of(store, "desk"), days_of_publication(store, "desk")
    facts = facts_of(
        learned,
        period,
        manager.effect(settings, noon(TODAY))[1],
        files=files,
        published=published,
        target=Target(),
        quantile=0.75,
        progress=lambda _: None,
    )
    return Reported(simulation=simulation, config=config, facts=facts)


@cache
def report_files(language: str = "fr") -> dict[str, bytes]:
    return build_report(reported().facts, language)


@cache
def sheets() -> dict[str, Sheet]:
    facts = reported().facts
    return every_sheet(facts, hours_of(facts), FRENCH)


def without_staffing() -> Facts:
    return replace(reported().facts, staffing=None, no_staffing="how long calls last is unknown")
