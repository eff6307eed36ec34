"""The state beside the ledger's hashes: what is damaged, what can be made again, what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from affluence.errors import RecordsError
from affluence.steps.known_files import continues
from affluence.store import Store
from affluence.store.inventory import StoredPart
from affluence.store.lake_names import LegsFile, MonthFile
from affluence.store.read_files import SeenFile
from affluence.tables import MEASURED
from affluence.targets.files import MANIFEST, listed, sha256

_DAMAGED = "damaged"
_KNOWN = (
    *("lake", "keys", "quarantine", "releases", "fetched", "themes", _DAMAGED),
    *("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "lock", "worker.json"),
)


class Remedy(StrEnum):
    """What can be done about a damage."""

    READ_AGAIN = "read again from its source file"
    MEASURED_AGAIN = "measured again from the calls"
    BUILT_AGAIN = "built again by the next run, if it is the one that stands"
    NEW_KEY = "a new key is made; callers in late records of the month are not recognised"
    NONE = "lost: nothing can make it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A file that is missing or not what was written; ``days`` are those concerned.

    ``lost_days`` are those whose figures or calls nothing can make again.
    """

    what: str  # "calls", "counts", "key", "release" or "ledger"
    name: str  # of the file, within the state folder
    is_missing: bool
    remedy: Remedy
    days: tuple[date, ...] = ()
    lost_days: tuple[date, ...] = ()
    part: StoredPart | None = None
    sources: tuple[int, ...] = ()  # numbers of the files to read again
    month: tuple[str, str, str] | None = None  # platform, month and kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found."""

    files: int  # that were looked at
    damages: tuple[Damage, ...]
    strays: tuple[str, ...]  # files that nothing knows
    without_hash: int  # files of an older version: whole, but nothing to compare them with
    is_unfinished: bool  # the last run was killed, the next one may heal what is found

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.damages or self.strays)


def look(store: Store, present: Mapping[str, Sequence[Path]]) -> Verification:
    """Compare every file of the state with what the ledger knows of it; change nothing.

    Args:
        store: the state.
        present: files of records that are there now, by platform.

    """
    inventory = store.ledger.inventory
    parts, months = inventory.parts(), _months(store)
    last_run = store.ledger.runs.last()
    seen = {name: store.ledger.files.of(name) for name in {part.platform for part in parts}}

    @cache
    def places(platform: str, file: SeenFile) -> frozenset[str]:
        """Where all that was read of a file is still to be found."""
        candidates = {str(path) for path in present.get(platform, ())} if file.offset else set()
        candidates |= {file.path} if file.path is not None else set()
        paths = [Path(path) for path in sorted(candidates)]
        return frozenset(str(path) for path in paths if _holds(path, file))

    @cache
    def found_hash(platform: str, day: date, file: str) -> str | None:
        return store.lake.legs_hash(platform, day, file)

    damages = [
        *(
            Damage(
                what="ledger",
                name=f"ledger.sqlite: {problem}",
                is_missing=False,
                remedy=Remedy.NONE,
            )
            for problem in inventory.problems()
        ),
        *(
            _damaged_part(store, part, seen[part.platform], places, found)
            for part in parts
            for found in [found_hash(part.platform, part.day, part.slice.file)]
            if not _is_whole_part(store, part, found)
        ),
        *(
            _damaged_month(store, month, found)
            for month, expected in months.items()
            for found in [store.lake.month_hash(*month)]
            if not _is_whole_month(store, month, expected, found)
        ),
        *(
            Damage(what="key", name=f"keys/{month}.key", is_missing=False, remedy=Remedy.NEW_KEY)
            for month in store.keys.damaged()
        ),
        *_damaged_releases(store),
    ]
    hashes = [*(part.sha256 for part in parts), *months.values()]
    return Verification(
        files=len(parts) + len(months) + len(store.keys.months()) + len(store.shelf.held()),
        damages=tuple(damages),
        strays=tuple(_strays(store, parts, months)),
        without_hash=hashes.count(None),
        is_unfinished=last_run is not None and not last_run.outcome,
    )


def _holds(path: Path, file: SeenFile) -> bool:
    try:
        return path.is_file() and continues(path, file)
    except RecordsError:
        return False  # a file that cannot be read gives nothing again


def repair(store: Store, verification: Verification, today: date) -> None:
    """Let go of what is damaged, so that the next run makes again what can be made again.

    Files without a hash get theirs. Stray files are left alone: who put them there should say.
    """
    inventory = store.ledger.inventory
    damaged_parts = {damage.part for damage in verification.damages if damage.part}
    damaged_months = {damage.month for damage in verification.damages if damage.month}
    _write_hashes_down(store, damaged_parts, damaged_months)
    lost = []
    for damage in verification.damages:
        if damage.part is not None:
            part = damage.part
            store.lake.remove_legs(part.platform, part.day, part.slice.file)
            if not damage.sources:
                lost.append(part)
            elif part.file not in damage.sources:
                inventory.hand_over(part.platform, part.name)
            inventory.read_again(damage.sources)
        if damage.month is not None:
            platform, month, kind = damage.month
            store.lake.set_month_aside(platform, month, kind, store.folder / _DAMAGED)
        if damage.what == "key":
            store.keys.remove(Path(damage.name).stem)
        if damage.what == "release":
            store.shelf.remove(Path(damage.name).name)
    inventory.forget_months(sorted(damaged_months))
    inventory.lose(lost, today)
    store.ledger.unsettle()


def _months(store: Store) -> dict[tuple[str, str, str], str | None]:
    """Every file of what was measured that should be there, and its hash where it is known."""
    expected: dict[tuple[str, str, str], str | None] = {
        (platform, month, kind): None
        for platform, month in store.ledger.inventory.measured_days()
        for kind in MEASURED
    }
    return expected | store.ledger.inventory.months()


def _is_whole_part(store: Store, part: StoredPart, found: str | None) -> bool:
    if found is None or part.sha256 is not None:
        return found is not None and found == part.sha256
    return store.lake.is_readable(part.platform, part.slice)


def _is_whole_month(
    store: Store, month: tuple[str, str, str], expected: str | None, found: str | None
) -> bool:
    if found is None or expected is not None:
        return found is not None and found == expected
    return store.lake.is_month_readable(*month)


def _damaged_part(
    store: Store,
    part: StoredPart,
    seen: Sequence[SeenFile],
    places: Callable[[str, SeenFile], frozenset[str]],
    found: str | None,
) -> Damage:
    holders = store.ledger.inventory.files_with_range(part.platform, part.name)
    giver = next(file for file in seen if file.id == part.file)
    if there := places(part.platform, giver):
        # A copy is read again with it: by itself it would be taken for the giver, moved.
        sources = tuple(file.id for file in seen if file.id == part.file or file.path in there)
    else:
        sources = tuple(
            file.id for file in seen if file.id in holders and places(part.platform, file)
        )
    return Damage(
        what="calls",
        name=f"lake/{LegsFile(part.platform, part.day, part.slice.file).name}",
        is_missing=found is None,
        remedy=Remedy.READ_AGAIN if sources else Remedy.NONE,
        days=(part.day,),
        lost_days=() if sources else (part.day,),
        part=part,
        sources=sources,
    )


def _damaged_month(store: Store, month: tuple[str, str, str], found: str | None) -> Damage:
    platform, name, _ = month
    days = store.ledger.inventory.measured_days().get((platform, name), {})
    sealed = tuple(day for day, is_sealed in days.items() if is_sealed)
    return Damage(
        what="counts",
        name=f"lake/{MonthFile(*month).name}",
        is_missing=found is None,
        remedy=Remedy.NONE if len(sealed) == len(days) else Remedy.MEASURED_AGAIN,
        days=tuple(days),
        lost_days=sealed,
        month=month,
    )


def _damaged_releases(store: Store) -> Iterator[Damage]:
    """Releases on the shelf that are not what their own manifest says."""
    for release in _known_releases(store):
        if not _is_whole_release(store.shelf.get(release) or {}, release):
            yield Damage(
                what="release",
                name=f"releases/{release}",
                is_missing=False,
                remedy=Remedy.BUILT_AGAIN,
            )


def _known_releases(store: Store) -> list[str]:
    known = {release.release for release in store.ledger.publications.releases()}
    return [release for release in store.shelf.held() if release in known]


def _is_whole_release(files: Mapping[str, bytes], release: str) -> bool:
    found, hashes = listed(files.get(MANIFEST))
    return (
        found == release
        and set(files) == {*hashes, MANIFEST}
        and all(sha256(files[path]) == expected for path, expected in hashes.items())
    )


def _strays(
    store: Store,
    parts: Sequence[StoredPart],
    months: Mapping[tuple[str, str, str], str | None],
) -> Iterator[str]:
    known = [(part.platform, part.day, part.slice.file) for part in parts]
    yield from (f"lake/{path}" for path in store.lake.strays(known, months))
    known_releases = _known_releases(store)
    yield from (f"releases/{name}" for name in store.shelf.held() if name not in known_releases)
    for path in sorted(store.folder.iterdir()):
        if path.name not in _KNOWN and path.resolve() != store.keys.folder.resolve():
            yield path.name


def _write_hashes_down(
    store: Store, damaged_parts: set[StoredPart], damaged_months: set[tuple[str, str, str]]
) -> None:
    """Of files that an older version wrote and that are whole."""
    inventory = store.ledger.inventory
    inventory.set_part_hashes(
        replace(part, sha256=store.lake.legs_hash(part.platform, part.day, part.slice.file))
        for part in inventory.parts()
        if part.sha256 is None and part not in damaged_parts
    )
    inventory.set_month_hashes(
        {
            month: found
            for month, expected in _months(store).items()
            if expected is None
            and month not in damaged_months
            and (found := store.lake.month_hash(*month)) is not None
        }
    )
