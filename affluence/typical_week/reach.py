"""The chance that a first call reaches an agent, and the shares that it is made of.

reach = (1 - the larger of busy-line rate and refused share of first attempts)
        × answered ÷ (answered + abandoned + unanswered)

What Erlang B says of a moved demand (`Reach.by_load`) is one of the candidates, believed while it
foretells better. Its slope follows from occupancy and blocking alone, so that nothing has to be
inverted.

The larger of the two shares is taken by the longest memory: the larger of two noisy numbers is
larger than either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from affluence.typical_week.cells import Floats, Mask, known_or
from affluence.typical_week.shares import Sums

NAMES = (
    *("full_open_s", "open_s", "first_attempts", "first_busy"),
    *("answered", "abandoned", "unanswered"),
    *("held_open_s", "line_open_s"),
)

_MOST_BY_LOAD = 1.5  # on the logit, 0.5 to 0.82: further away the slope does not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How reach is read from the sums of a platform.

    Attributes:
        answers_known: False where the records cannot tell whether anyone answered: then reach is
            one minus the busy-line rate alone.
        lines_believed: False where the records contradict the number of lines: then the rates of
            lines mean nothing, and reach rests on the refused share alone.
        refusals_recorded: False where the records never say "busy": then there is no refused share,
            and no reach either where the lines are not believed.

    """

    answers_known: bool
    lines_believed: bool
    refusals_recorded: bool = True

    def __call__(self, sums: Sums, shape: Sums) -> Floats:
        """Reach by cell; nan where nothing is known.

        Which of the two shares is the larger is decided by ``shape``, the sums of the longest
        memory: the larger of two noisy numbers is larger than either.
        """
        if not self.answers_known:
            return 1 - self._busy_lines(sums)
        accepted = sums["answered"] + sums["abandoned"] + sums["unanswered"]
        # All three at once: what arrays as small as these cost is the number of steps.
        busy_lines, refused, answered = ratio(
            np.array([sums["full_open_s"], sums["first_busy"], sums["answered"]]),
            np.array([sums["open_s"], sums["first_attempts"], accepted]),
        )
        if not self.lines_believed:
            busy_lines = np.full_like(busy_lines, np.nan)
        blocked = busy_lines
        if self.refusals_recorded:
            blocked = np.where(self._refusals_are_more(shape), refused, busy_lines)
            blocked = np.where(np.isfinite(refused), blocked, busy_lines)
        chance: Floats = (1 - blocked) * known_or(answered, 1.0)
        return chance

    def by_load(self, lasting: Sums, more_demand: Floats) -> Floats:
        """How far the logit of reach moves, by Erlang B, when the demand moves.

        With A erlang offered to N lines the loss B has d B / d ln A = B (N - A (1 - B)), and the
        carried A (1 - B) is N times the occupancy: nothing has to be inverted.

        Args:
            lasting: sums of the longest memory.
            more_demand: logarithm of the level of the demand over its lasting one, by platform.

        """
        if not self.lines_believed:
            return np.zeros_like(lasting["open_s"])
        open_s, line_open_s = lasting["open_s"], lasting["line_open_s"]
        shares = ratio(
            np.array([lasting["full_open_s"], lasting["held_open_s"]]),
            np.array([open_s, line_open_s]),
        )
        blocked, occupied = known_or(shares, 0.0)
        free = line_open_s / np.maximum(open_s, 1.0) * (1 - occupied)
        chance = known_or(self(lasting, lasting), 0.5)
        chance = chance.clip(0.01, 0.99)
        answered = chance / np.maximum(1 - blocked, 0.01)
        moved = -answered * blocked * free * more_demand / (chance * (1 - chance))
        most: Floats = moved.clip(-_MOST_BY_LOAD, _MOST_BY_LOAD)
        return most

    def _refusals_are_more(self, shape: Sums) -> Mask:
        """Where the refused share is not below the busy-line rate, or that is not known."""
        if not self.lines_believed:
            return np.ones(shape["open_s"].shape, dtype=bool)
        # The two ratios without a division.
        refused, taken = shape["first_busy"], shape["full_open_s"]
        more: Mask = refused * shape["open_s"] >= taken * shape["first_attempts"]
        return more

    def _busy_lines(self, sums: Sums) -> Floats:
        if not self.lines_believed:
            return np.full_like(sums["open_s"], np.nan)
        return ratio(sums["full_open_s"], sums["open_s"])


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Numerator over denominator, within 0-1; nan where the denominator is 0."""
    share: Floats = numerator / np.where(denominator > 0, denominator, np.nan)
    # The method: the function costs twice as much on arrays as small as these.
    return share.clip(0, 1)


def part_of_whole(sums: Sums, shape: Sums) -> Floats:  # noqa: ARG001  # as every `Ratio`
    """A share that is one sum over another."""
    return ratio(sums["part"], sums["whole"])
