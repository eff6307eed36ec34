"""An inspection as a person reads it in a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

from affluence.steps.inspect import Inspection

_SHOWN_REJECTS = 5


def as_document(found: Inspection) -> str:
    """JSON with the keys dialect, zone, period, account, outcomes, warnings, unreadable."""
    document = {
        "dialect": next(iter(found.dialects), None),
        "dialect_found": next(iter(found.dialects.values()), None),
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
    lines = [f"dialect    {name}: {how}" for name, how in found.dialects.items()]
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
