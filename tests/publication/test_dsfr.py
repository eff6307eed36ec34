"""The design system of the State, taken apart and put into a site, with a package of our own."""

from __future__ import annotations

import re
from datetime import date

import pytest

from affluence.publication.checked_site import check_site
from affluence.publication.dsfr import (
    SHEETS,
    STATE_SITES,
    Theme,
    dsfr_theme,
    files_referred_to,
)
from affluence.publication.edition import Contact
from affluence.publication.phone_numbers import foreign_numbers
from affluence.publication.portal import Service, join_sites
from affluence.publication.site import build_site, build_suspended_site

from .editions import desk, edition
from .made_up_theme import BRAND, LINKS, PACKAGE, TERMS, theme
from .reading import table, words
from .test_checked_site import relisted

URL = "https://www.example.gouv.fr/affluence/"
HEADERS = ("entetes-apache.txt", "entetes-nginx.txt")
PUBLIC = ("index.html", "ar.html", "simple.html", "simple-ar.html", "affiche.html", "404.html")
SHOWN = edition(languages=("fr", "ar"), contact=Contact(public_url=URL))


def themed(**changes: object) -> dict[str, bytes]:
    return build_site(edition(**changes), theme())


def styles(of: Theme) -> str:
    return of.assets[of.stylesheet].decode()


# What is taken of the package


def test_what_sheets_need_is_found_but_for_fonts_that_no_page_uses() -> None:
    sheets = {path: PACKAGE[path] for path in SHEETS}
    assert set(files_referred_to(sheets)) == set(PACKAGE) - set(SHEETS)


def test_every_sheet_is_there_in_order_with_its_terms_of_use() -> None:
    assert styles(theme()).count(TERMS) == len(SHEETS)
    marked = {**PACKAGE, **{path: PACKAGE[path] + f"/*{path}*/".encode() for path in SHEETS}}
    shown = re.findall(r"/\*(\S+css)\*/", styles(dsfr_theme(marked, brand=BRAND)))
    assert tuple(shown) == SHEETS


def test_only_two_weights_of_the_font_stay_in_one_format() -> None:
    faces = re.findall(r"@font-face\{.*?\}", styles(theme()))
    assert [re.findall(r"url\((\w+-\w+)-", face) for face in faces] == [
        ["Marianne-Regular"],
        ["Marianne-Bold"],
    ]


def test_whatever_the_sheet_fetches_lies_beside_it() -> None:
    fetched = set(re.findall(r"url\((?!\"data:)([^)]*)\)", styles(theme())))
    others = {path.removeprefix("assets/") for path in theme().assets} - {
        theme().stylesheet.removeprefix("assets/")
    }
    assert fetched == others


def test_names_change_with_the_content_alone() -> None:
    changed = dsfr_theme({**PACKAGE, "icons/system/link.svg": b"<svg></svg>"}, brand=BRAND)
    same = set(changed.assets) & set(theme().assets)
    assert {path.partition("-")[0] for path in same} == {"assets/Marianne"}
    assert dsfr_theme(dict(reversed(PACKAGE.items())), brand=("Autre",)).assets == theme().assets
    assert all(re.fullmatch(r"assets/[\w-]+-[0-9a-f]{12}\.\w+", path) for path in theme().assets)


def test_a_name_is_never_taken_for_a_telephone_number() -> None:
    assert foreign_numbers("assets/dsfr-0639980112ab.css", ()) == set()
    assert foreign_numbers("dsfr-0639980112", ()) == {"33639980112"}


# The site


def test_the_same_edition_and_theme_give_the_same_bytes() -> None:
    assert themed() == themed()


def test_the_site_is_sound_and_holds_the_files_of_the_theme() -> None:
    site = build_site(SHOWN, theme())
    assert check_site(site, theme()) == []
    assert {path: site[path] for path in theme().assets} == theme().assets


def test_the_neutral_site_has_nothing_of_it() -> None:
    site = build_site(SHOWN)
    assert not [path for path in site if path.startswith("assets/")]
    assert not any(b"fr-header" in site[path] or b"stylesheet" in site[path] for path in PUBLIC)
    assert not any(b"font-src" in site[path] or b"immutable" in site[path] for path in HEADERS)


def test_the_theme_changes_no_word_of_the_table() -> None:
    for name in ("affluence", "taux"):
        assert table(themed(), name) == table(build_site(edition()), name) != []


@pytest.mark.parametrize("path", PUBLIC)
def test_every_page_for_the_public_bears_the_mark_in_french(path: str) -> None:
    page = build_site(SHOWN, theme())[path].decode()
    assert '<p class="fr-logo" lang="fr" dir="ltr">Préfet<br>de l’Exemple</p>' in page
    assert f'{theme().stylesheet}">' in page
    assert "fr-accordion" not in page


def test_the_page_for_those_astray_finds_its_sheet_however_deep_the_path() -> None:
    page = build_site(SHOWN, theme())["404.html"].decode()
    assert f'<link rel="stylesheet" href="/affluence/{theme().stylesheet}">' in page


def test_the_page_for_the_webmaster_stays_neutral() -> None:
    assert themed()["coller.html"] == build_site(edition())["coller.html"].replace(
        release(build_site(edition())), release(themed())
    )


def release(site: dict[str, bytes]) -> bytes:
    found = re.search(rb'affluence-release" content="([^"]*)"', site["index.html"])
    assert found is not None
    return found[1]


def test_languages_are_links_with_their_code() -> None:
    page = build_site(SHOWN, theme())["index.html"].decode()
    assert '<a href="ar.html" hreflang="ar">AR - العربية</a>' in page
    assert "<strong>FR - Français</strong>" in page


def test_the_foot_leads_to_the_sites_of_the_state_and_to_what_the_law_wants() -> None:
    foot = build_site(SHOWN, theme())["ar.html"].decode().partition("<footer")[2]
    assert re.findall(r'href="([^"]*)"', foot) == [url for _, url in (*STATE_SITES, *LINKS)]
    assert "Mentions légales" in words(foot)


def test_another_theme_is_another_release() -> None:
    changed = dsfr_theme({**PACKAGE, "icons/system/link.svg": b"<svg></svg>"}, brand=BRAND)
    releases = {release(build_site(edition(), one)) for one in (None, theme(), changed)}
    assert len(releases) == 3


def test_a_suspended_site_is_sound_too() -> None:
    site = build_suspended_site(desk(languages=("fr", "ar")), date(2026, 3, 9), theme())
    assert check_site(site, theme()) == []
    assert b"fr-header" in site["ar.html"]


def test_the_list_of_platforms_has_the_same_look() -> None:
    editions = {"front": edition(), "back": edition(platform="back")}
    sites = {name: build_site(shown, theme()) for name, shown in editions.items()}
    services = {name: Service(name=shown.desk.service) for name, shown in editions.items()}
    files = join_sites(services, sites, theme()).files
    assert theme().assets.keys() <= files.keys()
    page = files["index.html"].decode()
    assert f'href="{theme().stylesheet}"' in page
    assert "fr-header" in page and page.count("<h1>") == 1
    assert "fr-header" not in join_sites(services, sites).files["index.html"].decode()


# What the web server should say


def test_the_policy_allows_the_sheets_and_fonts_of_the_same_site() -> None:
    for path in HEADERS:
        policy = themed()[path].decode()
        assert "style-src 'self' 'sha256-" in policy
        assert "font-src 'self';" in policy
        assert "script-src 'sha256-" in policy


@pytest.mark.parametrize("path", HEADERS)
def test_only_files_whose_name_changes_with_their_content_are_kept_for_ever(path: str) -> None:
    sample = themed()[path].decode()
    assert sample.count("no-cache") == 1
    assert sample.count("max-age=31536000, immutable") == 1
    (pattern,) = re.findall(r'(?:location ~|FilesMatch) "(.*?)"', sample)
    kept = {name for name in themed() if re.search(pattern, name)}
    assert kept == theme().assets.keys()


# What must not be delivered


def spoilt(path: str, old: bytes, new: bytes) -> dict[str, bytes]:
    site = build_site(SHOWN, theme())
    assert old in site[path]
    return relisted({**site, path: site[path].replace(old, new, 1)})


SHEET = theme().stylesheet
ICON = next(path for path in theme().assets if path.endswith(".svg"))
FONT = next(path for path in theme().assets if path.endswith(".woff2"))


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        (SHEET, b"url(Marianne-Bold", b"url(Marianne-Gras", "leads nowhere within the site"),
        (SHEET, b"url(Marianne-Bold", b"url(../index.html?", "leads nowhere within the site"),
        (SHEET, b"url(Marianne", b"URL( 'https://elsewhere.example/Marianne", "leads nowhere"),
        (SHEET, b"/*!", b'@import "autre.css";/*!', "refers to something outside the site"),
        (SHEET, b"/*!", b"/* https://elsewhere.example */ /*!", "outside the site"),
        (ICON, b"></svg>", b"><script>go()</script></svg>", "outside the site"),
        (ICON, b"></svg>", b'><use href="//elsewhere.example/a"/></svg>', "outside the site"),
        ("index.html", b'href="assets/dsfr', b'href="assets/autre', "leads nowhere"),
        ("404.html", b'href="/affluence/assets/dsfr', b'href="/assets/dsfr', "leads nowhere"),
        ("404.html", b'href="/affluence/assets', b'href="//www.example/assets', "leads nowhere"),
        ("index.html", b"https://info.gouv.fr", b"https://info.example", "leads nowhere"),
    ],
)
def test_a_defect_of_the_theme_is_found(path: str, old: bytes, new: bytes, problem: str) -> None:
    assert any(problem in found for found in check_site(spoilt(path, old, new), theme()))


@pytest.mark.parametrize("path", ["assets/page.html", "assets/prog.js", "assets/image.png"])
def test_only_sheets_icons_and_fonts_are_assets(path: str) -> None:
    site = relisted({**build_site(SHOWN, theme()), path: b""})
    assert f"{path} has no place in assets/" in check_site(site, theme())


def test_a_font_that_is_missing_is_found() -> None:
    site = build_site(SHOWN, theme())
    del site[FONT]
    assert any("leads nowhere" in problem for problem in check_site(relisted(site), theme()))


def test_without_its_theme_the_foot_leads_outside_the_site() -> None:
    assert any("leads nowhere" in problem for problem in check_site(build_site(SHOWN, theme())))


def test_bytes_that_are_no_text_are_refused_outside_the_theme() -> None:
    site = {**build_site(SHOWN, theme()), "police.woff2": b"\xff\xfe"}
    assert "cannot be read" in check_site(site, theme())[0]
