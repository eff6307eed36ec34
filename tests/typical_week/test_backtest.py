"""Grades of forecasts: computed again in plain Python, causal, and honest about who is better."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.stats import nbinom

from affluence.typical_week.advice import Advice
from affluence.typical_week.backtest import FIRST_ORIGIN_WEEKS, backtest, errors_of
from affluence.typical_week.baselines import BASELINES, all_weeks_mean, four_week_mean, last_week
from affluence.typical_week.cells import Cells, Floats
from affluence.typical_week.grades import OURS, Errors, is_best
from affluence.typical_week.history import SUMS, History
from affluence.typical_week.levels import NONE
from affluence.typical_week.model import Settings
from affluence.typical_week.reach import Reach
from affluence.typical_week.runs import Past, Runs, run_platforms
from tests.typical_week.simulated import simulate_history
from tests.typical_week.test_typical_week import BOUNDS

SETTINGS = Settings(
    minimum_days=3,
    minimum_calls=10,
    bounds=BOUNDS,
    reach=Reach(answers_known=True, lines_believed=True),
)


def history_of(counts: Floats) -> History:
    """Counts by week, weekday and row (nan = closed) as what was seen, everybody answered."""
    weeks, weekdays, rows = counts.shape
    grid = pl.DataFrame(
        {
            "weekday": np.repeat(np.arange(weekdays) + 1, rows),
            "start_min": np.tile(np.arange(rows) * 60 + 540, weekdays),
            "end_min": np.tile(np.arange(rows) * 60 + 600, weekdays),
        }
    )
    flat = counts.reshape(weeks, -1)
    exposure = np.isfinite(flat).astype(np.float64)
    came = np.nan_to_num(flat)
    sums = {name: np.zeros_like(came) for name in SUMS}
    sums |= dict.fromkeys(("attempts", "answered", "first_attempts", "waits"), came)
    sums |= {"open_s": 3600 * exposure, "line_open_s": 8 * 3600 * exposure}
    return History(first_monday=date(2024, 1, 1), cells=Cells(grid), sums=sums, exposure=exposure)


def run(history: History) -> Runs:
    flags = np.zeros((history.weeks + 6, len(history.cells.weekdays), 4), dtype=bool)
    (runs,) = run_platforms([Past(history=history, flags=flags, settings=SETTINGS)])
    return runs


def test_scores_of_a_mean_agree_with_plain_loops() -> None:
    counts = simulate_history(1, weeks=10, mean=6).counts
    history = history_of(counts)
    scores = backtest(run(history), history).scores["4-week mean"]

    flat = counts.reshape(len(counts), -1)
    errors, deviances, naive_errors, total = [], [], [], 0.0
    hits, called, least, cells = 0, 0.0, 0.0, flat.shape[1]
    for origin in range(FIRST_ORIGIN_WEEKS - 1, len(flat) - 1):
        foretold, came = np.zeros(cells), np.zeros(cells)
        seen = np.zeros(cells)
        for cell in range(cells):
            recent = [y for y in flat[max(0, origin - 3) : origin + 1, cell] if not math.isnan(y)]
            known = [y for y in flat[: origin + 1, cell] if not math.isnan(y)]
            if not recent:
                continue
            mean = sum(recent) / len(recent)
            for week in range(origin + 1, min(origin + 5, len(flat))):
                y = float(flat[week, cell])
                if math.isnan(y):
                    continue
                m = max(mean, 0.05)
                errors.append(abs(y - m))
                naive_errors.append(abs(y - known[-1]))
                deviances.append(2 * ((y * math.log(y / m) if y else 0.0) - (y - m)))
                total += y
                foretold[cell] += mean
                came[cell] += y
                seen[cell] += 1
        usable = [cell for cell in range(cells) if seen[cell]]
        chosen = sorted(usable, key=lambda c: foretold[c] / seen[c])[: round(cells / 5)]
        best = sorted(usable, key=lambda c: came[c] / seen[c])[: round(cells / 5)]
        hits += len(set(chosen) & set(best))
        called += sum(came[c] / seen[c] for c in chosen)
        least += sum(came[c] / seen[c] for c in best)

    assert scores.forecasts == len(errors)
    assert scores.wape == pytest.approx(sum(errors) / total)
    assert scores.mase == pytest.approx(sum(errors) / sum(naive_errors))
    assert scores.poisson_deviance == pytest.approx(sum(deviances) / len(deviances))
    origins = len(flat) - FIRST_ORIGIN_WEEKS
    assert scores.hit_rate == pytest.approx(hits / (origins * round(cells / 5)))
    assert scores.regret == pytest.approx(called / least - 1)


def test_the_quietest_cells_are_those_with_the_fewest_calls_an_hour_of_graded_places() -> None:
    """Five cells of an hour, the fourth of half an hour: of five cells one is the quietest.

    Foretold a week ahead the first and the last cell are graded for nobody: from the first origin
    all have their second week left, from the second one the three in the middle their only one.
    """
    calls = np.tile([10.0, 11.0, 13.0, 6.0, 14.0], (FIRST_ORIGIN_WEEKS + 2, 1))
    history = history_of(calls[:, None])
    minutes = pl.Series([600, 660, 720, 750, 840])
    cells = Cells(history.cells.spans.with_columns(end_min=minutes))
    history = replace(history, cells=cells)

    def says_nothing_of_two(history: Floats, horizon: int) -> Floats:  # noqa: ARG001
        week = np.tile([12.0, 10.0, 13.0, 6.0, 14.0], (horizon, 1))
        week[0, [0, 4]] = np.nan
        return week

    scores = backtest(run(history), history, {"seer": says_nothing_of_two}).scores["seer"]
    assert scores.forecasts == (3 + 5) + 3
    # Of the first origin the second cell is foretold as the quietest, which the first one is.
    assert scores.hit_rate == pytest.approx(1 / 2)
    assert scores.regret == pytest.approx((11 + 11) / (10 + 11) - 1)


def test_a_cell_in_which_nobody_has_called_is_foretold_a_call_in_twenty_weeks() -> None:
    counts = np.tile([10.0, 0.0], (FIRST_ORIGIN_WEEKS + 1, 1))
    counts[-1, 1] = 1
    history = history_of(counts[:, None])
    mean = errors_of(run(history), history)["4-week mean"]
    assert mean.forecasts == 2
    assert mean.poisson_deviance == pytest.approx(2 * (math.log(1 / 0.05) - (1 - 0.05)) / 2)
    assert mean.wape == pytest.approx((1 - 0.05) / (10 + 1))


def test_how_sure_a_forecast_was_agrees_with_plain_sums() -> None:
    """Ours by the variance that it foretold, a mean by that of its own errors so far."""
    counts = simulate_history(4, weeks=8, mean=6, closed_share=0).counts
    history = history_of(counts)
    runs, came = run(history), counts.reshape(len(counts), -1)
    graded = [
        (origin, horizon)
        for origin in range(FIRST_ORIGIN_WEEKS - 1, len(came))
        for horizon in (1, 2, 3, 4)
        if origin + horizon < len(came)
    ]

    def usual(origin: int) -> Floats:
        mean: Floats = came[origin - 3 : origin + 1].mean(0)
        return mean

    def spread(origin: int, horizon: int) -> float:
        ready = range(FIRST_ORIGIN_WEEKS - 1, origin - horizon + 1)
        pairs = [(usual(each), came[each + horizon]) for each in ready]
        squares = sum(float((mean**2).sum()) for mean, _ in pairs)
        excess = sum(float(((y - mean) ** 2 - mean).sum()) for mean, y in pairs)
        return max(excess / squares, 0.0) if pairs else 0.05

    laws = {
        "affluence": [(runs.mean[o, h - 1], runs.variance[o, h - 1]) for o, h in graded],
        "4-week mean": [(usual(o), usual(o) + spread(o, h) * usual(o) ** 2) for o, h in graded],
    }
    scores = backtest(runs, history).scores
    for name, of_places in laws.items():
        mean, variance = (np.maximum(np.stack(each), 0.05) for each in zip(*of_places, strict=True))
        y = np.stack([came[origin + horizon] for origin, horizon in graded])
        over = np.maximum(variance, mean * (1 + 1e-9))  # Poisson as the edge of the law
        law = nbinom(mean**2 / (over - mean), mean / over)
        calls = np.arange(200)[:, None, None]
        crps = ((law.cdf(calls) - (y <= calls)) ** 2).sum(0)
        inside = (law.cdf(y) >= 0.1) & (law.cdf(y - 1) < 0.9)
        assert scores[name].crps == pytest.approx(crps.mean(), rel=1e-6), name
        assert scores[name].coverage == pytest.approx(inside.mean()), name


def test_how_calm_the_table_was_by_hand() -> None:
    """Five runs are looked at, from the fourth week on: four steps from one to the next."""
    history = history_of(simulate_history(1, weeks=4, closed_share=0).counts)
    runs = run(history)
    levels = np.zeros_like(runs.levels)
    levels[:3] = 3  # before anything is graded
    levels[5:7, 0] = 1  # busier, and back again
    levels[:5, 1], levels[5:, 1] = NONE, 2  # first known in the third of the five
    named = [(), (), (), (0, 1), (1, 0), (0, 2), (0, 2), (3,)]
    advice = tuple(Advice(recommended=each) for each in named)
    calm = backtest(replace(runs, levels=levels, advice=advice), history).stability
    assert calm is not None
    assert calm.runs == 4
    assert calm.levels_changed == pytest.approx(2 / (4 * history.cells.count - 2))
    assert calm.advice_changed == pytest.approx(2 / (2 + 2 + 2 + 1))


def test_no_forecast_knows_the_weeks_that_follow_it() -> None:
    counts = simulate_history(2, weeks=16, odd_share=0.03).counts
    changed = counts.copy()
    changed[12:] *= 3
    early, late = run(history_of(counts)), run(history_of(changed))
    for one, other in ((early.mean, late.mean), (early.variance, late.variance)):
        np.testing.assert_array_equal(one[FIRST_ORIGIN_WEEKS - 1 : 12], other[3:12])
    np.testing.assert_array_equal(early.levels[:12], late.levels[:12])
    assert early.advice[:12] == late.advice[:12]


def test_ours_is_best_only_while_nobody_is_better() -> None:
    desk = history_of(simulate_history(3, weeks=20).counts)
    runs = run(desk)
    flat = np.where(desk.exposure > 0, desk.sums["first_attempts"], np.nan)

    def seer(history: Floats, horizon: int) -> Floats:
        ahead = np.full((horizon, flat.shape[1]), 1.0)
        coming = flat[len(history) : len(history) + horizon]
        ahead[: len(coming)] = np.nan_to_num(coming, nan=1.0)
        return ahead

    assert backtest(runs, desk).is_best
    beside_a_seer = backtest(runs, desk, {**BASELINES, "seer": seer})
    assert not beside_a_seer.is_best
    assert beside_a_seer.scores["seer"].wape < 0.01


def test_a_place_where_one_has_nothing_to_say_counts_for_none() -> None:
    desk = history_of(simulate_history(4, weeks=10, closed_share=0).counts)

    def silent_before_the_eighth_week(history: Floats, horizon: int) -> Floats:
        week = all_weeks_mean(history, horizon)
        return week if len(history) >= 8 else np.full_like(week, np.nan)

    scores = backtest(run(desk), desk, {"late": silent_before_the_eighth_week}).scores
    # Fourteen weeks: origins of 8, 9 and 10 weeks have four weeks after them, then three, two, one.
    assert scores[OURS].forecasts == scores["late"].forecasts == 45 * (3 * 4 + 3 + 2 + 1)


def test_too_few_weeks_are_not_graded() -> None:
    history = history_of(simulate_history(5, weeks=0, horizon=4).counts)
    assert backtest(run(history), history).scores == {}


def test_errors_alone_are_those_of_the_backtest() -> None:
    history = history_of(simulate_history(8, weeks=9).counts)
    runs = run(history)
    grades = backtest(runs, history)
    alone = errors_of(runs, history)
    assert list(alone) == list(grades.scores) == [OURS, *BASELINES]
    for name, of in grades.scores.items():
        assert alone[name] == Errors(
            forecasts=of.forecasts, poisson_deviance=of.poisson_deviance, wape=of.wape
        )
    assert is_best(alone) == grades.is_best
    few = history_of(simulate_history(5, weeks=0, horizon=4).counts)
    assert errors_of(run(few), few) == {}


def test_baselines_by_hand() -> None:
    nan = math.nan
    seen = np.array([[8.0, 1], [4, 2], [6, nan], [2, 3], [nan, 5]])
    assert last_week(seen, 2).tolist() == [[2, 5], [2, 5]]
    assert four_week_mean(seen, 1).tolist() == [[4, 10 / 3]]
    assert all_weeks_mean(seen, 1).tolist() == [[5, 11 / 4]]


def test_days_without_records_are_graded_for_nobody() -> None:
    counts = simulate_history(6, weeks=12, closed_share=0).counts
    whole = backtest(run(history_of(counts)), history_of(counts)).scores[OURS]
    counts[9, 2] = 0
    lost = backtest(run(history_of(counts)), history_of(counts)).scores[OURS]
    # Week 9 is one to four weeks after four origins: each foretells nine rows of the lost day.
    assert whole.forecasts - lost.forecasts == 4 * 9


def test_the_table_of_a_steady_desk_is_calm() -> None:
    history = history_of(simulate_history(7, weeks=30, mean=30, walk=0, closed_share=0).counts)
    calm = backtest(run(history), history).stability
    assert calm is not None
    assert calm.runs == 30 + 4 - FIRST_ORIGIN_WEEKS
    assert calm.levels_changed == 0
