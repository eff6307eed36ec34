"""Ledger and slots → what the table of a platform has changed."""

from __future__ import annotations

from datetime import date

from affluence.steps.edition import Page, are_lines_believed
from affluence.store import Store
from affluence.typical_week import last_complete_week
from affluence.typical_week.effect import Effect, Recommendation, measure_effect


def effect_of(store: Store, page: Page, today: date) -> Effect:
    """What the table of a platform has changed, up to the newest complete week before ``today``."""
    published = [
        Recommendation(since=recommended.published_on, spans=recommended.hours)
        for recommended in store.ledger.publications.recommended(page.platform)
    ]
    if not published:
        return Effect()
    slots = store.lake.read_measured(page.platform, "slots")
    last = last_complete_week(page.hours, today)
    return measure_effect(
        slots,
        page.hours,
        page.settings,
        published,
        platform=page.platform,
        last=last,
        lines_believed=are_lines_believed(page, slots, last),
    )
