"""Short texts: the same hours as the page, short enough, in every language."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from affluence.publication.language import Language, available
from affluence.publication.site import build_site
from affluence.publication.texts import BASIC_ALPHABET, TITLES, texts_of
from tests.browser import NEEDS_CHROMIUM

from .editions import PHONE, drawn, edition, hours

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FRENCH = Language("fr")
RIGHT_TO_LEFT = [code for code in available() if Language(code).direction == "rtl"]

# A text as a telephone shows it; then where each sign from one place to another stands, in pixels.
SHOWN = """([text, from, to]) => {
  document.body.innerHTML = '<p dir="auto" style="white-space: nowrap"></p>';
  const node = document.body.firstChild.appendChild(new Text(text));
  const range = new Range();
  return [...Array(to - from).keys()].map((nth) => {
    range.setStart(node, from + nth);
    range.setEnd(node, from + nth + 1);
    return range.getBoundingClientRect().left;
  });
}"""


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_announcement_names_the_recommended_hours() -> None:
    said = plain(texts_of(edition(), FRENCH)["ligne_occupee"])
    assert said == (
        "Toutes nos lignes sont occupées. Rappelez plutôt mardi de 14 h à 16 h 30,"
        " mercredi de 13 h 30 à 14 h et jeudi de 14 h à 15 h. Merci."
    )


def test_an_sms_holds_the_best_hours_the_number_and_until_when() -> None:
    said = plain(texts_of(edition(service="Étrangers"), FRENCH)["sms"])
    assert said == (
        "Étrangers : appelez mar. 14 h-16 h 30, mer. 13 h 30-14 h, jeu. 14 h-15 h."
        " Tél. 01 99 00 12 34. Valable jusqu'au 15/03/2026."
    )


@pytest.mark.parametrize("code", available())
@pytest.mark.parametrize("service", ["Étrangers", "S" * 60, "S" * 140])
def test_an_sms_is_one_message_or_two_where_the_letters_are_others(code: str, service: str) -> None:
    many = hours(*((day, 540, 720) for day in range(1, 7)), *((d, 810, 990) for d in range(1, 7)))
    said = texts_of(edition(service=service, recommended=many), Language(code))["sms"]
    # Of several messages six bytes of each tell which it is; other letters take two bytes.
    other = not BASIC_ALPHABET.issuperset(said)
    assert 2 * len(said) <= 2 * (140 - 6) if other else 7 * len(said) <= 8 * 140
    assert "01 99 00 12 34" in said


def test_a_french_sms_needs_no_letter_beyond_the_basic_alphabet() -> None:
    for weekday in range(1, 8):
        week = edition(service="Préfecture de l’Isère", recommended=hours((weekday, 540, 630)))
        assert set(texts_of(week, FRENCH)["sms"]) <= BASIC_ALPHABET


def test_an_sms_that_just_fits_is_whole_and_one_that_does_not_names_the_best_day() -> None:
    best_first = hours((4, 840, 900), (2, 540, 600))

    def sms(letters: int) -> str:
        wanted = edition(service="S" * letters, recommended=best_first)
        return plain(texts_of(wanted, FRENCH)["sms"])

    rest = " : appelez jeu. 14 h-15 h. Tél. 01 99 00 12 34. Valable jusqu'au 15/03/2026."
    most = 160 - len(rest)
    assert sms(most) == "S" * most + rest
    assert sms(most + 1) == "Appelez jeu. 14 h-15 h. Tél. 01 99 00 12 34."


def test_nothing_quiet_is_not_called_quiet() -> None:
    week = drawn(["ttttt"] * 7)
    texts = texts_of(edition(week=week, anything_quiet=False), FRENCH)
    assert "moins chargées" in texts["menu_vocal"]
    assert not any("calme" in text or "creuse" in text for text in texts.values())


def test_without_enough_data_the_texts_say_so() -> None:
    texts = texts_of(edition(recommended=(), to_avoid=()), FRENCH)
    assert set(texts.values()) == {"Il n’y a pas encore assez de données pour dire quand appeler."}


def test_both_files_hold_the_same_texts_of_all_languages() -> None:
    site = build_site(edition(languages=available()))
    document = json.loads(site["textes.json"])
    as_file = site["textes.txt"].decode()
    assert list(document["textes"]) == list(available())
    for texts in document["textes"].values():
        assert set(texts) == set(TITLES)
        assert all(text in as_file for text in texts.values())
        assert not any("<" in text or PHONE in text for text in texts.values())


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
@pytest.mark.parametrize("code", RIGHT_TO_LEFT)
def test_figures_of_a_text_from_right_to_left_are_not_turned_round(
    browser: Browser, code: str
) -> None:
    """The number is dialled as it stands; « 9:00-10:00/14:00-15:00 » are two spans of hours."""
    best = hours((2, 540, 600), (2, 840, 900))
    texts = texts_of(edition(service="Étrangers", recommended=best), Language(code))
    page = browser.new_page()
    for key, wanted in (
        ("sms", r"01 99 00 12 34"),
        ("sms", r"9:00-10:00/14:00-15:00"),
        ("sms", r"15/03/2026"),
        ("lettre", r"01\s99\s00\s12\s34"),
    ):
        found = re.search(wanted, texts[key])
        assert found, texts[key]
        places = page.evaluate(SHOWN, [texts[key], found.start(), found.end()])
        assert places == sorted(places), f"{key}: {wanted} is turned round"
