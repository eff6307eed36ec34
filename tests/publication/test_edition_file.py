"""Frozen figures come back as they were, whatever the desk says meanwhile."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date

import pytest
from polars.testing import assert_frame_equal

from affluence.publication.edition import DayAhead, Edition, LeftOut, PastForecasts
from affluence.publication.edition_file import edition_as_json, edition_from_json
from affluence.publication.site import build_site

from .editions import desk, drawn, edition

EDITIONS = {
    "realistic": edition(),
    "full": edition(
        left_out=(
            LeftOut(day=date(2026, 2, 2), reason="public_holiday", label="Lundi de Pâques"),
            LeftOut(day=date(2026, 2, 4), reason="odd_day", factor=2.5),
        ),
        days_ahead=(DayAhead(day=date(2026, 3, 11), kinds=("bridge",), demand_factor=1.22),),
        past_forecasts=PastForecasts(error=0.15, error_of_mean=0.18, are_better=True),
    ),
    "little data": edition(week=drawn(["?????"] * 7), recommended=(), to_avoid=()),
}


@pytest.mark.parametrize("name", EDITIONS)
def test_an_edition_comes_back_as_it_was(name: str) -> None:
    written = EDITIONS[name]
    read = edition_from_json(edition_as_json(written), written.desk)
    assert_frame_equal(read.week, written.week)
    for field in fields(Edition):
        if field.name != "week":
            assert getattr(read, field.name) == getattr(written, field.name), field.name
    assert edition_as_json(read) == edition_as_json(written)
    assert build_site(read) == build_site(written)


def test_a_notice_of_now_stands_beside_the_figures_of_then() -> None:
    read = edition_from_json(edition_as_json(edition()), desk(service="Nouveau nom"))
    assert read == replace(edition(), desk=desk(service="Nouveau nom"), week=read.week)


def test_what_an_older_version_did_not_write_has_its_default() -> None:
    document = json.loads(edition_as_json(EDITIONS["full"]))
    for name in ("days_ahead", "past_forecasts"):
        del document[name]
    read = edition_from_json(json.dumps(document), desk())
    assert (read.days_ahead, read.past_forecasts) == ((), None)


def test_what_an_older_version_wrote_besides_is_left() -> None:
    """Closures were written with the figures; they are those of the desk now."""
    closed = {"first": "2026-03-09", "last": "2026-03-10", "label": "Travaux"}
    document = json.loads(edition_as_json(edition())) | {"closures_ahead": [closed]}
    read = edition_from_json(json.dumps(document), desk())
    assert edition_as_json(read) == edition_as_json(edition())
    assert read.desk.closures == ()


def test_no_number_of_the_desk_is_frozen() -> None:
    assert desk().phone not in edition_as_json(edition())
