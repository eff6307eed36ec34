"""How long callers wait: service level in its four variants, speed of answer, patience."""

from __future__ import annotations

from dataclasses import dataclass

from affluence.indicators.durations import Durations
from affluence.indicators.histogram import merge, survival
from affluence.indicators.totals import Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Waits of the attempts that were let in, from arrival to agent or hang-up; seconds.

    The service level (answered within ``within_s``) has four definitions, all in use: of all that
    asked for an agent, refused ones included; of the answered; of those let in less those who gave
    up within the threshold; and of callers who would wait however long it takes (virtual wait, by
    Kaplan and Meier). All None where the moment of the answer is not recorded.

    Patience is that of those who wait for an agent: it counts from the entry into the queue where
    that is recorded, so that a greeting tries nobody's patience.
    """

    within_s: int
    of_offered: float | None
    of_answered: float | None
    of_offered_without_short_abandons: float | None
    virtual: float | None
    mean_answer_s: float | None  # speed of answer
    median_answer_s: int | None
    ninth_decile_answer_s: int | None
    median_abandon_s: int | None
    mean_patience_s: float | None  # total wait over abandonments: exponential patience
    median_patience_s: int | None  # by Kaplan and Meier; None if fewer than half ever give up
    short_abandons: int | None
    short_abandon_s: int


def measure_waits(
    totals: Totals, durations: Durations, *, within_s: int, short_abandon_s: int
) -> Waits:
    """Waits of a period, from its histograms."""
    answered, abandoned = durations.answered, durations.abandoned
    dated = totals.has_companions and totals.outcomes_known and durations.answers_are_dated(totals)
    in_time, gave_up_early = answered.below(within_s), abandoned.below(within_s)
    asked = totals.accepted + totals.count("busy")
    not_served = merge(abandoned, durations.unanswered)
    virtual = survival(answered, not_served)
    gave_up, cut_short = durations.patience
    patience = survival(gave_up, cut_short)
    return Waits(
        within_s=within_s,
        of_offered=_share(in_time, asked, dated=dated and totals.refusals_recorded),
        of_answered=_share(in_time, answered.total, dated=dated),
        of_offered_without_short_abandons=_share(
            in_time, totals.accepted - gave_up_early, dated=dated
        ),
        virtual=1 - virtual.beyond(within_s - 1) if dated and answered.total else None,
        mean_answer_s=totals["wait_answered_s"] / answered.total if answered.total else None,
        median_answer_s=answered.quantile_s(0.5),
        ninth_decile_answer_s=answered.quantile_s(0.9),
        median_abandon_s=abandoned.quantile_s(0.5),
        mean_patience_s=(
            _waited_s(totals, durations) / gave_up.total if dated and gave_up.total else None
        ),
        median_patience_s=(
            next((at_s for at_s, share in patience.steps if share <= 0.5), None) if dated else None
        ),
        short_abandons=abandoned.below(short_abandon_s) if totals.has_companions else None,
        short_abandon_s=short_abandon_s,
    )


def _waited_s(totals: Totals, durations: Durations) -> float:
    """Sum of all waits for an agent, however they ended, from where patience counts."""
    waited_s = totals["wait_answered_s"] + totals["wait_abandoned_s"] + durations.unanswered.sum_s
    if durations.counts_from_the_queue:
        # Those whose wait the platform ended waited for the queue as long as the others.
        arrived = merge(durations.abandoned, durations.answered)
        queued = merge(durations.queue_abandoned, durations.queue_answered)
        before_queue_s = (arrived.sum_s - queued.sum_s) / arrived.total
        waited_s -= before_queue_s * (arrived.total + durations.unanswered.total)
    return waited_s


def _share(numerator: int, denominator: int, *, dated: bool) -> float | None:
    return numerator / denominator if dated and denominator > 0 else None
