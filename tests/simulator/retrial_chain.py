"""The exact chain of callers who redial a full platform: (people about to redial, lines taken)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MOST_REDIALLERS = 30  # more at a time is next to impossible in the cases under test


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrialChain:
    """Lines without queue; who is refused redials with this persistence; time in mean talks."""

    lines: int
    fresh_erlang: float
    persistence: float
    mean_delay: float

    def figures(self) -> dict[str, float]:
        """Share of time with all lines taken, of first attempts and of attempts refused."""
        width = self.lines + 1
        states = [(j, i) for j in range(_MOST_REDIALLERS + 1) for i in range(width)]
        rates = [[0.0] * len(states) for _ in states]
        for number, (redialling, taken) in enumerate(states):
            for (j, i), rate in self._moves(redialling, taken):
                rates[number][j * width + i] += rate
        shares = dict(zip(states, _stationary(rates), strict=True))
        full = sum(share for (_, taken), share in shares.items() if taken == self.lines)
        attempts = {
            state: share * (self.fresh_erlang + state[0] / self.mean_delay)
            for state, share in shares.items()
        }
        refused = sum(rate for (_, taken), rate in attempts.items() if taken == self.lines)
        blocked = refused / sum(attempts.values())
        return {"full": full, "first_blocked": full, "blocked": blocked}

    def _moves(self, redialling: int, taken: int) -> Iterator[tuple[tuple[int, int], float]]:
        """States reached from one, and at what rate."""
        fresh, redials = self.fresh_erlang, redialling / self.mean_delay
        if taken:
            yield (redialling, taken - 1), float(taken)
        if taken < self.lines:
            yield (redialling, taken + 1), fresh
            if redialling:
                yield (redialling - 1, taken + 1), redials
        else:
            if redialling < _MOST_REDIALLERS:
                yield (redialling + 1, taken), fresh * self.persistence
            if redialling:
                yield (redialling - 1, taken), redials * (1 - self.persistence)


def _stationary(rates: Sequence[list[float]]) -> list[float]:
    """Stationary shares by Grassmann, Taksar and Heyman: states are censored one after the other.

    Nothing is ever subtracted, so nothing is lost to rounding. ``rates`` is used up.
    """
    for last in range(len(rates) - 1, 0, -1):
        onward = rates[last][:last]
        out = sum(onward)
        for row in rates[:last]:
            if row[last]:
                row[last] /= out
                row[:last] = [
                    rate + row[last] * more for rate, more in zip(row, onward, strict=False)
                ]
    weights = [1.0]
    for state in range(1, len(rates)):
        weights.append(sum(weights[i] * rates[i][state] for i in range(state)))
    return [weight / sum(weights) for weight in weights]
