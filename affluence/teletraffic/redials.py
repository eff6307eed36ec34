"""What callers meet when those who are refused call again."""

from __future__ import annotations

from dataclasses import dataclass

from affluence.teletraffic.arguments import NotCarriableError, check_amount, check_share
from affluence.teletraffic.arrays import over_arrays
from affluence.teletraffic.bisection import largest
from affluence.teletraffic.lost_calls import erlang_b, lines_for, traffic_for
from affluence.teletraffic.offered import carried_share, most_offered


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedErlangB:
    """Lines, fresh calls and redials in balance."""

    offered_erlang: float  # redials included
    blocking: float  # share of attempts refused, redials included
    attempts_per_intent: float
    final_loss: float  # share of intents that give up without having got a line
    carried_erlang: float


@over_arrays
def extended_erlang_b(
    lines: float, fresh_erlang: float, retry_probability: float
) -> ExtendedErlangB:
    """Erlang B where each refused attempt is followed by another one with a given probability.

    The root A of A (1 - R B(N, A)) = A0. Each attempt is taken to meet the lines afresh, as if
    callers waited long before they redial; those who redial at once are refused more often.

    Args:
        lines: number of lines, whole or not.
        fresh_erlang: traffic of the first attempts, A0, in erlang.
        retry_probability: probability that a refused attempt is followed by another one, R.

    Source:
        Jewett, Shrago and Yomtov 1980, "Designing optimal voice networks for businesses,
        government, and telephone companies"; the limit of slow redials of Cohen 1957, "Basic
        problems of telephone traffic theory and the influence of repeated calls", Philips
        Telecommunication Review 18(2).

    Raises:
        NotCarriableError: all redial until they get a line, and the lines cannot carry them all.
        ValueError: a number is negative or not finite, or a probability above 1.

    """
    check_amount("lines", lines)
    check_amount("fresh_erlang", fresh_erlang)
    check_share("retry_probability", retry_probability)
    gives_up = 1 - retry_probability

    def kept_share(traffic: float) -> float:
        """Share of attempts without a redial: 1 - R B, exact too where R and B are near 1."""
        return gives_up + retry_probability * carried_share(lines, traffic)

    offered_erlang = largest(
        lambda traffic: traffic * kept_share(traffic) <= fresh_erlang,
        fresh_erlang,
        _most_attempted(lines, fresh_erlang, gives_up),
    )
    blocking = erlang_b(lines, offered_erlang)
    return ExtendedErlangB(
        offered_erlang=offered_erlang,
        blocking=blocking,
        attempts_per_intent=1 / kept_share(offered_erlang),
        final_loss=gives_up * blocking / kept_share(offered_erlang),
        carried_erlang=offered_erlang * carried_share(lines, offered_erlang),
    )


@over_arrays
def extended_lines_for(fresh_erlang: float, blocking: float, retry_probability: float) -> int:
    """Smallest whole number of lines that refuse at most a share of attempts, redials included.

    At a blocking of B all attempts make A0 / (1 - R B); they rise with B, and B with them.

    Args:
        fresh_erlang: traffic of the first attempts, A0, in erlang.
        blocking: the share, above 0.
        retry_probability: probability that a refused attempt is followed by another one, R.

    Source:
        As `extended_erlang_b`.

    Raises:
        ValueError: a number is negative or not finite, a share above 1, or ``blocking`` 0.

    """
    check_amount("fresh_erlang", fresh_erlang)
    check_share("blocking", blocking)
    check_share("retry_probability", retry_probability)
    if blocking * retry_probability == 1:
        raise ValueError("blocking must be below 1 when nobody gives up: redials have no end")
    return lines_for(fresh_erlang / (1 - retry_probability * blocking), blocking)


@over_arrays
def extended_traffic_for(lines: float, blocking: float, retry_probability: float) -> float:
    """The most fresh traffic, in erlang, of which a share ``blocking`` of attempts is refused.

    Args:
        lines: number of lines, whole or not, above 0.
        blocking: share of all attempts, redials included; below 1.
        retry_probability: probability that a refused attempt is followed by another one, R.

    Source:
        As `extended_erlang_b`.

    Raises:
        ValueError: no line, a number is negative or not finite, or ``blocking`` not in [0, 1).

    """
    check_share("retry_probability", retry_probability)
    return traffic_for(lines, blocking) * (1 - retry_probability * blocking)


def _most_attempted(lines: float, fresh_erlang: float, gives_up: float) -> float:
    """Traffic, in erlang, that all attempts together cannot exceed."""
    if gives_up > 0:
        return fresh_erlang / gives_up
    if fresh_erlang < lines:
        return most_offered(lines, fresh_erlang)
    raise NotCarriableError(
        lines,
        fresh_erlang,
        "When nobody gives up, redials then grow without end and no steady state exists.",
    )
