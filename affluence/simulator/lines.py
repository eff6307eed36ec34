"""The lines of the platform: the first free one is taken."""

from __future__ import annotations

from heapq import heappop, heappush

from affluence.simulator.tally import Tally


class Lines:
    """Lines 1 to ``count``; ``free`` is a heap. The tally hears of every change."""

    def __init__(self, count: int, tally: Tally) -> None:
        self.free = list(range(1, count + 1))
        self._tally = tally

    def seize(self, at_ms: int) -> int | None:
        """Take the first free line, if there is one."""
        if not self.free:
            return None
        self._tally.take_lines(at_ms, 1)
        return heappop(self.free)

    def release(self, at_ms: int, line: int) -> None:
        """Give a line back."""
        heappush(self.free, line)
        self._tally.take_lines(at_ms, -1)
