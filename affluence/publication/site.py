"""The site of one platform, in memory: built whole, delivered later and elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from affluence.publication.calendar_file import ics_file
from affluence.publication.edition import Edition
from affluence.publication.figures import publishable
from affluence.publication.headers import apache_file, content_security_policy, nginx_file
from affluence.publication.language import Language
from affluence.publication.open_data import csv_file, json_file
from affluence.publication.texts import texts_file, texts_json
from affluence.publication.view import page

PAGE = "index.html"
CSV = "affluence.csv"
JSON = "affluence.json"
ICS = "affluence.ics"
TEXTS, TEXTS_JSON = "textes.txt", "textes.json"
APACHE, NGINX = "entetes-apache.txt", "entetes-nginx.txt"
MANIFEST = "manifest.json"
SCHEMAS = ("schema.json", "affluence.schema.json")
RELEASE_META = "affluence-release"


def build_site(edition: Edition) -> dict[str, bytes]:
    """The files of the site by relative path, the same bytes for the same edition."""
    figures = publishable(edition)
    data = {
        CSV: csv_file(edition, figures),
        JSON: json_file(edition, figures),
        ICS: ics_file(edition, figures),
        TEXTS: texts_file(edition),
        TEXTS_JSON: texts_json(edition),
        **schemas(),
    }
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
    written_pages = written(release)
    policy = content_security_policy(body.decode() for body in written_pages.values())
    headers = {APACHE: apache_file(policy), NGINX: nginx_file(policy)}
    files = {**written_pages, **data, **headers}
    return {**files, MANIFEST: manifest(release, files)}


def page_of(code: str, languages: Sequence[str]) -> str:
    """Path of the page in a language: the first one's is the index."""
    return PAGE if code == languages[0] else f"{code}.html"


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
