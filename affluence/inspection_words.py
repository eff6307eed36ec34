"""An inspection as a person reads it in a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from affluence.cdr.understanding import Understood
from affluence.steps.inspect import Inspection

_SHOWN_REJECTS = 5
_SHOWN_FILES = 3


def as_document(found: Inspection) -> str:
    """JSON: dialect, zone, period, account, outcomes, agents, warnings, files, unreadable."""
    document = {
        "dialect": next(iter(found.dialects), None),
        "zone": next(iter(found.clocks), None),
        "period": [moment.isoformat() for moment in found.period] if found.period else None,
        "account": found.account,
        "outcomes": found.outcomes,
        "agents": found.agents,
        "warnings": found.warnings,
        "files": {name: _facts(file) for name, file in found.understood.items()},
        "unreadable": found.unreadable,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _facts(file: Understood) -> dict[str, object]:
    """How a file was understood, and why."""
    return {
        "dialect": file.dialect.name,
        "dialect_found": file.dialect_found,
        "packed_as": file.packed_as or None,
        "encoding": file.form.encoding_found,
        "line_ends": file.form.line_end_found,
        "layout": file.dialect.layout.words,
        "header": bool(file.dialect.header),
        "zone": file.clock.zone,
        "zone_found": file.clock.found,
        "choices": list(file.dialect.choices),
    }


def _understood(found: Inspection) -> Iterator[str]:
    """Files that were understood alike are told once."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, file in found.understood.items():
        facts = _facts(file)
        packed = f"{facts['packed_as']}, " if facts["packed_as"] else ""
        header = "with a header" if facts["header"] else "no header"
        text = f"{facts['encoding']}; lines end with {facts['line_ends']}"
        told = (
            f"dialect    {facts['dialect']}: {facts['dialect_found']}",
            f"written    {packed}{text}; {facts['layout']}; {header}",
            f"clock      {facts['zone']}: {facts['zone_found']}",
            *(f"chosen     {choice}" for choice in file.dialect.choices),
        )
        alike.setdefault(told, []).append(name)
    for told, names in alike.items():
        rest = f" and {len(names) - _SHOWN_FILES} more" if len(names) > _SHOWN_FILES else ""
        yield f"files      {', '.join(names[:_SHOWN_FILES])}{rest}"
        yield from told


def as_text(found: Inspection) -> str:
    """One screen that tells what was understood."""
    unread = [f"not read   {problem}" for problem in found.unreadable]
    if unread and not found.understood:
        return "\n".join(unread)
    account = found.account
    lines = list(_understood(found))
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
    if found.agents["records"]:
        known = f"at most {found.agents['most_at_once'] or 0} are there at once"
        lines.append(f"agents     {found.agents['records']} log-ins and pauses: {known}")
    lines += [f"warning    {warning}" for warning in found.warnings]
    return "\n".join([*lines, *unread])


def _reasons(kind: str, reasons: Mapping[str, int]) -> list[str]:
    return [f"           {kind}: {count} × {reason}" for reason, count in sorted(reasons.items())]
