"""All tables of the report, in the order of the workbook."""

from __future__ import annotations

from affluence.publication.wording import Words
from affluence.report.facts import Facts
from affluence.report.hours import Hours
from affluence.report.sheet import Sheet
from affluence.report.sheets import by_hour, official, outlook, quality, staffing, waiting, weeks


def every_sheet(facts: Facts, hours: Hours, words: Words) -> dict[str, Sheet]:
    """The tables by their keys."""
    made = (
        official.indicators_sheet(facts.indicators, words),
        official.outcomes_sheet(facts.indicators, words),
        by_hour.typical_week_sheet(facts, words),
        by_hour.hours_sheet(hours, words),
        by_hour.profile_sheet(facts, hours.known, words),
        waiting.simultaneous_sheet(facts),
        waiting.waits_sheet(facts, words),
        waiting.chain_sheet(facts, words),
        waiting.redials_sheet(facts, words),
        waiting.delays_sheet(facts, words),
        waiting.chains_sheet(facts, words),
        weeks.weeks_sheet(facts, words),
        outlook.forecast_sheet(facts, words),
        outlook.grades_sheet(facts, words),
        outlook.effect_sheet(facts, words),
        staffing.staffing_sheet(facts, words),
        staffing.trials_sheet(facts),
        quality.files_sheet(facts),
        quality.reasons_sheet(facts, words),
        quality.days_sheet(facts, words),
        quality.blind_spots_sheet(facts, words),
    )
    return {sheet.key: sheet for sheet in made}
