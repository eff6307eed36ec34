"""The commands of the service manager: indicators, staffing, the report."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from affluence.command_line import (
    CONFIG,
    ConfigOption,
    JsonOption,
    PlatformOption,
    clock,
    load,
    progress,
    write_text,
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}': write a day such as 2026-09-01") from error


def _share(share: float | None) -> float | None:
    if share is not None and not 0 < share < 1:
        message = "write a share between 0 and 1, such as 0.9 for 90 %; 0 and 1 cannot be promised"
        raise typer.BadParameter(message)
    return share


ReachedOption = Annotated[
    float,
    typer.Option(
        "--reached", callback=_share, help="Share of persons who are to reach an agent, 0-1."
    ),
]
QuantileOption = Annotated[
    float,
    typer.Option("--quantile", min=0.5, max=0.99, help="Of the load that is planned for."),
]
REACHED, QUANTILE, WITHIN_S = 0.9, 0.75, 60.0


def indicators(
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    first: Annotated[
        date | None,
        typer.Option(
            "--from", parser=_day, metavar="DAY", help="First day; default: of the records."
        ),
    ] = None,
    last: Annotated[
        date | None,
        typer.Option("--to", parser=_day, metavar="DAY", help="Last day; default: of the records."),
    ] = None,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the shares to a .csv file.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Write the page for the user committee: .html, one A4 sheet."),
    ] = None,
) -> None:
    """Print the official indicators beside what callers lived, with all that each leaves out."""
    from affluence import manager
    from affluence.indicators.documents import as_csv, as_document
    from affluence.indicators.listing import as_text

    settings = load(config)
    if page is not None:
        if output is not None or as_json:
            raise typer.BadParameter("give it without --output and --json", param_hint="--page")
        made = manager.committee_page(settings, platform, first=first, last=last)
        write_text(made.decode(), page, ".html", "--page")
        return
    service, found = manager.indicators(settings, platform, first=first, last=last)
    if output is not None:
        if as_json:
            raise typer.BadParameter("give it without --json", param_hint="--output")
        write_text(as_csv(found), output, ".csv", "--output")
    else:
        print((as_document if as_json else as_text)(service, found))


def staffing(
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    reached: ReachedOption = REACHED,
    within: Annotated[
        float | None,
        typer.Option(
            "--within", callback=_share, help="Share of calls that are to be answered in time, 0-1."
        ),
    ] = None,
    within_s: Annotated[
        float,
        typer.Option("--within-s", min=0, max=3600, help="In time: within so many seconds."),
    ] = WITHIN_S,
    full: Annotated[
        float | None,
        typer.Option("--full", callback=_share, help="Most of the time with all lines taken, 0-1."),
    ] = None,
    quantile: QuantileOption = QUANTILE,
    agents: Annotated[
        int | None,
        typer.Option("--agents", min=1, max=1000, help="What if: so many agents all the time."),
    ] = None,
    lines: Annotated[
        int | None, typer.Option("--lines", min=1, max=1000, help="What if: so many lines.")
    ] = None,
    call_s: Annotated[
        float | None,
        typer.Option(
            "--call-s", min=1, max=14400, help="What if: a call takes an agent so many seconds."
        ),
    ] = None,
    moved: Annotated[
        float,
        typer.Option("--moved", min=0, max=1, help="What if: share moved to recommended hours."),
    ] = 0.0,
    opening: Annotated[
        list[str] | None,
        typer.Option(
            "--open",
            metavar="DAYS=HOURS",
            help="What if: open at other hours, such as monday-friday=08:30-12:00,13:30-16:30;"
            " friday= closes that day. Other weekdays stay as they are; may be repeated.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Try the advice on simulated callers too; takes minutes."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell how many agents and lines each hour of an ordinary week needs, beside what there is."""
    from affluence import manager
    from affluence.config import read_day_hours
    from affluence.staffing import Target
    from affluence.staffing_words import staffing_as_document, staffing_as_text
    from affluence.steps.hourly_demand import NeverOpenError
    from affluence.steps.staffing import WhatIf
    from affluence.teletraffic import TargetError

    if check and as_json:
        raise typer.BadParameter("it is told in words only; leave out --json", param_hint="--check")
    target = Target(reached_share=reached, within_share=within, within_s=within_s, full_share=full)
    try:
        other_hours = read_day_hours(opening) if opening else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--open") from error
    what_if = WhatIf(
        agents=agents, lines=lines, handling_s=call_s, moved_share=moved, opening=other_hours
    )
    try:
        service, plan = manager.staffing(
            load(config), clock(), platform, target=target, quantile=quantile, what_if=what_if
        )
    except NeverOpenError as error:
        raise typer.BadParameter(str(error), param_hint="--open") from error
    except TargetError as error:
        advice = "ask for less with --reached, --within, --full or --quantile"
        raise typer.BadParameter(f"{error}; {advice}") from error
    print((staffing_as_document if as_json else staffing_as_text)(service, plan))
    if check:
        from affluence.staffing_words import REHEARSED, rehearsal_as_text

        print(REHEARSED)
        for row, rehearsal in manager.rehearse(plan):
            print(rehearsal_as_text(row, rehearsal, target), flush=True)


class ReportLanguage(StrEnum):
    """Languages of the report."""

    FRENCH = "fr"
    ENGLISH = "en"


def report(
    folder: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write; a report in it is replaced.")
    ] = Path("rapport"),
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    weeks: Annotated[
        int, typer.Option("--weeks", min=1, help="How many of the newest complete weeks it tells.")
    ] = 52,
    language: Annotated[ReportLanguage, typer.Option("--language")] = ReportLanguage.FRENCH,
    reached: ReachedOption = REACHED,
    quantile: QuantileOption = QUANTILE,
) -> None:
    """Write the managers' report: pages with charts, a workbook and CSV files, never published."""
    from affluence import manager
    from affluence.report_folder import check_place, write_report
    from affluence.staffing import Target

    target = Target(reached_share=reached, within_share=None, within_s=WITHIN_S, full_share=None)
    settings = load(config)
    check_place(folder, settings.folders_to_write)
    with progress() as advanced:
        files = manager.report(
            settings,
            clock(),
            platform,
            weeks=weeks,
            language=language.value,
            target=target,
            quantile=quantile,
            progress=advanced,
        )
    write_report(files, folder, settings.folders_to_write)
    print(f"{folder / 'index.html'}: open it in a browser. It is not to be published.")


COMMANDS = (indicators, staffing, report)
