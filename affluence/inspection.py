"""An inspection or a typical week as a person reads it in a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from affluence.steps.inspect import Inspection

_SHOWN_REJECTS = 5
_DAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def as_document(found: Inspection) -> str:
    """JSON with the keys dialect, zone, period, account, outcomes, warnings, unreadable."""
    document = {
        "dialect": found.dialect,
        "zone": next(iter(found.clocks), None),
        "zone_found": next(iter(found.clocks.values()), None),
        "period": [moment.isoformat() for moment in found.period] if found.period else None,
        "account": found.account,
        "outcomes": found.outcomes,
        "warnings": found.warnings,
        "unreadable": found.unreadable,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_text(found: Inspection) -> str:
    """One screen that tells what was understood."""
    account = found.account
    lines = [f"dialect    {found.dialect}"]
    lines += [f"clock      {zone}: {how}" for zone, how in found.clocks.items()]
    if found.period:
        first, last = (f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in found.period)
        lines.append(f"period     {first} to {last} (arrivals)")
    lines.append(
        f"lines      {account['lines']} = {account['calls']} calls"
        f" + {account['merged']} merged legs + {account['duplicates']} duplicates"
        f" + {sum(account['ignored'].values())} ignored"
        f" + {sum(account['rejected'].values())} rejected"
    )
    lines += _reasons("ignored", account["ignored"]) + _reasons("rejected", account["rejected"])
    for file, line, reason, shape in found.rejects[:_SHOWN_REJECTS]:
        lines.append(f"             {file}, line {line}: {reason}: {shape}")
    if len(found.rejects) > _SHOWN_REJECTS:
        lines.append(f"             and {len(found.rejects) - _SHOWN_REJECTS} more")
    attempts = sum(found.outcomes.values())
    lines.append(f"attempts   {attempts} inbound calls")
    lines += [
        f"           {count:>9}  {count / attempts:>6.1%}  {outcome}"
        for outcome, count in found.outcomes.items()
        if count
    ]
    lines += [f"warning    {warning}" for warning in found.warnings]
    lines += [f"not read   {problem}" for problem in found.unreadable]
    return "\n".join(lines)


def _reasons(kind: str, reasons: Mapping[str, int]) -> list[str]:
    return [f"           {kind}: {count} × {reason}" for reason, count in sorted(reasons.items())]


def week_as_text(week: pl.DataFrame) -> str:
    """The cells of a WEEK, one a line, with the two rates and the reach."""
    lines = ["day  hours        lines full  occupancy  refused  reach (80 % interval)  level"]
    for cell in week.iter_rows(named=True):
        rates = (cell["busy_line_rate"], cell["occupancy_rate"], cell["refused_share"])
        full, occupancy, refused = (_percent(rate) for rate in rates)
        low, high = _percent(cell["reach_low"]), _percent(cell["reach_high"])
        interval = f"{_percent(cell['reach'])} ({low} to {high})"
        lines.append(
            f"{_DAYS[cell['weekday']]}  {_clock(cell['start_min'])}-{_clock(cell['end_min'])}"
            f"  {full:>10}  {occupancy:>9}  {refused:>7}  {interval:<22} {cell['state']}"
        )
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
