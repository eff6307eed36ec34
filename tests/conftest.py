"""What several tests need: legs and calls written in one line each, and a platform in a folder."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import settings

# Tests run on every core at once: each has one, as have the commands that it starts. Threads of
# BLAS wait for each other by turning: small products would take four times the processor time.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

pytest_plugins = ["tests.servers"]

REPOSITORY = Path(__file__).parent.parent

settings.register_profile("quick", max_examples=30, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=3000, deadline=None)
settings.load_profile("quick")


@pytest.hookimpl(trylast=True)  # after the order was drawn
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: no other core waits for it in the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Thousands of tests and their modules stay to the end: let nobody look for garbage in them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def demonstration(tmp_path: Path) -> Path:
    """The shipped configuration and demonstration records, in a folder of their own."""
    return demonstration_in(tmp_path)


def demonstration_in(folder: Path) -> Path:
    """The same in a folder that outlives a test."""
    shutil.copy(REPOSITORY / "config.toml", folder)
    records = folder / "cdr_samples" / "demonstration"
    records.mkdir(parents=True)
    for file in (REPOSITORY / "cdr_samples" / "demonstration").glob("[Mm]*"):
        shutil.copy(file, records)
    return folder


ConfigWriter = Callable[..., Path]


@pytest.fixture
def small_platform(tmp_path: Path) -> ConfigWriter:
    """Write a configuration of one platform of 3 lines whose records are in ``records/``."""
    return small_platform_in(tmp_path)


def small_platform_in(folder: Path) -> ConfigWriter:
    """The same in a folder that outlives a test."""

    def write(
        *, legs_days: int = 180, weekdays: str = "mon tue wed thu fri", extra: str = ""
    ) -> Path:
        (folder / "records").mkdir(exist_ok=True)
        days = {day[:3]: day for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
        opening = "\n".join(f'{days[d]} = ["09:00-12:00", "13:30-16:30"]' for d in weekdays.split())
        path = folder / "config.toml"
        path.write_text(
            f"""
[run]
as_of = "last-record"
[publication]
minimum_weeks = 1
[state]
legs_days = {legs_days}
[platform.desk]
name = "Desk"
phone = "+33 1 99 00 12 34"
lines = 3
[platform.desk.source]
folder = "records"
dialect = "asterisk-csv"
trunks = ["PJSIP/operateur-"]
[platform.desk.source.announcements]
closed = ["ferme"]
[platform.desk.opening]
{opening}
[platform.desk.week]
minimum_days = 1
minimum_calls = 1
[target.site]
kind = "in-place"
folder = "site"
{extra}
""",
            encoding="utf-8",
        )
        return path

    return write


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed a skipped test is a failure: a green run ran all of it."""
    report = yield
    if report.skipped and os.environ.get("AFFLUENCE_SKIP_NOTHING"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report
