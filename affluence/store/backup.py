"""One file that holds the whole state, and the state made from it again.

A tar archive: the ledger, the lake, the keys, the releases on the shelf, what is in quarantine, and
last a manifest with the hash of each. What is fetched can be fetched again and is left out.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from affluence.disk import make_folder, write_atomically, write_bytes_atomically
from affluence.errors import StateError
from affluence.store import RESTORING, Store
from affluence.store.database import SCHEMA_VERSION
from affluence.store.lake_names import is_of_lake
from affluence.store.lock import LOCK, locked
from affluence.store.storage import Storage

LEDGER, KEYS, LAKE, MANIFEST = "ledger.sqlite", "keys", "lake", "manifest.json"
_FOLDERS = ("releases", "quarantine")
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What an archive holds."""

    made_at: datetime
    files: int
    size_bytes: int


def write_backup(store: Store, path: Path, now: datetime) -> Archived:
    """Write the state into an archive that only its owner can read.

    Raises:
        StateError: it cannot be written, or would lie within the state itself.

    """
    if path.resolve().is_relative_to(store.folder.resolve()):
        raise StateError(f"{path}: this is within the state folder. Write the backup elsewhere.")
    listed: dict[str, dict[str, Any]] = {}

    def write(stream: IO[bytes]) -> None:
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for name, content, mode in _contents(store):
                _add(archive, name, content, mode, now)
                sha256 = hashlib.sha256(content).hexdigest()
                listed[name] = {"sha256": sha256, "bytes": len(content)}
            manifest = {
                "format": _FORMAT,
                "schema": SCHEMA_VERSION,
                "made_at": now.isoformat(),
                "files": listed,
            }
            _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode(), 0o600, now)

    try:
        write_atomically(path, write, mode=0o600)
    except OSError as error:
        why = f"the backup cannot be written ({error.strerror})"
        advice = "Choose a folder that the user that runs affluence may write to, with room in it."
        raise StateError(f"{path}: {why}. {advice}") from error
    return _archived(manifest_files=listed, made_at=now)


def _archived(*, manifest_files: Mapping[str, Mapping[str, Any]], made_at: datetime) -> Archived:
    size_bytes = sum(int(entry["bytes"]) for entry in manifest_files.values())
    return Archived(made_at=made_at, files=len(manifest_files), size_bytes=size_bytes)


def _contents(store: Store) -> Iterator[tuple[str, bytes, int]]:
    """Name, content and mode of every file of the state."""
    yield LEDGER, store.ledger.snapshot(), 0o640
    for path in sorted(store.keys.folder.glob("*.key")):
        yield f"{KEYS}/{path.name}", path.read_bytes(), 0o600
    for name in filter(is_of_lake, store.storage.sizes()):
        content = store.storage.read(name)
        if content is not None:
            yield f"{LAKE}/{name}", content, 0o640
    for folder in _FOLDERS:
        for path in sorted((store.folder / folder).rglob("*")):
            if path.is_file():
                name = path.relative_to(store.folder).as_posix()
                yield name, path.read_bytes(), path.stat().st_mode & 0o777


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int, now: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), mode, int(now.timestamp())
    archive.addfile(entry, BytesIO(content))


def restore_backup(path: Path, folder: Path, keys: Path, storage: Storage) -> Archived:
    """Make the state folder from an archive, which is checked whole before anything is written.

    The lake goes to ``storage``.

    Raises:
        StateError: the archive is damaged or none of affluence, or there is a state already.

    """
    with _archive(path) as archive:
        manifest = _check(path, archive)
    with _empty_state(folder, keys, storage), _archive(path) as archive:
        # The ledger last: without it there is no state.
        members = [entry for entry in archive if entry.name != MANIFEST]
        for entry in sorted(members, key=lambda entry: entry.name == LEDGER):
            _write(entry, _content(archive, entry), folder, keys, storage)
    return _archived(
        manifest_files=manifest["files"], made_at=datetime.fromisoformat(manifest["made_at"])
    )


@contextmanager
def _archive(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise _not_whole(path, str(error)) from error
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        raise StateError(f"{path}: the backup cannot be read ({error.strerror}).") from error


def _not_whole(path: Path, why: str) -> StateError:
    return StateError(
        f"{path}: this is not a whole backup of affluence ({why}). Nothing was restored;"
        " try an older one."
    )


def _check(path: Path, archive: tarfile.TarFile) -> dict[str, Any]:
    """The manifest of an archive whose every file is what it says, within the state folder."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    for entry in archive:
        # No links, no devices, no name that leads elsewhere: nothing is left to `extract`.
        parts = PurePosixPath(entry.name).parts
        if not entry.isreg() or ".." in parts or entry.name in found:
            raise _not_whole(path, f"'{entry.name}' is no file of a state, or is in it twice")
        content = _content(archive, entry)
        if entry.name == MANIFEST:
            manifest = _manifest(path, content)
        elif entry.name == LEDGER or (len(parts) > 1 and parts[0] in {KEYS, LAKE, *_FOLDERS}):
            sha256 = hashlib.sha256(content).hexdigest()
            found[entry.name] = {"sha256": sha256, "bytes": len(content)}
        else:
            raise _not_whole(path, f"'{entry.name}' is no part of a state")
    if manifest is None:
        raise _not_whole(path, "its end is missing")
    if found != manifest["files"] or LEDGER not in found:
        raise _not_whole(path, "its files are not those that its manifest lists")
    return manifest


def _manifest(path: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(content)
        newer = manifest["format"] > _FORMAT or manifest["schema"] > SCHEMA_VERSION
        datetime.fromisoformat(manifest["made_at"])
        dict(manifest["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise _not_whole(path, "its manifest cannot be read") from error
    if newer:
        raise StateError(f"{path}: a newer version of affluence wrote it. Install that version.")
    return manifest


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(entry)
    return b"" if stream is None else stream.read()


def _write(
    entry: tarfile.TarInfo, content: bytes, folder: Path, keys: Path, storage: Storage
) -> None:
    if entry.name.startswith(f"{LAKE}/"):
        storage.write(entry.name.removeprefix(f"{LAKE}/"), content)
    elif entry.name.startswith(f"{KEYS}/"):
        make_folder(keys, 0o700)
        write_bytes_atomically(keys / Path(entry.name).name, content, mode=0o600)
    else:
        write_bytes_atomically(folder / entry.name, content, mode=entry.mode & 0o640)


@contextmanager
def _empty_state(folder: Path, keys: Path, storage: Storage) -> Iterator[None]:
    """The state folder, locked, with nothing in it, and a mark while it is being filled."""
    mark = folder / RESTORING
    ours = (mark, folder / LOCK)
    try:
        with locked(folder):
            held = storage.sizes()
            # Keys first, they may lie within.
            there = [path for place in (keys, folder) for path in place.glob("*")]
            if not mark.exists() and (held or {*there} - {*ours}):
                lake = storage.location("")
                message = f"{folder}, {keys}, {lake}: there is a state already. Move it away"
                raise StateError(f"{message} before you restore another.")
            mark.touch()
            # What an attempt that was interrupted left there.
            storage.remove(held)
            for path in there:
                if path not in ours and path.exists():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            yield
            mark.unlink()
    except OSError as error:
        why = f"the state cannot be restored there ({error.strerror})"
        raise StateError(
            f"{error.filename or folder}: {why}. Mend that, and restore again."
        ) from error
