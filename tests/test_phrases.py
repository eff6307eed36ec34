"""Phrases: a French text like any other, which has not forgotten what it was made from."""

from __future__ import annotations

import json
from copy import copy, deepcopy
from datetime import date

import pytest

from affluence.phrases import Phrase, Seconds, Share, Value

LATE = Phrase(
    "{what}, {number} en {limit} s au {day}, soit {share}",
    what=Phrase("courriers"),
    number=12_345,
    limit=21.5,
    day=date(2026, 9, 4),
    share=Share(0.1234),
)


def test_a_phrase_is_its_french_text() -> None:
    text = "courriers, 12\u202f345 en 21,5 s au 04/09/2026, soit 12,3\u00a0%"
    assert text == LATE == str(LATE)
    assert json.loads(json.dumps(LATE)) == text
    assert f"{LATE}." == f"{text}."


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (20.0, "20"),
        (20, "20"),
        (Share(1), "100,0\u00a0%"),
        (Share(0.0004), "0,0\u00a0%"),
        (Seconds(199.6), "3\u00a0min 20\u00a0s"),
        (Seconds(9), "9\u00a0s"),
        ("{braces}", "{braces}"),
    ],
)
def test_values_are_written_as_french_has_them(value: Value, written: str) -> None:
    assert Phrase("{value}", value=value) == written


def test_a_copy_remembers_as_much() -> None:
    for made in (copy(LATE), deepcopy(LATE)):
        assert made == LATE
        assert (made.message, made.values) == (LATE.message, LATE.values)


def test_a_phrase_without_values_may_hold_anything() -> None:
    assert Phrase("100 % {de tout}") == "100 % {de tout}"
