"""What the simulator itself knows of each quarter, counted as things happen.

Independent of ``affluence.measures`` on purpose: this is what the measures are judged against.
"""

from __future__ import annotations

from collections import defaultdict

from affluence.simulator.call import Call
from affluence.simulator.days import QUARTER_MS

COUNTS = (
    "first_attempts",
    "first_answered",
    "first_busy",
    "attempts",
    "answered",
    "busy",
    "abandoned",
    "unanswered",
    "closed",
)


class Tally:
    """Counts by the quarter of arrival; line-milliseconds by the quarter in which they were held.

    Quarters are named by their UTC start in milliseconds.
    """

    def __init__(self, lines: int) -> None:
        self.counts = {name: defaultdict[int, int](int) for name in COUNTS}
        self.held_ms = defaultdict[int, int](int)
        self.full_ms = defaultdict[int, int](int)
        self._lines = lines
        self._taken = 0
        self._since_ms = 0

    def count(self, call: Call) -> None:
        """Count a finished call. Calls of the agents are no attempts."""
        if call.direction != "inbound":
            return
        quarter = call.offered_ms - call.offered_ms % QUARTER_MS
        names = ["attempts", call.outcome]
        if call.attempt == 1:
            names.append("first_attempts")
            if call.outcome in {"answered", "busy"}:
                names.append(f"first_{call.outcome}")
        for name in names:
            self.counts[name][quarter] += 1

    def take_lines(self, at_ms: int, change: int) -> None:
        """From ``at_ms`` on, ``change`` more lines are held; book the span that ends here."""
        if self._taken:
            self._book(self._since_ms, at_ms)
        self._taken += change
        self._since_ms = at_ms

    def _book(self, start_ms: int, end_ms: int) -> None:
        while start_ms < end_ms:
            quarter = start_ms - start_ms % QUARTER_MS
            cut_ms = min(end_ms, quarter + QUARTER_MS)
            self.held_ms[quarter] += self._taken * (cut_ms - start_ms)
            if self._taken == self._lines:
                self.full_ms[quarter] += cut_ms - start_ms
            start_ms = cut_ms
