"""Each kind of confidential matter is found however a file writes it, and nothing else is."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection

import pytest

from affluence.publication.leaks import Confidential, Kind, Leak, find_leaks
from affluence.publication.site import build_site

from .editions import edition

PSEUDONYM = 0xF00DFACE12345678
KEY = bytes(range(32))
OWN = "33199001234"
CONFIDENTIAL = Confidential(
    own_phones={OWN},
    keys={KEY},
    secrets={"correct horse", "-----BEGIN KEY-----\nbm90IGEga2V5\n"},
    paths={"/srv/affluence/state"},
    servers={"pbx.example.gouv.fr", "svc-cdr", "affluence"},
    persons={"Camille Martin"},
)


def among(numbers: Collection[int]) -> set[int]:
    return {PSEUDONYM} & set(numbers)


def kinds(body: str | bytes, path: str = "page.txt") -> set[Kind]:
    body = body if isinstance(body, bytes) else body.encode()
    return {leak.kind for leak in find_leaks({path: body}, CONFIDENTIAL, among)}


@pytest.mark.parametrize(
    ("body", "path", "kind"),
    [
        ("appelez le 06 39 98 12 34", "textes.txt", Kind.PHONE),
        ("tel:+33639981234", "affluence.ics", Kind.PHONE),
        ("DESCRIPTION:06 39 98 \r\n 12 34", "affluence.ics", Kind.PHONE),
        (json.dumps({"n": "06\u00a039\u00a098\u00a012\u00a034"}), "affluence.json", Kind.PHONE),
        ("<b>06 39</b> <i>98 12 34</i>", "index.html", Kind.PHONE),
        ("&#48;6 39 98 12 34", "index.html", Kind.PHONE),
        ("06%2039%2098%2012%2034", "page.css", Kind.PHONE),
        (b"\x89PNG\r\n\x1a\n\xff0639981234\xfe", "logo.png", Kind.PHONE),
        ("0639981234".encode("utf-16-le"), "old.txt", Kind.PHONE),
        (f"x={PSEUDONYM}", "affluence.csv", Kind.PSEUDONYM),
        (f"x={PSEUDONYM:x}", "affluence.csv", Kind.PSEUDONYM),
        (f"0x{PSEUDONYM:X}", "affluence.csv", Kind.PSEUDONYM),
        (KEY.hex(), "manifest.json", Kind.KEY),
        (KEY.hex().lstrip("0").upper(), "manifest.json", Kind.KEY),
        (str(int.from_bytes(KEY)), "manifest.json", Kind.KEY),
        (base64.b64encode(KEY), "manifest.json", Kind.KEY),
        (base64.urlsafe_b64encode(KEY).rstrip(b"="), "manifest.json", Kind.KEY),
        (b"\xff" + KEY + b"\xff", "font.woff2", Kind.KEY),
        ("the password is 'correct horse'.", "a.txt", Kind.SECRET),
        ("correct%20horse", "a.txt", Kind.SECRET),
        ("bm90IGEga2V5", "a.txt", Kind.SECRET),
        ("see file:///srv/affluence/state/ledger", "a.html", Kind.PATH),
        ('{"p": "\\/srv\\/affluence\\/state"}', "a.json", Kind.PATH),
        ("sftp://PBX.example.gouv.fr/", "a.html", Kind.SERVER),
        ("by svc-cdr.", "a.html", Kind.SERVER),
        ("lu par CAMILLE MARTIN", "a.html", Kind.PERSON),
    ],
)
def test_what_is_planted_is_found(body: str | bytes, path: str, kind: Kind) -> None:
    assert kinds(body, path) == {kind}


@pytest.mark.parametrize(
    "body",
    [
        "+33 1 99 00 12 34, 01 99 00 12 34",
        "0.8421052631578947",
        "2026-11-23T09:00:00+01:00",
        f"{PSEUDONYM}1",
        f"{KEY.hex()}00",
        "/srv/affluence/statement",
        "mypbx.example.gouv.fr-test",
        "affluence.csv",  # a user has the name of the program: the pages say it by themselves
        "Camille Martinez",
        '<path d="M01 2 3 4 5 6 7 8 9.5z"/>',
    ],
)
def test_what_only_looks_like_it_is_not(body: str) -> None:
    assert kinds(body) == set()


def test_the_name_of_a_file_is_read_too() -> None:
    assert find_leaks({"0639981234.txt": b""}, CONFIDENTIAL, among) == [
        Leak("0639981234.txt", Kind.PHONE)
    ]


def test_a_sound_site_of_every_language_holds_nothing() -> None:
    reviewed = ("fr", "en", "ar", "es", "fa", "ps", "pt", "ru", "tr", "uk", "zh")
    site = build_site(edition(languages=reviewed))
    assert len(site) > 40
    assert find_leaks(site, CONFIDENTIAL, among) == []
