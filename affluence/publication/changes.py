"""What a reader would see change between two releases: levels, recommended hours, words around."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from affluence.publication.paths import JSON

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A cell of the table whose level changes; its chances (0-1) tell why, where they are known."""

    platform: str
    weekday: str
    start: str
    end: str
    old: str  # the words of the levels; "" where there was or will be no such cell
    new: str
    old_reach: float | None
    new_reach: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that differs between two releases."""

    levels: tuple[LevelChange, ...]
    recommended: tuple[tuple[str, str, str], ...]  # platform, hours before, hours after
    around: tuple[tuple[str, str, str], ...]  # platform and key, value before, value after
    files: tuple[str, ...]  # whose bytes differ

    @property
    def are_none(self) -> bool:
        """Whether the releases are the same."""
        return not self.files


def changes_between(old: Files, new: Files) -> Changes:
    """What changes from one release to another; ``old`` is empty where there is none."""
    told = documents(old), documents(new)
    pairs = {
        platform: (told[0].get(platform, {}), told[1].get(platform, {}))
        for platform in sorted({*told[0], *told[1]})
    }
    return Changes(
        levels=tuple(
            change for platform, pair in pairs.items() for change in _levels(platform, *pair)
        ),
        recommended=tuple(
            (platform, _hours(before), _hours(after))
            for platform, (before, after) in pairs.items()
            if _hours(before) != _hours(after)
        ),
        around=tuple(
            (f"{platform}: {key}", str(first), str(last))
            for platform, pair in pairs.items()
            for key, first, last in _around(*pair)
        ),
        files=tuple(path for path in sorted({*old, *new}) if old.get(path) != new.get(path)),
    )


def documents(files: Files) -> dict[str, dict[str, Any]]:
    """The data of each platform of a release, as `affluence.json` has them."""
    found = (json.loads(files[path]) for path in files if path.endswith(JSON))
    return {document["platform"]: document for document in found}


def _levels(platform: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[LevelChange]:
    before, after = _cells(old), _cells(new)
    words = {**old.get("levels", {}), **new.get("levels", {})}
    changes = []
    for cell in [*before, *(cell for cell in after if cell not in before)]:
        first, last = before.get(cell, {}), after.get(cell, {})
        if first.get("niveau") != last.get("niveau"):
            weekday, start, end = cell
            changes.append(
                LevelChange(
                    platform=platform,
                    weekday=weekday,
                    start=start,
                    end=end,
                    old=words.get(first.get("niveau"), ""),
                    new=words.get(last.get("niveau"), ""),
                    old_reach=first.get("chance_de_joindre_un_agent"),
                    new_reach=last.get("chance_de_joindre_un_agent"),
                )
            )
    return changes


def _cells(document: Mapping[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (cell["jour"], cell["heure_debut"], cell["heure_fin"]): cell
        for cell in document.get("cells", ())
    }


def _hours(document: Mapping[str, Any]) -> str:
    hours = document.get("recommended", ())
    return ", ".join(f"{one['jour']} {one['heure_debut']}-{one['heure_fin']}" for one in hours)


def _around(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Single values beside the cells, and the period."""
    before, after = (
        {key: value for key, value in each.items() if not isinstance(value, (list, dict))}
        | {
            f"period {key}": value
            for key, value in each.get("period", {}).items()
            if key != "left_out"
        }
        | {"left out": ", ".join(one["day"] for one in each.get("period", {}).get("left_out", ()))}
        for each in (old, new)
    )
    return [
        (key, before.get(key, ""), after.get(key, ""))
        for key in [*before, *(key for key in after if key not in before)]
        if before.get(key, "") != after.get(key, "")
    ]
