"""The sites of all platforms as one: a single one at the root, several in a folder each.

Several have a list before them, in every language of any of them, and their data in one file.

The list is made from what the sites say, not from what was learned: a site that stands from weeks
ago is listed as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from affluence.publication.dsfr import Theme
from affluence.publication.headers import apache_file, content_security_policy, nginx_file
from affluence.publication.language import Language
from affluence.publication.paths import APACHE, CSV, MANIFEST, NGINX, ROBOTS, TABLE_SCHEMA, path_of
from affluence.publication.portal_data import Listed, all_cells, list_file, listed, sitemap
from affluence.publication.portal_page import portal_page
from affluence.publication.site import RELEASE_META, content_hash, manifest, render, schemas

LIST = "plateformes.json"
SITEMAP = "sitemap.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A platform as the list of all of them tells it.

    Attributes:
        name: of the service.
        group: heading under which it stands, such as a region; empty for none.
        public_url: address of its folder, empty where it is not known.

    """

    name: str
    group: str = ""
    public_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Everything that is delivered at once, and the identifier of exactly this content."""

    files: Mapping[str, bytes]
    release: str


class _Joined(Mapping[str, bytes]):
    """Sites in a folder of their name each, beside files before them; of the sites none is held."""

    def __init__(
        self, first: Mapping[str, bytes], sites: Mapping[str, Mapping[str, bytes]]
    ) -> None:
        self._first = first
        self._sites = sites

    def __getitem__(self, path: str) -> bytes:
        if path in self._first:
            return self._first[path]
        name, _, within = path.partition("/")
        return self._sites[name][within]

    def __contains__(self, path: object) -> bool:
        name, _, within = str(path).partition("/")
        return path in self._first or within in self._sites.get(name, {})

    def __iter__(self) -> Iterator[str]:
        for name, site in self._sites.items():
            yield from (f"{name}/{path}" for path in site)
        yield from self._first

    def __len__(self) -> int:
        return len(self._first) + sum(map(len, self._sites.values()))


def join_sites(
    services: Mapping[str, Service],
    sites: Mapping[str, Mapping[str, bytes]],
    theme: Theme | None = None,
) -> Portal:
    """Join the sites of the platforms.

    Args:
        services: every platform; the list names those too that have no site.
        sites: files of the platforms by their paths.
        theme: look of the list, None for the neutral one.

    """
    releases = {name: json.loads(site[MANIFEST])["release"] for name, site in sites.items()}
    if len(services) == 1:
        ((name, files),) = sites.items()
        return Portal(files=files, release=releases[name])
    platforms = [
        listed(name, service.name, service.group, sites.get(name, {}))
        for name, service in services.items()
    ]
    url = _common_url(services)
    first = {
        LIST: list_file(platforms),
        CSV: all_cells(site[CSV] for site in sites.values() if CSV in site),
        TABLE_SCHEMA: schemas()[TABLE_SCHEMA],
        **_for_search_engines(platforms, url),
        **(theme.assets if theme else {}),
    }
    codes = {code: None for platform in platforms for code in platform.pages}
    languages = tuple(map(Language, sorted(codes, key=lambda code: (code != "fr", code))))
    newest_week = max(release.rsplit("-", 1)[0] for release in releases.values())
    unnamed = _pages(platforms, languages, theme, "")
    first |= _headers(_Joined(first | unnamed, sites), theme)
    content = content_hash(_Joined(first | unnamed, sites))
    release = f"{newest_week}-{content[:6]}"
    first |= _pages(platforms, languages, theme, release)
    first[MANIFEST] = manifest(release, _Joined(first, sites))
    return Portal(files=_Joined(first, sites), release=release)


def _pages(
    platforms: list[Listed], languages: tuple[Language, ...], theme: Theme | None, release: str
) -> dict[str, bytes]:
    """The list in every language."""
    return {
        path_of("", language): render(
            "portal.html.jinja",
            frame=portal_page(platforms, language, languages),
            say=language.say,
            sentence=language.sentence,
            page_of=lambda other: path_of("", other),
            list_path="",
            release=release,
            release_meta=RELEASE_META,
            theme=theme,
            stylesheet=theme.stylesheet if theme else "",
            data={"csv": CSV, "json": LIST},
        )
        for language in languages
    }


def _headers(files: Mapping[str, bytes], theme: Theme | None) -> dict[str, bytes]:
    """What a web server should say with all pages, where no folder has a rule of its own."""
    pages = (files[path].decode() for path in files if path.endswith(".html"))
    policy = content_security_policy(pages, "", assets=theme is not None)
    return {
        APACHE: apache_file(policy, assets=theme is not None),
        NGINX: nginx_file(policy, assets=theme is not None),
    }


def _common_url(services: Mapping[str, Service]) -> str:
    """Address of the folder in which those of all platforms lie; empty if there is none."""
    above = {
        service.public_url.removesuffix(f"{name}/") if service.public_url else ""
        for name, service in services.items()
    }
    url = above.pop()
    is_common = not above and all(
        service.public_url == f"{url}{name}/" for name, service in services.items()
    )
    return url if is_common else ""


def _for_search_engines(platforms: list[Listed], url: str) -> dict[str, bytes]:
    """A demonstration must not be found by callers; whole addresses need the site's own."""
    if any(platform.demonstration for platform in platforms):
        return {ROBOTS: b"User-agent: *\nDisallow: /\n"}
    if not url:
        return {ROBOTS: b"User-agent: *\nAllow: /\n"}
    return {
        ROBOTS: f"User-agent: *\nAllow: /\n\nSitemap: {url}{SITEMAP}\n".encode(),
        SITEMAP: sitemap(platforms, url),
    }
