"""Runs of the whole program in a folder, and what they leave there."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from affluence import manager, pipeline
from affluence.config import load
from affluence.run_report import RunReport
from affluence.steps.weekly import Wish
from affluence.store import open_store
from affluence.tables import MEASURED

TODAY = date(2026, 11, 23)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def run(config: Path, today: date = TODAY) -> RunReport:
    return pipeline.run(load(config), noon(today))


def publish(config: Path, today: date = TODAY, **wish: Any) -> RunReport:
    return pipeline.run(load(config), noon(today), wish=Wish(**wish))


def days_measured(report: RunReport) -> dict[str, int]:
    return {name: len(days) for name, days in report.days_measured.items()}


def slots(config: Path) -> pl.DataFrame:
    return manager.read_measured(load(config))


def measured(config: Path) -> dict[str, pl.DataFrame]:
    """Every table that the measures keep, of the first platform."""
    settings = load(config)
    (name, *_) = settings.platform
    with open_store(settings.state.folder, settings.state.keys_folder) as store:
        return {table: store.lake.read_measured(name, table) for table in MEASURED}


def accounts(config: Path, platform: str = "desk") -> list[dict[str, Any]]:
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return store.ledger.accounts.of_files(platform)


def state_of(config: Path) -> Path:
    """The state folder of a configuration that says nothing of it."""
    return config.parent / ".affluence"


def files_under(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def ledger_content(state: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the ledger but for the numbers that rows were given and file times."""
    queries = {
        "files": "SELECT platform, path, size, offset, digest, lines, clock, reader FROM files",
        "ranges": "SELECT path, ranges.* FROM ranges JOIN files ON files.id = file",
        "parts": "SELECT platform, day, name, calls, merged, duplicates, sha256 FROM parts",
        "months": "SELECT * FROM months",
        "days": "SELECT * FROM days",
        "recommended": "SELECT platform, period_last, published_on, hours FROM recommended",
    }
    with sqlite3.connect(state / "ledger.sqlite") as db:
        rows = {name: db.execute(query).fetchall() for name, query in queries.items()}
    db.close()
    rows["ranges"] = [(path, *values) for path, _, *values in rows["ranges"]]
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def balanced(account: dict[str, Any]) -> bool:
    """Whether the lines of a file are the sum of what became of them."""
    known = account["calls"] + account["merged"] + account["duplicates"]
    reasons = [*account["ignored"].values(), *account["rejected"].values()]
    return bool(account["lines"] == known + sum(reasons))
