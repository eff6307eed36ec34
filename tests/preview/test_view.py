"""What the page says of an overview: the slots that change and why, reasons, several platforms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from affluence.preview.differences import Change
from affluence.preview.overview import Overview, Side
from affluence.preview.page import preview_page
from affluence.preview.view import Page, Reason, view
from affluence.publication.changes import changes_between
from affluence.publication.edition import LeftOut
from affluence.publication.markup import parse
from affluence.publication.site import build_site
from affluence.steps.status import PlatformStatus, Status
from affluence.store.publications import Release
from affluence.store.runs import Run
from tests.publication.editions import drawn, edition, hours

PLATFORM = edition().desk.platform
SUNDAY = date(2026, 3, 8)
WRITTEN = datetime(2026, 3, 9, 6, 1, tzinfo=UTC)
SECRETS = {"form_secret": "f", "frame_secret": "s"}
CLOCKS = ((9 * 60, 10 * 60), (13 * 60 + 30, 14 * 60 + 30))
OLD = edition(week=drawn(["tbact", "bbbcc"], CLOCKS), recommended=hours((3, 540, 600)))
NEW = edition(
    week=drawn(["bbact", "bbbca"], CLOCKS),
    recommended=hours((3, 540, 600), (4, 810, 870)),
    left_out=(LeftOut(day=date(2026, 3, 4), reason="closure", label="travaux"),),
)
REFUSED = """publication refused:
  - 62% des niveaux changent d’un coup
    62% of the levels change at once
  - the number +33 1 stands in no page"""


def overview(message: str = "", **values: object) -> Overview:
    """A release waits that changes two cells and the recommended hours."""
    files = [build_site(shown) for shown in (OLD, NEW)]
    platform = PlatformStatus(
        service="Accueil",
        last_record_at=WRITTEN,
        week=SUNDAY,
        valid_until=SUNDAY,
        withdrawn=None,
        held_back=False,
    )
    status = Status(
        platforms={PLATFORM: platform},
        release="2026-W09-aaaaaa",
        published_at=WRITTEN,
        waiting=Release(
            release="2026-W10-bbbbbb", built_at=WRITTEN, weeks={PLATFORM: SUNDAY}, state="waiting"
        ),
        last_run=Run(began_at=WRITTEN, outcome="refused", message=message),
        next_weekly_run=WRITTEN,
        warnings=("desk: no table is published",),
    )
    made = Overview(
        status=status,
        old=Side(release="2026-W09-aaaaaa", weeks={}, files=files[0]),
        new=Side(release="2026-W10-bbbbbb", weeks={PLATFORM: SUNDAY}, files=files[1]),
        changes=changes_between(*files),
        earlier="2026-W08-cccccc",
        zones={PLATFORM: "Europe/Paris"},
        accounts={PLATFORM: {"lines": 41509, "rejected": 12}},
        late=[],
    )
    return replace(made, **values)  # type: ignore[arg-type]  # fields by their names


def seen(made: Overview) -> Page:
    return view(made, "secret")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_slots_that_change_say_from_what_to_what_and_why() -> None:
    first, second = seen(overview()).levels
    assert plain(first.what) == "lundi de 9 h à 10 h"
    assert (first.before, first.after) == ("Très chargé", "Chargé")
    assert plain(first.why).startswith("chance de joindre un agent : ")
    assert " % → " in plain(first.why)
    assert plain(second.what) == "vendredi de 13 h 30 à 14 h 30"


def test_slots_that_come_and_go_are_called_so() -> None:
    longer = build_site(edition(week=drawn(["tbact", "bbbcc", "ccccc"], (*CLOCKS, (960, 990)))))
    old, new = build_site(OLD), longer
    added = seen(overview(changes=changes_between(old, new))).levels
    assert [(row.before, row.why) for row in added] == [("–", "nouvelle case")] * 5
    gone = seen(overview(changes=changes_between(new, old))).levels
    assert [(row.after, row.why) for row in gone] == [("–", "case supprimée")] * 5


def test_recommended_hours_before_and_after() -> None:
    (row,) = seen(overview()).recommended
    assert row.what == "Accueil"
    assert plain(row.before) == "mercredi de 9 h à 10 h"
    assert plain(row.after) == "mercredi de 9 h à 10 h, jeudi de 13 h 30 à 14 h 30"


def test_what_else_changes_has_french_names_and_dates() -> None:
    assert Change("Jours laissés de côté", "–", "04/03/2026") in seen(overview()).around


def test_days_left_out_and_rejected_lines() -> None:
    (quality,) = seen(overview()).quality
    assert quality.left_out == ("mercredi 4 mars 2026 (fermeture\u00a0: travaux)",)
    said = {fact.name: plain(fact.said[0]) for fact in quality.facts}
    assert said["Lignes rejetées"].startswith("12, soit 0,0 %")
    assert said["Dernier appel enregistré"] == "lundi 9 mars 2026 à 7 h 01"  # where the desk is


def test_reasons_are_french_where_there_is_french() -> None:
    reasons = seen(overview(REFUSED)).reasons
    assert reasons == (
        Reason("62% des niveaux changent d’un coup", "62% of the levels change at once"),
        Reason("", "the number +33 1 stands in no page"),
    )
    page = preview_page(overview(REFUSED), None, **SECRETS).decode()
    assert "<li>62% des niveaux changent d’un coup</li>" in page
    assert '<span lang="en">the number +33 1 stands in no page</span>' in page


def test_several_platforms_are_told_apart() -> None:
    one = overview()
    front = replace(one.status.platforms[PLATFORM], service="Standard")
    both = {PLATFORM: one.status.platforms[PLATFORM], "front": front}
    page = seen(
        replace(
            one,
            status=replace(one.status, platforms=both),
            zones=dict.fromkeys(both, "Europe/Paris"),
            accounts=dict.fromkeys(both, one.accounts[PLATFORM]),
        )
    )
    assert plain(page.levels[0].what) == "Accueil : lundi de 9 h à 10 h"
    assert [plain(week) for week in page.waiting[1].said] == [
        "Accueil : du lundi 2 mars 2026 au dimanche 8 mars 2026",
        "Standard : sans tableau (numéro et horaires seulement)",
    ]


def test_names_of_others_are_escaped() -> None:
    status = overview().status
    platform = replace(status.platforms[PLATFORM], withdrawn="<script>alert(1)</script>")
    made = overview(status=replace(status, platforms={PLATFORM: platform}))
    page = preview_page(made, None, **SECRETS).decode()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert parse(page)[1] == ()  # every tag is closed where it should be
