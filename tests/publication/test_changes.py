"""What changes between two releases, and how the webmaster is told of it."""

from __future__ import annotations

from dataclasses import replace

from affluence.publication.changes import changes_between
from affluence.publication.site import build_site
from affluence.webmaster_words import changes_as_text

from .editions import cell, edition, hours, week

TWO = edition(
    week=week([cell(1, 540, 600, "c"), cell(2, 600, 660, "t")]),
    recommended=hours((1, 540, 600)),
    to_avoid=hours((2, 600, 660)),
)


def told(old: dict[str, bytes], new: dict[str, bytes], *, is_first: bool = False) -> list[str]:
    text = changes_as_text(None if is_first else "2026-W08-aaaaaa", "2026-W09-bbbbbb",
                           changes_between(old, new))  # fmt: skip
    return [line.strip() for line in text.splitlines()]


def test_of_a_first_release_everything_is_new_and_nothing_was_otherwise() -> None:
    lines = told({}, build_site(TWO), is_first=True)
    assert lines[:4] == [
        "2026-W09-bbbbbb is the first release, everything in it is new:",
        "demo, lundi 09:00-10:00: Calme",
        "demo, mardi 10:00-11:00: Très chargé",
        "demo, recommended: lundi 09:00-10:00",
    ]
    assert "demo: valid_until: 2026-03-15" in lines
    assert not any("→" in line or "before" in line for line in lines)


def test_hours_that_come_into_the_table_or_leave_it_are_called_so() -> None:
    one = build_site(replace(TWO, week=week([cell(1, 540, 600, "b")]), to_avoid=()))
    both = build_site(TWO)
    assert told(one, both)[1:3] == [
        "demo, lundi 09:00-10:00: Chargé → Calme (chance of reaching an agent: 0.62 → 0.96)",
        "demo, mardi 10:00-11:00: Très chargé, these hours come into the table",
    ]
    assert told(both, one)[2] == (
        "demo, mardi 10:00-11:00: these hours leave the table, they were Très chargé"
    )


def test_the_same_release_changes_nothing() -> None:
    site = build_site(TWO)
    assert told(site, site) == ["From 2026-W08-aaaaaa to 2026-W09-bbbbbb: nothing changes."]
