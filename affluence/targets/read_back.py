"""What visitors are shown, asked for from outside: the release that was delivered, or another.

A cache in front of the server may show the old site for a while, so what differs is asked for
again, with growing pauses, until the patience ends. Only then the site counts as different. Types
that the server tells wrongly are a warning: another release would not mend them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from affluence.errors import DifferentSiteError
from affluence.targets import Site
from affluence.targets.files import FIRST_PAGE
from affluence.web import Web, WebError

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_TYPES = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv",
    "json": "application/json",
    "ics": "text/calendar",
    "txt": "text/plain",
}
# Servers show it for what is not there, and many do not show it for itself.
_MISSING_PAGE = "404.html"
_RELEASE = re.compile(rb'<meta name="affluence-release" content="([^"]*)">')
_NAMED = 3  # files, in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a visitor gets of one file."""

    media_type: str = ""  # as the server tells it, where it has answered
    trouble: str = ""  # in words; empty: the file is as it was delivered
    differs: bool = False  # whether the server has answered with something else


@dataclass(frozen=True, kw_only=True)
class PublicAddress:
    """Where visitors find the folder of a target, and for how long caches may show the past."""

    target: str
    web: Web
    url: str  # ends in a slash
    patience_s: float

    def read_back(self, site: Site) -> list[str]:
        """Compare what visitors get with what was delivered.

        Returns:
            What the webmaster should know although no other site was seen, in words.

        Raises:
            DifferentSiteError: visitors get something else, for longer than caches may last.

        """
        shown = self._look_until_it_is_there(site)
        different = {path: found.trouble for path, found in shown.items() if found.differs}
        if different:
            advice = "Check public_url, and what stands between the target and its visitors."
            raise DifferentSiteError(self.target, f"{self.url} differs: {_told(different)}", advice)
        unseen = {path: found.trouble for path, found in shown.items() if found.trouble}
        return [
            *([f"{self.url} could not be read back: {_told(unseen)}"] if unseen else []),
            *_wrong_types(shown),
        ]

    def _look_until_it_is_there(self, site: Site) -> dict[str, _Shown]:
        deadline_s = time.monotonic() + self.patience_s
        pause_s = _FIRST_PAUSE_S
        shown: dict[str, _Shown] = {}
        left = [path for path in site if path.split("/")[-1] != _MISSING_PAGE]
        if FIRST_PAGE in left:
            left.append("")  # what the address of the folder shows
        while True:
            shown |= {path: self._look(path, site[path or FIRST_PAGE]) for path in left}
            left = [path for path, found in shown.items() if found.trouble]
            if not left or time.monotonic() + pause_s > deadline_s:
                return shown
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _look(self, path: str, expected: bytes) -> _Shown:
        try:
            answer = self.web.request(
                "GET", urljoin(self.url, path), headers={"Cache-Control": "no-cache"}
            )
        except WebError as error:
            answered = error.status is not None and not error.transient
            return _Shown(trouble=error.why, differs=answered)
        media_type = answer.headers.get("Content-Type", "")
        if answer.content == expected:
            return _Shown(media_type=media_type)
        release = _RELEASE.search(answer.content)
        trouble = f"release {release[1].decode(errors='replace')}" if release else "another content"
        return _Shown(media_type=media_type, trouble=trouble, differs=True)


def _told(troubles: Mapping[str, str]) -> str:
    found = [f"{path or 'the folder'} ({why})" for path, why in sorted(troubles.items())]
    return _shortened(found)


def _wrong_types(shown: Mapping[str, _Shown]) -> Iterator[str]:
    """The types that visitors' browsers are told, where they are not as they should be."""
    wrong: dict[tuple[str, str], list[str]] = {}
    for path, found in sorted(shown.items()):
        expected = _TYPES.get((path or FIRST_PAGE).rpartition(".")[2], "")
        told = found.media_type.lower().replace('"', "").replace("; ", ";")
        # Only of pages the charset matters: the other types have one of their own, or tell it.
        if expected and told and not f"{told};".startswith(f"{expected.replace('; ', ';')};"):
            wrong.setdefault((found.media_type, expected), []).append(path or "the folder")
    for (told, expected), paths in wrong.items():
        yield (
            f"the web server says '{told}' of {_shortened(paths)}; it should say '{expected}'"
            " (see entetes-apache.txt, entetes-nginx.txt)"
        )


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
