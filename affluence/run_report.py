"""What a run tells: how it advances, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from affluence.errors import RefusedPublicationError

if TYPE_CHECKING:
    from affluence.steps.fetch import Fetched
    from affluence.steps.ingest import Ingested

Progress = Callable[[str, int], None]  # what advanced ("bytes", "lines", "days"), by how much


@dataclass(kw_only=True)
class RunReport:
    """What one run did; ``release`` is None where nothing was new."""

    fetched: dict[str, Fetched] = field(default_factory=dict)
    ingested: dict[str, Ingested] = field(default_factory=dict)
    days_measured: dict[str, frozenset[date]] = field(default_factory=dict)
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    parts_deleted: dict[str, int] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)  # what counts as today for each platform
    refusals: dict[str, tuple[str, ...]] = field(default_factory=dict)  # why a table is not new
    misconfigured: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what is wrong
    # Platforms of which days that are published have changed: more records have come of them, or
    # they were read by other settings or another version of the program.
    late: list[str] = field(default_factory=list)
    read_otherwise: list[str] = field(default_factory=list)
    release: str | None = None
    waits_for_approval: bool = False
    delivered_to: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # of targets, in words

    @property
    def problems(self) -> list[str]:
        """Sources that could not be reached and files that could not be read, in words."""
        return [problem for name in self.fetched for problem in self.problems_of(name)]

    def problems_of(self, platform: str) -> list[str]:
        """Those of one platform."""
        fetched, ingested = self.fetched[platform], self.ingested.get(platform)
        return [*fetched.problems, *(ingested.problems if ingested else ())]

    @property
    def reasons(self) -> list[str]:
        """Why there is no new table, of all platforms."""
        return [reason for each in self.refusals.values() for reason in each]

    def refusal(self) -> RefusedPublicationError:
        """The error that says so; a file that could not be read may be why records are missing."""
        unread = [f"not read: {problem}" for problem in self.problems]
        return RefusedPublicationError([*self.reasons, *unread])

    @property
    def outcome(self) -> tuple[str, str]:
        """How it ended, for the log of runs: in one word, and what is wrong."""
        wrong = [*self.problems, *self.reasons]
        wrong += [problem for each in self.misconfigured.values() for problem in each]
        word = "nothing new" if self.release is None else "refused" if self.refusals else "done"
        return word, "\n".join(wrong)
