"""The webmaster's side: look at what would change, approve it, go back, withdraw, see how it is.

Each function opens the state folder, does one thing and forgets that there was nothing left to do,
so that the next run looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from affluence.config import Config
from affluence.connections import open_state
from affluence.errors import DecisionError
from affluence.pipeline import places_of
from affluence.steps.clock import today_of
from affluence.store import Store

if TYPE_CHECKING:
    from affluence.publication.changes import Changes
    from affluence.steps.release import Delivered
    from affluence.steps.status import Status


def diff(config: Config) -> tuple[str | None, str | None, Changes]:
    """The releases that are compared, and what changes from the first to the second.

    What waits for approval beside what stands; where nothing waits, what stands beside the release
    before it.

    Raises:
        DecisionError: one of them is no longer kept.

    """
    from affluence.publication.changes import changes_between

    with open_state(config.state) as store:
        old, new = compared(store)
        files = [_kept(store, release) if release else {} for release in (old, new)]
        return old, new, changes_between(*files)


def compared(store: Store) -> tuple[str | None, str | None]:
    """The releases that `diff` compares; None where there is no such release."""
    log = store.ledger.publications
    waiting, standing = log.waiting(), log.standing()
    if waiting is not None:
        return standing, waiting.release
    return one_before(store), standing


def approve(config: Config, release: str, now: datetime) -> Delivered:
    """Publish the release that waits.

    Raises:
        DecisionError: another one waits, or none.
        DeliveryError: a target could not be reached.

    """
    with _changed(config) as store:
        waiting = store.ledger.publications.waiting()
        if waiting is None:
            raise DecisionError("no release waits for approval; `affluence run` builds the next.")
        if waiting.release != release:
            raise DecisionError(
                f"release {release} does not wait for approval, {waiting.release} does."
                " Look at it with `affluence diff`, then approve that one."
            )
        return _deliver(config, store, release, now, "approve")


def rollback(
    config: Config, steps: int, reason: str, now: datetime, *, seen: str | None = None
) -> Delivered:
    """Put an earlier release in the place of what stands, and hold its weeks back.

    Args:
        config: from `affluence.config.load`.
        steps: how many releases to go back.
        reason: why, to be written down.
        now: when it is done.
        seen: the release that was seen to stand; by default whichever does.

    Raises:
        DecisionError: there is no earlier release, it is no longer kept, or another one than the
            one seen stands.
        DeliveryError: a target could not be reached.

    """
    with _changed(config) as store:
        log = store.ledger.publications
        standing = log.standing()
        if seen is not None and seen != standing:
            raise DecisionError(
                f"release {seen} does not stand any more, {standing} does."
                " Look at it with `affluence diff` before going back."
            )
        earlier = _earlier(store, steps)
        try:
            return _deliver(config, store, earlier, now, "rollback", reason)
        finally:
            # Also where only some targets were reached: the next run then brings the others what
            # stands, instead of what was rejected.
            if standing is not None and log.standing() == earlier:
                log.hold_back(standing, earlier, now)


def withdraw(config: Config, platform: str | None, reason: str, now: datetime) -> Delivered:
    """Put number and hours in the place of the table of a platform, by default of all.

    Raises:
        DecisionError: there is no such platform.
        DeliveryError: a target could not be reached.

    """
    from affluence.steps.leaks import clear
    from affluence.steps.portal import join
    from affluence.steps.release import keep, site_that_stands
    from affluence.steps.site import withdrawn_site
    from affluence.steps.theme import theme_of

    if platform is not None and platform not in config.platform:
        known = ", ".join(config.platform)
        raise DecisionError(f"'{platform}' is not a configured platform; configured: {known}.")
    with _changed(config) as store:
        log = store.ledger.publications
        for name in config.platform if platform is None else (platform,):
            log.withdraw(name, reason, now)
        withdrawn = log.withdrawn()
        theme = theme_of(config.theme, config.state.folder)
        sites: dict[str, Mapping[str, bytes]] = {}
        weeks = {}
        for name in config.platform:
            if name in withdrawn:
                today = today_of(config, store, name, now)
                sites[name] = withdrawn_site(config, name, theme, today)
                continue
            files, week = site_that_stands(store, name), log.standing_week(name)
            if files is not None and week is not None:
                sites[name], weeks[name] = files, week
        joined = join(config, sites, theme)
        built = clear(config, store, joined.files, joined.release)
        keep(store, built, weeks, now)
        return _deliver(config, store, built.release, now, "withdraw", reason)


def status(config: Config, now: datetime) -> Status:
    """How everything stands."""
    from affluence.steps.status import status_of

    with open_state(config.state) as store:
        return status_of(config, store, now)


@contextmanager
def _changed(config: Config) -> Iterator[Store]:
    """An open store whose next run must look at everything again."""
    with open_state(config.state) as store:
        store.ledger.unsettle()
        yield store


def _deliver(  # noqa: PLR0917  # what, when and why, as the commands give them
    config: Config, store: Store, release: str, now: datetime, action: str, reason: str = ""
) -> Delivered:
    from affluence.steps.leaks import clear
    from affluence.steps.release import deliver

    return deliver(
        store,
        places_of(config),
        clear(config, store, _kept(store, release), release),
        days={name: today_of(config, store, name, now) for name in config.platform},
        now=now,
        action=action,
        reason=reason,
    )


def _delivered(store: Store) -> list[str]:
    """Releases in the order in which they were first delivered."""
    publications = store.ledger.publications.publications()
    return list(dict.fromkeys(one.release for one in publications))


def one_before(store: Store) -> str | None:
    """The release delivered before the one that stands, None if that is the first."""
    before = _before_standing(store)
    return before[-1] if before else None


def _before_standing(store: Store) -> list[str]:
    """Releases that were delivered before the one that stands, oldest first."""
    delivered, standing = _delivered(store), store.ledger.publications.standing()
    return delivered[: delivered.index(standing)] if standing is not None else []


def _earlier(store: Store, steps: int) -> str:
    before = _before_standing(store)
    if not before:
        raise DecisionError("there is no release to go back to: none was published before.")
    if steps > len(before):
        there_are = f"before the one that stands there are {len(before)}"
        raise DecisionError(f"{steps} releases back is too far: {there_are}.")
    return before[-steps]


def _kept(store: Store, release: str) -> Mapping[str, bytes]:
    files = store.shelf.get(release)
    if files is None:
        raise DecisionError(
            f"release {release} is no longer kept; `keep_releases` says how many are."
        )
    return files
