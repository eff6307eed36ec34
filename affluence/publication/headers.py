"""What a web server should say with these files: samples for Apache and nginx.

The neutral page carries its style and its script within it, so that it never depends on another
file; the policy names them by their hashes and allows nothing else. A theme brings files of its
own: the policy then allows those of the same site, and they may be kept for ever.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:;{fonts}"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'{embedding}"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cache-Control": "no-cache",  # asked again each time, answered in a word while nothing changed
}
# Their names change with their content; see `affluence.publication.dsfr`. Only what is found may be
# kept for ever, an error may not: hence no "always" with it.
_ASSETS = r"-[0-9a-f]{12}\.(css|svg|woff2)$"
_FOR_EVER = "public, max-age=31536000, immutable"


def content_security_policy(pages: Iterable[str], embedded_in: str, *, assets: bool) -> str:
    """Allows the inline styles and scripts of these pages, and the site that frames them."""
    inline: dict[str, set[str]] = {"style": set(), "script": set()}
    for page in pages:
        for tag, found in inline.items():
            found.update(re.findall(rf"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL))
    styles = _hashes(inline["style"])
    return _POLICY.format(
        scripts=_hashes(inline["script"]),
        styles=f"'self' {styles}" if assets else styles,
        fonts=" font-src 'self';" if assets else "",
        embedding=f" {embedded_in}" if embedded_in else "",
    )


def apache_file(policy: str, *, assets: bool) -> bytes:
    """To be put beside the pages as ``.htaccess``."""
    lines = ["# À copier à côté des pages sous le nom .htaccess."]
    lines += ["AddDefaultCharset UTF-8", "AddCharset UTF-8 .csv .json .txt .ics"]
    lines += ["AddType text/calendar .ics"]
    lines += ["AddType font/woff2 .woff2"] if assets else []
    lines += ["<IfModule mod_headers.c>"]
    lines += [f'  Header always set {name} "{value}"' for name, value in _ALWAYS.items()]
    lines += [f'  Header always set Content-Security-Policy "{policy}"']
    if assets:
        lines += [f'  <FilesMatch "{_ASSETS}">']
        lines += ["    Header always unset Cache-Control"]
        lines += [f'    Header set Cache-Control "{_FOR_EVER}"', "  </FilesMatch>"]
    lines += ["</IfModule>"]
    return ("\n".join(lines) + "\n").encode()


def nginx_file(policy: str, *, assets: bool) -> bytes:
    """To be included in the ``location`` of the pages."""
    lines = ["# À inclure dans le bloc location des pages.", "charset utf-8;"]
    headers = {**_ALWAYS, "Content-Security-Policy": policy}
    lines += [f'add_header {name} "{value}" always;' for name, value in headers.items()]
    if assets:  # a block with a header of its own has none of those around it
        del headers["Cache-Control"]
        lines += [f'location ~ "{_ASSETS}" {{']
        lines += [f'  add_header {name} "{value}" always;' for name, value in headers.items()]
        lines += [f'  add_header Cache-Control "{_FOR_EVER}";', "}"]
    return ("\n".join(lines) + "\n").encode()


def _hashes(inline: Iterable[str]) -> str:
    digests = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in inline}
    return " ".join(f"'sha256-{digest}'" for digest in sorted(digests)) or "'none'"
