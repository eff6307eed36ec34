"""Why a built site must not be delivered: it is read back and compared with itself."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from importlib import resources
from typing import Any

from affluence.publication.checked_figures import check_figures
from affluence.publication.language import Language
from affluence.publication.markup import Element, parse
from affluence.publication.site import (
    CSV,
    FRAGMENT,
    JSON,
    MANIFEST,
    PAGE,
    RELEASE_META,
    SCHEMAS,
    kind_of,
)

SCRIPT = resources.files(__package__).joinpath("templates", "page.js").read_text(encoding="utf-8")
FILES = (PAGE, CSV, JSON, MANIFEST)

# Attributes that make a browser fetch something or go somewhere.
LINKS = ("href", "src", "srcset", "xlink:href", "action", "formaction", "poster", "data", "ping")
OTHER_HOST = re.compile(r"(?:https?:|wss?:|ftp:)?//[\w\[]|@import|url\(", re.IGNORECASE)

# A number dialled in France or abroad, with what people put between its digits.
PHONE = re.compile(
    r"(?<!\d)(?:"
    r"0[1-9](?:[\s.\-‑–/()]{0,2}\d){8}"
    r"|(?:\+|00)[\s(]?[1-9](?:[\s.\-‑–/()]{0,3}\d){6,13}"
    r")(?!\d)"
)
# The digits of a hash can look like a number by chance.
HASH = re.compile(r"\b[0-9a-f]{64}\b")


def check_site(site: Mapping[str, bytes]) -> list[str]:
    """Every reason, in plain words, why this site must not be delivered; none if it may be."""
    missing = [f"{path} is missing" for path in FILES if path not in site]
    if missing:
        return missing
    try:
        texts = {path: body.decode("utf-8") for path, body in site.items()}
        manifest, data = json.loads(texts[MANIFEST]), json.loads(texts[JSON])
    except ValueError as error:
        return [f"a file cannot be read: {error}"]
    if not (isinstance(manifest, dict) and isinstance(data, dict)):
        return [f"{MANIFEST} or {JSON} is not an object"]
    written = [path for path in texts if path.endswith(".html") and path != FRAGMENT]
    pages = {path: parse(texts[path]) for path in written}
    own = _digits(str(data.get("phone")))
    links = set(data.get("links", ()))
    return [
        *(
            f"{path}: {problem}"
            for path, (document, broken) in pages.items()
            for problem in (
                *broken,
                *_structure(document, *kind_of(path)),
                *_links(document, texts, links),
                *check_figures(document, *kind_of(path), texts[CSV], data),
                *_dials(document, own),
                *_release(document, manifest),
            )
        ),
        *_elsewhere(texts, links),
        *_phones(pages, texts, own=own),
        *_manifest(manifest, site),
    ]


def _structure(document: Element, kind: str, language: Language) -> Iterator[str]:
    for root in document.all("html"):
        if root.attributes.get("lang") != language.code:
            yield f"the language of the page is not '{language.code}'"
        if root.attributes.get("dir") != language.direction:
            yield f"the page is not written {language.direction}"
    yield from _tables(document)
    ids = Counter(element.attributes.get("id") for element in document.all())
    yield from (f"id '{name}' is used {n} times" for name, n in ids.items() if name and n > 1)
    titles = len(list(document.all("h1")))
    if titles != 1:
        yield f"there are {titles} h1 headings, not one"
    for element in document.all("iframe", "object", "embed"):
        yield f"<{element.tag}> has no place on the page"
    scripts = ["".join(script.children).strip() for script in document.all("script")]  # type: ignore[arg-type]  # texts
    if scripts != ([] if kind else [SCRIPT.strip()]):
        yield "a script other than its own is on the page"
    if any(name.startswith("on") for element in document.all() for name in element.attributes):
        yield "an attribute holds a script"


def _tables(document: Element) -> Iterator[str]:
    for table in document.all("table"):
        if not any(caption.text for caption in table.all("caption")):
            yield "a table has no caption"
        if any(not cell.text for cell in table.all("td", "th")):
            yield "a table has a cell without text"
        if any(cell.attributes.get("scope") not in ("col", "row") for cell in table.all("th")):
            yield "a table header does not say what it heads"


def _links(document: Element, texts: Mapping[str, str], links: Collection[str]) -> Iterator[str]:
    ids = {element.attributes["id"] for element in document.all() if "id" in element.attributes}
    for element in document.all():
        for name in LINKS:
            target = element.attributes.get(name)
            if target is None or target.startswith("tel:"):
                continue
            if element.tag == "a" and target in links:
                continue
            path, _, fragment = target.partition("#")
            if (path and path not in texts) or (fragment and fragment not in ids):
                yield f'{name}="{target}" leads nowhere within the site'


def _elsewhere(texts: Mapping[str, str], links: Collection[str]) -> Iterator[str]:
    """Anything outside the site but the configured links, which nothing is fetched from."""
    for path, text in texts.items():
        if path in SCHEMAS:  # always the same, they name the standards that they follow
            continue
        for link in links:
            text = text.replace(html.escape(link), "").replace(json.dumps(link), "")  # noqa: PLW2901
        if found := OTHER_HOST.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path}: line {line} refers to something outside the site"


def _dials(document: Element, own: str) -> Iterator[str]:
    links = [link for link in document.all("a") if "href" in link.attributes]
    dialled = [link for link in links if link.attributes["href"].startswith("tel:")]
    if {_digits(link.attributes["href"]) for link in dialled} != {own}:
        yield "its links do not dial the service's number, and it alone"
    for link in dialled:
        if [bdi.attributes.get("dir") for bdi in link.all("bdi")] != ["ltr"]:
            yield "a telephone number is not isolated: it would be read backwards in Arabic"


def _release(document: Element, manifest: Mapping[str, Any]) -> Iterator[str]:
    metas = [element.attributes for element in document.all("meta")]
    releases = [meta.get("content") for meta in metas if meta.get("name") == RELEASE_META]
    if releases != [manifest.get("release")]:
        yield f"its release is not that of {MANIFEST}"


def _phones(
    pages: Mapping[str, tuple[Element, list[str]]], texts: Mapping[str, str], own: str
) -> Iterator[str]:
    """Any number but the service's own; the number itself is not repeated in the reason."""
    # A page is read as source and as text: a number may be cut by tags or written in entities.
    as_text = [(path, document.text) for path, (document, _) in pages.items()]
    for path, text in (*texts.items(), *as_text):
        others = {_digits(number) for number in PHONE.findall(HASH.sub("", text))} - {own}
        if others:
            yield f"{path}: {len(others)} telephone number(s) that are not the service's own"


def _digits(number: str) -> str:
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
