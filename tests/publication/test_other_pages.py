"""The version in plain words and the poster: in Chromium, printed, and their code read by zbar."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from affluence.publication.checked_site import check_site
from affluence.publication.edition import Closure, Contact, Notice, OtherHours
from affluence.publication.language import Language, available
from affluence.publication.paths import kind_of, path_of
from affluence.publication.site import build_site
from tests.browser import NEEDS_CHROMIUM, axe_violations

from .editions import DRAWN, PHONE, drawn, edition, hours
from .page_check import expected_of, problems, visited
from .reading import LEVELS, through_an_editor, words
from .serving import served

pypdf = pytest.importorskip("pypdf")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

URL = "https://www.example.gouv.fr/affluence/"
CONTACT = Contact(public_url=URL)
ALL_DAY = tuple((hour * 60, hour * 60 + 60) for hour in range(8, 19))
EDITIONS = {
    "realistic": edition(languages=available(), contact=CONTACT),
    "little data": edition(
        languages=available(), week=drawn(["?????"] * 7), recommended=(), to_avoid=()
    ),
    "nothing quiet": edition(
        languages=available(), week=drawn(["ttttt"] * 7), anything_quiet=False
    ),
    "long week": edition(
        languages=available(),
        contact=Contact(
            public_url=URL,
            notice=Notice(texts=(("fr", "Grève des transports"),), until=date(2026, 3, 12)),
        ),
        closures=(Closure(first=date(2026, 3, 9), last=date(2026, 3, 10), label="Travaux"),),
        other_hours=(OtherHours(day=date(2026, 3, 11), spans=((540, 600),), label="Formation"),),
        week=drawn(["tba?ct"] * len(ALL_DAY), ALL_DAY),
        opening=hours(*((day, 480, 1140) for day in range(1, 7))),
    ),
}
KINDS = ("simple", "affiche")


@cache
def site(name: str) -> dict[str, bytes]:
    return build_site(EDITIONS[name])


def plain(site: dict[str, bytes], path: str) -> str:
    return words(site[path].decode()).replace("\u00a0", " ")


def test_a_path_tells_which_page_it_is() -> None:
    for code in available():
        for kind in ("", *KINDS):
            assert kind_of(path_of(kind, Language(code))) == (kind, Language(code))


def test_the_simple_version_says_when_to_call_in_three_sentences() -> None:
    said = plain(build_site(edition()), "simple.html")
    assert (
        "Appelez : mardi de 14 h à 16 h 30, mercredi de 13 h 30 à 14 h et jeudi de 14 h à 15 h."
        in said
    )
    assert "N’appelez pas : lundi de 9 h à 12 h et vendredi de 11 h à 12 h." in said
    assert "La ligne est occupée ? Rappelez plus tard." in said
    assert "Ces heures sont justes jusqu’au dimanche 15 mars 2026." in said


def test_without_data_the_simple_version_gives_no_hours() -> None:
    said = plain(build_site(EDITIONS["little data"]), "simple.html")
    assert "Il n’y a pas encore assez de données" in said
    assert "Appelez :" not in said
    assert "Ces heures sont justes" not in said  # there are none
    assert "symbole signe" not in site("little data")["simple.html"].decode()  # nor a tick


def test_the_simple_version_does_not_hide_that_nothing_is_quiet() -> None:
    said = plain(site("nothing quiet"), "simple.html")
    assert said.index("Aucune heure n’est vraiment calme.") < said.index("Appelez :")


@pytest.mark.parametrize("drawing", ["c", "?"])
def test_the_simple_version_without_hours_to_call_tells_when_the_desk_is_open(drawing: str) -> None:
    """« Appelez quand vous voulez » is not to be read as: at night."""
    week = drawn([drawing * 5] * 7)
    best = hours((2, 840, 900)) if drawing == "c" else ()
    said = plain(build_site(edition(week=week, recommended=best, to_avoid=())), "simple.html")
    assert "de 9 h à 12 h et de 13 h 30 à 16 h 30" in said


@pytest.mark.parametrize("name", EDITIONS)
def test_all_of_them_pass_the_check_of_the_site(name: str) -> None:
    assert check_site(build_site(EDITIONS[name])) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        ("simple.html", "mercredi de", "vendredi de", "simple.html: the page does not say"),
        ("affiche-ar.html", ">هادئ</span>", ">مزدحم</span>", "the page and the data differ"),
        ("simple-ar.html", 'lang="ar"', 'lang="fr"', "the language of the page is not 'ar'"),
        ("affiche.html", "</main>", "</main><script></script>", "a script other than its own"),
    ],
)  # fmt: skip
def test_a_defect_of_theirs_is_found(path: str, old: str, new: str, problem: str) -> None:
    site = build_site(EDITIONS["realistic"])
    page = site[path].decode()
    assert old in page
    site[path] = page.replace(old, new).encode()
    assert any(problem in found for found in check_site(site))


class TestInChromium:
    pytestmark = NEEDS_CHROMIUM

    @pytest.mark.parametrize("code", ["fr", "ar"])
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("name", EDITIONS)
    def test_the_check_and_axe_find_nothing(
        self, browser: Browser, name: str, kind: str, code: str
    ) -> None:
        path = path_of(kind, Language(code))
        with (
            served(site(name)) as address,
            visited(browser, f"{address}/{path}") as visit,
        ):
            assert problems(visit, expected_of(path)) == []
            assert axe_violations(visit.page) == []

    @pytest.mark.parametrize("code", ["fr", "ar"])
    @pytest.mark.parametrize("name", EDITIONS)
    def test_the_poster_is_one_sheet(self, browser: Browser, name: str, code: str) -> None:
        path = path_of("affiche", Language(code))
        with (
            served(site(name)) as address,
            visited(browser, f"{address}/{path}", width=1280) as visit,
        ):
            pdf = visit.page.pdf(format="A4", prefer_css_page_size=True)
        sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
        assert len(sheets) == 1
        assert f"0{PHONE[3:]}" in "".join(sheets[0].extract_text().split())

    @pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed")
    def test_the_code_on_the_poster_leads_to_the_page(
        self, browser: Browser, tmp_path: Path
    ) -> None:
        picture = tmp_path / "code.png"
        with (
            served(site("realistic")) as address,
            visited(browser, f"{address}/affiche.html", width=1280) as visit,
        ):
            visit.page.locator(".code svg").screenshot(path=picture)
        done = subprocess.run(
            ["zbarimg", "--quiet", "--raw", str(picture)], check=True, stdout=subprocess.PIPE
        )
        assert done.stdout.decode().strip() == URL


def test_levels_of_the_poster_are_those_of_the_page() -> None:
    site = build_site(edition())
    page, poster = (plain(site, path) for path in ("index.html", "affiche.html"))
    begin, end = "Affluence habituelle au téléphone", "Ce que veulent dire"
    table = page[page.index(begin) : page.index(end)].strip()
    assert table in poster


@pytest.mark.parametrize("name", EDITIONS)
def test_the_fragment_loses_nothing_in_an_editor(name: str) -> None:
    fragment = build_site(EDITIONS[name])["fragment.html"].decode()
    assert through_an_editor(fragment) == fragment


def test_the_fragment_says_what_the_page_says() -> None:
    site = build_site(edition())
    cells = re.findall(r'<td class="(\w+)">(.*?)</td>', site["fragment.html"].decode())
    letters = {identifier: word for word, identifier in LEVELS.values()}
    assert [word.replace("\u00ad", "") for _, word in cells] == [
        LEVELS[letter][0] for line in DRAWN for letter in line
    ]
    assert all(letters[identifier] == word.replace("\u00ad", "") for identifier, word in cells)
    said = plain(site, "fragment.html")
    assert "mardi de 14 h à 16 h 30, mercredi de 13 h 30 à 14 h et jeudi de 14 h à 15 h." in said
    assert "01 99 00 12 34" in said
    assert "Valable jusqu’au dimanche 15 mars 2026" in said
