"""The managers' report on this machine: a folder that is replaced whole, and kept apart.

It is never written where the site goes, and a report that lies there all the same stops the site
from being published: `reports_among` finds it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from affluence.errors import ReportFolderError

MARKER = "rapport-interne.txt"  # in every folder that holds a report, and in no other
_FOLDER_MODE, _FILE_MODE = 0o750, 0o640  # whatever the umask: it tells of few callers
_SAID = "Rapport interne, à ne pas publier. Internal report, not to be published."


def check_place(folder: Path, public: Collection[Path]) -> None:
    """Whether a report may go somewhere; asked before the work is done.

    Args:
        folder: where it is to go; new, empty, or with a report in it.
        public: folders that the site is delivered to.

    Raises:
        ReportFolderError: the folder is public, is a file, or holds something else.

    """
    place = folder.resolve()
    for each in public:
        site = each.resolve()
        if place.is_relative_to(site) or site.is_relative_to(place):
            raise ReportFolderError(
                folder, f"the site is published from {each}", "choose a folder apart from it"
            )
    if not os.path.lexists(place):
        return
    if not place.is_dir():
        raise ReportFolderError(folder, "is a file", "choose a folder")
    try:
        strangers = _strangers(place)
    except OSError as error:
        raise _unusable(folder, "read", error) from error
    if strangers:
        raise ReportFolderError(
            folder,
            f"holds {strangers[0]}, which no report has written",
            "choose another folder, or move that file away",
        )


def _strangers(place: Path) -> list[str]:
    """Files of a folder that the report before has not written."""
    marker = place / MARKER
    written = {MARKER}
    if marker.is_file():
        written |= set(marker.read_text(encoding="utf-8").splitlines())
    found = (path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir())
    return sorted(path for path in found if path not in written)


def write_report(files: Mapping[str, bytes], folder: Path, public: Collection[Path]) -> None:
    """Put a report in the place of the one before, which comes back if that fails.

    Nobody but its owner may write it, and nobody but his group read it.

    Args:
        files: of the report, by their paths.
        folder: where it goes, as `check_place` has it.
        public: folders that the site is delivered to.

    Raises:
        ReportFolderError: the folder is not fit for it, or cannot be written.

    """
    check_place(folder, public)
    place = folder.resolve()
    said = "\n".join((_SAID, *sorted(files), ""))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # Beside it, so that it comes into its place by a rename.
        with tempfile.TemporaryDirectory(prefix=".rapport-", dir=place.parent) as beside:
            made, old = Path(beside) / "new", Path(beside) / "old"
            for path, content in {**files, MARKER: said.encode()}.items():
                file = made / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            for each in (made, *made.rglob("*")):
                each.chmod(_FOLDER_MODE if each.is_dir() else _FILE_MODE)
            if place.exists():
                place.rename(old)
            try:
                made.rename(place)
            except OSError:
                if old.exists():
                    old.rename(place)
                raise
    except OSError as error:
        raise _unusable(folder, "written", error) from error


def _unusable(folder: Path, done: str, error: OSError) -> ReportFolderError:
    why = error.strerror or type(error).__name__
    return ReportFolderError(folder, f"cannot be {done} ({why})", "choose another")


def reports_among(folders: Collection[Path]) -> Iterator[Path]:
    """Reports that lie in some folders, or one below."""
    for folder in folders:
        for marker in (folder / MARKER, *sorted(folder.glob(f"*/{MARKER}"))):
            if marker.is_file():
                yield marker.parent
