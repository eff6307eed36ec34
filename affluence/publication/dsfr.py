"""The look of a site of the State: of its design system (DSFR) only what our pages use.

Nothing of it is kept in this repository: whoever builds a site hands over the files of the package
that its webmaster has. Rules are taken as they are, with the comments that state their terms of
use; left out are whole sheets, and the weights of the font that no page uses.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

ASSETS = "assets/"  # folder of the site; names there change with the content

# Without the halves for old browsers. In this order: later sheets build upon the first.
SHEETS = (
    "core/core.main.min.css",
    *(
        f"component/{name}/{name}.main.min.css"
        for name in ("link", "table", "skiplink", "logo", "header", "footer")
    ),
    "core/core.print.min.css",
    "component/table/table.print.min.css",
)
FONTS = ("Marianne-Regular.woff2", "Marianne-Bold.woff2")
# What the footer of every site of the State leads to, in the order that is laid down.
STATE_SITES = tuple(
    (name, f"https://{name}")
    for name in ("info.gouv.fr", "service-public.gouv.fr", "legifrance.gouv.fr", "data.gouv.fr")
)

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_OLD_FORMAT = re.compile(r",\s*url\([^)]*\.woff\)\s*format\(\"woff\"\)")
_URL = re.compile(r"url\(([\"']?)(?!data:)([^)\"']*)\1\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A look other than the neutral one, ready for the templates."""

    brand: tuple[str, ...]  # lines of the State's mark
    links: tuple[tuple[str, str], ...]  # of the footer: words and address
    stylesheet: str  # its path within the site
    assets: Mapping[str, bytes]  # by their paths within the site

    @property
    def state_sites(self) -> tuple[tuple[str, str], ...]:
        """Names and addresses of the sites that every footer names."""
        return STATE_SITES

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses of other sites to which its footer leads."""
        return tuple(url for _, url in (*STATE_SITES, *self.links))


def files_referred_to(sheets: Mapping[str, bytes]) -> tuple[str, ...]:
    """Which fonts and icons these sheets need, by their paths within the package."""
    return tuple(
        sorted(
            {
                _within_package(path, found[2])
                for path, sheet in sheets.items()
                for found in _URL.finditer(_with_our_fonts(sheet))
            }
        )
    )


def dsfr_theme(
    package: Mapping[str, bytes],
    *,
    brand: tuple[str, ...],
    links: tuple[tuple[str, str], ...] = (),
) -> Theme:
    """The theme made of `SHEETS` and all files that they refer to; same files, same bytes.

    Args:
        package: content of these files by path within the ``dist`` folder of the package.
        brand: lines of the State's mark, such as "Préfet" and "de l’Exemple".
        links: words and addresses of what the law wants at the foot of every page.

    """
    named = {
        path: _named_by_content(path, body) for path, body in package.items() if path not in SHEETS
    }

    def joined(path: str) -> str:
        return _URL.sub(
            lambda found: f"url({named[_within_package(path, found[2])]})",
            _with_our_fonts(package[path]),
        )

    styles = "\n".join(joined(path) for path in SHEETS).encode() + b"\n"
    stylesheet = ASSETS + _named_by_content("dsfr.css", styles)
    others = {ASSETS + name: package[path] for path, name in named.items()}
    return Theme(
        brand=brand, links=links, stylesheet=stylesheet, assets={stylesheet: styles, **others}
    )


def _with_our_fonts(sheet: bytes) -> str:
    """The sheet without the weights that are not published, and without their old format."""

    def kept(face: re.Match[str]) -> str:
        return _OLD_FORMAT.sub("", face[0]) if any(font in face[0] for font in FONTS) else ""

    return _FONT_FACE.sub(kept, sheet.decode())


def _within_package(sheet: str, reference: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(sheet), reference))


def _named_by_content(path: str, body: bytes) -> str:
    """A name that can be kept for ever: another content has another one."""
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    return f"{stem}-{hashlib.sha256(body).hexdigest()[:12]}{suffix}"
