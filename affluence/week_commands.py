"""The commands about what was measured, and what is learned from it of the weeks to come."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from typing import Annotated

import typer

from affluence.command_line import (
    CONFIG,
    ConfigOption,
    JsonOption,
    OutputOption,
    PlatformOption,
    clock,
    load,
    write_table,
)


class MeasuredTable(StrEnum):
    """Tables that the measures keep: the names of `affluence.tables.MEASURED`."""

    SLOTS = "slots"
    DURATIONS = "durations"
    CONCURRENCY = "concurrency"
    PERSONS = "persons"
    REDIALS = "redials"


def slots(
    output: OutputOption,
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    table: Annotated[
        MeasuredTable, typer.Option(help="The slots, or what is kept beside them.")
    ] = MeasuredTable.SLOTS,
) -> None:
    """Write what was measured: one row a quarter of an hour, or one of the tables beside it."""
    from affluence import manager

    write_table(manager.read_measured(load(config), table.value, platform), output)


def week(
    config: ConfigOption = CONFIG, platform: PlatformOption = None, as_json: JsonOption = False
) -> None:
    """Print the typical week that the next publication would show."""
    from affluence import manager
    from affluence.week_words import week_as_text

    made = manager.study(load(config), clock(), platform).week().week
    print(made.write_json() if as_json else week_as_text(made))


def forecast(
    config: ConfigOption = CONFIG, platform: PlatformOption = None, as_json: JsonOption = False
) -> None:
    """Print the next six weeks day by day, and how good such forecasts have been."""
    from affluence import manager
    from affluence.week_words import forecast_as_document, forecast_as_text

    learned = manager.study(load(config), clock(), platform)
    show = forecast_as_document if as_json else forecast_as_text
    print(show(learned.forecast(), learned.grade()))


def backtest(
    config: ConfigOption = CONFIG,
    platform: PlatformOption = None,
    library: Annotated[
        bool,
        typer.Option("--library", help="Beside the models of statsforecast too; takes minutes."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Grade every past weekly run against the four weeks that followed it, beside others."""
    from affluence import manager
    from affluence.backtest_words import backtest_as_document, backtest_as_text
    from affluence.typical_week.baselines import BASELINES

    others = dict(BASELINES)
    if library:
        if find_spec("statsforecast") is None:
            advice = "it is not installed; install affluence with the extra 'forecasts'"
            raise typer.BadParameter(advice, param_hint="--library")
        from affluence.library_models import MODELS

        others |= MODELS
    grades = manager.study(load(config), clock(), platform).grade(others)
    print((backtest_as_document if as_json else backtest_as_text)(grades))


def effect(
    config: ConfigOption = CONFIG, platform: PlatformOption = None, as_json: JsonOption = False
) -> None:
    """Tell whether people have moved to the recommended hours since they are published."""
    from affluence import manager
    from affluence.effect_words import effect_as_document, effect_as_text

    service, found = manager.effect(load(config), clock(), platform)
    print((effect_as_document if as_json else effect_as_text)(service, found))


COMMANDS = (slots, week, forecast, backtest, effect)
