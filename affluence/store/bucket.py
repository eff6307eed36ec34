"""The door to object stores that speak S3: a lake in a bucket.

Polars reads there by itself; everything else goes through fsspec. An object appears whole or not at
all, so that there is nothing to rename.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions
import fsspec

from affluence.errors import StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """See `affluence.store.storage.Storage`.

    ``url`` is such as "s3://bucket/prefix". Where ``access_key`` is empty each machine is let in by
    its own surroundings: variables of the environment, a file of credentials, its role.
    """

    url: str
    endpoint: str = ""  # empty: that of Amazon
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)

    @property
    def options(self) -> dict[str, str]:
        """See `affluence.store.storage.Storage`."""
        told = {
            "aws_endpoint_url": self.endpoint,
            "aws_region": self.region,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "aws_allow_http": "true" if self.endpoint.startswith("http://") else "",
        }
        return {key: value for key, value in told.items() if value}

    def location(self, name: str) -> str:
        """See `affluence.store.storage.Storage`."""
        return f"{self.url}/{name}"

    def write(self, name: str, content: bytes | memoryview) -> None:
        """See `affluence.store.storage.Storage`."""
        with self._in_plain_words():
            self._objects().pipe_file(self.location(name), bytes(content))

    def read(self, name: str) -> bytes | None:
        """See `affluence.store.storage.Storage`."""
        with self._in_plain_words():
            try:
                content: bytes = self._objects().cat_file(self.location(name))
            except FileNotFoundError:
                return None
            return content

    def has(self, name: str) -> bool:
        """See `affluence.store.storage.Storage`."""
        with self._in_plain_words():
            try:
                self._objects().info(self.location(name))
            except FileNotFoundError:
                return False
            return True

    def sha256(self, name: str) -> str | None:
        """See `affluence.store.storage.Storage`."""
        content = self.read(name)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def sizes(self, under: str = "") -> dict[str, int]:
        """See `affluence.store.storage.Storage`."""
        root = f"{self.url.removeprefix('s3://')}/"
        with self._in_plain_words():
            found = self._objects().find(self.location(under), detail=True)
        return {name.removeprefix(root): found[name]["size"] for name in sorted(found)}

    def remove(self, names: Iterable[str]) -> None:
        """See `affluence.store.storage.Storage`."""
        locations = [self.location(name) for name in names]
        if locations:
            with self._in_plain_words():
                self._objects().rm(locations)

    def _objects(self) -> Any:  # noqa: ANN401  # fsspec ships no types
        # Instances are cached by their arguments.
        return fsspec.filesystem(
            "s3",
            key=self.access_key or None,
            secret=self.secret_key or None,
            endpoint_url=self.endpoint or None,
            client_kwargs={"region_name": self.region} if self.region else {},
            use_listings_cache=False,
        )

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except (OSError, botocore.exceptions.BotoCoreError) as error:
            why = str(error).partition("\n")[0] or type(error).__name__
            raise StateError(
                f"{self.url}: the object store does not do what is asked of it ({why}). Check"
                " 'lake' and [state.bucket], that the bucket exists, and that its keys may list,"
                " read, write and delete there. Nothing is lost: the next run goes on from here."
            ) from error
