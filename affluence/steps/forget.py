"""Retention: calls past their period are deleted, their days sealed, their keys destroyed."""

from __future__ import annotations

from datetime import date, timedelta

from affluence.store import Store


def forget(store: Store, platform: str, today: date, legs_days: int) -> int:
    """Delete the calls of a platform older than ``legs_days``; return the number of lake parts."""
    oldest_kept = today - timedelta(days=legs_days)
    return store.ledger.seal(platform, oldest_kept=oldest_kept, today=today)


def clean_up(store: Store, today: date, legs_days: int) -> None:
    """Remove what the ledger does not name, and the keys of months that are wholly past."""
    store.lake.sweep(store.ledger.all_parts())
    oldest_kept = today - timedelta(days=legs_days)
    doomed = store.keys.months_before(oldest_kept)
    if doomed:
        # First the trace: rather one too many than a key that is gone without any.
        store.ledger.trace_keys(oldest_kept=oldest_kept, today=today, count=len(doomed))
        store.keys.destroy_before(oldest_kept)
