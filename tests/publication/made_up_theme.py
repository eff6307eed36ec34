"""A theme made of a few rules of our own: for tests that need no real package."""

from __future__ import annotations

from affluence.publication.dsfr import SHEETS, Theme, dsfr_theme

TERMS = "/*! made up | restricted use */"
FACES = "".join(
    f"@font-face{{font-family:Marianne;font-weight:{weight};src:url(../fonts/Marianne-{name}.woff2)"
    f' format("woff2"),url(../fonts/Marianne-{name}.woff) format("woff")}}'
    for name, weight in (("Light", 300), ("Regular", 400), ("Bold", 700))
)
RULES = {
    "core/core.main.min.css": FACES + 'a{mask-image:url("../icons/system/link.svg")}',
    "component/link/link.main.min.css": "a::after{mask-image:url(../../icons/system/link.svg)}",
    "component/logo/logo.main.min.css": (
        "p{background:url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E\")}"
    ),
}
PACKAGE = {
    **{sheet: f"{TERMS}{RULES.get(sheet, '')}".encode() for sheet in SHEETS},
    "fonts/Marianne-Regular.woff2": b"wOF2\xff\xfe regular",
    "fonts/Marianne-Bold.woff2": b"wOF2\xff\xfe bold",
    "icons/system/link.svg": b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
}
BRAND = ("Préfet", "de l’Exemple")
LINKS = (("Mentions légales", "https://www.example.gouv.fr/mentions-legales"),)


def theme() -> Theme:
    return dsfr_theme(PACKAGE, brand=BRAND, links=LINKS)
