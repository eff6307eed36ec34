"""State between runs: the lake of tables, the ledger of what happened, the keys, one lock."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.errors import StateError
from affluence.store.fetched import FetchedFiles
from affluence.store.keyring import Keyring
from affluence.store.ledger import Ledger
from affluence.store.lock import locked
from affluence.store.quarantine import Quarantine
from affluence.store.shelf import Shelf
from affluence.store.storage import Folder, Storage
from affluence.store.troubles import in_plain_words

if TYPE_CHECKING:
    from affluence.store.lake import Lake


RESTORING = "restoring"  # lies in a state folder while a backup is being restored into it


@dataclass(frozen=True, slots=True)
class Store:
    """An open state folder; no other run can open it meanwhile."""

    folder: Path
    ledger: Ledger
    keys: Keyring
    storage: Storage  # of the lake

    @property
    def lake(self) -> Lake:
        """The lake; Polars is loaded only when it is first needed."""
        from affluence.store.lake import Lake

        return Lake(self.storage)

    @property
    def shelf(self) -> Shelf:
        """The releases that are kept."""
        return Shelf(self.folder / "releases")

    @property
    def fetched(self) -> FetchedFiles:
        """Copies of files of servers."""
        return FetchedFiles(self.folder / "fetched")

    @property
    def quarantine(self) -> Quarantine:
        """What is known of rejected lines."""
        return Quarantine(self.folder / "quarantine")

    @contextmanager
    def for_a_thread(self) -> Iterator[Store]:
        """The same store with a connection to the ledger of its own, which waits for the others."""
        with closing(Ledger(self.ledger.path)) as ledger:
            yield replace(self, ledger=ledger)

    def pseudonyms_among(self, numbers: Collection[int]) -> set[int]:
        """Which of some numbers are in the lake in the place of a person, a record or a call."""
        found: set[int] = set()
        for platform in self.ledger.days.platforms():
            slices = [part.slice for part in self.ledger.days.parts(platform)]
            found |= self.lake.pseudonyms_among(platform, slices, numbers)
        return found


@contextmanager
def open_store(folder: Path, keys: Path, storage: Storage | None = None) -> Iterator[Store]:
    """Open the state folder, made on first use, and hold its lock.

    The lake lies in it, or where ``storage`` says.

    Raises:
        StateError: the folder cannot be written, its disk is full, its ledger cannot be used, or
            another run is on.

    """
    with in_plain_words(folder), locked(folder):
        if (folder / RESTORING).exists():
            message = f"{folder}: a backup was not restored to its end. Restore it again."
            raise StateError(message)
        _keep_others_out(folder, keys)
        with closing(Ledger(folder / "ledger.sqlite")) as ledger:
            yield Store(folder, ledger, Keyring(keys), storage or storage_in(folder))


def storage_in(folder: Path) -> Storage:
    """Where the lake lies unless it is said: within the state folder."""
    return Folder(folder / "lake")


def _keep_others_out(folder: Path, keys: Path) -> None:
    """Take every right of other users of the machine away, and those of the group to the keys."""
    for path, forbidden in (
        (folder, stat.S_IRWXO),
        *((path, stat.S_IRWXG | stat.S_IRWXO) for path in (keys, *keys.glob("*.key"))),
    ):
        if path.exists() and (mode := stat.S_IMODE(path.stat().st_mode)) & forbidden:
            path.chmod(mode & ~forbidden)
