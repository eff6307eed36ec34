"""The site of one platform, in memory: built whole, delivered later and elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from affluence.publication.edition import Edition
from affluence.publication.figures import publishable
from affluence.publication.language import Language
from affluence.publication.open_data import csv_file, json_file
from affluence.publication.view import page

PAGE = "index.html"
CSV = "affluence.csv"
JSON = "affluence.json"
MANIFEST = "manifest.json"
RELEASE_META = "affluence-release"


def build_site(edition: Edition) -> dict[str, bytes]:
    """The files of the site by relative path, the same bytes for the same edition."""
    figures = publishable(edition)
    data = {CSV: csv_file(edition, figures), JSON: json_file(edition, figures)}
    pages = {
        page_of(code, edition.languages): page(edition, figures, Language(code))
        for code in edition.languages
    }

    def written(release: str) -> dict[str, bytes]:
        return {
            path: render(
                "index.html.jinja",
                page=made,
                say=made.language.say,
                page_of=lambda language: page_of(language.code, edition.languages),
                release=release,
                release_meta=RELEASE_META,
            )
            for path, made in pages.items()
        }

    # Pages hold the release id, so the id is made from the pages as they are without one.
    release = _release_id(edition, {**written(""), **data})
    files = {**written(release), **data}
    return {**files, MANIFEST: manifest(release, files)}


def page_of(code: str, languages: Sequence[str]) -> str:
    """Path of the page in a language: the first one's is the index."""
    return PAGE if code == languages[0] else f"{code}.html"


def manifest(release: str, files: Mapping[str, bytes]) -> bytes:
    """The list of these files, by which a delivery can be verified."""
    entries = {
        path: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
        for path, body in sorted(files.items())
    }
    return (json.dumps({"release": release, "files": entries}, indent=2) + "\n").encode()


def render(template: str, **values: object) -> bytes:
    """A page from one of our templates."""
    return _environment().get_template(template).render(values).encode()


def _release_id(edition: Edition, files: Mapping[str, bytes]) -> str:
    week = edition.period_last.isocalendar()
    content = hashlib.sha256()
    for path, body in sorted(files.items()):
        content.update(f"{path} {len(body)} ".encode())
        content.update(body)
    return f"{week.year}-W{week.week:02d}-{content.hexdigest()[:6]}"


@cache
def _environment() -> Environment:
    """Made at the first page: importing this module compiles nothing."""
    return Environment(
        loader=PackageLoader("affluence.publication", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
