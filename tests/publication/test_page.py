"""What the page tells a caller, in which words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from affluence.publication.checked_site import check_site
from affluence.publication.edition import (
    Bounds,
    Closure,
    Contact,
    DayAhead,
    LeftOut,
    Notice,
    OtherHours,
    PastForecasts,
)
from affluence.publication.site import build_site, build_suspended_site

from .editions import DRAWN, desk, drawn, edition, hours
from .reading import source, table, text, words


def said(**changes: Any) -> str:
    """The words of a page, no-break spaces made plain."""
    return text(build_site(edition(**changes))).replace("\u00a0", " ")


def test_the_answer_names_the_quiet_hours_and_those_to_avoid_with_the_words_of_the_state() -> None:
    page = said()
    assert (
        "Les heures les plus calmes (heures creuses) : mardi de 14 h à 16 h 30,"
        " mercredi de 13 h 30 à 14 h, jeudi de 14 h à 15 h." in page
    )
    assert "À éviter (heures d’affluence) : lundi de 9 h à 12 h, vendredi de 11 h à 12 h." in page


def test_hours_of_one_day_that_do_not_touch_are_joined_by_a_word() -> None:
    page = said(recommended=hours((2, 900, 960), (2, 540, 600), (2, 600, 660)))
    assert "mardi de 9 h à 11 h et de 15 h à 16 h." in page


def test_nothing_quiet_is_said_and_no_hour_is_called_quiet() -> None:
    lines = ["ttttt", "ttbtt", "tbbbt", "bttbb", "bbbtt", "tttbb", "ttt-t"]
    best = hours((2, 660, 720))
    page = said(week=drawn(lines), anything_quiet=False, recommended=best)
    assert "Aucune heure n’est vraiment calme." in page
    assert "Les heures les moins chargées : mardi de 11 h à 12 h." in page
    assert "heures creuses" not in page


def test_nothing_quiet_claims_no_more_than_what_is_measured() -> None:
    page = said(anything_quiet=False)
    assert "Aucune des heures mesurées n’est vraiment calme." in page
    assert "Pour une partie des heures, les données sont insuffisantes." in page


def test_a_week_that_is_all_quiet_needs_no_list() -> None:
    page = said(week=drawn(["ccccc"] * 6 + ["ccc-c"]), to_avoid=())
    assert "Toutes les heures d’ouverture sont des heures creuses." in page
    assert "À éviter" not in page


def test_one_unknown_hour_is_not_all_quiet() -> None:
    page = said(week=drawn(["ccccc"] * 6 + ["ccc-?"]), to_avoid=())
    assert "Toutes les heures" not in page
    assert "Pour une partie des heures, les données sont insuffisantes." in page


def test_too_little_data_is_said_and_nothing_is_advised() -> None:
    lines = ["?????"] * 6 + ["???-?"]
    site = build_site(edition(week=drawn(lines), recommended=(), to_avoid=(), anything_quiet=False))
    page = text(site)
    assert "Il n’y a pas encore assez de données pour dire quand appeler." in page
    assert "calmes" not in page and "Aucune heure" not in page
    rows = table(site, "affluence")[1:]
    assert {word for row in rows for word in row[1:]} == {"Données insuffisantes", "Fermé"}


def test_a_week_without_any_row_says_so() -> None:
    page = said(week=edition().week.clear(), recommended=(), to_avoid=(), anything_quiet=False)
    assert "Le tableau paraîtra dès qu’il y aura assez de données." in page


def test_demonstration_data_are_announced_and_real_data_are_not() -> None:
    assert "Données de démonstration" in said(demonstration=True)
    assert "Données de démonstration" not in said(demonstration=False)


def test_the_number_is_dialled_by_a_touch_and_never_mirrored() -> None:
    page = source(build_site(edition()))
    number = "01 99 00 12 34".replace(" ", "\u00a0")
    assert f'<a href="tel:+33199001234"><bdi dir="ltr">{number}</bdi></a>' in page


def test_opening_hours_group_the_days_that_are_alike() -> None:
    page = said(
        opening=hours(
            *((d, s, e) for d in (1, 2, 3, 4) for s, e in ((540, 720), (810, 990))), (5, 540, 720)
        )
    )
    assert "Du lundi au jeudi, de 9 h à 12 h et de 13 h 30 à 16 h 30" in page
    assert "Vendredi, de 9 h à 12 h" in page


def test_levels_are_told_by_what_happens_to_the_caller() -> None:
    page = said()
    assert (
        "Calme réponse probable au premier appel : au moins 9 premiers appels sur 10 aboutissent"
        " à un agent."
    ) in page
    assert "Assez calme réponse assez probable au premier appel : au moins 3 premiers" in page
    assert "Chargé plusieurs essais possibles : au moins 1 premier appel sur 2 aboutit" in page
    assert "Très chargé plusieurs essais probables : moins de 1 premier appel sur 2" in page


def test_bounds_that_are_no_simple_share_are_told_in_percent() -> None:
    page = said(bounds=Bounds(quiet=0.875, fairly_quiet=0.66, busy=0.2))
    assert "au moins 7 premiers appels sur 8" in page
    assert "au moins 66 % des premiers appels aboutissent" in page
    assert "moins de 1 premier appel sur 5" in page


def test_period_update_and_end_of_validity_are_in_full_words() -> None:
    page = said()
    assert "du lundi 5 janvier 2026 au dimanche 1er mars 2026 (calcul fondé sur 8 semaines)" in page
    assert "(calcul fondé sur 1 semaine)" in said(weeks=1)
    assert "Prochaine mise à jour : lundi 9 mars 2026." in page
    assert "Valable jusqu’au dimanche 15 mars 2026 ; après cette date, ne vous y fiez plus." in page


def left_out(count: int) -> tuple[LeftOut, ...]:
    first = date(2026, 2, 2)
    return tuple(
        LeftOut(day=first + timedelta(days=n), reason="closure", label="travaux")
        for n in range(count)
    )


def test_days_left_out_are_named_with_their_reason() -> None:
    days = (
        LeftOut(day=date(2026, 4, 6), reason="public_holiday", label="lundi de Pâques"),
        LeftOut(day=date(2026, 4, 7), reason="no_records", label=""),
    )
    page = said(left_out=days)
    assert "2 jours écartés du calcul" in page
    assert "lundi 6 avril 2026 (jour férié : lundi de Pâques)" in page
    assert "mardi 7 avril 2026 (appels non enregistrés)" in page


@pytest.mark.parametrize(("count", "folded"), [(0, False), (3, False), (4, True)])
def test_many_days_left_out_are_folded_away(count: int, *, folded: bool) -> None:
    page = source(build_site(edition(left_out=left_out(count))))
    assert (f"<summary>{count}\u00a0jours écartés" in page) is folded
    assert page.count("(fermeture\u00a0: travaux)") == count


SOON = {
    "closures": (
        Closure(first=date(2026, 3, 10), last=date(2026, 3, 11), label="Travaux"),
        Closure(first=date(2026, 5, 1), last=date(2026, 5, 1), label="fête du Travail"),
    ),
    "other_hours": (
        OtherHours(day=date(2026, 3, 12), spans=((540, 600),), label="Formation"),
        OtherHours(day=date(2026, 3, 14), spans=((540, 600), (660, 720))),
        OtherHours(day=date(2026, 4, 1), spans=((600, 720),)),
    ),
    "contact": Contact(notice=Notice(texts=(("fr", "Grève"),), until=date(2026, 3, 12))),
}
SAID_SOON = (
    "Fermetures à venir : Du mardi 10 mars 2026 au mercredi 11 mars 2026 : Travaux.",
    "Jours particuliers à venir : Jeudi 12 mars 2026 (Formation) : ouvert de 9 h à 10 h.",
    "Samedi 14 mars 2026 : ouvert de 9 h à 10 h et de 11 h à 12 h.",
    "Grève (jusqu’au jeudi 12 mars 2026)",
)
LATER = ("fête du Travail", "1er avril")
KINDS = ("index", "simple", "affiche", "fragment", "integrer")


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_sends_callers_to_a_desk_that_is_closed(kind: str) -> None:
    """What holds while the table does stands before the hours to call, wherever they are named."""
    site = build_site(edition(**SOON))
    page = words(site[f"{kind}.html"].decode()).replace("\u00a0", " ")
    best = page.index("mardi de 14 h à 16 h 30")
    assert all(page.index(said) < best for said in SAID_SOON)
    assert [page.count(said) for said in LATER] == [1 if kind == "index" else 0] * len(LATER)
    assert check_site(site) == []


@pytest.mark.parametrize("kind", ["index", "simple", "affiche"])
def test_without_a_table_every_day_that_is_unlike_the_others_is_told(kind: str) -> None:
    site = build_suspended_site(desk(**SOON), date(2026, 3, 2))
    page = words(site[f"{kind}.html"].decode()).replace("\u00a0", " ")
    closed = "Du mardi 10 mars 2026 au mercredi 11 mars 2026 : Travaux."
    assert f"Fermetures à venir : {closed} Vendredi 1er mai 2026 : fête du Travail." in page
    assert "Mercredi 1er avril 2026 : ouvert de 10 h à 12 h." in page
    assert check_site(site) == []


def test_closures_beyond_the_table_are_announced() -> None:
    ahead = (
        Closure(first=date(2026, 5, 1), last=date(2026, 5, 1), label="fête du Travail"),
        Closure(first=date(2026, 5, 14), last=date(2026, 5, 15), label=""),
    )
    page = said(closures=ahead)
    assert "Fermetures à venir Vendredi 1er mai 2026 : fête du Travail." in page
    assert "Du jeudi 14 mai 2026 au vendredi 15 mai 2026." in page
    assert "Fermetures à venir" not in said()


def test_days_ahead_say_why_and_whether_more_or_fewer_people_call() -> None:
    ahead = (
        DayAhead(day=date(2026, 3, 11), kinds=("month_start", "bridge"), demand_factor=0.81),
        DayAhead(day=date(2026, 3, 12), kinds=("after_closure",), demand_factor=1.47),
        DayAhead(day=date(2026, 3, 13), kinds=(), demand_factor=1.22),
    )
    page = said(days_ahead=ahead)
    assert (
        "Mercredi 11 mars 2026 (début du mois et pont) :"
        " environ 20 % d’appels de moins que d’habitude." in page
    )
    assert (
        "Jeudi 12 mars 2026 (lendemain de fermeture) :"
        " environ 50 % d’appels de plus que d’habitude." in page
    )
    assert "Vendredi 13 mars 2026 : environ 20 % d’appels de plus que d’habitude." in page


def test_past_forecasts_are_told_beside_the_mean() -> None:
    page = said(past_forecasts=PastForecasts(error=0.154, error_of_mean=0.186, are_better=True))
    assert "s’écartait de 15 % de la réalité (une simple moyenne : 19 %)" in page
    assert "s’écartait" not in said()


def test_the_page_says_how_much_data_a_cell_needs() -> None:
    assert "moins de 4 jours ou moins de 30 appels" in said()


def test_french_typography() -> None:
    site = build_site(edition(left_out=left_out(2)))
    page = text(site).replace(edition().desk.service, "")  # a name is written as its owner does
    assert not re.search(r"[^\u00a0]([:;?!%»]|h\b)(?=\s|$)", page)
    assert not re.search(r"«[^\u00a0]", page)
    assert "'" not in page  # typographic apostrophes only
    assert not re.search(r"\d\.\d", page)


def test_the_page_needs_no_other_file() -> None:
    page = source(build_site(edition()))
    assert page.count("<style>") == page.count("<script>") == 1
    without_vocabulary = page.replace('"https://schema.org"', "")
    assert not re.search(r"<link|<img|style=|@import|url\(|https?:", without_vocabulary)


def test_a_service_cannot_break_the_page() -> None:
    page = source(build_site(edition(service="<b>Étrangers & visas</b>")))
    assert "<h1>&lt;b&gt;Étrangers &amp; visas&lt;/b&gt;</h1>" in page


def test_all_drawn_levels_are_on_the_realistic_page() -> None:
    assert set("".join(DRAWN)) == set("cabt-?")


def test_price_notice_and_other_ways_are_said() -> None:
    contact = Contact(
        price="local",
        relay_url="https://relais.example.gouv.fr/",
        appointment_url="https://rdv.example.gouv.fr/?a=1&b=2",
        notice=Notice(texts=(("fr", "Grève"), ("en", "Strike")), until=date(2026, 3, 12)),
    )
    site = build_site(edition(contact=contact, languages=("fr", "en", "ar")))
    page = text(site).replace("\u00a0", " ")
    assert "Prix d’un appel vers un téléphone fixe" in page
    assert "Grève (jusqu’au jeudi 12 mars 2026)" in page
    assert '<a href="https://rdv.example.gouv.fr/?a=1&amp;b=2">' in source(site)
    assert "Strike (until Thursday, March 12, 2026)" in words(site["en.html"].decode())
    assert '<bdi lang="fr">Grève</bdi>' in site["ar.html"].decode()
    assert check_site(site) == []


def test_a_link_that_is_not_configured_is_refused() -> None:
    contact = Contact(online_url="https://demarches.example.gouv.fr/")
    site = build_site(edition(contact=contact))
    page = site["index.html"].replace(b"demarches.example", b"demarche.example")
    site["index.html"] = page
    assert any("leads nowhere" in problem for problem in check_site(site))
    assert any("outside the site" in problem for problem in check_site(site))


def test_another_script_is_refused() -> None:
    site = build_site(edition())
    page = site["index.html"].replace(b"now.year", b"now.years", 1)
    site["index.html"] = page
    assert any("a script other than its own" in problem for problem in check_site(site))
