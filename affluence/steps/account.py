"""What became of every line: checked after each run, file by file, and added up to be shown."""

from __future__ import annotations

from affluence.store import Store

FATES = ("calls", "merged", "duplicates")


class LostLinesError(AssertionError):
    """Lines of a file are not all accounted for: a fault of the program, never of its user."""

    def __init__(self, path: str, lines: int, accounted: int) -> None:
        super().__init__(f"{path}: {lines} lines, but {accounted} are accounted for")


def add_up(store: Store, platform: str) -> dict[str, int]:
    """Lines of all files of a platform, and what became of them.

    Keys: ``lines``, ``calls``, ``merged``, ``duplicates``, ``ignored``, ``rejected``; the first is
    the sum of the others.

    Raises:
        LostLinesError: for some file it is not.

    """
    totals = store.ledger.accounts.totals(platform)
    if not totals.is_balanced:
        _find_lost_lines(store, platform)
    return dict(totals.counts)


def _find_lost_lines(store: Store, platform: str) -> None:
    for account in store.ledger.accounts.of_files(platform):
        found = sum(account[fate] for fate in FATES)
        found += sum(sum(account[kind].values()) for kind in ("ignored", "rejected"))
        if account["lines"] != found:
            path = account["path"] or "a file that is gone"
            raise LostLinesError(path, account["lines"], found)
