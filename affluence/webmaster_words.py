"""What the webmaster reads in a terminal: what was done, what would change, how it all stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING

from affluence.run_report import RunReport
from affluence.steps.status import Status

if TYPE_CHECKING:
    from affluence.publication.changes import Changes, LevelChange


def report_as_text(report: RunReport) -> str:
    """What a run did, line by line."""
    return "\n".join((*_brought_up_to_date(report), _published(report)))


def _brought_up_to_date(report: RunReport) -> Iterator[str]:
    for name, found in report.fetched.items():
        if found.news:
            yield f"{name}: {found.news} files fetched."
    for name, done in report.ingested.items():
        yield (
            f"{name}: {done.files_read} of {done.files} files had news, {done.lines} lines read,"
            f" {done.rejected} of them rejected; {len(report.days_measured[name])} days measured."
        )
        account = report.accounts[name]
        yield (
            f"{name}: in all {account['lines']} lines = {account['calls']} calls"
            f" + {account['merged']} merged legs + {account['duplicates']} duplicates"
            f" + {account['ignored']} ignored + {account['rejected']} rejected."
        )
    for name, parts in report.parts_deleted.items():
        if parts:
            yield f"{name}: calls past their retention deleted: {parts} parts of the lake."
    for names, why in (
        (report.late, "late records changed days that are published"),
        (
            report.read_otherwise,
            "read again by other settings or another version, days that are published changed",
        ),
    ):
        for name in names:
            yield (
                f"{name}: {why}; they count in the next table, or now with"
                " `affluence publish --correction`."
            )


def _published(report: RunReport) -> str:
    if report.release is None:
        return "Nothing new: the site is up to date."
    if report.waits_for_approval:
        return (
            f"Release {report.release} waits: `affluence diff` shows what would change,"
            f" `affluence approve {report.release}` publishes it."
        )
    if report.delivered_to:
        return f"Release {report.release} delivered to: {', '.join(report.delivered_to)}."
    return f"Release {report.release} is in place already: nothing to deliver."


def problems_as_text(report: RunReport) -> str:
    """What a run could not do, empty if there is nothing."""
    lines = [f"affluence: not read: {problem}" for problem in report.problems]
    lines += [f"affluence: {warning}" for warning in report.warnings]
    for name, problems in report.misconfigured.items():
        lines += [f"affluence: {name}: left out, its section of the configuration is wrong:"]
        lines += [f"  - {problem}" for problem in problems]
    for name, reasons in report.refusals.items():
        lines += [f"affluence: {name}: no new table:", *(f"  - {reason}" for reason in reasons)]
    return "\n".join(lines)


def changes_as_text(old: str | None, new: str | None, changes: Changes) -> str:
    """Which slots change, from what to what, and why; then what is said around them."""
    if new is None:
        return "Nothing is published yet: `affluence run`."
    if old is None:
        return "\n".join(_first(new, changes))
    lines = [f"From {old} to {new}:"]
    if changes.are_none:
        return f"{lines[0]} nothing changes."
    lines += [f"  {_change(change)}" for change in changes.levels]
    if not changes.levels:
        lines.append("  no level changes")
    for platform, before, after in changes.recommended:
        lines += [f"  {platform}, recommended before: {before or '-'}"]
        lines += [f"  {platform}, recommended after:  {after or '-'}"]
    lines += [f"  {key}: {before or '-'} → {after or '-'}" for key, before, after in changes.around]
    lines.append(f"  {len(changes.files)} files differ: {', '.join(changes.files)}")
    return "\n".join(lines)


def _first(release: str, changes: Changes) -> Iterator[str]:
    """Of a release before which there was none: nothing of it was otherwise."""
    yield f"{release} is the first release, everything in it is new:"
    for level in changes.levels:
        yield f"  {level.platform}, {_hours(level)}: {level.new}"
    for platform, _, hours in changes.recommended:
        yield f"  {platform}, recommended: {hours}"
    for key, _, value in changes.around:
        yield f"  {key}: {value}"
    yield f"  {len(changes.files)} files: {', '.join(changes.files)}"


def _change(change: LevelChange) -> str:
    said = f"{change.platform}, {_hours(change)}:"
    if not change.old:
        return f"{said} {change.new}, these hours come into the table"
    if not change.new:
        return f"{said} these hours leave the table, they were {change.old}"
    said += f" {change.old} → {change.new}"
    if change.old_reach is not None and change.new_reach is not None:
        said += f" (chance of reaching an agent: {change.old_reach:.2f} → {change.new_reach:.2f})"
    return said


def _hours(change: LevelChange) -> str:
    return f"{change.weekday} {change.start}-{change.end}"


def changes_as_document(old: str | None, new: str | None, changes: Changes) -> str:
    """The same as JSON."""
    document = {"from": old, "to": new, **asdict(changes)}
    return json.dumps(document, ensure_ascii=False, indent=2)


def status_as_text(status: Status) -> str:
    """How everything stands, warnings last."""
    return "\n".join(_status(status))


def _status(status: Status) -> Iterator[str]:
    for name, platform in status.platforms.items():
        yield f"{name}: {platform.service}"
        yield f"  last call on record   {_moment(platform.last_record_at)}"
        if platform.week is None:
            yield "  published table       none"
        else:
            yield f"  published table       week up to {platform.week}"
            yield f"  valid until           {platform.valid_until}"
    yield f"release                 {status.release or 'none'}"
    yield f"published               {_moment(status.published_at)}"
    if status.last_run is not None:
        run = status.last_run
        yield f"last run                {_moment(run.began_at)}: {run.outcome or 'did not end'}"
    yield f"next weekly run         {status.next_weekly_run:%Y-%m-%d %H:%M} (worker)"
    if status.waiting is not None:
        yield f"waits for approval      {status.waiting.release}"
    yield from (f"warning: {warning}" for warning in status.warnings)
    if not status.warnings:
        yield "all is well"


def preview_as_text(address: str, port: int, login: str) -> str:
    """How to open the preview; ``login`` is "" where this machine has a screen of its own."""
    lines = []
    if login:
        lines += [
            "This machine has no screen. On yours, first open a tunnel and leave it open:",
            f"  ssh -L {port}:127.0.0.1:{port} {login}",
            "Then open this address in its browser; it works once:",
        ]
    else:
        lines += ["Open this address in a browser; it works once:"]
    return "\n".join([*lines, f"  {address}", "Ctrl-C ends the preview."])


def status_as_document(status: Status) -> str:
    """The same as JSON; times are ISO 8601 with their offset."""
    return json.dumps(asdict(status), ensure_ascii=False, indent=2, default=_iso)


def _iso(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _moment(moment: datetime | None) -> str:
    """As its own zone has it: the platform's, or the one of the machine at the time."""
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
