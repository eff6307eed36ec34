"""Languages of the page: complete catalogues, the right direction, nothing left in French."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from affluence.errors import RefusedPublicationError
from affluence.publication import language as languages
from affluence.publication.checked_site import check_site
from affluence.publication.edition import Closure, DayAhead, LeftOut, PastForecasts
from affluence.publication.language import (
    Language,
    available,
    problems,
    read_catalogue,
    read_template,
)
from affluence.publication.site import build_site
from affluence.publication.wording import LEVELS, Words
from affluence.steps.edition import build_checked_site

from .catalogues import extract, placeholders
from .editions import DRAWN, STATES, edition
from .reading import words

OTHERS = available()[1:]
FULL = edition(
    languages=available(),
    left_out=(
        LeftOut(day=date(2026, 2, 2), reason="public_holiday", label="Lundi de Pâques"),
        LeftOut(day=date(2026, 2, 4), reason="odd_day", factor=2.5),
    ),
    closures=(Closure(first=date(2026, 3, 9), last=date(2026, 3, 10), label="Travaux"),),
    days_ahead=(DayAhead(day=date(2026, 3, 11), kinds=("after_closure",), demand_factor=1.22),),
    past_forecasts=PastForecasts(error=0.15, error_of_mean=0.18, are_better=True),
)

MONDAYS = {
    "fr": "lundi",
    "en": "Monday",
    "ar": "الاثنين",
    "es": "lunes",
    "pt": "segunda-feira",
    "tr": "Pazartesi",
    "ru": "понедельник",
    "uk": "понеділок",
    "fa": "دوشنبه",
    "ps": "دونۍ",
    "zh": "星期一",
}


@cache
def _full_site() -> dict[str, bytes]:
    return build_site(FULL)


def full_site() -> dict[str, bytes]:
    """The site of `FULL`, in all languages; a test may spoil its own."""
    return dict(_full_site())


def test_the_template_holds_every_message_of_the_page() -> None:
    """If not: `python -m tests.publication.catalogues`, then translate."""
    assert {message.id for message in extract()} == {message.id for message in read_template()}


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_is_complete_and_keeps_the_placeholders(code: str) -> None:
    assert problems(code, reviewed=True) == []
    for message in read_catalogue(code):
        if not message.id:
            continue
        french = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        wanted = placeholders(french[-1])
        for said in strings:
            # « one line » may leave its number out, never anything else.
            assert placeholders(str(said)) | {"number"} == wanted | {"number"}, message.id


def test_a_missing_or_doubtful_message_keeps_a_language_from_the_site(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = read_catalogue("en")
    catalogue["Calme"].flags.add("fuzzy")
    del catalogue["Heure"]
    monkeypatch.setattr(languages, "read_catalogue", lambda _code: catalogue)
    (problem,) = problems("en", reviewed=True)
    assert "langue « en » : il manque 2 messages" in str(problem)
    assert "language 'en': 2 of " in str(problem)
    with pytest.raises(RefusedPublicationError, match="2 of"):
        build_checked_site(edition(languages=("fr", "en")))


@pytest.mark.parametrize("code", OTHERS)
def test_a_draft_is_built_only_once_somebody_has_read_it(code: str) -> None:
    status = read_catalogue(code).header_comment
    assert ("Status: draft" in status) != ("Status: part of the product" in status)
    unread = problems(code, reviewed=False)
    if "Status: part of the product" in status:
        assert unread == []
    else:
        assert len(unread) == 1 and f"language '{code}' is a draft" in unread[0].english
        with pytest.raises(RefusedPublicationError, match="is a draft"):
            build_checked_site(edition(languages=("fr", code)))
        build_checked_site(edition(languages=("fr", code), reviewed=(code,)))


def test_a_language_without_catalogue_is_refused_by_name() -> None:
    with pytest.raises(RefusedPublicationError, match="language 'xx' has no catalogue"):
        build_checked_site(edition(languages=("fr", "xx")))


def test_only_named_languages_are_built_and_linked() -> None:
    site = build_site(edition(languages=("fr", "ar")))
    pages = {path for path in site if path.endswith(".html") and "-" not in path}
    french = {"index.html", "simple.html", "affiche.html", "fragment.html", "integrer.html"}
    assert pages == {*french, "coller.html", "404.html", "ar.html"}
    assert {"simple-ar.html", "affiche-ar.html", "integrer-ar.html"} < set(site)
    assert b'<a href="ar.html" hreflang="ar">' in site["index.html"]
    assert b'<a href="index.html" hreflang="fr">' in site["ar.html"]
    assert b"English" not in site["index.html"]


def test_a_site_in_one_language_links_to_none() -> None:
    assert b"langues" not in build_site(edition())["index.html"].split(b"</style>")[1]


def test_all_pages_pass_the_check_of_the_site() -> None:
    assert check_site(full_site()) == []


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_of_a_page_is_left_in_french(code: str) -> None:
    page = words(full_site()[f"{code}.html"].decode())
    for message in read_template():
        if message.id:
            french = message.id if isinstance(message.id, str) else message.id[0]
            longest = max(re.split(r"\{\w+\}", french), key=len).strip(" :;.,\u00a0")
            if len(longest) > 12:
                assert longest not in page


@pytest.mark.parametrize("code", OTHERS)
def test_french_names_are_marked_as_french(code: str) -> None:
    page = full_site()[f"{code}.html"].decode()
    for name in (FULL.desk.service, "Lundi de Pâques", "Travaux"):
        assert f'<bdi lang="fr">{name}</bdi>' in page


@pytest.mark.parametrize("code", OTHERS)
def test_levels_are_those_that_were_drawn(code: str) -> None:
    page = build_site(edition(languages=("fr", code)))[f"{code}.html"].decode()
    said = Words(Language(code))
    cells = re.findall(r'<td class="\w+"><svg.*?</svg><span class="mot">(.*?)</span>', page)
    drawn = [said.level(STATES[letter]) for line in DRAWN for letter in line]
    assert [cell.replace("\u00ad", "") for cell in cells] == drawn


def test_the_levels_of_a_language_differ() -> None:
    for code in available():
        said = Words(Language(code))
        assert len({said.level(state) for state in LEVELS}) == len(LEVELS)


def test_arabic_is_written_from_right_to_left_and_its_figures_are_not() -> None:
    page = full_site()["ar.html"].decode()
    assert '<html lang="ar" dir="rtl" ' in page
    number = "01 99 00 12 34".replace(" ", "\u00a0")
    assert f'<bdi dir="ltr">{number}</bdi>' in page
    assert '<bdi dir="ltr">9:00\u00a0– 10:00</bdi>' in page
    assert re.search(r'<bdi dir="ltr">\d+%</bdi>', page)
    assert not re.search("[٠-٩۰-۹]", page)


@pytest.mark.parametrize(
    ("weeks", "said"), [(1, "أسبوع واحد"), (2, "أسبوعان"), (8, "8 أسابيع"), (13, "13 أسبوعًا")]
)
def test_arabic_counts_in_its_own_forms(weeks: int, said: str) -> None:
    page = build_site(edition(languages=("fr", "ar"), weeks=weeks))["ar.html"].decode()
    assert f"{said.replace(' ', chr(0xA0), 1) if weeks > 2 else said})" in page


def test_weeks_begin_on_monday_and_days_have_24_hours_in_every_language() -> None:
    for code in available():
        said = Words(Language(code))
        assert said.day(1) == MONDAYS[code]
        assert said.clock(16 * 60 + 30) in {"16\u00a0h\u00a030", "16:30"}


def test_names_of_days_do_not_depend_on_what_was_asked_before() -> None:
    """Babel 2.18 spoils stand-alone names of a language by those of another (its issue 1234)."""
    program = (
        "import sys; from affluence.publication.language import Language;"
        "from affluence.publication.wording import Words;"
        "print(*(Words(Language(code)).day(day) for code in sys.argv[1:] for day in range(1, 8)))"
    )

    def told(*codes: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", program, *codes],
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        return done.stdout.split()

    alone = {code: told(code) for code in available()}
    together = list(available())
    random.Random(1).shuffle(together)
    assert told(*together) == [day for code in together for day in alone[code]]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('dir="rtl"', 'dir="ltr"', "ar.html: the page is not written rtl"),
        ('<html lang="ar"', '<html lang="en"', "ar.html: the language of the page is not 'ar'"),
        ('<a href="tel:+33199001234"><bdi dir="ltr">', '<a href="tel:+33199001234"><bdi>',
         "ar.html: a telephone number is not isolated"),
        ("هادئ نسبيًا</span></td>", "هادئ</span></td>", "the page and the data differ in level"),
        ('href="index.html"', 'href="fr.html"', "leads nowhere within the site"),
    ],
)  # fmt: skip
def test_a_defect_of_the_arabic_page_is_found(old: str, new: str, problem: str) -> None:
    site = full_site()
    page = site["ar.html"].decode()
    assert old in page
    site["ar.html"] = page.replace(old, new, 1).encode()
    assert any(problem in found for found in check_site(site))
