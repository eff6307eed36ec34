"""Ledger and slots → what the table of a platform has changed; what editions recommend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from affluence.publication.edition import Edition
from affluence.steps.publish import Page, are_lines_believed
from affluence.store import Store
from affluence.store.ledger import Recommended
from affluence.typical_week import last_complete_week
from affluence.typical_week.effect import Effect, Recommendation, measure_effect


def effect_of(store: Store, page: Page, today: date) -> Effect:
    """What the table of a platform has changed, up to the newest complete week before ``today``."""
    published = [
        Recommendation(since=recommended.published_on, spans=recommended.hours)
        for recommended in store.ledger.recommended(page.platform)
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


def recommended_by(
    editions: Mapping[str, Edition], days: Mapping[str, date]
) -> tuple[Recommended, ...]:
    """What editions recommend, each published on the day that counts as today for its platform."""
    return tuple(
        Recommended(
            platform=name,
            period_last=edition.period_last,
            published_on=days[name],
            hours=tuple(
                sorted((hour.weekday, hour.start_min, hour.end_min) for hour in edition.recommended)
            ),
        )
        for name, edition in editions.items()
    )
