"""Why a built site must not be delivered: it is read back and compared with itself."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from affluence.publication.checked_figures import check_figures
from affluence.publication.dsfr import ASSETS, Theme
from affluence.publication.language import Language
from affluence.publication.markup import Element, parse
from affluence.publication.schema_org import VOCABULARY
from affluence.publication.site import (
    CSV,
    FRAGMENTS,
    JSON,
    LEADING_BACK,
    MANIFEST,
    MISSING,
    PAGE,
    RELEASE_META,
    RICH_TEXT,
    SCHEMAS,
    TO_COPY,
    kind_of,
    list_path_of,
)


def _own(script: str) -> str:
    file = resources.files(__package__).joinpath("templates", script)
    return file.read_text(encoding="utf-8").strip()


LINKED_DATA = "application/ld+json"
FILES = (PAGE, JSON, MANIFEST)
SCRIPTS = {"": _own("page.js"), TO_COPY: _own("copy.js")}

# Attributes that make a browser fetch something or go somewhere.
LINKS = ("href", "src", "srcset", "xlink:href", "action", "formaction", "poster", "data", "ping")
OTHER_HOST = re.compile(r"(?:https?:|wss?:|ftp:)?//[\w\[]|@import|url\(", re.IGNORECASE)

# What the files of a theme may be, and what their sheets fetch; SVG names its own vocabulary.
ASSET_SUFFIXES = (".css", ".svg", ".woff2")
FETCHED = re.compile(r"url\(\s*([\"']?)(.*?)\1\s*\)", re.IGNORECASE | re.DOTALL)
SVG = 'xmlns="http://www.w3.org/2000/svg"'

# A number dialled in France or abroad, with what people put between its digits. It begins with its
# first sign: what stands before is looked at only where there is one.
PHONE = re.compile(
    r"[0+](?<!\d.)(?:"
    r"(?<=0)[1-9](?:[\s.\-‑–/()]{0,2}\d){8}"
    r"|(?:(?<=\+)|(?<=0)0)[\s(]?[1-9](?:[\s.\-‑–/()]{0,3}\d){6,13}"
    r")(?!\d)"
)
# The digits of a hash can look like a number by chance.
HASH = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12}(?=\.(?:css|svg|woff2)))\b")


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
    missing = [f"{path} is missing" for path in FILES if path not in site]
    if missing:
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
    if [_source(script) for script in programs] != ([] if own is None else [own]):
        yield "a script other than its own is on the page"


def _linked_data(document: Element, phone: str) -> Iterator[str]:
    for script in document.all("script"):
        if script.attributes.get("type") == LINKED_DATA:
            try:
                told = json.loads(_source(script))["contactPoint"]["telephone"]
            except (ValueError, KeyError, TypeError) as error:
                yield f"what search engines are told cannot be read: {error}"
            else:
                if digits_of(str(told)) != phone:
                    yield "search engines are told a number that is not the service's own"


def _source(script: Element) -> str:
    return "".join(child for child in script.children if isinstance(child, str)).strip()


def _tables(document: Element) -> Iterator[str]:
    for table in document.all("table"):
        if not any(caption.text for caption in table.all("caption")):
            yield "a table has no caption"
        if any(not cell.text for cell in table.all("td", "th")):
            yield "a table has a cell without text"
        if any(cell.attributes.get("scope") not in ("col", "row") for cell in table.all("th")):
            yield "a table header does not say what it heads"


def _list_paths(kind: str, language: Language, built: _Built) -> Collection[str]:
    """Where a page must lead besides: to the list in its language, if it is for callers."""
    return [list_path_of(language)] if built.is_listed and kind in LEADING_BACK else []


def _links(document: Element, built: _Built, outside: Collection[str]) -> Iterator[str]:
    links = [link.attributes.get("href") for link in document.all("a")]
    yield from (f'the link to "{path}" is missing' for path in outside if path not in links)
    ids = {element.attributes["id"] for element in document.all() if "id" in element.attributes}
    for element in document.all():
        for name in LINKS:
            target = element.attributes.get(name)
            if target is None or target.startswith("tel:"):
                continue
            if element.tag == "a" and (target in outside or _leads_to(target, built)):
                continue
            path, _, fragment = target.partition("#")
            if (path and not _is_path(path, built)) or (fragment and fragment not in ids):
                yield f'{name}="{target}" leads nowhere within the site'


def _leads_to(target: str, built: _Built) -> bool:
    """Whether it is a configured link, or a page of the site by its public address."""
    return target in built.links or any(
        target.startswith(link) and target.removeprefix(link) in built.paths for link in built.links
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
            yield f"{path}: line {line} refers to something outside the site"


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


def _release(document: Element, manifest: Mapping[str, Any]) -> Iterator[str]:
    metas = [element.attributes for element in document.all("meta")]
    releases = [meta.get("content") for meta in metas if meta.get("name") == RELEASE_META]
    if releases != [manifest.get("release")]:
        yield f"its release is not that of {MANIFEST}"


def _phones(built: _Built) -> Iterator[str]:
    """Any number but the service's own; the number itself is not repeated in the reason."""
    # A page is read as source and as text: a number may be cut by tags or written in entities.
    as_text = [(path, document.text) for path, (document, _) in built.pages.items()]
    for path, text in (*built.texts.items(), *as_text):
        others = foreign_numbers(text, {built.phone})
        if others:
            yield f"{path}: {len(others)} telephone number(s) that are not the service's own"


def foreign_numbers(text: str, own: Collection[str]) -> set[str]:
    """Digits of every telephone number in a text but for these, written as by `digits_of`."""
    return {digits_of(number) for number in PHONE.findall(HASH.sub("", text))} - set(own)


def digits_of(number: str) -> str:
    """A number in one form, without « + », « 00 », the French 0 or the « (0) » of habit."""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    if digits.startswith("00"):
        return digits[2:]
    return f"33{digits[1:]}" if digits.startswith("0") else digits


def _manifest(manifest: Mapping[str, Any], site: Mapping[str, bytes]) -> Iterator[str]:
    listed = manifest.get("files", {})
    for path in sorted({*listed, *site} - {MANIFEST}):
        body = site.get(path)
        if body is None or path not in listed:
            yield f"{MANIFEST}: {path} is listed or present, but not both"
        elif listed[path] != {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}:
            yield f"{MANIFEST}: {path} is not the file that was listed"
