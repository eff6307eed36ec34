"""Advice for the demonstration, whose callers and agents are known, and for a small desk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from affluence import manager
from affluence.config import load
from affluence.indicators import Indicators
from affluence.simulator.demonstration import demonstration as simulated_desk
from affluence.staffing import Plan, Row, Target
from affluence.staffing_words import staffing_as_document, staffing_as_text
from affluence.steps.hourly_demand import NeverOpenError, hourly_demand
from affluence.steps.staffing import WhatIf
from affluence.typical_week import Study
from tests.conftest import REPOSITORY, ConfigWriter
from tests.records import day_of_records
from tests.runs import TODAY, noon, run

TRUTH = pl.read_csv(REPOSITORY / "cdr_samples" / "demonstration" / "truth-week.csv")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, its last six weeks."""
    folder = tmp_path_factory.mktemp("staffing")
    shutil.copy(REPOSITORY / "config.toml", folder)
    records = folder / "cdr_samples" / "demonstration"
    records.mkdir(parents=True)
    for week in range(42, 48):
        shutil.copy(
            REPOSITORY / "cdr_samples" / "demonstration" / f"Master-2026-W{week}.csv.gz", records
        )
    shutil.copy(REPOSITORY / "cdr_samples" / "demonstration" / "messages.csv", records)
    run(folder / "config.toml")
    return folder / "config.toml"


@pytest.fixture(scope="module")
def found(measured: Path) -> Plan:
    return plan(measured)


@pytest.fixture(scope="module")
def learned(measured: Path) -> tuple[Study, Indicators]:
    config = load(measured)
    study = manager.study(config, noon(TODAY))
    return study, manager.indicators(config, first=study.first, last=study.last)[1]


def plan(config: Path, *, quantile: float = 0.75, **what_if: Any) -> Plan:
    _, found = manager.staffing(
        load(config), noon(TODAY), target=Target(), quantile=quantile, what_if=WhatIf(**what_if)
    )
    return found


def persons_of(row: Row) -> float:
    return row.advice.persons_per_hour * (row.end_min - row.start_min) / 60


def persons_a_week(plan: Plan) -> float:
    return sum(map(persons_of, plan.rows))


def test_callers_and_calls_are_those_that_were_simulated(found: Plan) -> None:
    desk, truth = found.desk, simulated_desk()
    assert desk.kind == "queue"
    handling_s = truth.handling.mean_talk_s + truth.handling.mean_wrap_up_s
    assert desk.handling_s == pytest.approx(handling_s, rel=0.02)
    assert desk.patience_s == pytest.approx(truth.callers.mean_patience_s, rel=0.1)
    assert desk.redial_after_busy == pytest.approx(truth.callers.redial_after_busy_share, abs=0.02)
    assert desk.redial_after_giving_up == pytest.approx(
        truth.callers.redial_after_giving_up_share, abs=0.04
    )


def test_the_load_is_that_of_the_simulated_callers(learned: tuple[Study, Indicators]) -> None:
    rows = hourly_demand(*learned, quantile=0.5, moved_share=0.0)
    truth = TRUTH.sort("weekday", "start_min")
    assert rows.select("weekday", "start_min").rows() == (
        truth.select("weekday", "start_min").rows()
    )
    persons, expected = rows["persons_per_hour"], truth["first_attempts_per_hour"]
    assert persons.sum() == pytest.approx(expected.sum(), rel=0.1)
    # Whole persons, of half an hour even, from six weeks.
    assert ((persons - expected).abs() < 0.25 * expected + 5).all()


def test_few_days_exceed_what_is_planned_for(learned: tuple[Study, Indicators]) -> None:
    """The days of the period itself: one in four, more or less."""
    study, indicators = learned
    planned = study.demand_to_come(0.75)
    came = study.history.sums["first_attempts"]
    exceeded = (came > planned["persons"].to_numpy())[study.history.exposure > 0.99]
    assert 0.1 < exceeded.mean() < 0.4
    more = hourly_demand(study, indicators, quantile=0.9, moved_share=0.0)["persons_per_hour"]
    less = hourly_demand(study, indicators, quantile=0.75, moved_share=0.0)["persons_per_hour"]
    assert (more >= less).all() and more.sum() > less.sum()


def test_who_moves_calls_elsewhere_and_nobody_is_lost(learned: tuple[Study, Indicators]) -> None:
    hours = (pl.col("end_min") - pl.col("start_min")) / 60
    before, after = (
        hourly_demand(*learned, quantile=0.75, moved_share=share)
        .select(pl.col("persons_per_hour") * hours)
        .to_series()
        for share in (0.0, 0.1)
    )
    assert after.sum() == pytest.approx(before.sum())
    assert 3 <= (after > before).sum() <= 5  # as many as the table recommends
    fewer = after < before
    assert (after / before).filter(fewer).to_list() == pytest.approx([0.9] * int(fewer.sum()))


def test_an_hour_taken_away_moves_its_callers_and_says_so(found: Plan, measured: Path) -> None:
    tried = plan(measured, opening={5: ((540, 720),)})
    assert persons_a_week(tried) == pytest.approx(persons_a_week(found))
    taken_away = [row for row in found.rows if row.weekday == 5 and row.start_min >= 720]
    hours = tried.tried_hours
    assert hours is not None and hours.changed == (5,)
    assert hours.moved == pytest.approx(sum(map(persons_of, taken_away)))
    assert len(tried.rows) == len(found.rows) - len(taken_away)
    # As many agents as before, fewer hours: fewer persons reach one.
    assert hours.reached_share is not None and hours.reached_before_share is not None
    assert hours.reached_share < hours.reached_before_share - 0.005
    before = sum(
        persons_of(row) * row.advice.today.reached_share
        for row in found.rows
        if row.advice.today is not None
    )
    assert hours.reached_before_share == pytest.approx(before / persons_a_week(found))
    text = staffing_as_text("Service", tried).replace("\u00a0", " ")
    assert "et si… le bureau ouvrait : vendredi 9 h - 12 h\n" in text
    assert "n’est pas mesuré, on SUPPOSE que :" in text
    assert (
        f"les {hours.moved:.0f} personnes par semaine qui appellent aux heures supprimées" in text
    )
    assert f"contre {100 * hours.reached_before_share:.0f} % aux heures d’aujourd’hui" in text
    assert "aux heures ajoutées" not in text


def test_who_called_a_closed_desk_calls_at_the_hour_that_is_added(
    measured: Path, learned: tuple[Study, Indicators]
) -> None:
    """The simulated ones: 12 an hour from half past eight to nine, from Monday to Friday."""
    study, _ = learned
    today = study.demand_to_come(0.5)
    weekly = (((510, 720), (810, 990)),) * 5 + ((), ())
    found = study.at_other_hours(today, weekly, manager.read_measured(load(measured)), 0.5)
    assert found.turned_away == pytest.approx(5 * 12 / 2, abs=6)
    before, after = (sum(rows["persons"].to_list()) for rows in (today, found.rows))
    assert after == pytest.approx(before + found.turned_away)


def test_who_would_answer_at_an_added_hour_is_not_guessed(measured: Path) -> None:
    """Everybody calls from half past eight to nine on Mondays, the only hours."""
    only = {1: ((510, 540),)} | dict.fromkeys(range(2, 8), ())
    tried = plan(measured, opening=only)
    (row,) = tried.rows
    assert (row.closed_min, row.agents_today, row.lines_today) == (30, None, 8)
    assert row.advice.today is None
    hours = tried.tried_hours
    assert hours is not None and hours.reached_share is None
    assert persons_a_week(tried) == pytest.approx(hours.moved + hours.turned_away)
    text = staffing_as_text("Service", tried).replace("\u00a0", " ")
    assert f"les {hours.turned_away:.0f} appels par semaine reçus aujourd’hui bureau fermé" in text
    assert text.count("(fermé aujourd’hui)") == 1
    assert "donnez aussi --agents" in text
    staffed = plan(measured, opening=only, agents=6)
    assert staffed.rows[0].advice.today is not None
    assert staffed.tried_hours is not None and staffed.tried_hours.reached_share is not None


def test_a_week_without_an_hour_is_refused(measured: Path) -> None:
    with pytest.raises(NeverOpenError, match="leave it some hours"):
        plan(measured, opening=dict.fromkeys(range(1, 8), ()))


def test_agents_and_lines_of_today_are_those_on_duty(found: Plan) -> None:
    assert {row.lines_today for row in found.rows} == {8}
    of_wednesday = {row.agents_today for row in found.rows if row.weekday == 3}
    of_monday = {row.agents_today for row in found.rows if row.weekday == 1}
    assert (of_wednesday, of_monday) == ({5}, {6})


def test_it_is_said_in_words_and_as_json(found: Plan) -> None:
    text = staffing_as_text("Service des étrangers", found)
    assert "un jour sur 4 en a davantage" in text.replace("\u00a0", " ")
    assert "file d’attente sur un nombre de lignes limité" in text
    assert text.count("→") == len(found.rows) == 35
    document = json.loads(staffing_as_document("Service des étrangers", found))
    first = found.rows[0].advice.advised
    assert document["rows"][0]["advice"]["advised"]["agents"] == first.agents
    assert document["desk"]["kind"] == "queue"


@pytest.fixture
def small(small_platform: ConfigWriter) -> Callable[..., Path]:
    """Three lines, every call answered at once, agents unknown."""

    def make(old: str = "", new: str = "") -> Path:
        config = small_platform()
        config.write_text(config.read_text().replace(old, new))
        for week in range(3):
            for day in range(2, 7):
                day_of_month = day + 7 * week
                records = day_of_records(f"2026-03-{day_of_month:02}", first=1000 * day_of_month)
                name = f"2026-03-{day_of_month:02}.csv"
                (config.parent / "records" / name).write_text(records)
        run(config)
        return config

    return make


def test_where_nobody_waits_lines_are_advised(small: Callable[..., Path]) -> None:
    config = small()
    found = plan(config)
    assert found.desk.kind == "no_queue"
    assert found.desk.patience_s is None
    assert {row.agents_today for row in found.rows} == {None}
    for row in found.rows:
        assert row.advice.advised.agents == row.advice.advised.lines
        assert row.advice.today is not None and row.advice.today.lines == 3
    tried = plan(config, agents=9, lines=12, handling_s=200.0)
    assert {(row.agents_today, row.lines_today) for row in tried.rows} == {(9, 12)}
    assert (tried.desk.kind, tried.desk.handling_s) == ("queue", 200.0)
    text = staffing_as_text("Desk", found).replace("\u00a0", " ")
    assert "pas de file d’attente" in text
    assert "Un appel occupe une ligne" in text
