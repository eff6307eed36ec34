"""SITE → where visitors read it: delivered whole, verified by reading it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Site = Mapping[str, bytes]


class Target(Protocol):
    """A place that visitors read."""

    def deliver(self, site: Site, release: str) -> list[str]:
        """Put this site in the place of the one before, be that newer or older.

        Returns:
            What the webmaster should know although all went well, in words.

        Raises:
            DeliveryError: the old site stays up; says what to do.

        """

    def is_intact(self, release: str) -> bool:
        """Whether exactly this release is there, every file as its manifest says.

        Raises:
            DeliveryError: the place cannot be read.

        """
