"""What the tests of all sources need: a state folder to fetch into, and records of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from affluence.config import AnySource, NetworkSettings
from affluence.steps.fetch import Fetched, fetch
from affluence.store import open_store
from affluence.store.ledger import CopyEntry

TODAY = date(2026, 11, 23)
NUMBER = "0639980001"  # kept for fiction; no message may show it


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """A state folder, and the runs that fetch into it."""

    state: Path

    def fetch(
        self,
        source: AnySource,
        today: date = TODAY,
        *,
        network: NetworkSettings | None = None,
        kept_days: int = 15,
    ) -> Fetched:
        with open_store(self.state, self.state / "keys") as store:
            network = network or NetworkSettings(timeout_s=3)
            return fetch(store, "desk", source, network, today, kept_days=kept_days)

    def copies(self) -> dict[str, bytes]:
        folder = self.state / "fetched" / "desk"
        return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}

    def remembered(self) -> dict[str, CopyEntry]:
        with open_store(self.state, self.state / "keys") as store:
            return {copy.name: copy for copy in store.ledger.copies("desk")}

    def mark_as_read(self) -> None:
        """As ingestion does with every file that it looks at."""
        with open_store(self.state, self.state / "keys") as store:
            for name in self.copies():
                path = str(self.state / "fetched" / "desk" / name)
                store.ledger.add_file("desk", path, head=(0, b""), reader="")


def lines(first: int, last: int) -> bytes:
    """Lines of 100 bytes, no two alike, each with a number in it."""
    return b"".join(b"%-40d%s%49s\n" % (n, NUMBER.encode(), b"") for n in range(first, last + 1))
