"""Ledger, slots and what was learned of them → what the table of a platform has changed."""

from __future__ import annotations

from datetime import timedelta

from affluence.steps.edition import Page, oldest_day
from affluence.store import Store
from affluence.typical_week import Study, study
from affluence.typical_week.comparison import measure_effect, weeks_not_learned
from affluence.typical_week.effect import Effect, Recommendation


def effect_of(store: Store, page: Page, learned: Study) -> Effect:
    """What the table of a platform has changed, up to the last week of what was learned of it."""
    published = [
        Recommendation(since=recommended.published_on, spans=recommended.hours)
        for recommended in store.ledger.publications.recommended(page.platform)
    ]
    return measure_effect(learned, published, _earlier(store, page, learned, published))


def _earlier(
    store: Store, page: Page, learned: Study, published: list[Recommendation]
) -> Study | None:
    """What is learned of the weeks before the first table, where that is longer ago."""
    missing = weeks_not_learned(learned, published)
    if missing is None:
        return None
    slots = store.lake.read_measured(page.platform, "slots", *missing)
    if slots.is_empty():
        return None
    first = max(missing[0], oldest_day(page, slots))
    first -= timedelta(days=first.weekday())
    if first >= learned.history.first_monday:
        return None
    return study(
        slots,
        page.hours,
        page.settings,
        platform=page.platform,
        first=first,
        last=missing[1],
        rows_on=learned.last + timedelta(days=1),
        lines_believed=learned.lines_believed,
    )
