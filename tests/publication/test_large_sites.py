"""Sites that are larger than memory together: made one, delivered, and replaced, file by file."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from affluence.publication.portal import Service, join_sites
from affluence.publication.site import build_suspended_site
from affluence.targets import Target
from affluence.targets.archive import Archive
from affluence.targets.folder import Folder
from affluence.targets.in_place import InPlace
from affluence.targets.releases import Releases

from .editions import desk

MIB = 1 << 20
PLATFORMS = 12
NAMES = [f"p{number:02}" for number in range(PLATFORMS)]


class Large(Mapping[str, bytes]):
    """A site with one MiB more, which is made whenever it is asked for."""

    def __init__(self, name: str, filling: bytes) -> None:
        self._site = build_suspended_site(desk(platform=name), date(2026, 3, 9))
        self._filling = filling

    def __getitem__(self, path: str) -> bytes:
        return self._filling * MIB if path == "large.txt" else self._site[path]

    def __iter__(self) -> Iterator[str]:
        yield from self._site
        yield "large.txt"

    def __len__(self) -> int:
        return len(self._site) + 1


def test_no_more_than_a_few_files_are_held(tmp_path: Path) -> None:
    services = {name: Service(name=name) for name in NAMES}
    targets: list[Target] = [
        InPlace("in-place", lambda: nullcontext(Folder("in-place", tmp_path / "in-place"))),
        Releases("linked", lambda: nullcontext(Folder("linked", tmp_path / "linked")), 2),
        Archive("archive", tmp_path / "archive", 2),
    ]
    versions = [{name: Large(name, filling) for name in NAMES} for filling in (b"a", b"b")]
    join_sites(services, versions[0])  # the templates are compiled once
    tracemalloc.start()
    try:
        for sites in versions:
            joined = join_sites(services, sites)
            for target in targets:
                target.deliver(joined.files, joined.release)
                assert target.is_intact(joined.release)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * MIB < PLATFORMS * MIB
    written = (tmp_path / "in-place" / "p07" / "large.txt").read_bytes()
    assert hashlib.sha256(written).digest() == hashlib.sha256(b"b" * MIB).digest()
