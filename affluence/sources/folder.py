"""A folder of record files, on this machine or mounted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from affluence.errors import NoRecordsError


def list_files(folder: Path, patterns: Sequence[str]) -> list[Path]:
    """Files of a folder that match one of the patterns, in order of their names.

    Raises:
        NoRecordsError: there is no such folder, it cannot be read, or no file in it matches.

    """
    try:
        return _list_files(folder, patterns)
    except OSError as error:  # of a share that is down, such as EHOSTDOWN or ESTALE
        what = f"The folder cannot be read ({error.strerror})."
        advice = "If it is on another machine, see whether that is up and the share mounted."
        raise NoRecordsError(str(folder), f"{what} {advice}") from error


def _list_files(folder: Path, patterns: Sequence[str]) -> list[Path]:
    if not folder.is_dir():
        advice = "Check 'folder' in the [platform.<id>.source] section."
        raise NoRecordsError(str(folder), f"There is no such folder. {advice}")
    if not os.access(folder, os.R_OK | os.X_OK):
        advice = "Give the user that runs affluence the right to read it."
        raise NoRecordsError(str(folder), f"The folder cannot be read. {advice}")
    files = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    if not files:
        wanted = ", ".join(patterns)
        advice = "Check 'files' in the [platform.<id>.source] section."
        raise NoRecordsError(str(folder), f"No file matches {wanted}. {advice}")
    return sorted(files)
