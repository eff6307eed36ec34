"""The managers' report, beside the simulated callers that it tells of."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from affluence.config import load
from affluence.publication.leaks import Kind as LeakKind
from affluence.publication.leaks import find_leaks
from affluence.publication.markup import parse
from affluence.report import build_report
from affluence.report.figures import MEASURES, Known, figures
from affluence.report.glance import questions
from affluence.report.hours import hours_of
from affluence.report.sheet import FEW, NOTHING, Kind, Sheet, persons, share_of_persons, shown
from affluence.report.sheets.every import every_sheet
from affluence.simulator.call import Call
from affluence.steps.leaks import confidential_of
from affluence.store import open_store

from . import desk
from .desk import CLOSED, FIRST, FRENCH, SPANS, report_files, reported, without_staffing

PARIS = ZoneInfo("Europe/Paris")
Cell = tuple[str, str]
DAYS = {1: "lundi", 4: "jeudi"}


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    return desk.sheets()


def local(call: Call) -> datetime:
    return datetime.fromtimestamp(call.offered_ms / 1000, UTC).astimezone(PARIS)


def is_open(moment: datetime) -> bool:
    minute = moment.hour * 60 + moment.minute
    within = any(start <= minute < end for start, end in SPANS)
    return within and moment.isoweekday() in DAYS and moment.date() != CLOSED


def persons_by_cell() -> dict[Cell, tuple[int, int]]:
    """Persons by the hour of their first call of a day, and those who reached nobody that day."""
    calls: dict[tuple[int, date], list[Call]] = defaultdict(list)
    for call in reported().simulation.calls:
        if call.direction == "inbound" and is_open(local(call)):
            calls[call.person, local(call).date()].append(call)
    found: dict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for made in calls.values():
        first = local(min(made, key=lambda call: call.offered_ms))
        reached = any(call.outcome == "answered" for call in made)
        cell = (DAYS[first.isoweekday()], f"{first.hour:02d}:00")
        count, lost = found[cell]
        found[cell] = (count + 1, lost + (not reached))
    return dict(found)


def rows_of(sheet: Sheet) -> list[dict[str, object]]:
    names = [column.name for column in sheet.columns]
    return [dict(zip(names, row, strict=True)) for row in sheet.rows]


def test_persons_of_every_hour_are_those_who_were_simulated(sheets: dict[str, Sheet]) -> None:
    told = {
        (row["jour"], row["debut"]): (row["personnes"], row["personnes_sans_reponse"])
        for row in rows_of(sheets["heures"])
        if row["periode"] == "Toute la période"
    }
    assert told == persons_by_cell()


def test_the_hours_add_up_to_the_calls_that_were_simulated(sheets: dict[str, Sheet]) -> None:
    made = sum(
        call.direction == "inbound" and is_open(local(call)) for call in reported().simulation.calls
    )
    whole = [row for row in rows_of(sheets["heures"]) if row["periode"] == "Toute la période"]
    assert sum(int(str(row["appels"])) for row in whole) == made


def test_months_and_newest_weeks_are_parts_of_the_whole(sheets: dict[str, Sheet]) -> None:
    rows = rows_of(sheets["heures"])
    names = list(dict.fromkeys(row["periode"] for row in rows))
    assert names == [
        "Toute la période",
        "La dernière semaine",
        "4\u00a0dernières semaines",
        "octobre 2026",
        "septembre 2026",
    ]
    calls = {
        name: sum(int(str(row["appels"])) for row in rows if row["periode"] == name)
        for name in names
    }
    assert calls["octobre 2026"] + calls["septembre 2026"] == calls["Toute la période"]
    assert calls["La dernière semaine"] < calls["4\u00a0dernières semaines"]


def test_weeks_add_up_and_name_the_closure(sheets: dict[str, Sheet]) -> None:
    rows = rows_of(sheets["semaines"])
    assert rows[0]["lundi"] == FIRST
    assert len(rows) == 8
    total = sum(count for count, _ in persons_by_cell().values())
    assert sum(int(str(row["personnes"])) for row in rows) == total
    closed = [row for row in rows if "Travaux & <peinture>" in str(row["jours_particuliers"])]
    assert [row["lundi"] for row in closed] == [date(2026, 10, 5)]


def test_lines_of_the_files_are_all_accounted_for(sheets: dict[str, Sheet]) -> None:
    for row in rows_of(sheets["fichiers"]):
        fates = ("appels", "reunies", "doublons", "ignorees", "rejetees")
        assert row["lignes"] == sum(int(str(row[fate])) for fate in fates)


def test_outcomes_add_up_to_all_calls(sheets: dict[str, Sheet]) -> None:
    *outcomes, total = sheets["issues"].column("appels")
    assert sum(int(str(count)) for count in outcomes) == total


def test_who_fails_and_calls_again_is_counted_step_by_step(sheets: dict[str, Sheet]) -> None:
    chains: dict[tuple[int, date], list[Call]] = defaultdict(list)
    for call in sorted(reported().simulation.calls, key=lambda call: call.offered_ms):
        if call.direction == "inbound":
            chains[call.person, local(call).date()].append(call)
    persons, again, failed = 0, 0, dict.fromkeys((1, 2, 3), 0)
    for calls in chains.values():
        while_open = [call for call in calls if is_open(local(call))]
        persons += bool(while_open)
        for nth, call in enumerate(while_open, start=1):
            failed[min(nth, 3)] += call.outcome != "answered"
        if while_open and while_open[0].outcome != "answered":
            # Who calls during the lunch break has called again, though nobody could answer.
            later = calls[calls.index(while_open[0]) + 1 :]
            again += any(local(call).hour < SPANS[-1][1] // 60 for call in later)
    counts = sheets["chaine_des_rappels"].column("nombre")
    assert counts[:3] == [persons, failed[1], again]
    assert counts[3::2] == [failed[2], failed[3]]


def test_one_agent_more_is_told_on_the_first_screen_as_the_trials_have_it() -> None:
    facts = reported().facts
    assert facts.staffing is not None
    today, more = (
        next(t for t in facts.staffing.trials if (t.change.agents, t.change.lines) == change)
        for change in ((0, 0), (1, 0))
    )
    gain = round(more.reached) - round(today.reached)
    assert gain > 0
    how_many, when, what_it_takes = questions(facts, hours_of(facts), FRENCH)
    assert f"{gain}\u00a0personnes de plus par semaine" in what_it_takes.answers[1]
    assert when.answers[0].startswith("Lundi de 9\u00a0h à 10\u00a0h\u00a0: ")
    total, lost = (sum(each) for each in zip(*persons_by_cell().values(), strict=True))
    assert f"{lost} personnes sur {shown(total, Kind.COUNT, FRENCH)} n’ont" in how_many.answers[1]


def test_what_the_target_takes_is_told_in_hours_of_agents() -> None:
    """Three agents on two days of two hours make twelve hours today."""
    facts = reported().facts
    assert facts.staffing is not None
    agents = {
        (row.weekday, row.start_min): row.advice.advised.agents for row in facts.staffing.plan.rows
    }
    needed = agents[1, 540] + agents[1, 840] + agents[4, 540] + agents[4, 840]
    assert agents[1, 540] == max(agents.values())
    assert questions(facts, hours_of(facts), FRENCH)[2].answers[0].replace("\u00a0", " ") == (
        "Pour que 90 % des personnes joignent un agent à toute heure, sous la charge prévue :"
        f" {needed} heures d’agent par semaine au lieu de 12, au plus {agents[1, 540]} agents à la"
        " fois (lundi de 9 h à 10 h)."
    )


def test_rates_of_lines_are_told_with_the_seconds_that_make_them(sheets: dict[str, Sheet]) -> None:
    rows = [row for row in rows_of(sheets["heures"]) if row["periode"] == "Toute la période"]

    def summed(name: str) -> float:
        return sum(float(str(row[name])) for row in rows)

    busy, occupied = reported().facts.indicators.lines
    assert (summed("toutes_prises_s"), summed("ouverture_s")) == pytest.approx(
        (busy.numerator, busy.denominator)
    )
    assert (summed("occupation_s"), summed("service_s")) == pytest.approx(
        (occupied.numerator, occupied.denominator)
    )
    for row in rows:
        share = float(str(row["toutes_prises_s"])) / float(str(row["ouverture_s"]))
        assert row["mesure_full"] == pytest.approx(share)
    # Mondays from nine to ten, of eight weeks.
    assert rows[0]["ouverture_s"] == 8 * 3600


def test_the_model_of_today_gives_about_what_was_measured() -> None:
    staffing = reported().facts.staffing
    assert staffing is not None
    today = staffing.trials[0]
    total, lost = (sum(each) for each in zip(*persons_by_cell().values(), strict=True))
    assert today.reached / today.persons == pytest.approx(1 - lost / total, abs=0.06)


def test_more_agents_and_lines_never_do_worse() -> None:
    staffing = reported().facts.staffing
    assert staffing is not None
    reached = {
        (trial.change.agents, trial.change.lines): trial.reached
        for trial in staffing.trials
        if trial.change.handling == 1 and not trial.change.moved_share
    }
    assert len(reached) == 36
    for (agents, lines), count in reached.items():
        if (agents + 1, lines) in reached and agents + 1 <= lines + 1:
            assert reached[agents + 1, lines] >= count - 1e-9


def test_a_few_persons_are_hidden_and_so_is_what_would_tell_them() -> None:
    assert [persons(count) for count in (None, 0, 1, 4, 5)] == [None, 0, FEW, FEW, 5]
    assert share_of_persons(4, 100) is FEW
    assert share_of_persons(97, 100) is FEW  # the others are three
    assert share_of_persons(0, 4) is FEW
    assert share_of_persons(5, 10) == 0.5
    assert shown(FEW, Kind.COUNT, FRENCH) == "moins de 5"
    known = Known(lines=True, refusals=True, answers=True, callers=True)
    found = figures(cell_of(gave_up=3, intents=40, abandoned=0, unanswered=0, busy=0), known)
    assert found["lost"] is FEW
    assert found["persons"] == 5.0  # 40 in 8 hours
    assert found["wait"] == 10.0


def cell_of(**sums: float) -> dict[str, float]:
    """Eight hours of a cell: what is not given is 40, or 10 % of the time."""
    counts = ("attempts", "answered", "abandoned", "unanswered", "busy", "waits", "intents")
    open_s = 8 * 3600.0
    return {
        **dict.fromkeys((*counts, "first_attempts", "first_busy", "gave_up"), 40.0),
        "open_s": open_s,
        "line_open_s": 4 * open_s,
        "wait_answered_s": 400.0,
        "full_open_s": 0.1 * open_s,
        "held_open_s": 2 * open_s,
        **sums,
    }


def test_reach_is_what_the_design_says() -> None:
    known = Known(lines=True, refusals=True, answers=True, callers=True)
    cell = cell_of(answered=60, abandoned=15, unanswered=5, first_attempts=100, first_busy=20)
    assert figures(cell, known)["reach"] == pytest.approx((1 - 0.2) * 0.75)
    unrefused = replace(known, refusals=False)
    assert figures(cell, unrefused)["reach"] == pytest.approx((1 - 0.1) * 0.75)
    unanswered = replace(known, answers=False)
    assert figures(cell, unanswered)["reach"] == pytest.approx(1 - 0.2)


def test_what_is_not_recorded_is_not_measured_never_zero() -> None:
    known = Known(lines=False, refusals=False, answers=False, callers=False)
    found = figures(cell_of(), known)
    assert found["attempts"] == 5.0
    assert {name for name, value in found.items() if value is None} == {
        measure.key for measure in MEASURES
    } - {"attempts"}


def test_of_an_hour_that_was_never_seen_there_is_nothing_to_tell() -> None:
    known = Known(lines=True, refusals=True, answers=True, callers=True)
    assert set(figures(dict.fromkeys(cell_of(), 0.0), known).values()) == {NOTHING}


def test_no_table_holds_a_number_of_one_to_four_persons(sheets: dict[str, Sheet]) -> None:
    of_persons = {
        "heures": ("personnes", "personnes_sans_reponse"),
        "semaines": ("personnes", "sans_reponse"),
        "rappels": ("echecs", "rappels"),
        "delais_de_rappel": ("rappels",),
        "chaine_des_rappels": ("nombre",),
        "demandes": ("demandes",),
    }
    hidden = 0
    for key, columns in of_persons.items():
        for name in columns:
            values = sheets[key].column(name)
            hidden += values.count(FEW)
            assert not any(isinstance(value, int) and 0 < value < 5 for value in values)
    assert hidden > 0


def test_the_first_screen_does_not_say_never_of_a_few() -> None:
    """Twenty cells with four lost persons each are eighty, though each of them is hidden."""
    facts = reported().facts
    measured = hours_of(facts)

    def when(lost: int) -> str:
        cells = {
            period: tuple({**cell, "gave_up": lost} for cell in cells)
            for period, cells in measured.cells.items()
        }
        return questions(facts, replace(measured, cells=cells), FRENCH)[1].answers[0]

    assert when(4).startswith("Moins de 5")
    assert when(0).startswith("Jamais")


def test_where_no_advice_can_be_given_the_pages_say_why() -> None:
    made = build_report(without_staffing(), "fr")
    for page in ("index.html", "effectifs.html"):
        assert "how long calls last is unknown" in made[page].decode()
    assert b"<table" not in made["effectifs.html"]


def test_refusals_that_no_record_keeps_are_named_among_the_blind_spots() -> None:
    facts = reported().facts
    silent = replace(facts, indicators=replace(facts.indicators, refusals_recorded=False))
    rows = rows_of(every_sheet(silent, hours_of(silent), FRENCH)["angles_morts"])
    named = [row for row in rows if row["quoi"] == "Appels refusés"]
    assert len(named) == 1
    assert named[0]["nombre"] is None


def test_the_same_facts_give_the_same_bytes() -> None:
    assert build_report(reported().facts, "fr") == report_files()


def test_names_cannot_break_a_page() -> None:
    for path, content in report_files().items():
        if path.endswith(".html"):
            assert b"<d\xe2\x80\x99essai>" not in content
            assert b"<peinture>" not in content
            assert not parse(content.decode())[1]


def test_every_csv_has_the_names_and_the_rows_of_its_table(sheets: dict[str, Sheet]) -> None:
    for key, sheet in sheets.items():
        header, *rows = csv.reader(io.StringIO(report_files()[f"csv/{key}.csv"].decode()))
        assert header == [column.name for column in sheet.columns]
        assert len(rows) == len(sheet.rows)


def test_nothing_of_a_person_is_in_any_file() -> None:
    """No number, no pseudonym, no key, no path: all that is found is that it is the report."""
    config = load(reported().config)
    ours = {path: body for path, body in report_files().items() if "plotly" not in path}
    with open_store(config.state.folder, config.state.keys_folder) as store:
        leaks = find_leaks(ours, confidential_of(config, store), store.pseudonyms_among)
    # Rows of figures look like telephone numbers: those that called are looked for instead.
    of_kind = {kind: {leak.path for leak in leaks if leak.kind == kind} for kind in LeakKind}
    assert of_kind[LeakKind.REPORT] == {path for path in ours if path.endswith(".html")}
    others = set(LeakKind) - {LeakKind.REPORT, LeakKind.PHONE}
    assert not any(of_kind[kind] for kind in others)
    packed = [path.read_bytes() for path in (reported().config.parent / "cdr").iterdir()]
    records = b"".join(map(gzip.decompress, packed)).decode()
    callers = {number.lstrip("0") for number in re.findall(r'"(0\d{9})"', records)} - {"199001234"}
    assert len(callers) > 500
    for path, body in ours.items():
        digits = set(re.findall(r"\d+", _readable(path, body)))
        found = {run[at : at + 9] for run in digits for at in range(len(run) - 8)}
        assert not found & callers, path


def _readable(path: str, body: bytes) -> str:
    if not path.endswith(".xlsx"):
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())
