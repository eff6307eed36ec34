"""Sources → files on this machine: what is new on the servers is fetched, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from affluence.config import AnySource, FolderSource, NetworkSettings
from affluence.errors import AffluenceError, NoRecordsError, StateError
from affluence.sources.folder import list_files
from affluence.sources.remote import Known, Mirror, Problem, Source
from affluence.steps.sources import source_of
from affluence.store import Store

_ATTEMPTS = 3  # while each brings some more


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Files of a platform that lie here, how many of them are new, what could not be had."""

    files: tuple[Path, ...] = ()
    news: int = 0
    problems: tuple[str, ...] = ()


def fetch(
    store: Store,
    platform: str,
    source: AnySource,
    network: NetworkSettings,
    today: date,
    *,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Fetched:
    """List the record files of a platform; those of a server are fetched first.

    Args:
        store: knows what was fetched, and holds it.
        platform: identifier.
        source: where its records come from.
        network: how servers are reached.
        today: the clock's date.
        on_bytes: told how many bytes have come.

    Raises:
        StateError: what was fetched cannot be written.

    """
    if isinstance(source, FolderSource):
        try:
            return Fetched(files=tuple(files_here(store, platform, source)))
        except NoRecordsError as error:
            return Fetched(problems=(str(error),))
    folder = store.fetched.folder_of(platform)
    mirror = Mirror(folder, today, on_bytes)
    try:
        news, problems = _fetch_all(store, platform, source_of(source, network, today), mirror)
    except AffluenceError as error:  # a secret, or a driver, that is not there
        news, problems = 0, [str(error)]
    except OSError as error:
        advice = "Make room, and give the folder to the user that runs affluence."
        message = f"{folder}: what is fetched cannot be kept here ({error.strerror}). {advice}"
        raise StateError(message) from error
    return Fetched(
        files=tuple(store.fetched.of(platform)),
        news=news,
        problems=tuple(f"platform '{platform}': {problem}" for problem in problems),
    )


def files_here(store: Store, platform: str, source: AnySource) -> list[Path]:
    """Record files of a platform that lie here now; nothing is fetched.

    Raises:
        NoRecordsError: the folder that they should be in has none.

    """
    if isinstance(source, FolderSource):
        return list_files(source.folder, source.files)
    return store.fetched.of(platform)


def _fetch_all(
    store: Store, platform: str, source: Source, mirror: Mirror
) -> tuple[int, list[str]]:
    """How many files had news, and what went wrong in the end."""
    ledger, news = store.ledger, 0
    problems: list[Problem] = []
    for _ in range(_ATTEMPTS):
        problems, before = [], mirror.received
        copies = {copy.name: copy for copy in ledger.copies.of(platform)}
        known = Known(copies=copies, position=ledger.copies.position(platform))
        for found in source.fetch(mirror, known):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                ledger.copies.add(platform, found.copy, found.position)
                news += found.is_news
        # What broke off after some bytes may go on at once; what is down stays down for now.
        may_help = any(problem.transient for problem in problems)
        if not may_help or mirror.received == before:
            break
    return news, [str(problem) for problem in problems]
