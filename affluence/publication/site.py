"""The site of one platform, in memory: built whole, delivered later and elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from importlib import resources
from urllib.parse import urlsplit

from affluence.publication.calendar_file import ics_file
from affluence.publication.dsfr import Theme
from affluence.publication.edition import Desk, Edition
from affluence.publication.figures import publishable
from affluence.publication.frame import Frame, frame
from affluence.publication.headers import apache_file, content_security_policy, nginx_file
from affluence.publication.language import SOURCE, Language
from affluence.publication.open_data import csv_file, json_file, suspended_json
from affluence.publication.paths import (
    APACHE,
    CSV,
    ICS,
    JSON,
    LEADING_BACK,
    MANIFEST,
    MISSING,
    NGINX,
    RICH_TEXT,
    ROBOTS,
    SCHEMAS,
    TEMPLATES,
    TEXTS,
    TEXTS_JSON,
    TO_COPY,
    WITH_STYLES,
    list_path_of,
    path_of,
)
from affluence.publication.rendering import environment
from affluence.publication.schema_org import linked_data
from affluence.publication.texts import texts_file, texts_json
from affluence.publication.view import Page, page

RELEASE_META = "affluence-release"  # name of the meta element that holds the release


def build_site(edition: Edition, theme: Theme | None = None) -> dict[str, bytes]:
    """The files of the site by relative path, the same bytes for the same edition and theme."""
    figures = publishable(edition)
    desk = edition.desk
    pages = [page(edition, figures, Language(code)) for code in desk.languages]
    fragments = {
        path_of(RICH_TEXT, pages[0].frame.language): _fragment("fragment.html.jinja", pages[0]),
        **{
            path_of(WITH_STYLES, made.frame.language): _fragment("integrer.html.jinja", made)
            for made in pages
        },
    }
    texts = texts_file(edition)
    data = {
        CSV: csv_file(edition, figures),
        JSON: json_file(edition, figures),
        ICS: ics_file(edition, figures),
        TEXTS: texts,
        TEXTS_JSON: texts_json(edition),
        **fragments,
        **schemas(),
    }
    hours = linked_data(desk, edition.period_last + timedelta(days=1), edition.valid_until)

    def written(release: str) -> dict[str, bytes]:
        shown = {
            path_of(kind, made.frame.language): _page(
                template, made.frame, release, kind, theme, page=made, linked_data=hours
            )
            for made in pages
            for kind, template in TEMPLATES.items()
        }
        copied = {path: body.decode() for path, body in fragments.items()}
        to_copy = _page(
            "copy.html.jinja",
            pages[0].frame,
            release,
            TO_COPY,
            None,  # for the webmaster, not for the public
            page=pages[0],
            iframe=_iframe(desk),
            fragment=copied.pop(path_of(RICH_TEXT, Language(SOURCE))),
            full_fragments=copied.items(),
            texts=texts.decode(),
        )
        return {**shown, path_of(TO_COPY, Language(SOURCE)): to_copy}

    frames = [made.frame for made in pages]
    return _released(desk, theme, written, data, edition.period_last, frames=frames)


def build_suspended_site(desk: Desk, day: date, theme: Theme | None = None) -> dict[str, bytes]:
    """The site of a desk without its table: number, hours and other ways, from a day on."""
    frames = [frame(desk, Language(code)) for code in desk.languages]

    def written(release: str) -> dict[str, bytes]:
        return {
            path_of(kind, around.language): _page(
                "suspended.html.jinja", around, release, kind, theme, valid_until=""
            )
            for around in frames
            for kind in TEMPLATES
        }

    data = {JSON: suspended_json(desk)}
    return _released(desk, theme, written, data, day, frames=frames)


def _released(
    desk: Desk,
    theme: Theme | None,
    written: Callable[[str], dict[str, bytes]],
    data: Mapping[str, bytes],
    day: date,
    *,
    frames: Sequence[Frame],
) -> dict[str, bytes]:
    """The whole site: its pages hold the release, so that is made from them without it."""
    data = {**data, **(theme.assets if theme else {}), ROBOTS: _robots(desk)}

    def pages(release: str) -> dict[str, bytes]:
        missing = _page("missing.html.jinja", frames[0], release, MISSING, theme, frames=frames)
        return {**written(release), path_of(MISSING, frames[0].language): missing}

    release = _release_id(day, {**pages(""), **data})
    named = pages(release)
    policy = content_security_policy(
        (body.decode() for body in named.values()),
        desk.contact.embedded_in,
        assets=theme is not None,
    )
    headers = {
        APACHE: apache_file(policy, assets=theme is not None),
        NGINX: nginx_file(policy, assets=theme is not None),
    }
    files = {**named, **data, **headers}
    return {**files, MANIFEST: manifest(release, files)}


def _page(
    template: str,
    around: Frame,
    release: str,
    kind: str,
    theme: Theme | None,
    **values: object,
) -> bytes:
    # The page for those who went astray is shown in the place of any path, however deep.
    root = urlsplit(around.public_url).path if kind == MISSING else ""
    leads_back = around.is_listed and kind in LEADING_BACK
    return render(
        template,
        frame=around,
        say=around.language.say,
        sentence=around.language.sentence,
        page_of=lambda language: path_of(kind, language),
        path_of=lambda other, language=around.language: path_of(other, language),
        list_path=list_path_of(around.language) if leads_back else "",
        release=release,
        release_meta=RELEASE_META,
        theme=theme,
        stylesheet=root + theme.stylesheet if theme else "",
        **values,
    )


def _fragment(template: str, made: Page) -> bytes:
    language = made.frame.language
    return render(
        template, page=made, frame=made.frame, say=language.say, sentence=language.sentence
    )


def _iframe(desk: Desk) -> str:
    """What a page of another site holds to show the page within it; empty without an address."""
    if not desk.contact.public_url:
        return ""
    return render("iframe.html.jinja", url=desk.contact.public_url).decode()


def _robots(desk: Desk) -> bytes:
    """A demonstration must not be found by callers."""
    return f"User-agent: *\n{'Disallow: /' if desk.demonstration else 'Allow: /'}\n".encode()


def schemas() -> dict[str, bytes]:
    """What the data files hold, for programs: Table Schema of the CSV, JSON Schema of the JSON."""
    folder = resources.files("affluence.publication").joinpath("schemas")
    return {path: folder.joinpath(path).read_bytes() for path in SCHEMAS}


def manifest(release: str, files: Mapping[str, bytes]) -> bytes:
    """The list of these files, by which a delivery can be verified."""
    entries = {
        path: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
        for path in sorted(files)
        for body in [files[path]]
    }
    return (json.dumps({"release": release, "files": entries}, indent=2) + "\n").encode()


def render(template: str, **values: object) -> bytes:
    """A page from one of our templates."""
    return environment("affluence.publication").get_template(template).render(values).encode()


def _release_id(day: date, files: Mapping[str, bytes]) -> str:
    week = day.isocalendar()
    return f"{week.year}-W{week.week:02d}-{content_hash(files)[:6]}"


def content_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 of files and their paths, whatever their order."""
    content = hashlib.sha256()
    for path in sorted(files):
        body = files[path]
        content.update(f"{path} {len(body)} ".encode())
        content.update(body)
    return content.hexdigest()
