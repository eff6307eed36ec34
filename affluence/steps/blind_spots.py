"""What records do not tell, though they look whole: each blind spot in words.

None of it is an error: the platform may have been quiet. But figures that would rest on it are
worth a question to whoever administers the platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import polars as pl

from affluence.steps.capacity import inferred_lines

_ENOUGH_CALLS = 200  # of which some should be refused, some given up, some answered
_SATURATED_S = 600  # with all lines taken: somebody must have been refused
_STALLED = timedelta(days=7)
_OTHER_WEEKS = 3  # in which the same day or hour has calls
_CALLS_OF_AN_HOUR = 10  # in the median of the other weeks: fewer may well be none
_ORDINARY_SHARE = 0.4  # of the usual calls: on a day with fewer the desk was closed
_SHOWN = 4
# Where exports are cut: by the page of a portal, by a default of an interface, by a spreadsheet.
_ROUND = {100, 200, 250, 500}
_SPREADSHEET = {65_535, 65_536, 1_048_575, 1_048_576}


def blind_spots(
    calls: pl.DataFrame,
    records_by_file: Mapping[str, int],
    *,
    zone: str,
    lines: int | None,
    now: datetime | None,
) -> list[str]:
    """Look for what is probably missing.

    Args:
        calls: CALLS of one platform, sorted by arrival.
        records_by_file: number of the records in each file, refused lines not counted.
        zone: the platform's zone.
        lines: lines in service, None where nobody said.
        now: the present, None where it does not matter.

    """
    if calls.is_empty():
        return [*_capped(records_by_file)]
    inbound = calls.filter(pl.col("direction") == "inbound")
    return [
        *_saturated(calls, inbound, lines),
        *_never(inbound),
        *_capped(records_by_file),
        *_missing(calls, zone),
        *_stalled(calls, now),
    ]


def _saturated(calls: pl.DataFrame, inbound: pl.DataFrame, lines: int | None) -> Iterator[str]:
    if inbound.is_empty() or (inbound["outcome"] == "busy").any():
        return
    lasting = _lasting(calls)
    at = dict(lasting.iter_rows())
    supposed = lines
    inferred = inferred_lines("", lasting)
    if supposed is None and not inferred.is_empty():
        top = int(inferred["count"][0])
        # Traffic that nothing bounds thins out towards its peak; at a bound it piles up.
        supposed = top if top > 1 and at[top] >= at.get(top - 1, 0) else None
    full_s = sum(seconds for count, seconds in at.items() if supposed and count >= supposed)
    if full_s >= _SATURATED_S:
        yield (
            f"all {supposed} lines are taken for {round(full_s / 60)} minutes and no call is"
            " refused: the platform does not record refused calls; their share is not measured"
        )
    else:
        yield (
            "no call is refused in these records: either lines were never full, or the platform"
            " does not record refused calls; their share is not measured"
        )


def _lasting(calls: pl.DataFrame) -> pl.DataFrame:
    """For how long so many ``calls`` held a line at a time: ``lasting_s``.

    Whatever times the records hold: nothing is laid out from the first to the last of them.
    """
    held = calls.filter(pl.col("released_at").is_not_null(), pl.col("outcome") != "busy")
    begins = held.select(at=pl.col("offered_at"), more=pl.lit(1, pl.Int64))
    ends = held.select(at=pl.col("released_at"), more=pl.lit(-1, pl.Int64))
    steps = pl.concat([begins, ends]).group_by("at").agg(pl.col("more").sum()).sort("at")
    lasts = (pl.col("at").shift(-1) - pl.col("at")).dt.total_microseconds() / 1e6
    return (
        steps.select(calls=pl.col("more").cum_sum(), lasting_s=lasts)
        .filter(pl.col("calls") > 0)
        .group_by("calls")
        .agg(pl.col("lasting_s").sum())
    )


def _never(inbound: pl.DataFrame) -> Iterator[str]:
    if inbound.height < _ENOUGH_CALLS:
        return
    found = set(inbound["outcome"].unique().cast(pl.String))
    if "abandoned" not in found:
        yield "no caller ever gives up: the platform does not record calls that nobody answered"
    if "answered" not in found:
        yield "no call is ever answered: what the records say of it is not understood"
    unknown = (inbound["outcome"] == "unknown").mean()
    if isinstance(unknown, float) and unknown > 0.5:
        yield f"the records do not say how {unknown:.0%} of the calls ended"


def _capped(records_by_file: Mapping[str, int]) -> Iterator[str]:
    for file, records in records_by_file.items():
        if records in _ROUND or records in _SPREADSHEET or (records and records % 1000 == 0):
            yield f"{file} has exactly {records} records: it may be an export that was cut there"


def _missing(calls: pl.DataFrame, zone: str) -> Iterator[str]:
    local = calls.select(at=pl.col("offered_at").dt.convert_time_zone(zone))
    hourly = local.group_by(day=pl.col("at").dt.date(), hour=pl.col("at").dt.hour()).len("calls")
    days = hourly.group_by("day").agg(pl.col("calls").sum())
    first_to_last = pl.date_range(pl.col("day").min(), pl.col("day").max())
    every = days.select(first_to_last.alias("day"))
    weekday = pl.col("day").dt.weekday().alias("weekday")
    with_calls = days.group_by(weekday).len("weeks")
    weeks = every.group_by(weekday).len("of")
    usual = weeks.join(with_calls, on="weekday").filter(
        (pl.col("weeks") >= _OTHER_WEEKS) & (pl.col("weeks") * 2 > pl.col("of"))
    )
    missing = (
        every.join(days, on="day", how="anti")
        .with_columns(weekday)
        .join(usual, on="weekday", how="semi")["day"]
        .sort()
    )
    if len(missing):
        yield f"no record at all on {_listed([f'{day:%a %d %b %Y}' for day in missing])}"
    yield from _missing_hours(hourly, days)


def _missing_hours(hourly: pl.DataFrame, days: pl.DataFrame) -> Iterator[str]:
    """Hours without a record between others of their day, though other weeks have many then."""
    weekday = pl.col("day").dt.weekday().alias("weekday")
    usual = (
        hourly.group_by(weekday, "hour")
        .agg(pl.col("calls").median(), pl.len().alias("weeks"))
        .filter((pl.col("calls") >= _CALLS_OF_AN_HOUR) & (pl.col("weeks") >= _OTHER_WEEKS))
    )
    expected = days.select("day", weekday).join(
        usual.select("weekday", "hour", usual="calls"), on="weekday"
    )
    # A day on which the desk is closed has few calls all day long, and no hole.
    of_day = (
        expected.join(hourly, on=["day", "hour"], how="left")
        .group_by("day")
        .agg(
            share=pl.col("calls").sum() / pl.col("usual").sum(),
            first=pl.col("hour").filter(pl.col("calls").is_not_null()).min(),
            last=pl.col("hour").filter(pl.col("calls").is_not_null()).max(),
        )
    )
    holes = (
        expected.join(hourly, on=["day", "hour"], how="anti")
        .join(of_day, on="day")
        .filter(pl.col("share") > _ORDINARY_SHARE)
        .filter((pl.col("hour") > pl.col("first")) & (pl.col("hour") < pl.col("last")))
        .sort("day", "hour")
    )
    if holes.height:
        told = [f"{day:%a %d %b %Y} at {hour} h" for day, hour in holes["day", "hour"].iter_rows()]
        yield f"no record at all on {_listed(told)}, though other weeks have many then"


def _listed(items: list[str]) -> str:
    rest = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + rest


def _stalled(calls: pl.DataFrame, now: datetime | None) -> Iterator[str]:
    newest = calls["offered_at"][-1]
    if now is not None and now - newest > _STALLED:
        yield (
            f"the newest call is {(now - newest).days} days old: if the platform is in service, its"
            " records have stopped"
        )
