"""The site of one platform, in memory: built whole, delivered later and elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from affluence.publication.calendar_file import ics_file
from affluence.publication.edition import Edition
from affluence.publication.figures import publishable
from affluence.publication.headers import apache_file, content_security_policy, nginx_file
from affluence.publication.language import SOURCE, Language
from affluence.publication.open_data import csv_file, json_file
from affluence.publication.texts import texts_file, texts_json
from affluence.publication.view import Page, page

PAGE = "index.html"
CSV = "affluence.csv"
JSON = "affluence.json"
ICS = "affluence.ics"
# For the editor of a content management system, which drops all but the plainest markup. In French
# only: `lang` and `dir` are dropped too.
FRAGMENT = "fragment.html"
TEXTS, TEXTS_JSON = "textes.txt", "textes.json"
APACHE, NGINX = "entetes-apache.txt", "entetes-nginx.txt"
MANIFEST = "manifest.json"
SCHEMAS = ("schema.json", "affluence.schema.json")
# The page, its version in plain words, and the poster for the reception hall.
TEMPLATES = {
    "": "index.html.jinja",
    "simple": "simple.html.jinja",
    "affiche": "poster.html.jinja",
}
RELEASE_META = "affluence-release"


def build_site(edition: Edition) -> dict[str, bytes]:
    """The files of the site by relative path, the same bytes for the same edition."""
    figures = publishable(edition)
    pages = [page(edition, figures, Language(code)) for code in edition.languages]
    data = {
        CSV: csv_file(edition, figures),
        JSON: json_file(edition, figures),
        ICS: ics_file(edition, figures),
        FRAGMENT: render("fragment.html.jinja", page=pages[0], say=pages[0].language.say),
        TEXTS: texts_file(edition),
        TEXTS_JSON: texts_json(edition),
        **schemas(),
    }

    def written(release: str) -> dict[str, bytes]:
        return {
            path_of(kind, made.language): _written(kind, made, release)
            for made in pages
            for kind in TEMPLATES
        }

    # Pages hold the release id, so the id is made from the pages as they are without one.
    release = _release_id(edition, {**written(""), **data})
    written_pages = written(release)
    policy = content_security_policy(body.decode() for body in written_pages.values())
    headers = {APACHE: apache_file(policy), NGINX: nginx_file(policy)}
    files = {**written_pages, **data, **headers}
    return {**files, MANIFEST: manifest(release, files)}


def path_of(kind: str, language: Language) -> str:
    """Path of one of the pages (a key of `TEMPLATES`) in a language."""
    if language.code == SOURCE:
        return f"{kind}.html" if kind else PAGE
    return f"{kind}-{language.code}.html" if kind else f"{language.code}.html"


def kind_of(path: str) -> tuple[str, Language]:
    """Which page it is, and in which language: the reverse of `path_of`."""
    if path == PAGE:
        return "", Language(SOURCE)
    stem = path.removesuffix(".html")
    kind, _, code = stem.partition("-")
    return (kind, Language(code or SOURCE)) if kind in TEMPLATES else ("", Language(stem))


def _written(kind: str, made: Page, release: str) -> bytes:
    return render(
        TEMPLATES[kind],
        page=made,
        say=made.language.say,
        page_of=lambda language: path_of(kind, language),
        path_of=lambda other: path_of(other, made.language),
        release=release,
        release_meta=RELEASE_META,
    )


def schemas() -> dict[str, bytes]:
    """What the data files hold, for programs: Table Schema of the CSV, JSON Schema of the JSON."""
    folder = resources.files("affluence.publication").joinpath("schemas")
    return {path: folder.joinpath(path).read_bytes() for path in SCHEMAS}


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
