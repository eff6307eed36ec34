"""Why a built site must not be delivered: it is read back and compared with itself."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from affluence.errors import Reason
from affluence.publication.checked_figures import check_figures
from affluence.publication.checked_page import (
    LINKED_DATA,
    OTHER_HOST,
    dead_links,
    own_script,
    source_of,
    wrong_markup,
    wrong_scripts,
    wrong_whole_page,
)
from affluence.publication.dsfr import ASSETS, Theme
from affluence.publication.language import Language
from affluence.publication.markup import Element, parse
from affluence.publication.paths import (
    CSV,
    FRAGMENTS,
    JSON,
    LEADING_BACK,
    MANIFEST,
    MISSING,
    PAGE,
    RICH_TEXT,
    SCHEMAS,
    TO_COPY,
    kind_of,
    list_path_of,
)
from affluence.publication.phone_numbers import digits_of, foreign_numbers
from affluence.publication.schema_org import VOCABULARY

FILES = (PAGE, JSON, MANIFEST)
SCRIPTS = {"": own_script("page.js"), TO_COPY: own_script("copy.js")}

# What the files of a theme may be, and what their sheets fetch; SVG names its own vocabulary.
ASSET_SUFFIXES = (".css", ".svg", ".woff2")
FETCHED = re.compile(r"url\(\s*([\"']?)(.*?)\1\s*\)", re.IGNORECASE | re.DOTALL)
SVG = 'xmlns="http://www.w3.org/2000/svg"'


@dataclass(frozen=True)
class _Built:
    """A site as its own files tell it."""

    paths: Collection[str]
    texts: Mapping[str, str]
    assets: Mapping[str, str]  # of the theme, but for its fonts
    footer_links: Collection[str]  # of the theme
    pages: Mapping[str, tuple[Element, Sequence[str]]]  # trees of the pages, and what breaks them
    manifest: Mapping[str, Any]
    data: Mapping[str, Any]
    is_listed: bool

    @property
    def phone(self) -> str:
        """Digits of the service's own number."""
        return digits_of(str(self.data.get("phone")))

    @property
    def links(self) -> Collection[str]:
        """The configured addresses of other sites."""
        return {*self.data.get("links", ()), *self.footer_links}

    @property
    def has_table(self) -> bool:
        """Whether it is not suspended."""
        return self.data.get("suspended") is not True


def check_site(
    site: Mapping[str, bytes], theme: Theme | None = None, *, is_listed: bool = False
) -> list[str]:
    """Every reason, in plain words, why this site must not be delivered; none if it may be.

    Args:
        site: its files by their paths.
        theme: the look that it was built with, whose footer leads to other sites.
        is_listed: whether its pages lead to a list of all platforms in the folder above.

    """
    if missing := [f"{path} is missing" for path in FILES if path not in site]:
        return missing
    try:
        texts = {
            path: body.decode("utf-8")
            for path, body in site.items()
            if not (path.startswith(ASSETS) and path.endswith(".woff2"))
        }
        manifest, data = json.loads(texts[MANIFEST]), json.loads(texts[JSON])
    except ValueError as error:
        return [f"a file cannot be read: {error}"]
    if not (isinstance(manifest, dict) and isinstance(data, dict)):
        return [f"{MANIFEST} or {JSON} is not an object"]
    assets = {path: texts.pop(path) for path in list(texts) if path.startswith(ASSETS)}
    pages = {path: parse(text) for path, text in texts.items() if path.endswith(".html")}
    links = theme.addresses if theme else ()
    built = _Built(site.keys(), texts, assets, links, pages, manifest, data, is_listed)
    if built.has_table and CSV not in texts:
        return [f"{CSV} is missing"]
    return [
        *(f"{path}: {problem}" for path in pages for problem in _page(path, built)),
        *_elsewhere(built),
        *_assets(built),
        *_phones(built),
        *_manifest(manifest, site),
    ]


def _page(path: str, built: _Built) -> Iterator[str]:
    document, broken = built.pages[path]
    kind, language = kind_of(path)
    yield from broken
    yield from wrong_markup(document)
    yield from wrong_scripts(document, SCRIPTS.get(kind) if built.has_table else None)
    yield from _linked_data(document, built.phone)
    yield from _links(document, built, _list_paths(kind, language, built))
    if kind != TO_COPY:
        yield from _dials(document, built.phone)
    if kind != RICH_TEXT:  # whose editors drop what isolates a number
        yield from _isolated(document)
    if kind not in FRAGMENTS:
        yield from wrong_whole_page(document, language, built.manifest)
    if built.has_table and kind not in (MISSING, TO_COPY):
        yield from check_figures(document, kind, language, built.texts[CSV], built.data)


def _linked_data(document: Element, phone: str) -> Iterator[str]:
    for script in document.all("script"):
        if script.attributes.get("type") == LINKED_DATA:
            try:
                told = json.loads(source_of(script))["contactPoint"]["telephone"]
            except (ValueError, KeyError, TypeError) as error:
                yield f"what search engines are told cannot be read: {error}"
            else:
                if digits_of(str(told)) != phone:
                    yield "search engines are told a number that is not the service's own"


def _list_paths(kind: str, language: Language, built: _Built) -> Collection[str]:
    """Where a page must lead besides: to the list in its language, if it is for callers."""
    return [list_path_of(language)] if built.is_listed and kind in LEADING_BACK else []


def _links(document: Element, built: _Built, outside: Collection[str]) -> Iterator[str]:
    links = [link.attributes.get("href") for link in document.all("a")]
    yield from (f'the link to "{path}" is missing' for path in outside if path not in links)
    yield from dead_links(
        document,
        lambda target: target in outside or _leads_to(target, built),
        lambda path: _is_path(path, built),
    )


def _leads_to(target: str, built: _Built) -> bool:
    """Whether it is a number, a configured link, or a page of the site by its public address."""
    return (
        target.startswith("tel:")
        or target in built.links
        or any(
            target.startswith(link) and target.removeprefix(link) in built.paths
            for link in built.links
        )
    )


def _is_path(target: str, built: _Built) -> bool:
    """Whether it is a file of the site, by its path from the page or from the root of the host."""
    roots = {urlsplit(link).path for link in built.links if link.endswith("/")}
    return target in built.paths or any(
        target.startswith(root) and target.removeprefix(root) in built.paths for root in roots
    )


def _elsewhere(built: _Built) -> Iterator[str]:
    """Anything outside the site but the configured links, which nothing is fetched from."""
    for path, text in built.texts.items():
        if path in SCHEMAS:  # always the same, they name the standards that they follow
            continue
        for link in (*built.links, VOCABULARY):
            text = text.replace(html.escape(link), "").replace(json.dumps(link), "")  # noqa: PLW2901
        if found := OTHER_HOST.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield str(
                Reason(
                    f"{path} : la ligne {line} renvoie hors du site ; dans la configuration, une"
                    " adresse a sa propre clé, et n’a pas de place dans un avis ni dans un nom",
                    f"{path}: line {line} refers to something outside the site; in the"
                    " configuration an address has a key of its own, and no place in a notice or"
                    " a name",
                )
            )


def _assets(built: _Built) -> Iterator[str]:
    """What a theme brings lies in one folder and fetches nothing but from there."""
    for path in built.paths:
        if path.startswith(ASSETS) and not path.endswith(ASSET_SUFFIXES):
            yield f"{path} has no place in {ASSETS}"
    for path, text in built.assets.items():
        fetched = [found[2] for found in FETCHED.finditer(text)]
        yield from (
            f"{path}: url({target}) leads nowhere within the site"
            for target in fetched
            if not target.startswith(("data:", "#")) and ASSETS + target not in built.paths
        )
        left = FETCHED.sub("", text).replace(SVG, "")
        if OTHER_HOST.search(left) or "<script" in left:
            yield f"{path} refers to something outside the site"


def _dials(document: Element, phone: str) -> Iterator[str]:
    if {digits_of(link.attributes["href"]) for link in _dialled(document)} != {phone}:
        yield "its links do not dial the service's number, and it alone"


def _isolated(document: Element) -> Iterator[str]:
    for link in _dialled(document):
        if [bdi.attributes.get("dir") for bdi in link.all("bdi")] != ["ltr"]:
            yield "a telephone number is not isolated: it would be read backwards in Arabic"


def _dialled(document: Element) -> Iterator[Element]:
    for link in document.all("a"):
        if link.attributes.get("href", "").startswith("tel:"):
            yield link


def _phones(built: _Built) -> Iterator[str]:
    """Any number but the service's own; the number itself is not repeated in the reason."""
    # A page is read as source and as text: a number may be cut by tags or written in entities.
    as_text = [(path, document.text) for path, (document, _) in built.pages.items()]
    for path, text in (*built.texts.items(), *as_text):
        others = foreign_numbers(text, {built.phone})
        if others:
            yield str(
                Reason(
                    f"{path} : {len(others)} numéro(s) de téléphone qui ne sont pas celui du"
                    " service ; dans la configuration, voir l’avis, le prix et les noms",
                    f"{path}: {len(others)} telephone number(s) that are not the service's own;"
                    " see notice, price and names in the configuration",
                )
            )


def _manifest(manifest: Mapping[str, Any], site: Mapping[str, bytes]) -> Iterator[str]:
    listed = manifest.get("files", {})
    for path in sorted({*listed, *site} - {MANIFEST}):
        body = site.get(path)
        if body is None or path not in listed:
            yield f"{MANIFEST}: {path} is listed or present, but not both"
        elif listed[path] != {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}:
            yield f"{MANIFEST}: {path} is not the file that was listed"
