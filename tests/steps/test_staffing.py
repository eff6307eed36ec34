"""Advice for the demonstration, whose callers and agents are known, and for a small desk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from affluence import pipeline
from affluence.config import load
from affluence.indicators import Indicators
from affluence.simulator.demonstration import demonstration as simulated_desk
from affluence.staffing import Plan, Target
from affluence.staffing_words import staffing_as_document, staffing_as_text
from affluence.steps.staffing import WhatIf, hourly_demand
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
    study = pipeline.study(config, noon(TODAY))
    return study, pipeline.indicators(config, first=study.first, last=study.last)[1]


def plan(config: Path, **what_if: float) -> Plan:
    _, found = pipeline.staffing(
        load(config),
        noon(TODAY),
        target=Target(),
        quantile=0.75,
        what_if=WhatIf(**what_if),  # type: ignore[arg-type]  # by name
    )
    return found


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


def test_agents_and_lines_of_today_are_those_on_duty(found: Plan) -> None:
    assert {row.lines_today for row in found.rows} == {8}
    of_wednesday = {row.agents_today for row in found.rows if row.weekday == 3}
    of_monday = {row.agents_today for row in found.rows if row.weekday == 1}
    assert (of_wednesday, of_monday) == ({5}, {6})


def test_it_is_said_in_words_and_as_json(found: Plan) -> None:
    text = staffing_as_text("Service des étrangers", found)
    assert "charge prévue : dépassée un jour ordinaire sur 4" in text.replace("\u00a0", " ")
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
    assert "durée d’un appel (ligne)" in text
