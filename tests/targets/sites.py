"""Small sites to deliver, and what is found in a folder afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from affluence.targets.files import sha256


def site(release: str, files: dict[str, str]) -> dict[str, bytes]:
    """Files with their manifest."""
    written = {path: text.encode() for path, text in files.items()}
    entries = {path: {"sha256": sha256(body)} for path, body in written.items()}
    manifest = json.dumps({"release": release, "files": entries}).encode()
    return {**written, "manifest.json": manifest}


def pages(release: str, filling: str = "", **files: str) -> dict[str, bytes]:
    """A site of pages that say their release at both ends."""
    page = f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8">
<meta name="affluence-release" content="{release}"><title>{release}</title></head>
<body>{filling}</body></html><!-- {release} -->
"""
    paths = ("index.html", "en.html", "desk/index.html")
    data = {"affluence.csv": release, "affluence.json": f'"{release}"', "a.ics": release}
    return site(release, {**dict.fromkeys(paths, page), **data, "textes.txt": release, **files})


OLD = site(
    "W1", {"index.html": "old", "data.csv": "1", "old.txt": "gone soon", "sub/index.html": "sub"}
)
NEW = site("W2", {"index.html": "new", "data.csv": "2"})
LATER = site("W3", {"index.html": "later", "data.csv": "3", "more/index.html": "more"})


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
