"""What is wrong with a page, of a platform or the list: markup, scripts, language, links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from typing import Any

from affluence.publication.language import Language
from affluence.publication.markup import Element
from affluence.publication.paths import MANIFEST
from affluence.publication.site import RELEASE_META

LINKED_DATA = "application/ld+json"  # the one kind of script that is no program
# Attributes that make a browser fetch something or go somewhere.
_LINKS = ("href", "src", "srcset", "xlink:href", "action", "formaction", "poster", "data", "ping")
OTHER_HOST = re.compile(r"(?:https?:|wss?:|ftp:)?//[\w\[]|@import|url\(", re.IGNORECASE)


def own_script(name: str) -> str:
    """The only program that a page may have, from its file among the templates."""
    file = resources.files(__package__).joinpath("templates", name)
    return file.read_text(encoding="utf-8").strip()


def wrong_whole_page(
    document: Element, language: Language, manifest: Mapping[str, Any]
) -> Iterator[str]:
    """What is wrong with a page as a whole: its language, its title, its release."""
    for root in document.all("html"):
        if root.attributes.get("lang") != language.code:
            yield f"the language of the page is not '{language.code}'"
        if root.attributes.get("dir") != language.direction:
            yield f"the page is not written {language.direction}"
    titles = len(list(document.all("h1")))
    if titles != 1:
        yield f"there are {titles} h1 headings, not one"
    yield from _release(document, manifest)


def wrong_markup(document: Element) -> Iterator[str]:
    """What no page may have, and tables that not everybody can read."""
    yield from _tables(document)
    ids = Counter(element.attributes.get("id") for element in document.all())
    yield from (f"id '{name}' is used {n} times" for name, n in ids.items() if name and n > 1)
    for element in document.all("iframe", "object", "embed"):
        yield f"<{element.tag}> has no place on the page"
    if any(name.startswith("on") for element in document.all() for name in element.attributes):
        yield "an attribute holds a script"


def wrong_scripts(document: Element, own: str | None) -> Iterator[str]:
    """Programs other than the page's own, or its own missing."""
    programs = [
        script for script in document.all("script") if script.attributes.get("type") != LINKED_DATA
    ]
    if [source_of(script) for script in programs] != ([] if own is None else [own]):
        yield "a script other than its own is on the page"


def source_of(script: Element) -> str:
    """What is written in a script."""
    return "".join(child for child in script.children if isinstance(child, str)).strip()


def dead_links(
    document: Element, is_outside: Callable[[str], bool], is_path: Callable[[str], bool]
) -> Iterator[str]:
    """Links, and files that are asked for, that lead nowhere.

    Args:
        document: the page.
        is_outside: whether a link may lead there, out of the site; nothing is fetched from it.
        is_path: whether a path is that of a file of the site.

    """
    ids = {element.attributes["id"] for element in document.all() if "id" in element.attributes}
    for element in document.all():
        for name in _LINKS:
            target = element.attributes.get(name)
            if target is None or (element.tag == "a" and is_outside(target)):
                continue
            path, _, fragment = target.partition("#")
            if (path and not is_path(path)) or (fragment and fragment not in ids):
                yield f'{name}="{target}" leads nowhere within the site'


def _tables(document: Element) -> Iterator[str]:
    for table in document.all("table"):
        if not any(caption.text for caption in table.all("caption")):
            yield "a table has no caption"
        if any(not cell.text for cell in table.all("td", "th")):
            yield "a table has a cell without text"
        if any(cell.attributes.get("scope") not in ("col", "row") for cell in table.all("th")):
            yield "a table header does not say what it heads"


def _release(document: Element, manifest: Mapping[str, Any]) -> Iterator[str]:
    metas = [element.attributes for element in document.all("meta")]
    releases = [meta.get("content") for meta in metas if meta.get("name") == RELEASE_META]
    if releases != [manifest.get("release")]:
        yield f"its release is not that of {MANIFEST}"
