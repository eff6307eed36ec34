"""Configuration → the look of the site; the files of the State's design system come from outside.

What was fetched once is kept in the state folder, so that the weekly run needs no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from affluence.config import Theme as Settings
from affluence.disk import write_bytes_atomically
from affluence.errors import StateError, ThemeError
from affluence.npm import unpack_package
from affluence.publication.dsfr import SHEETS, Theme, dsfr_theme, files_referred_to

_ENDINGS = (".min.css", ".svg", ".woff2")  # a small part of the package
_WRONG_FOLDER = "Give the folder of the package @gouvfr/dsfr, or the folder `dist` in it."


def theme_of(settings: Settings, state: Path) -> Theme | None:
    """The theme of a site, None for the neutral one.

    Args:
        settings: which theme, and where its files are.
        state: the state folder, which keeps what was fetched.

    Raises:
        ThemeError: its files cannot be had, or are not all there.
        StateError: there is no room for them.

    """
    if settings.kind == "neutral":
        return None
    return dsfr_theme(
        _files(settings, state),
        brand=settings.brand,
        links=tuple((link.text, link.url) for link in settings.links),
    )


def watched_files(settings: Settings) -> list[Path]:
    """Files that a webmaster may change under the theme; a package never changes."""
    if settings.kind == "neutral" or settings.folder is None:
        return []
    dist = _dist(settings.folder)
    return [dist / sheet for sheet in SHEETS if (dist / sheet).is_file()]


def _files(settings: Settings, state: Path) -> dict[str, bytes]:
    if settings.folder is not None:
        return _read(settings.folder)
    kept = state / "themes" / re.sub(r"[^\w.@-]", "_", settings.package)
    try:
        return _read(kept)
    except ThemeError:  # not fetched yet, or not all that this version of the program needs
        return _fetch(settings.package, state, kept)


def _fetch(package: str, state: Path, kept: Path) -> dict[str, bytes]:
    try:
        with TemporaryDirectory(prefix=".theme-", dir=state) as folder:
            files = _read(unpack_package(package, Path(folder), _ENDINGS))
        for path, body in files.items():
            write_bytes_atomically(kept / path, body)
    except OSError as error:
        message = f"{state}: the state folder cannot keep the files of the theme ({error.strerror})"
        advice = "Give it to the user that runs affluence, and check the disk's space."
        raise StateError(f"{message}. {advice}") from error
    return files


def _read(folder: Path) -> dict[str, bytes]:
    """The sheets, and all that they refer to."""
    dist = _dist(folder)
    sheets = _contents(dist, SHEETS)
    try:
        referred = files_referred_to(sheets)
    except UnicodeDecodeError as error:
        raise ThemeError(f"{dist}: a style sheet is not text", _WRONG_FOLDER) from error
    return {**sheets, **_contents(dist, referred)}


def _dist(folder: Path) -> Path:
    return folder / "dist" if (folder / "dist").is_dir() else folder


def _contents(dist: Path, paths: Iterable[str]) -> dict[str, bytes]:
    inside = dist.resolve()
    contents = {}
    for path in paths:
        file = (dist / path).resolve()
        if not file.is_relative_to(inside):
            raise ThemeError(f"{dist}: a style sheet refers to {path}, outside it", _WRONG_FOLDER)
        try:
            contents[path] = file.read_bytes()
        except OSError as error:
            why = f"{dist}: {path} cannot be read ({error.strerror})"
            raise ThemeError(why, _WRONG_FOLDER) from error
    return contents
