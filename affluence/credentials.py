"""Secrets: the configuration says where one is kept, never the secret itself.

A reference is ``env:NAME`` (an environment variable), ``file:/path`` (a file that only the user of
the program can read) or ``credential:name`` (systemd's ``LoadCredential=``).
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from affluence.errors import CredentialError

REFERENCE = re.compile(r"(env|file|credential):(.+)")


def reveal(reference: str) -> str:
    """The secret that a reference leads to, without the line end after it; "" without a reference.

    Raises:
        CredentialError: it is not there, is empty, or everybody on the machine can read it.

    """
    if not reference:
        return ""
    secret = _from_environment(reference) if reference.startswith("env:") else _from_file(reference)
    if not secret:
        raise CredentialError(reference, "it is empty", "Write the secret into it.")
    return secret


def file_of(reference: str) -> Path:
    """The file that a ``file:`` or ``credential:`` reference leads to.

    Raises:
        CredentialError: it is not there, or everybody on the machine can read it.

    """
    found = REFERENCE.fullmatch(reference)
    if found is None or found[1] == "env":
        raise CredentialError(reference, "it is not a file", "Write file:/path or credential:name.")
    folder = Path() if found[1] == "file" else _folder_of_credentials(reference)
    path = folder / found[2]
    try:
        mode = path.stat().st_mode
    except OSError as error:
        advice = "Check the path, and that the user that runs affluence may read it."
        raise CredentialError(reference, f"{error.strerror}", advice) from error
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        advice = f"Take that right away: chmod o= {path}"
        raise CredentialError(reference, "every user of this machine can read it", advice)
    return path


def _from_environment(reference: str) -> str:
    name = reference.removeprefix("env:")
    if name not in os.environ:
        advice = "Set it for the user that runs affluence."
        raise CredentialError(reference, "there is no such environment variable", advice)
    return os.environ[name]


def _from_file(reference: str) -> str:
    path = file_of(reference)
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        advice = "It must be a text file that the user that runs affluence may read."
        raise CredentialError(
            reference, f"it cannot be read ({type(error).__name__})", advice
        ) from error


def _folder_of_credentials(reference: str) -> Path:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        advice = "Add LoadCredential= to the unit, or write file:/path."
        raise CredentialError(reference, "systemd has given no credentials", advice)
    return Path(folder)
