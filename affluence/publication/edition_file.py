"""An edition's figures as JSON and back: what is published of a week is frozen in this form.

The desk is not part of it: a notice or a closure may change while the figures stay. A file of an
older version is read as long as what it lacks has a default; what it has besides is left.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import polars as pl

from affluence.publication.edition import (
    Bounds,
    DayAhead,
    Desk,
    Edition,
    Hours,
    LeftOut,
    PastForecasts,
)
from affluence.tables import WEEK

# Fields of an edition that hold several of one kind.
_LISTS = {
    "recommended": Hours,
    "to_avoid": Hours,
    "left_out": LeftOut,
    "days_ahead": DayAhead,
}
_OBJECTS: dict[str, type[Bounds | PastForecasts]] = {
    "bounds": Bounds,
    "past_forecasts": PastForecasts,
}
_DAYS = ("period_first", "period_last", "next_update", "valid_until")
_DAYS_WITHIN = ("day", "first", "last")


def edition_as_json(edition: Edition) -> str:
    """Everything of an edition but its desk; the same text for the same edition."""
    document = {
        field.name: _plain(getattr(edition, field.name))
        for field in fields(Edition)
        if field.name not in ("desk", "week")
    }
    document["week"] = WEEK.check(edition.week).to_dicts()
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def edition_from_json(text: str, desk: Desk) -> Edition:
    """The edition that was written, for a desk as it is now."""
    document = json.loads(text)
    names = {field.name for field in fields(Edition)}
    values: dict[str, Any] = {name: document[name] for name in names & document.keys()}
    values["desk"] = desk
    values["week"] = pl.DataFrame(document["week"], schema=WEEK.schema)
    for name in _DAYS:
        values[name] = date.fromisoformat(document[name])
    for name, kind in _LISTS.items():
        values[name] = tuple(kind(**_typed(one)) for one in document.get(name, ()))
    for name, kind in _OBJECTS.items():
        values[name] = kind(**document[name]) if document.get(name) is not None else None
    return Edition(**values)


def valid_until(text: str) -> date:
    """Until when figures hold that were written by `edition_as_json`, as their page says."""
    return date.fromisoformat(json.loads(text)["valid_until"])


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _typed(document: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(document[name]) for name in _DAYS_WITHIN if name in document}
    lists = {name: tuple(one) for name, one in document.items() if isinstance(one, list)}
    return {**document, **lists, **days}
