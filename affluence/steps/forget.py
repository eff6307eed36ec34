"""Retention: what is past its period is deleted, each kind after its own, with a trace.

Calls go by their day, and their days are sealed; keys go with the last calls of their month;
rejected lines go by the day of the run that read them, copies of files of servers by the day of the
run that fetched them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from affluence.config import Config
from affluence.steps.copies import forget_copies, old_copies
from affluence.steps.measure import measure_changed_days
from affluence.steps.settings import rules_of
from affluence.store import Store
from affluence.store.days import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """What is past its period; ``kept_from`` is the oldest day that stays, by platform."""

    kept_from: Mapping[str, date]
    calls: Mapping[str, Sequence[Part]]  # parts of the lake by platform, those without any left out
    key_months: tuple[str, ...]  # "2026-03"
    quarantine: tuple[tuple[str, str], ...]  # platform and name of the range
    copies: Mapping[str, Sequence[Path]]  # of files of servers by platform, as for calls

    @property
    def is_none(self) -> bool:
        """Whether nothing is."""
        return not (self.calls or self.key_months or self.quarantine or self.copies)


def find_overdue(config: Config, store: Store, days: Mapping[str, date], now: datetime) -> Overdue:
    """What is past its period.

    Args:
        config: how long everything is kept.
        store: where it is.
        days: the day that counts as today for each configured platform; for one that is no longer
            configured it is the earliest of them.
        now: the clock's time, by which copies are dated.

    """
    today, period = min(days.values()), timedelta(days=config.state.legs_days)
    kept_from = {
        name: days.get(name, today) - period for name in {*days, *store.ledger.days.platforms()}
    }
    calls = {
        name: old
        for name in sorted(kept_from)
        if (old := [part for part in store.ledger.days.parts(name) if part.day < kept_from[name]])
    }
    oldest_quarantined = today - timedelta(days=config.state.quarantine_days)
    return Overdue(
        kept_from=kept_from,
        calls=calls,
        key_months=store.keys.months_before(today - period),
        quarantine=tuple(
            file for file, since in _quarantined(store, today).items() if since < oldest_quarantined
        ),
        copies=old_copies(config, store, now),
    )


def forget(config: Config, store: Store, days: Mapping[str, date], now: datetime) -> Overdue:
    """Delete what is past its period, and what the ledger does not name; return what was.

    What is about to be deleted is measured first, as far as it was not. For the arguments see
    `find_overdue`.
    """
    gone = find_overdue(config, store, days, now)
    for name in gone.calls:
        if name in config.platform:
            measure_changed_days(store, rules_of(name, config.platform[name]))
    today = min(days.values())
    for name, oldest_kept in sorted(gone.kept_from.items()):
        store.ledger.retention.seal(name, oldest_kept=oldest_kept, today=days.get(name, today))
    known = store.ledger.inventory.parts()
    store.lake.sweep((part.platform, part.day, part.slice.file) for part in known)
    # First the trace: rather one too many than something that is gone without any.
    if gone.key_months:
        oldest_kept = today - timedelta(days=config.state.legs_days)
        kept_from, count = f"{oldest_kept:%Y-%m}", len(gone.key_months)
        store.ledger.retention.trace(None, "keys", kept_from=kept_from, today=today, count=count)
        store.keys.destroy_before(oldest_kept)
    kept_from = (today - timedelta(days=config.state.quarantine_days)).isoformat()
    for name, count in sorted(Counter(platform for platform, _ in gone.quarantine).items()):
        store.ledger.retention.trace(
            name, "quarantine", kept_from=kept_from, today=today, count=count
        )
    store.quarantine.remove(gone.quarantine)
    store.ledger.retention.set_quarantined(_quarantined(store, today))
    forget_copies(config, store, now)
    return gone


def _quarantined(store: Store, today: date) -> dict[tuple[str, str], date]:
    """What is in quarantine, and since when: since today what was never seen there."""
    known = store.ledger.retention.quarantined()
    return {file: known.get(file, today) for file in store.quarantine.held()}
