"""The sites of all platforms as one: a single one at the root, several in a folder each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from affluence.publication.edition import Edition
from affluence.publication.site import MANIFEST, PAGE, manifest, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Everything that is delivered at once, and the identifier of exactly this content."""

    files: dict[str, bytes]
    release: str


def join_sites(
    editions: Mapping[str, Edition], sites: Mapping[str, dict[str, bytes]], *, is_only: bool
) -> Portal:
    """Join the sites of the platforms, which are named alike in both mappings.

    ``is_only``: there is one platform, and no other one that has no site yet.
    """
    if is_only:
        (files,) = sites.values()
        return Portal(files=files, release=json.loads(files[MANIFEST])["release"])
    files = {f"{name}/{path}": body for name, site in sites.items() for path, body in site.items()}
    links = [(f"{name}/{PAGE}", edition.desk.service) for name, edition in sorted(editions.items())]
    files[PAGE] = render("portal.html.jinja", links=links)
    content = hashlib.sha256(b"".join(files[path] for path in sorted(files))).hexdigest()
    weeks = max(edition.period_last for edition in editions.values()).isocalendar()
    release = f"{weeks.year}-W{weeks.week:02d}-{content[:6]}"
    return Portal(files={**files, MANIFEST: manifest(release, files)}, release=release)
