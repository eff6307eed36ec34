"""Nothing confidential leaves: a release is looked through before it is kept and delivered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from affluence.config import Config
from affluence.credentials import REFERENCE, reveal
from affluence.errors import CredentialError, Reason, RefusedPublicationError
from affluence.publication.leaks import Confidential, Kind, Leak, find_leaks
from affluence.publication.paths import JSON
from affluence.publication.phone_numbers import digits_of
from affluence.report_folder import reports_among
from affluence.store import Store

_PUBLIC = ("page", "public_url", "theme")  # what the page itself shows
_WORDS = {
    Kind.PHONE: (
        "un numéro de téléphone qui n’est pas celui du service",
        "a telephone number that is not the service's own",
    ),
    Kind.PSEUDONYM: ("un pseudonyme des enregistrements", "a pseudonym of the records"),
    Kind.KEY: ("une clé des pseudonymes", "a key of the pseudonyms"),
    Kind.SECRET: ("un secret de la configuration", "a secret of the configuration"),
    Kind.PATH: ("un chemin de cette machine", "a path of this machine"),
    Kind.SERVER: ("le nom d’un serveur ou de son utilisateur", "a name of a server or its user"),
    Kind.PERSON: ("le nom d’une personne", "the name of a person"),
    Kind.REPORT: ("une page du rapport interne", "a page of the internal report"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A release that was looked through: `clear` alone makes one, and only this is delivered."""

    files: Mapping[str, bytes]
    release: str


def clear(config: Config, store: Store, files: Mapping[str, bytes], release: str) -> Cleared:
    """Look through the files of a release, and through the folders where it goes.

    Raises:
        RefusedPublicationError: something confidential is in a file; which kind, and where. Or a
            managers' report lies where everybody could read it.

    """
    confidential = confidential_of(config, store)
    phones = {*confidential.own_phones, *_phones_that_stand(store, files)}
    found = find_leaks(files, replace(confidential, own_phones=phones), store.pseudonyms_among)
    reasons = [str(_reason(leak)) for leak in found]
    reasons += [
        str(
            Reason(
                f"un rapport interne est dans {folder} : déplacez-le hors du site",
                f"an internal report lies in {folder}: move it out of the site",
            )
        )
        for folder in reports_among(config.folders_to_write)
    ]
    if reasons:
        raise RefusedPublicationError(reasons)
    return Cleared(files=files, release=release)


def confidential_of(config: Config, store: Store) -> Confidential:
    """What must not be published, as configuration and keyring tell it."""
    values = list(_values(config.model_dump()))
    platforms = config.platform.values()
    said = _said_in_public(config, values)
    return Confidential(
        own_phones={digits_of(platform.phone) for platform in platforms},
        keys=store.keys.masters(),
        secrets=set(_secrets(value for _, value in values)),
        paths=set(_paths(values)),
        servers={name for name in _servers(values) if name.casefold() not in said},
        persons={
            who
            for platform in platforms
            for who in platform.reviewed_by.values()
            if who.casefold() not in said
        },
    )


def _phones_that_stand(store: Store, files: Mapping[str, bytes]) -> Iterator[str]:
    """Numbers to call on sites of platforms that stand already: these were looked through before.

    The configuration may have another by now, or a section that is wrong.
    """
    standing = store.ledger.publications.standing()
    if standing is None:
        return
    for path in files:
        if path.endswith(JSON) and files[path] == store.shelf.read(standing, path):
            yield digits_of(json.loads(files[path])["phone"])


def _reason(leak: Leak) -> Reason:
    french, english = _WORDS[leak.kind]
    return Reason(f"{leak.path} : {french} s’y trouve", f"{leak.path}: {english} is in it")


def _values(section: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """Every value of a configuration with the keys that lead to it."""
    if isinstance(section, Mapping):
        for key, value in section.items():
            yield from _values(value, (*keys, str(key)))
    elif isinstance(section, (list, tuple)):
        for value in section:
            yield from _values(value, keys)
    else:
        yield keys, section


def _secrets(values: Iterator[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and REFERENCE.fullmatch(value):
            try:
                yield reveal(value)
            except CredentialError:
                # What cannot be had is in no file either; whoever needs it says what is wrong.
                continue


def _paths(values: Collection[tuple[tuple[str, ...], Any]]) -> Iterator[str]:
    """Folders and files of this machine and of servers; those right below the root say nothing."""
    for keys, value in values:
        if isinstance(value, Path) or (isinstance(value, str) and keys[-1] == "folder"):
            path = Path(value)
            if path.is_absolute() and len(path.parts) > 2:
                yield str(path)


def _servers(values: Collection[tuple[tuple[str, ...], Any]]) -> Iterator[str]:
    """Names of hosts and users; those of one or two letters are words of some language."""
    for keys, value in values:
        if isinstance(value, str) and keys[-1] in {"host", "user", "url", "proxy"}:
            name = value if keys[-1] in {"host", "user"} else urlsplit(value).hostname or ""
            if len(name) > 2:
                yield name


def _said_in_public(config: Config, values: Collection[tuple[tuple[str, ...], Any]]) -> str:
    """What the page is meant to say: a user of a server may be called like the platform."""
    words = [*config.platform, *(platform.name for platform in config.platform.values())]
    words += [str(value) for keys, value in values if any(key in _PUBLIC for key in keys)]
    return " ".join(words).casefold()
