"""Keys of the pseudonyms: one master key a calendar month of call dates, in files of their own.

A day's secret is derived from the master key of its month, the platform and the day, so that
nothing joins callers across days or platforms, files that come late agree with earlier ones, and
destroying a month's key ends the meaning of all its pseudonyms.

Keys of months that have none are drawn from a seed of the run, so that workers of a cluster need
not ask for one in the middle of a file, and no key is made for a month without records. The seed is
gone with the run; only one that was killed, or ended with an error, leaves it in the folder of the
keys, so that a worker that is still at work writes what the next run writes. It goes with the next
run that ends well on the cluster, and with the next key that is destroyed.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock

from affluence.disk import make_folder, write_bytes_atomically
from affluence.errors import StateError

_KEY_BYTES = 32
_SEED = "unfinished.seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LentKeys:
    """What reading records of one platform takes, and no more: for work on another machine.

    Its secrets are printed nowhere. They are the days' own, for months that have a key; for other
    months their keys are drawn from ``seed``, and count once the keyring has made them, too.
    """

    platform: str
    of_days: Mapping[date, str] = field(repr=False)
    seed: bytes = field(repr=False)

    def day_key(self, day: date) -> str:
        """The same as `Keyring.day_key` gives."""
        known = self.of_days.get(day)
        return known or _day_key(_drawn(self.seed, f"{day:%Y-%m}"), self.platform, day)


class Keyring:
    """Master keys in a folder that only the program's user can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._masters: dict[str, bytes] = {}
        # Of the keys that are made while it is open.
        self._seed = self._left_seed() or secrets.token_bytes(_KEY_BYTES)
        self._making = Lock()

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._folder

    def day_key(self, platform: str, day: date) -> str:
        """Secret of one platform's local day: 128 bits as hexadecimal digits.

        No longer, so that secret and number fit in one block of the hash that follows.

        Raises:
            StateError: a key file exists but is not a key.

        """
        return _day_key(self._master(f"{day:%Y-%m}"), platform, day)

    def lend(self, platform: str) -> LentKeys:
        """What reading records of a platform takes.

        Before a record that was read with it counts, `day_key` is to be asked for its day: that
        makes the key of a month without one, and tells of one that is damaged.
        """
        of_days = {
            day: self.day_key(platform, day)
            for month in self.months()
            if self._read(month) is not None
            for day in _days_of(month)
        }
        return LentKeys(platform=platform, of_days=of_days, seed=self._seed)

    @contextmanager
    def lending(self) -> Iterator[None]:
        """Within the block what is lent may be in use on other machines.

        After an error, or when this program was killed, it may still be: so the seed is kept until
        a block ends well, or until a key is removed. What such a machine writes late is then the
        same that is written instead.
        """
        make_folder(self._folder, 0o700)
        write_bytes_atomically(self._folder / _SEED, self._seed.hex().encode(), mode=0o600)
        yield
        (self._folder / _SEED).unlink(missing_ok=True)

    def _left_seed(self) -> bytes | None:
        return _secret_in(self._folder / _SEED)

    def _master(self, month: str) -> bytes:
        with self._making:  # blocks are read on several threads, and a month has one key
            if month not in self._masters:
                self._masters[month] = self._read_or_make(month)
            return self._masters[month]

    def _read_or_make(self, month: str) -> bytes:
        path = self._path(month)
        if not path.exists():
            make_folder(self._folder, 0o700)
            write_bytes_atomically(path, _drawn(self._seed, month).hex().encode(), mode=0o600)
        key = self._read(month)
        if key is None:
            message = (
                f"{path}: this is not a key of affluence. Restore it from the backup; without it"
                f" callers of {month} cannot be recognised in records that come late, and"
                " `affluence verify --repair` makes a new one."
            )
            raise StateError(message)
        return key

    def _read(self, month: str) -> bytes | None:
        return _secret_in(self._path(month))

    def masters(self) -> list[bytes]:
        """Every master key that there is.

        Raises:
            StateError: a key file exists but is not a key.

        """
        return [self._master(month) for month in self.months()]

    def months(self) -> tuple[str, ...]:
        """Months with a key, in order."""
        return tuple(sorted(path.stem for path in self._folder.glob("????-??.key")))

    def held(self) -> dict[str, int]:
        """Bytes of every key file by its month."""
        return {month: self._path(month).stat().st_size for month in self.months()}

    def damaged(self) -> tuple[str, ...]:
        """Months whose key file is not a key."""
        return tuple(month for month in self.months() if self._read(month) is None)

    def remove(self, month: str) -> None:
        """Delete a key; the next record of its month makes a new one."""
        self._path(month).unlink(missing_ok=True)
        self._masters.pop(month, None)
        # What was drawn from the old one cannot be drawn again.
        (self._folder / _SEED).unlink(missing_ok=True)
        self._seed = secrets.token_bytes(_KEY_BYTES)

    def months_before(self, oldest: date) -> tuple[str, ...]:
        """Months with a key that end before ``oldest``, in order."""
        first_kept = f"{oldest:%Y-%m}"
        return tuple(month for month in self.months() if month < first_kept)

    def destroy_before(self, oldest: date) -> None:
        """Delete the keys of the months that end before ``oldest``."""
        for month in self.months_before(oldest):
            self.remove(month)

    def _path(self, month: str) -> Path:
        return self._folder / f"{month}.key"


def passing_keys() -> Keyring:
    """A keyring for reading files without keeping anything: its keys live in memory only."""
    return _PassingKeyring(Path())


class _PassingKeyring(Keyring):
    def _left_seed(self) -> None:
        return None

    def _read_or_make(self, month: str) -> bytes:
        return _drawn(self._seed, month)


def _secret_in(path: Path) -> bytes | None:
    """The secret that a file holds; None if it holds none."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return secret if len(secret) == _KEY_BYTES else None


def _drawn(seed: bytes, month: str) -> bytes:
    """The key of a month that has none yet: as good as drawn by lot, for whoever has no seed."""
    return hmac.new(seed, month.encode(), hashlib.sha256).digest()


def _day_key(master: bytes, platform: str, day: date) -> str:
    message = f"{platform}\0{day.isoformat()}".encode()
    return hmac.new(master, message, hashlib.sha256).hexdigest()[:32]


def _days_of(month: str) -> list[date]:
    first = date.fromisoformat(f"{month}-01")
    days = calendar.monthrange(first.year, first.month)[1]
    return [first.replace(day=number) for number in range(1, days + 1)]
