"""Why the list of several platforms must not be delivered: its pages are read back.

What lies in the folders of the platforms was checked before, by `checked_site`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping

from affluence.errors import Reason
from affluence.publication.checked_page import (
    OTHER_HOST,
    dead_links,
    own_script,
    wrong_markup,
    wrong_scripts,
    wrong_whole_page,
)
from affluence.publication.dsfr import Theme
from affluence.publication.markup import Element, parse
from affluence.publication.paths import MANIFEST, kind_of
from affluence.publication.phone_numbers import foreign_numbers
from affluence.publication.portal_page import SEEN_AT_A_GLANCE

SCRIPT = own_script("portal.js")


def check_portal(files: Mapping[str, bytes], theme: Theme | None = None) -> list[str]:
    """Every reason, in plain words, why the list must not be delivered; none if it may be.

    Args:
        files: of the joined sites, by their paths.
        theme: the look that the list was built with, whose footer leads to other sites.

    """
    manifest = json.loads(files[MANIFEST])
    addresses = theme.addresses if theme else ()
    pages = {
        path: files[path].decode() for path in files if path.endswith(".html") and "/" not in path
    }
    return [
        *(
            f"{path}: {problem}"
            for path, text in pages.items()
            for problem in _page(path, text, files, manifest, addresses)
        ),
        *(
            str(reason)
            for path, text in pages.items()
            for reason in _out_of_place(path, text, addresses)
        ),
    ]


def _page(
    path: str,
    text: str,
    files: Collection[str],
    manifest: Mapping[str, object],
    addresses: Collection[str],
) -> Iterator[str]:
    document, broken = parse(text)
    _, language = kind_of(path)
    yield from broken
    yield from wrong_markup(document)
    yield from wrong_whole_page(document, language, manifest)
    services = sum(1 for item in document.all("li") if any(_named(item)))
    yield from wrong_scripts(document, SCRIPT if services > SEEN_AT_A_GLANCE else None)
    yield from dead_links(document, addresses.__contains__, files.__contains__)


def _named(item: Element) -> Iterator[Element]:
    return (each for each in item.all("p") if each.attributes.get("class") == "service")


def _out_of_place(path: str, text: str, addresses: Collection[str]) -> Iterator[Reason]:
    """What only a name in the configuration can have brought there."""
    document, _ = parse(text)
    for address in addresses:
        text = text.replace(address, "")
    if OTHER_HOST.search(text):
        yield Reason(
            f"{path} : la liste renvoie hors du site ; dans la configuration, voir les noms des"
            " services et de leurs groupes",
            f"{path}: it refers to something outside the site; see the names of services and"
            " groups in the configuration",
        )
    if foreign_numbers(text, ()) or foreign_numbers(document.text, ()):
        yield Reason(
            f"{path} : un numéro de téléphone s’y trouve ; chacun a sa place sur la page de son"
            " service, non dans le nom d’un service ou d’un groupe",
            f"{path}: a telephone number is on it; each stands on the page of its service, not in"
            " the name of a service or group",
        )
