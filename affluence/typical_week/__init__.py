"""SLOTS → WEEK: what an ordinary week looks like, with how sure it is.

The model is learned week by week; holidays, closures, days without records and days out of line are
left out and listed. Slots become rates here, and only here. In the order in which data travels;
no module imports one that stands below it:

    calendar           when a desk is open
    special_days       what sets a day apart
    rows               the opening hours of a weekday, cut
    cells              the cells of a table as arrays
    history            SLOTS → sums by week and cell

  what is learned, anew every week
    grid               cells of several platforms, one on the other
    by_platform        state that is learned of several platforms together
    calendar_effects   what the calendar does to the demand
    intervals          two-sided, as they are printed
    log_odds           shares on the logit
    memories           how long weeks are remembered, as has foretold best
    shrinkage          how far groups truly differ
    level_steps        when a level has stepped
    day_variance       how far days lie from what was foretold
    demand             how many call for the first time
    additive_logit     what weekday and row add to a logit
    clustering         by how much busy calls come together
    shares             how shares are learned
    reach              the chance to reach an agent
    shown_shares       shares that are shown besides
    odd_days           days out of line
    seen_days          what is seen of single days
    set_aside          days that are not learned, and why
    season             what last year's weeks say of these
    load_slope         how reach falls on busy days
    levels             what is published of reach
    model              all of these, week by week

  what is made of it
    advice             which hours to recommend
    runs               every weekly run as it would have been
    table              the model → WEEK
    negative_binomial  laws of counts, and how well what came agrees with them
    forecast           the model → FORECAST
    records            all that is to be learned of one platform
    baselines          plain means
    grades             what forecasts were worth
    backtest           every past run graded beside plain means
    other_hours        who would call at other opening hours
    studies            all that is asked of what was learned
    before_after       days beside what earlier ones would have given
    effect             what can be said of a table
    comparison         the days before a table with those after
"""

from __future__ import annotations

from affluence.typical_week.calendar import last_complete_week
from affluence.typical_week.records import Records, Settings, records_of
from affluence.typical_week.studies import LeftOut, Study, TypicalWeek, study, study_together

__all__ = [
    "VERSION",
    "LeftOut",
    "Records",
    "Settings",
    "Study",
    "TypicalWeek",
    "last_complete_week",
    "records_of",
    "study",
    "study_together",
]

VERSION = 2  # part of what a publication is made from: raise it when a figure changes meaning
