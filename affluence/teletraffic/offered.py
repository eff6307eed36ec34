"""Traffic offered, which no meter sees, from the traffic that the lines carried."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, inf

from affluence.teletraffic.arguments import NotCarriableError, check_amount, check_share
from affluence.teletraffic.arrays import over_arrays
from affluence.teletraffic.bisection import largest
from affluence.teletraffic.lost_calls import erlang_b, log_erlang_b

WELL_CONDITIONED = 5.0  # an error of the carried traffic grows fivefold: beyond, it is a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalentOffered:
    """The traffic that would give the carried one if no refused call came back."""

    offered_erlang: float
    condition: float  # erlang that the result moves for each erlang of error in the carried one

    @property
    def is_well_conditioned(self) -> bool:
        """The carried traffic tells enough about the offered one for the result to be used."""
        return self.condition <= WELL_CONDITIONED


def carried_share(lines: float, traffic_erlang: float) -> float:
    """Share of the calls that get a line, exact too where nearly all are refused."""
    return abs(expm1(log_erlang_b(lines, traffic_erlang)))


def most_offered(lines: float, carried_erlang: float) -> float:
    """Traffic, in erlang, of which ``lines`` surely carry ``carried_erlang``, which are fewer.

    From B <= A/(A+N) for one line or more, and B <= 1 - N/(A+1) for less than one.
    """
    return carried_erlang * (max(lines, 1.0) / (lines - carried_erlang))


@over_arrays
def equivalent_offered(lines: float, carried_erlang: float) -> EquivalentOffered:
    """The equivalent traffic offered: the root A of A (1 - B(N, A)) = Y.

    Y hardly depends on A when the lines are nearly always full; ``condition`` tells how little:
    dA/dY = 1 / (1 - B (1 + N - Y)).

    Source:
        ITU-T E.501, annex B: pure lost-call model.

    Raises:
        NotCarriableError: ``carried_erlang`` is as much as there are lines, or more.
        ValueError: a number is negative or not finite.

    """
    check_amount("lines", lines)
    check_amount("carried_erlang", carried_erlang)
    if carried_erlang >= lines:
        raise NotCarriableError(
            lines,
            carried_erlang,
            "Either more lines are in service than stated, or they were full all the time and"
            " the records cannot tell how much was offered.",
        )
    offered_erlang = largest(
        lambda traffic: traffic * carried_share(lines, traffic) <= carried_erlang,
        carried_erlang,
        most_offered(lines, carried_erlang),
    )
    slope = 1 - erlang_b(lines, offered_erlang) * (1 + lines - carried_erlang)
    # Where lines are full all but always, the slope is too small for a float to tell from 0.
    return EquivalentOffered(
        offered_erlang=offered_erlang, condition=1 / slope if slope > 0 else inf
    )


@over_arrays
def e501_offered(carried_erlang: float, blocked_share: float, redialled_share: float) -> float:
    """Traffic of the first attempts, in erlang: A = Y (1 - W B) / (1 - B).

    An identity of flows, whatever the time before a redial, as long as redials fall in the period
    of the attempt that they follow.

    Args:
        carried_erlang: traffic carried, Y.
        blocked_share: share of all attempts, redials included, that found no line: B.
        redialled_share: share of the blocked attempts that are followed by another one: W.

    Source:
        ITU-T E.501.

    Raises:
        ValueError: a number is negative or not finite, a share above 1, or every attempt blocked.

    """
    check_amount("carried_erlang", carried_erlang)
    check_share("blocked_share", blocked_share)
    check_share("redialled_share", redialled_share)
    if blocked_share == 1:
        raise ValueError("blocked_share must be below 1: nothing carried tells nothing of demand")
    return carried_erlang * (1 - redialled_share * blocked_share) / (1 - blocked_share)


def e501_bounds(carried_erlang: float, blocked_share: float) -> tuple[float, float]:
    """The least and the most of `e501_offered`: every blocked attempt is redialled, or none."""
    return (
        e501_offered(carried_erlang, blocked_share, 1.0),
        e501_offered(carried_erlang, blocked_share, 0.0),
    )
