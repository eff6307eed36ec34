"""The effect of a table as a person reads it in a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from affluence.typical_week.effect import (
    FEWEST_DAYS,
    LONG_AGO,
    Comparison,
    Days,
    Effect,
    Estimate,
    Share,
)

_COUNTED = {"first_attempts": "first attempts", "attempts": "attempts (callers are not recorded)"}


def effect_as_text(service: str, effect: Effect) -> str:
    """What was compared, both shares, the difference and how sure it is, alarm or not."""
    return "\n".join((f"{service}: did the table help?", "", *_lines(effect)))


def effect_as_document(service: str, effect: Effect) -> str:
    """The same as JSON; ``comparison`` is null where nothing can be said yet, and why it is."""
    document = {"service": service, **asdict(effect), "alarm": effect.alarm}
    document["nothing_said_because"] = nothing_said_because(effect)
    if effect.comparison is not None:
        for side in ("before", "after"):
            document["comparison"][side]["value"] = getattr(effect.comparison, side).value
    return json.dumps(document, ensure_ascii=False, indent=2, default=date.isoformat)


def nothing_said_because(effect: Effect) -> str | None:
    """Why nothing can be said yet, in one sentence; None where something is said."""
    if effect.comparison is not None:
        return None
    if effect.first_published is None:
        return "No table has been published yet."
    if effect.first_published == LONG_AGO:
        return (
            "Not enough data: a table was on line before this program kept the days of"
            " publication, so that no time without a table is known."
        )
    for side, when in ((effect.before, "before"), (effect.after, "after")):
        if side.count < FEWEST_DAYS:
            return (
                f"Not enough data: the first table was published on {effect.first_published}, and"
                f" {side.count} ordinary days {when} it are recorded; it takes {FEWEST_DAYS}."
            )
    return "Not enough data: too few calls, or none of the recommended hours is open any more."


def _lines(effect: Effect) -> Iterator[str]:
    found = effect.comparison
    if found is None:
        yield str(nothing_said_because(effect))
        return
    counted = _COUNTED[found.counted]
    yield f"The first table was published on {effect.first_published}. Each ordinary day since is"
    yield "compared with what the days before would have given in the hours recommended on it."
    yield f"Counted are {counted}."
    yield ""
    yield f"before      {_share(found.before)} in recommended hours, {_days(effect.before)}"
    yield f"since       {_share(found.after)} in recommended hours, {_days(effect.after)}"
    yield f"difference  {_points(found.shift)}"
    yield f"a week      {_calls(found.shifted_a_week)}"
    yield f"reach       {_reach(found)}"
    yield ""
    yield _verdict(found.shift)
    yield _alarm(found)
    yield "The table cannot be told from whatever else has changed since its first publication."


def _share(share: Share) -> str:
    return f"{share.value:>6.1%} = {share.numerator:,.0f} of {share.denominator:,.0f}"


def _days(days: Days) -> str:
    return f"{days.count} days from {days.first} to {days.last}"


def _points(change: Estimate) -> str:
    inner, outer = (
        f"{100 * low:+.1f} to {100 * high:+.1f}"
        for low, high in (change.interval_80, change.interval_95)
    )
    return f"{100 * change.value:+.1f} points (80 % interval {inner}, 95 % interval {outer})"


def _calls(calls: Estimate) -> str:
    low, high = calls.interval_80
    return (
        f"{calls.value:+.0f} calls shifted into recommended hours (80 %: {low:+.0f} to {high:+.0f})"
    )


def _reach(found: Comparison) -> str:
    if found.reach_change is None or found.reach_before is None or found.reach_after is None:
        return "not known: the records do not tell whether callers got through"
    return (
        f"{found.reach_before:.1%} before, {found.reach_after:.1%} since in the same hours:"
        f" {_points(found.reach_change)}"
    )


def _verdict(shift: Estimate) -> str:
    if shift.interval_95[0] > 0:
        return "More people call in the recommended hours than before."
    if shift.interval_95[1] < 0:
        return "Fewer people call in the recommended hours than before."
    return "No shift can be told from chance."


def _alarm(found: Comparison) -> str:
    if found.alarm:
        return (
            "ALARM: the recommended hours fill up, more people call then and fewer get through."
            " Twice as many hours are recommended from the next table on."
        )
    return "No alarm: the recommended hours have not become busy by being recommended."
