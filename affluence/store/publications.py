"""What the ledger knows of publishing: releases, what stands where, what a person decided.

A release is the site as it was built; its files are kept beside the ledger, see
`affluence.store.shelf`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from affluence.store.database import transaction
from affluence.store.weeks import Weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """The hours that one publication recommended on a platform.

    Both days are `date.min`, and there are no hours, for what was published before hours were kept.
    """

    platform: str
    period_last: date
    published_on: date
    hours: tuple[tuple[int, int, int], ...]  # ISO weekday, start and end in minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A site that was built."""

    release: str
    built_at: datetime
    weeks: Mapping[str, date]  # Sunday of the week that each platform shows; without it: no table
    state: str  # "built", "waiting", "lapsed", "published" or "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A release that was delivered to a target; ``at`` is None where an old version did it."""

    target: str
    release: str
    at: datetime | None
    action: str
    reason: str


class Publications:
    """The part of the ledger about publishing. Every method that writes is one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # Releases

    def add_release(self, release: str, weeks: Mapping[str, date], now: datetime) -> None:
        """Write down a release that was built, unless it is known already."""
        with transaction(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO releases (release, built_at, weeks, state)"
                " VALUES (?, ?, ?, 'built')",
                (release, now.isoformat(), _days_as_json(weeks)),
            )

    def release(self, release: str) -> Release | None:
        """What is known of a release."""
        return next((one for one in self.releases() if one.release == release), None)

    def releases(self) -> list[Release]:
        """Every release, in the order in which they were first built."""
        rows = self._db.execute(
            "SELECT release, built_at, weeks, state FROM releases ORDER BY rowid"
        )
        return [
            Release(
                release=release,
                built_at=datetime.fromisoformat(built_at),
                weeks={p: date.fromisoformat(day) for p, day in json.loads(weeks).items()},
                state=state,
            )
            for release, built_at, weeks, state in rows
        ]

    def waiting(self) -> Release | None:
        """The release that waits for approval."""
        waiting = [one for one in self.releases() if one.state == "waiting"]
        return waiting[-1] if waiting else None

    def wait_for_approval(self, release: str) -> None:
        """Let a release wait; one that waited before lapses."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE releases SET state = 'lapsed' WHERE state = 'waiting' AND release <> ?",
                (release,),
            )
            self._db.execute("UPDATE releases SET state = 'waiting' WHERE release = ?", (release,))

    # What stands where

    def published(self, target: str) -> str | None:
        """The release last delivered to a target."""
        found = self._db.execute(
            "SELECT release FROM publications WHERE target = ? ORDER BY id DESC LIMIT 1", (target,)
        )
        row = found.fetchone()
        return str(row[0]) if row else None

    def standing(self) -> str | None:
        """The release that was last delivered anywhere."""
        row = self._db.execute("SELECT release FROM publications ORDER BY id DESC LIMIT 1")
        found = row.fetchone()
        return str(found[0]) if found else None

    def standing_week(self, platform: str) -> date | None:
        """Sunday of the week that a platform's table shows in the release that stands."""
        standing = self.standing()
        release = self.release(standing) if standing else None
        return release.weeks.get(platform) if release else None

    def publications(self) -> list[Publication]:
        """Every delivery, oldest first."""
        rows = self._db.execute(
            "SELECT target, release, at, action, reason FROM publications ORDER BY id"
        )
        return [
            Publication(
                target=target,
                release=release,
                at=datetime.fromisoformat(at) if at else None,
                action=action,
                reason=reason,
            )
            for target, release, at, action, reason in rows
        ]

    def add_publication(self, new: Publication, recommended: Iterable[Recommended] = ()) -> None:
        """Record a delivered release and what it recommends, as far as that is new.

        Its weeks are published from now on, those between them and the ones before superseded.
        """
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO publications (target, release, at, action, reason)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    new.target,
                    new.release,
                    new.at.isoformat() if new.at else "",
                    new.action,
                    new.reason,
                ),
            )
            self._db.execute(
                "UPDATE releases SET state = 'published' WHERE release = ?", (new.release,)
            )
            release = self.release(new.release)
            for platform, last in release.weeks.items() if release else ():
                Weeks(self._db).publish(platform, last)
            for hours in recommended:
                self._recommend(hours)

    def recommended(self, platform: str) -> list[Recommended]:
        """What was ever recommended on a platform, oldest first."""
        rows = self._db.execute(
            "SELECT period_last, published_on, hours FROM recommended WHERE platform = ?"
            " ORDER BY id",
            (platform,),
        )
        return [
            Recommended(
                platform=platform,
                period_last=date.fromisoformat(period_last),
                published_on=date.fromisoformat(published_on),
                hours=tuple((weekday, start, end) for weekday, start, end in json.loads(hours)),
            )
            for period_last, published_on, hours in rows
        ]

    def _recommend(self, new: Recommended) -> None:
        """Another target, or a page put right, repeats what was published: nothing is added."""
        before = self.recommended(new.platform)[-1:]
        if [(last.period_last, last.hours) for last in before] != [(new.period_last, new.hours)]:
            self._db.execute(
                "INSERT INTO recommended (platform, period_last, published_on, hours)"
                " VALUES (?, ?, ?, ?)",
                (
                    new.platform,
                    new.period_last.isoformat(),
                    new.published_on.isoformat(),
                    json.dumps(new.hours),
                ),
            )

    def releases_to_keep(self, count: int) -> set[str]:
        """The newest releases that were delivered, and the one that waits."""
        delivered = dict.fromkeys(one.release for one in reversed(self.publications()))
        waiting = self.waiting()
        return {*list(delivered)[:count], *([waiting.release] if waiting else [])}

    # What a person decided

    def hold_back(self, release: str, instead: str | None, now: datetime) -> None:
        """Reject a release: its weeks are not published by themselves any more.

        The tables that the one ``instead`` of it shows are not withdrawn any more.
        """
        rejected, shown = self.release(release), self.release(instead or "")
        with transaction(self._db):
            self._db.execute("UPDATE releases SET state = 'rejected' WHERE release = ?", (release,))
            self._db.executemany(
                "INSERT OR REPLACE INTO held_back (platform, week, since) VALUES (?, ?, ?)",
                [
                    (platform, last.isoformat(), now.isoformat())
                    for platform, last in (rejected.weeks if rejected else {}).items()
                ],
            )
            self._db.executemany(
                "DELETE FROM withdrawn WHERE platform = ?",
                [(platform,) for platform in (shown.weeks if shown else ())],
            )

    def held_back(self) -> dict[str, date]:
        """The newest week of each platform that must not be published by itself."""
        rows = self._db.execute("SELECT platform, week FROM held_back")
        return {platform: date.fromisoformat(last) for platform, last in rows}

    def withdraw(self, platform: str, reason: str, now: datetime) -> None:
        """Put number and hours in the place of a platform's table, until `lift`.

        A release that waits would show the table: it lapses.
        """
        with transaction(self._db):
            self._db.execute("UPDATE releases SET state = 'lapsed' WHERE state = 'waiting'")
            self._db.execute(
                "INSERT OR REPLACE INTO withdrawn (platform, since, reason) VALUES (?, ?, ?)",
                (platform, now.isoformat(), reason),
            )

    def withdrawn(self) -> dict[str, str]:
        """Platforms whose table is withdrawn, and why."""
        return dict(self._db.execute("SELECT platform, reason FROM withdrawn").fetchall())

    def lift(self) -> None:
        """Nothing is held back or withdrawn any more."""
        with transaction(self._db):
            self._db.execute("DELETE FROM held_back")
            self._db.execute("DELETE FROM withdrawn")


def _days_as_json(days: Mapping[str, date]) -> str:
    return json.dumps({name: day.isoformat() for name, day in sorted(days.items())})
