"""Why the list of several platforms must not be delivered: its pages are read back.

What lies in the folders of the platforms was checked before; see `affluence.publication.checks`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from importlib import resources

from affluence.publication.checks import (
    LINKS,
    OTHER_HOST,
    foreign_numbers,
    wrong_markup,
    wrong_scripts,
    wrong_whole_page,
)
from affluence.publication.dsfr import Theme
from affluence.publication.markup import Element, parse
from affluence.publication.portal_page import SEEN_AT_A_GLANCE
from affluence.publication.site import MANIFEST, kind_of


def check_portal(files: Mapping[str, bytes], theme: Theme | None = None) -> list[str]:
    """Every reason, in plain words, why the list must not be delivered; none if it may be.

    Args:
        files: of the joined sites, by their paths.
        theme: the look that the list was built with, whose footer leads to other sites.

    """
    release = json.loads(files[MANIFEST])
    addresses = theme.addresses if theme else ()
    return [
        f"{path}: {problem}"
        for path in files
        if path.endswith(".html") and "/" not in path
        for problem in _page(path, files[path].decode(), files, release, addresses)
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
    own = _script() if services > SEEN_AT_A_GLANCE else None
    yield from wrong_scripts(document, own)
    yield from _links(document, files, addresses)
    for address in addresses:
        text = text.replace(address, "")
    if OTHER_HOST.search(text):
        yield "it refers to something outside the site"
    if foreign_numbers(text, ()) or foreign_numbers(document.text, ()):
        yield "a telephone number is on it: each stands on the page of its service"


def _named(item: Element) -> Iterator[Element]:
    return (each for each in item.all("p") if each.attributes.get("class") == "service")


def _script() -> str:
    file = resources.files(__package__).joinpath("templates", "portal.js")
    return file.read_text(encoding="utf-8").strip()


def _links(document: Element, files: Collection[str], addresses: Collection[str]) -> Iterator[str]:
    ids = {element.attributes["id"] for element in document.all() if "id" in element.attributes}
    for element in document.all():
        for name in LINKS:
            target = element.attributes.get(name)
            if target is None or (element.tag == "a" and target in addresses):
                continue
            path, _, fragment = target.partition("#")
            if (path and path not in files) or (fragment and fragment not in ids):
                yield f'{name}="{target}" leads nowhere within the site'
