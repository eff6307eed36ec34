"""Sites of several platforms joined: the list before them, in every language, and their data."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache

import pytest

from affluence.publication.checked_portal import check_portal
from affluence.publication.checked_site import check_site
from affluence.publication.language import Language
from affluence.publication.portal import Portal, Service, join_sites
from affluence.publication.site import build_site, build_suspended_site
from tests.browser import NEEDS_CHROMIUM, axe_violations, chromium

from .editions import PHONE, desk, drawn, edition
from .reading import words
from .serving import headers_of, served

Files = Mapping[str, bytes]

# Their order of an index in French: by department, whatever the small words and the accents.
NAMES = {
    "ain": "Préfecture de l’Ain",
    "allier": "Préfecture de l’Allier",
    "ardeche": "Préfecture d’Ardèche",
    "cantal": "Préfecture du Cantal",
    "drome": "Préfecture de la Drôme",
    "isere": "Préfecture de l’Isère",
}
SERVICES = {
    "paris": Service(name="Préfecture de police", group="Île-de-France"),
    **{name: Service(name=said, group="Auvergne") for name, said in reversed(NAMES.items())},
    "ministere": Service(name="Ministère"),
}


@cache
def sites() -> dict[str, Files]:
    """Of each kind one; the Isère has never had a table."""
    of = {name: {"platform": name, "service": each.name} for name, each in SERVICES.items()}
    busy = {"week": drawn(["ttttt"] * 7), "anything_quiet": False}
    return {
        "paris": build_site(edition(**of["paris"], languages=("fr", "ar"))),
        "ain": build_site(edition(**of["ain"], valid_until=date(2026, 3, 8))),
        "allier": build_suspended_site(desk(**of["allier"]), date(2026, 3, 9)),
        "ardeche": build_site(edition(**of["ardeche"], **busy)),
        "cantal": build_site(edition(**of["cantal"], week=drawn(["ccccc"] * 7), to_avoid=())),
        "drome": build_site(
            edition(**of["drome"], week=drawn(["?????"] * 7), recommended=(), to_avoid=())
        ),
        "ministere": build_site(edition(**of["ministere"])),
    }


@cache
def joined() -> Portal:
    return join_sites(SERVICES, sites())


def numbered(count: int) -> dict[str, Service]:
    return {f"p{number}": Service(name=f"Préfecture n° {number}") for number in range(count)}


@cache
def long() -> Portal:
    """So many services that one may search among them."""
    services = numbered(14)
    site = sites()["ministere"]
    return join_sites(services | SERVICES, dict.fromkeys(services, site) | sites())


def page(path: str = "index.html") -> str:
    return joined().files[path].decode()


def row(name: str) -> str:
    """What is said of a service, in French."""
    said = words("<" + page().partition(f">{name}<")[2].partition("</li>")[0])
    return said.replace("\u00a0", " ")


def test_a_single_platform_has_no_list() -> None:
    only = {"ministere": sites()["ministere"]}
    assert join_sites({"ministere": SERVICES["ministere"]}, only).files == only["ministere"]


def test_services_stand_under_their_groups_in_the_order_of_an_index() -> None:
    said = [text for text in words(page()).splitlines() if text]
    order = ["Ministère", "Auvergne", *NAMES.values(), "Île-de-France", "Préfecture de police"]
    positions = [words(page()).index(name) for name in order]
    assert positions == sorted(positions), said


def test_each_row_says_when_to_call_or_why_it_cannot() -> None:
    assert "mardi de 14 h à 16 h 30" in row("Préfecture de police")
    assert "Tableau suspendu." in row(NAMES["allier"])
    busy = row(NAMES["ardeche"])
    assert "Aucune heure n’est vraiment calme. Les heures les moins chargées : mardi" in busy
    assert "Appelez quand vous voulez." in row(NAMES["cantal"])
    assert "pas encore assez de données" in row(NAMES["drome"])
    assert "Le tableau paraîtra" in row(NAMES["isere"])


def test_pages_for_callers_lead_back_to_the_list_in_their_language() -> None:
    shown = {"platform": "ain", "languages": ("fr", "en", "ar"), "is_listed": True}
    expected = {
        **dict.fromkeys(("index.html", "simple.html"), ("../index.html", "Tous les services")),
        **dict.fromkeys(("en.html", "simple-en.html"), ("../en.html", "All services")),
        **dict.fromkeys(("ar.html", "simple-ar.html"), ("../ar.html", "جميع المصالح")),
    }
    for site in (
        build_site(edition(**shown)),
        build_suspended_site(desk(**shown), date(2026, 3, 9)),
    ):
        assert check_site(site, is_listed=True) == []
        links = {
            path: found
            for path, body in site.items()
            for found in re.findall(r'<a href="(\.\./[^"]*)">([^<]*)</a>', body.decode())
        }
        assert links == expected
    assert "../" not in str(build_site(edition(languages=("fr", "en", "ar"))))


def test_a_link_to_the_list_that_is_missing_or_leads_elsewhere_is_found() -> None:
    alone, listed = build_site(edition()), build_site(edition(is_listed=True))
    found = 'the link to "../index.html" is missing'
    assert check_site(alone, is_listed=True) == [
        f"{path}: {found}" for path in ("index.html", "simple.html")
    ]
    leads = 'href="../index.html" leads nowhere within the site'
    assert check_site(listed) == [f"{path}: {leads}" for path in ("index.html", "simple.html")]


def test_a_table_that_is_older_says_so_in_its_row() -> None:
    assert "Valable jusqu’au dimanche 15 mars 2026" in words(page()).replace("\u00a0", " ")
    assert "Valable jusqu’au dimanche 8 mars 2026" in row(NAMES["ain"])
    assert words(page()).count("Valable jusqu’au") == 2


def test_links_keep_the_language_where_the_service_has_it() -> None:
    arabic = page("ar.html")
    assert '<html lang="ar" dir="rtl">' in arabic
    assert 'href="paris/ar.html"><bdi lang="fr">Préfecture de police</bdi>' in arabic
    assert 'href="ain/index.html" hreflang="fr"><bdi lang="fr">' in arabic
    assert 'href="isere' not in arabic
    assert 'href="paris/index.html">Préfecture de police' in page()
    assert str(Language("ar").say("Tableau suspendu")) in arabic


def test_no_number_is_on_the_list_and_its_checks_hold() -> None:
    assert check_portal(joined().files) == []
    assert check_portal(long().files) == []
    for path in ("index.html", "ar.html", "plateformes.json"):
        assert "tel:" not in page(path) and PHONE[3:] not in page(path)


@pytest.mark.parametrize(("count", "searched"), [(12, False), (13, True)])
def test_one_may_search_among_more_than_twelve_services(count: int, searched: bool) -> None:
    services = numbered(count)
    files = join_sites(services, dict.fromkeys(services, sites()["ministere"])).files
    assert ("Chercher un service" in files["index.html"].decode()) is searched
    assert check_portal(files) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('href="ain/index.html"', 'href="nulle-part.html"', "leads nowhere"),
        ("Préfecture de l’Ain", "Préfecture de l’Ain 01 99 00 12 34", "telephone number"),
        ("</main>", "<script>alert(1)</script></main>", "a script other than its own"),
        ("</main>", '<img src="https://example.org/x" alt="">', "outside the site"),
        ('lang="fr"', 'lang="de"', "language of the page"),
        ("</h1>", "</h1><h1>Encore</h1>", "2 h1 headings"),
        ('content="2026', 'content="1999', "its release"),
    ],
)
def test_each_defect_of_the_list_is_found(old: str, new: str, problem: str) -> None:
    assert old in page()
    files = {**joined().files, "index.html": page().replace(old, new, 1).encode()}
    assert any(problem in found for found in check_portal(files)), check_portal(files)


def test_all_tables_are_one_file_for_programs() -> None:
    files = joined().files
    every = list(csv.DictReader(io.StringIO(files["affluence.csv"].decode())))
    single = [
        row
        for site in sites().values()
        if "affluence.csv" in site
        for row in csv.DictReader(io.StringIO(site["affluence.csv"].decode()))
    ]
    assert every == single and {row["plateforme"] for row in every} == sites().keys() - {"allier"}
    assert files["schema.json"] == sites()["paris"]["schema.json"]


def test_the_list_is_there_for_programs() -> None:
    told = json.loads(page("plateformes.json"))["platforms"]
    by_name = {each["platform"]: each for each in told}
    assert by_name.keys() == SERVICES.keys()
    paths = [
        path
        for each in told
        for path in (*each["pages"].values(), each["csv"], each["json"])
        if path is not None
    ]
    assert set(paths) <= joined().files.keys()
    assert by_name["paris"]["pages"] == {"fr": "paris/index.html", "ar": "paris/ar.html"}
    assert by_name["paris"]["group"] == "Île-de-France" and by_name["ministere"]["group"] is None
    suspended = {name for name, each in by_name.items() if each["suspended"]}
    assert suspended == {"allier"}
    without = {name for name, each in by_name.items() if each["valid_until"] is None}
    assert without == {"allier", "isere"} and not by_name["isere"]["pages"]


def test_search_engines_are_led_to_real_tables_only() -> None:
    assert b"Disallow: /" in joined().files["robots.txt"]
    url = "https://www.example.gouv.fr/affluence/"
    names = ("paris", "allier")
    real = {
        "paris": build_site(edition(platform="paris", demonstration=False, languages=("fr", "ar"))),
        "allier": build_suspended_site(
            desk(platform="allier", demonstration=False), date(2026, 3, 9)
        ),
    }
    services = {name: Service(name=name, public_url=f"{url}{name}/") for name in names}
    files = join_sites(services, real).files
    assert f"Sitemap: {url}sitemap.xml" in files["robots.txt"].decode()
    found = re.findall("<loc>(.*?)</loc>", files["sitemap.xml"].decode())
    pages = ("index.html", "ar.html", "paris/index.html", "paris/ar.html")
    assert found == [url + path for path in pages]
    apart = services | {"allier": Service(name="allier", public_url="https://other.example.fr/")}
    assert "sitemap.xml" not in join_sites(apart, real).files


def test_one_rule_for_the_web_server_allows_what_every_page_needs() -> None:
    samples = {
        path: joined().files[path].decode() for path in ("entetes-nginx.txt", "entetes-apache.txt")
    }
    for path, sample in samples.items():
        allowed = set(re.findall(r"'sha256-[^']*'", sample))
        for name in sites():
            needed = re.findall(r"'sha256-[^']*'", joined().files[f"{name}/{path}"].decode())
            assert set(needed) < allowed


def test_the_release_changes_with_what_the_list_says() -> None:
    renamed = SERVICES | {"isere": Service(name="Isère", group="Auvergne")}
    assert join_sites(renamed, sites()).release != joined().release
    assert join_sites(SERVICES, sites()) == joined()
    assert f'content="{joined().release}"' in page()


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
def test_every_reader_finds_a_service() -> None:
    """In French and Arabic, on a small screen, under the policy that is recommended."""
    headers = headers_of(long().files["entetes-nginx.txt"].decode())
    with served(long().files, headers) as address, chromium() as browser:
        visit = browser.new_context(viewport={"width": 320, "height": 800}).new_page()
        for path in ("index.html", "ar.html"):
            visit.goto(f"{address}/{path}")
            assert axe_violations(visit) == []
            assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
        visit.goto(f"{address}/index.html")
        visit.get_by_label("Chercher un service").fill("  drome")
        assert visit.locator(".service:visible").all_inner_texts() == [NAMES["drome"]]
        visit.get_by_label("Chercher un service").fill("ile de france police")
        assert visit.locator(".service:visible").all_inner_texts() == ["Préfecture de police"]
        visit.get_by_label("Chercher un service").fill("zzz")
        assert visit.get_by_role("status").inner_text() == "Aucun service ne porte ce nom."
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(f"{address}/index.html")
        assert plain.locator(".service:visible").count() == 14 + len(SERVICES)
        assert plain.locator("input:visible").count() == 0
