"""How the files of a site are called, and which page in which language a path is."""

from __future__ import annotations

from affluence.publication.language import SOURCE, Language

PAGE = "index.html"
CSV = "affluence.csv"
JSON = "affluence.json"
ICS = "affluence.ics"
TEXTS, TEXTS_JSON = "textes.txt", "textes.json"
APACHE, NGINX = "entetes-apache.txt", "entetes-nginx.txt"
ROBOTS = "robots.txt"
MANIFEST = "manifest.json"
TABLE_SCHEMA = "schema.json"  # of the CSV
SCHEMAS = (TABLE_SCHEMA, "affluence.schema.json")
# In every language: the page, its version in plain words, and the poster for the reception hall.
TEMPLATES = {
    "": "index.html.jinja",
    "simple": "simple.html.jinja",
    "affiche": "poster.html.jinja",
}
# For a page of another site. The one for rich text is in French only: editors of rich text drop all
# but the plainest markup, `lang` and `dir` too. The one with symbols and colours is in every one.
RICH_TEXT, WITH_STYLES = "fragment", "integrer"
# In French, for everybody who went astray and for the webmaster.
MISSING, TO_COPY = "404", "coller"
# From these a caller comes back to the list of all platforms.
LEADING_BACK = ("", "simple")
KINDS = (*TEMPLATES, RICH_TEXT, WITH_STYLES, MISSING, TO_COPY)
FRAGMENTS = (RICH_TEXT, WITH_STYLES)


def path_of(kind: str, language: Language) -> str:
    """Path of one of the pages (of `KINDS`) in a language."""
    if language.code == SOURCE:
        return f"{kind}.html" if kind else PAGE
    return f"{kind}-{language.code}.html" if kind else f"{language.code}.html"


def list_path_of(language: Language) -> str:
    """Path of the list of all platforms, as a page of one of them has it."""
    return f"../{path_of('', language)}"


def kind_of(path: str) -> tuple[str, Language]:
    """Which page it is, and in which language: the reverse of `path_of`."""
    if path == PAGE:
        return "", Language(SOURCE)
    stem = path.removesuffix(".html")
    kind, _, code = stem.partition("-")
    return (kind, Language(code or SOURCE)) if kind in KINDS else ("", Language(stem))
