"""Who is called and when, as the configuration has it from a day on."""

from __future__ import annotations

from datetime import date

import pytest

from affluence.config import load
from affluence.publication.edition import Closure, Hours, OtherHours
from affluence.steps.edition import Page, desk_on
from affluence.steps.settings import page_of
from tests.conftest import ConfigWriter

EASTER = """
[[platform.desk.opening.closures]]
first = 2026-04-07
last = 2026-04-08
reason = "Travaux"
[[platform.desk.opening.exceptions]]
day = 2026-04-10
hours = ["14:00-15:00", "09:30-11:00"]
reason = "Formation"
[[platform.desk.opening.exceptions]]
day = 2026-04-09
hours = ["09:00-12:00", "13:30-16:30"]
[[platform.desk.opening.exceptions]]
day = 2026-04-11
hours = ["09:00-12:00"]
[[platform.desk.opening.exceptions]]
day = 2026-04-13
hours = []
"""


@pytest.fixture
def page(small_platform: ConfigWriter) -> Page:
    platform = load(small_platform(extra=EASTER)).platform["desk"]
    return page_of("desk", platform)


def test_closed_days_and_days_with_other_hours_are_told_apart(page: Page) -> None:
    """The 9th has the hours of any Thursday; the 11th is a Saturday, the 13th closed for once."""
    desk = desk_on(page, date(2026, 4, 6), date(2026, 4, 6))
    assert desk.closures[:3] == (
        Closure(first=date(2026, 4, 6), last=date(2026, 4, 6), label="Lundi de Pâques"),
        Closure(first=date(2026, 4, 7), last=date(2026, 4, 8), label="Travaux"),
        Closure(first=date(2026, 4, 13), last=date(2026, 4, 13), label=""),
    )
    assert desk.other_hours == (
        OtherHours(day=date(2026, 4, 10), spans=((570, 660), (840, 900)), label="Formation"),
        OtherHours(day=date(2026, 4, 11), spans=((540, 720),)),
    )
    assert desk.opening[0] == Hours(weekday=1, start_min=540, end_min=720)


def test_what_is_over_is_not_told(page: Page) -> None:
    desk = desk_on(page, date(2026, 4, 14), date(2026, 4, 14))
    assert desk.other_hours == ()
    assert desk.closures[0].label == "Fête du Travail"
