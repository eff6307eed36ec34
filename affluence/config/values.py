"""Single values that sections have in common, each with what is wrong about another one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from affluence.credentials import REFERENCE


def known_zone(name: str) -> str:
    """A name of the time zone database."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        message = 'is not a known time zone; write one such as "Europe/Paris"'
        raise ValueError(message) from error
    return name


def written_like(pattern: str, advice: str) -> Callable[[str], str]:
    """A check that a text, if there is one, matches a pattern as a whole."""

    def check(text: str) -> str:
        if text and not re.fullmatch(pattern, text):
            raise ValueError(f"write {advice}")
        return text

    return check


url = written_like(
    r"https://[^\s\"'<>]+", 'a whole address, such as "https://www.example.gouv.fr/rendez-vous"'
)


def folder_url(address: str) -> str:
    """The address of a folder, or ""."""
    if address and not url(address).endswith("/"):
        message = (
            'write the address of the folder, such as "https://www.example.gouv.fr/affluence/"'
        )
        raise ValueError(message)
    return address


def _secret(reference: str) -> str:
    if reference and not REFERENCE.fullmatch(reference):
        message = (
            "a secret is not written here but where it is kept: env:NAME, file:/path or"
            " credential:name (of systemd)"
        )
        raise ValueError(message)
    return reference


def _secret_file(reference: str) -> str:
    if _secret(reference).startswith("env:"):
        message = "this secret is a file: write file:/path or credential:name (of systemd)"
        raise ValueError(message)
    return reference


Zone = Annotated[str, AfterValidator(known_zone)]
Secret = Annotated[str, AfterValidator(_secret)]
FileSecret = Annotated[str, AfterValidator(_secret_file)]
Share = Annotated[float, Field(gt=0, lt=1)]
