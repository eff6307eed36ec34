"""How the records of a platform are read: everything that the configuration decides of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from affluence.cdr.dialect import Dialect, Reading
from affluence.cdr.dialects import DIALECTS, find_dialect

VERSION = 3  # raised when the same bytes are read differently: files are then read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides how the records of a platform are read."""

    dialect: Dialect | None  # None: found for each file
    reading: Reading
    clock: str  # a zone, or "auto"
    zone: str

    def __reduce__(self) -> tuple[object, ...]:
        """A dialect is code: to another process goes its name."""
        name = self.dialect.name if self.dialect else None
        return _recipe, (name, self.reading, self.clock, self.zone)

    @property
    def fingerprint(self) -> str:
        """Hash of the recipe: files read by another one are read again."""
        dialects = [self.dialect] if self.dialect else DIALECTS.values()
        versions = ([(dialect.name, dialect.version) for dialect in dialects], VERSION)
        text = repr((versions, self.reading, self.clock, self.zone))
        return hashlib.sha256(text.encode()).hexdigest()


def _recipe(dialect: str | None, reading: Reading, clock: str, zone: str) -> Recipe:
    return Recipe(dialect=find_dialect(dialect), reading=reading, clock=clock, zone=zone)
