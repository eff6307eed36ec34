"""Traffic: what the lines carried, when most, and what was offered before redials swelled it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from affluence.indicators.totals import Totals
from affluence.tables import SLOTS
from affluence.teletraffic import (
    WELL_CONDITIONED,
    NotCarriableError,
    e501_bounds,
    e501_offered,
    equivalent_offered,
)

_QUARTERS_OF_AN_HOUR = 4
_LEAST_RECORDED_SHARE = 0.9  # of the open time of a day whose busiest hour is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyHour:
    """The busiest hour of the period (ITU-T E.500), four quarters; minutes after local midnight.

    TCBH is the same clock hour every day, ADPH each day's own: ADPH is never the smaller.
    """

    tcbh_start_min: int
    tcbh_erlang: float  # carried in that hour, mean over the days
    adph_erlang: float  # mean over the days of each day's own busiest hour
    peak_day: date
    peak_start_min: int
    peak_erlang: float  # of the busiest hour of all
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Traffic offered by first attempts over the open time, in erlang, and how it is known.

    ``erlang`` is None where it cannot be told; ``note`` says why, in words.
    """

    carried_erlang: float | None  # by inbound calls
    blocked_share: float | None  # B: of all attempts
    redialled_share: float | None  # W: of the blocked attempts, followed by another one
    erlang: float | None
    least_erlang: float | None  # every blocked attempt is made again
    most_erlang: float | None  # none is; None where their number is not known
    method: str
    note: str = ""


def find_busy_hour(slots: pl.DataFrame, zone: str) -> BusyHour | None:
    """TCBH and ADPH of the days with open and recorded time and calls; None if there is none."""
    local = pl.col("slot_start").dt.convert_time_zone(zone)
    open_s, asked = pl.col("open_s"), pl.col("attempts") - pl.col("closed")
    recorded_s = open_s.filter(pl.col("recorded_s") > 0).sum()
    hours = (
        SLOTS.check(slots)
        .sort("slot_start")
        .with_columns(
            day=local.dt.date(),
            start_min=local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute(),
        )
        .filter(
            (open_s.sum() > 0).over("day"),
            (asked.sum() > 0).over("day"),
            (recorded_s >= _LEAST_RECORDED_SHARE * open_s.sum()).over("day"),
        )
        # Four quarters in a row, whole within the day.
        .with_columns(
            held_s=pl.col("held_s").rolling_sum(_QUARTERS_OF_AN_HOUR).shift(-3).over("day")
        )
        .filter(pl.col("held_s").is_not_null())
        # The hour that autumn doubles has one name.
        .group_by("day", "start_min")
        .agg(erlang=pl.col("held_s").max() / 3600)
    )
    if hours.is_empty():
        return None
    days = hours["day"].n_unique()
    profile = (
        hours.group_by("start_min")
        .agg(pl.col("erlang").sum() / days)
        .sort("erlang", "start_min", descending=[True, False])
    )
    peaks = (
        hours.sort("day", "erlang", "start_min", descending=[False, True, False])
        .group_by("day", maintain_order=True)
        .first()
    )
    peak: dict[str, Any] = peaks.sort("erlang", "day", descending=[True, False]).row(0, named=True)
    return BusyHour(
        tcbh_start_min=profile["start_min"][0],
        tcbh_erlang=profile["erlang"][0],
        adph_erlang=float(peaks["erlang"].sum()) / days,
        peak_day=peak["day"],
        peak_start_min=peak["start_min"],
        peak_erlang=peak["erlang"],
        days=days,
    )


def estimate_offered(
    totals: Totals, slots: pl.DataFrame, redials: pl.DataFrame, *, zone: str
) -> Offered:
    """Offered traffic by the E.501 identity where refusals are recorded, else from the carried one.

    Args:
        totals: of the SLOTS of the period.
        slots: SLOTS of the period of which records exist.
        redials: REDIALS of the period.
        zone: the platform's zone.

    """
    carried = _carried_erlang(totals)
    if carried is None:
        return _unknown("l’occupation des lignes par les appels entrants n’est pas mesurée")
    attempts = totals.count("attempts") - totals.count("closed")
    if not attempts:
        return _unknown("aucun appel pendant l’ouverture", carried)
    if not totals.refusals_recorded:
        return _equivalent(totals, slots, carried, zone)
    blocked_share = totals.count("busy") / attempts
    if blocked_share == 0:
        # Nobody was refused: what was carried is all that was offered.
        return Offered(
            carried_erlang=carried,
            blocked_share=0.0,
            redialled_share=None,
            erlang=carried,
            least_erlang=carried,
            most_erlang=carried,
            method="trafic écoulé, aucun appel refusé",
        )
    if blocked_share == 1:
        return _unknown("tous les appels ont été refusés", carried)
    least, most = e501_bounds(carried, blocked_share)
    of_busy = redials.filter(pl.col("failure") == "busy")
    redialled, censored, followed = of_busy.select(
        pl.col("redialled", "censored", "followed").sum()
    ).row(0)
    failures = redialled + censored
    known = failures > 0
    # A call while the desk is closed is no attempt: only one that follows while it is open counts.
    redialled_share = followed / failures if known else None
    return Offered(
        carried_erlang=carried,
        blocked_share=blocked_share,
        redialled_share=redialled_share,
        erlang=(
            None
            if redialled_share is None
            else e501_offered(carried, blocked_share, redialled_share)
        ),
        least_erlang=least,
        most_erlang=most,
        method="UIT-T E.501, rappels après un refus déduits",
        note=""
        if known
        else "Trafic offert connu par ses bornes seulement : aucun appel refusé ne peut être"
        " rattaché à une personne.",
    )


def _equivalent(totals: Totals, slots: pl.DataFrame, carried: float, zone: str) -> Offered:
    """From the carried traffic alone, where refusals are not recorded.

    Hour of the week by hour of the week, for the mean of quiet and crowded hours is an hour in
    which nobody is refused. Calls of every direction take the lines; those that come in are
    refused as often as they would find them all taken.
    """
    if not totals.lines_known:
        return _unknown("le nombre de lignes est inconnu ou contredit", carried)
    offered_s = weighted = 0.0
    for inbound_s, held_s, line_s, open_s in _by_hour_of_the_week(slots, zone).rows():
        try:
            equivalent = equivalent_offered(line_s / open_s, held_s / open_s)
        except NotCarriableError:
            return _unknown("les lignes ont été occupées sans arrêt", carried)
        passed = held_s / open_s / equivalent.offered_erlang if held_s else 1.0
        offered_s += inbound_s / passed
        weighted += inbound_s * equivalent.condition
    condition = weighted / (carried * totals["open_s"]) if carried else 1.0
    if condition > WELL_CONDITIONED:
        return _unknown(
            "les lignes ont été si occupées que le trafic écoulé ne dit presque rien de la demande"
            f" (une erreur d’un erlang en fait au moins {min(condition, 1000):.0f})",
            carried,
        )
    return Offered(
        carried_erlang=carried,
        blocked_share=None,
        redialled_share=None,
        erlang=offered_s / totals["open_s"],
        least_erlang=carried,
        most_erlang=None,
        method="UIT-T E.501, annexe B : appels refusés non enregistrés, rappels compris",
    )


def _by_hour_of_the_week(slots: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Seconds held by inbound calls, by all calls, in service and open, where there are any."""
    local = pl.col("slot_start").dt.convert_time_zone(zone)
    seconds = ("inbound_holding_s", "held_open_s", "line_open_s", "open_s")
    return (
        slots.group_by(weekday=local.dt.weekday(), hour=local.dt.hour())
        .agg(pl.col(seconds).sum())
        .filter(pl.col("open_s") > 0, pl.col("line_open_s") > 0)
        .sort("weekday", "hour")
        .select(seconds)
    )


def _carried_erlang(totals: Totals) -> float | None:
    """Traffic carried by inbound calls, over the open time of the period."""
    inbound_s, open_s = totals.get("inbound_holding_s"), totals["open_s"]
    return inbound_s / open_s if inbound_s is not None and open_s else None


def _unknown(why: str, carried: float | None = None) -> Offered:
    return Offered(
        carried_erlang=carried,
        blocked_share=None,
        redialled_share=None,
        erlang=None,
        least_erlang=None,
        most_erlang=None,
        method="",
        note=f"Trafic offert non mesurable : {why}.",
    )
