"""One door to npm: a package is fetched and unpacked, none of its programs is ever run."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from affluence.errors import ThemeError

_TIMEOUT_S = 300
_NO_SUCH_PACKAGE = ("E404", "ETARGET")
_FROM_A_FOLDER = 'Or unpack the package yourself and give its folder: dsfr = "folder".'


def unpack_package(name: str, folder: Path, endings: tuple[str, ...]) -> Path:
    """Fetch a package from where npm is configured to look, and unpack some of its files.

    Args:
        name: name and version, such as "@gouvfr/dsfr@1.15.3".
        folder: an empty folder to work in.
        endings: how the names of the wanted files end.

    Returns:
        The folder of its files.

    Raises:
        ThemeError: it cannot be had; says what to do.

    """
    npm = shutil.which("npm")
    if npm is None:
        raise ThemeError(f"{name}: npm is not installed", f"Install it. {_FROM_A_FOLDER}")
    # Its cache goes with the folder: a service may have no home to keep one in.
    command = [npm, "pack", "--ignore-scripts", "--loglevel=error", f"--cache={folder}/cache", name]
    try:
        done = subprocess.run(  # noqa: S603  # a name that the configuration has checked
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        why = f"{name}: npm has not fetched it within {_TIMEOUT_S // 60} minutes"
        raise ThemeError(why, f"Try again later. {_FROM_A_FOLDER}") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise _failure(name, done.stderr)
    if not hasattr(tarfile, "data_filter"):
        why = f"{name}: this Python cannot unpack archives safely"
        raise ThemeError(why, f"Use Python 3.11.4 or newer. {_FROM_A_FOLDER}")
    try:
        with tarfile.open(archives[0]) as archive:
            wanted = [member for member in archive if member.name.endswith(endings)]
            archive.extractall(folder, wanted, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ThemeError(f"{name}: cannot be unpacked ({error})", _FROM_A_FOLDER) from error
    return folder / "package"


def _failure(name: str, said: str) -> ThemeError:
    found = re.search(r"\bcode (E\w+)", said)
    code = found[1] if found else "no reason given"
    if code in _NO_SUCH_PACKAGE:
        return ThemeError(f"{name}: npm knows no such package ({code})", "Mend its name: `dsfr`.")
    advice = f"Is the network there? {_FROM_A_FOLDER}"
    return ThemeError(f"{name}: npm could not fetch it ({code})", advice)
