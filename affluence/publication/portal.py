"""The sites of all platforms as one: a single one at the root, several in a folder each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from affluence.publication.dsfr import Theme
from affluence.publication.site import MANIFEST, PAGE, manifest, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Everything that is delivered at once, and the identifier of exactly this content."""

    files: dict[str, bytes]
    release: str


def join_sites(
    services: Mapping[str, str],
    sites: Mapping[str, Mapping[str, bytes]],
    theme: Theme | None = None,
) -> Portal:
    """Join the sites of the platforms; ``services`` names the service of each."""
    releases = {name: json.loads(site[MANIFEST])["release"] for name, site in sites.items()}
    if len(services) == 1:
        ((name, files),) = sites.items()
        return Portal(files=dict(files), release=releases[name])
    files = {f"{name}/{path}": body for name, site in sites.items() for path, body in site.items()}
    links = [(f"{name}/{PAGE}", services[name]) for name in sorted(sites)]
    if theme is not None:
        files |= theme.assets
    stylesheet = theme.stylesheet if theme else ""
    files[PAGE] = render("portal.html.jinja", links=links, theme=theme, stylesheet=stylesheet)
    content = hashlib.sha256(b"".join(files[path] for path in sorted(files))).hexdigest()
    newest_week = max(release.rsplit("-", 1)[0] for release in releases.values())
    release = f"{newest_week}-{content[:6]}"
    return Portal(files={**files, MANIFEST: manifest(release, files)}, release=release)
