"""Sites of all platforms → one release: kept here, delivered to every target, written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from affluence.errors import DeliveryError, DifferentSiteError
from affluence.publication.open_data import read_hours
from affluence.publication.paths import JSON
from affluence.steps.leaks import Cleared
from affluence.store import Store
from affluence.store.publications import Publication, Recommended
from affluence.targets.delivery import deliver as deliver_to
from affluence.targets.places import Place

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Where a release went now; targets that had it already are not among them."""

    release: str
    targets: tuple[str, ...]
    warnings: tuple[str, ...]  # of targets, in words


def site_that_stands(store: Store, platform: str) -> Files | None:
    """The files of a platform in the release that was delivered last; None if there are none."""
    standing = store.ledger.publications.standing()
    if standing is None:
        return None
    # A platform alone has no folder of its own; others may have come or gone since.
    for folder in (f"{platform}/", ""):
        told = store.shelf.read(standing, f"{folder}{JSON}")
        if told is not None and json.loads(told)["platform"] == platform:
            return store.shelf.get(standing, folder)
    return None


def keep(store: Store, built: Cleared, weeks: Mapping[str, date], now: datetime) -> None:
    """Keep the files of a release and write it down."""
    store.shelf.put(built.release, built.files)
    store.ledger.publications.add_release(built.release, weeks, now)


def deliver(
    store: Store,
    places: Mapping[str, Place],
    built: Cleared,
    *,
    days: Mapping[str, date],
    now: datetime,
    action: str,
    reason: str = "",
) -> Delivered:
    """Bring a release to every target where it does not stand yet.

    Args:
        store: where deliveries are written down.
        places: the targets by their names.
        built: the release.
        days: the day that counts as today for each platform.
        now: when it is done.
        action: why: "run", "approve", "publish", "rollback" or "withdraw".
        reason: what a person gave as reason.

    Raises:
        DeliveryError: a target could not be reached, or visitors are shown something else there
            (the release before is then back); the others have been delivered to.

    """
    publications = store.ledger.publications
    done: list[str] = []
    warnings: list[str] = []
    failures: list[DeliveryError] = []
    for name, place in places.items():
        before = publications.published(name)
        try:
            if before == built.release and place.target.is_intact(built.release):
                continue
            old = None if before is None or before == built.release else store.shelf.get(before)
            told = deliver_to(
                place.target,
                (built.files, built.release),
                previous=None if before is None or old is None else (old, before),
                address=place.address,
            )
        except DifferentSiteError as error:
            if error.rolled_back_to is not None:
                # Tried again, it would come and go: a person must look, or a new week come.
                publications.hold_back(built.release, error.rolled_back_to, now)
            failures.append(error)
            continue
        except DeliveryError as error:
            failures.append(error)
            continue
        warnings += [f"target '{name}': {warning}" for warning in told]
        new = Publication(target=name, release=built.release, at=now, action=action, reason=reason)
        publications.add_publication(new, _recommended_in(built.files, days))
        done.append(name)
    if failures:
        raise failures[0] if len(failures) == 1 else DeliveryError.of_several(failures)
    return Delivered(release=built.release, targets=tuple(done), warnings=tuple(warnings))


def _recommended_in(files: Files, days: Mapping[str, date]) -> list[Recommended]:
    """What the tables of a release recommend, each from the day that is today for its platform."""
    found = []
    for path in files:
        if not path.endswith(JSON):
            continue
        data = json.loads(files[path])
        if data.get("suspended") is True or data["platform"] not in days:
            continue
        hours = sorted(
            (one.weekday, one.start_min, one.end_min) for one in read_hours(data["recommended"])
        )
        found.append(
            Recommended(
                platform=data["platform"],
                period_last=date.fromisoformat(data["period"]["last"]),
                published_on=days[data["platform"]],
                hours=tuple(hours),
            )
        )
    return found
