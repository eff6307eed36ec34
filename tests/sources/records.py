"""What the tests of all sources need: a state folder to fetch into, and records of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from affluence.config import AnySource, Config, NetworkSettings, Platform, State
from affluence.remote_copy import Copy
from affluence.steps.copies import forget_copies
from affluence.steps.fetch import Fetched, fetch
from affluence.store import open_store
from tests.runs import noon

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
    ) -> Fetched:
        """As a run does: what is past its fifteen days goes, then what is new comes."""
        desk = Platform.model_construct(source=source, zone="Europe/Paris")
        config = Config.model_construct(platform={"desk": desk}, state=State(fetched_days=15))
        with open_store(self.state, self.state / "keys") as store:
            forget_copies(config, store, noon(today))
            return fetch(store, "desk", source, network or NetworkSettings(timeout_s=3), today)

    def copies(self) -> dict[str, bytes]:
        folder = self.state / "fetched" / "desk"
        return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}

    def remembered(self) -> dict[str, Copy]:
        with open_store(self.state, self.state / "keys") as store:
            return {copy.name: copy for copy in store.ledger.copies.of("desk")}

    def mark_as_read(self) -> None:
        """As ingestion does with every file that it looks at."""
        with open_store(self.state, self.state / "keys") as store:
            for name in self.copies():
                path = str(self.state / "fetched" / "desk" / name)
                store.ledger.files.add("desk", path, head=(0, b""), reader="")


def lines(first: int, last: int) -> bytes:
    """Lines of 100 bytes, no two alike, each with a number in it."""
    return b"".join(b"%-40d%s%49s\n" % (n, NUMBER.encode(), b"") for n in range(first, last + 1))
