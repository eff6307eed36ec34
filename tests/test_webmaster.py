"""The webmaster's weeks: frozen figures, approval, one step back, withdrawal, refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from affluence import keeping, webmaster
from affluence.config import load
from affluence.errors import DecisionError, DeliveryError, RefusedPublicationError
from affluence.steps.status import next_weekly_run
from affluence.store import open_store
from affluence.webmaster_words import changes_as_text, report_as_text, status_as_text
from tests.conftest import ConfigWriter
from tests.records import day_of_records, fictional_number, record
from tests.runs import files_under, noon, publish, run

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)


def week_of_records(week: int) -> str:
    """Five days of calls."""
    days = [MONDAY + week * WEEK + timedelta(days=weekday) for weekday in range(5)]
    return "".join(
        day_of_records(str(day), 20, first=100_000 * week + 10_000 * nth + 1)
        for nth, day in enumerate(days)
    )


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """A desk with three weeks of calls, published by the clock."""
    config = small_platform()
    text = config.read_text().replace('as_of = "last-record"', 'as_of = "today"')
    config.write_text(text)
    for week in range(3):
        write(config, week)
    return config


def write(config: Path, week: int) -> None:
    (config.parent / "records" / f"week{week}.csv").write_text(week_of_records(week))


def monday_after(week: int) -> date:
    return MONDAY + (week + 1) * WEEK


def set_mode(config: Path, mode: str) -> None:
    config.write_text(
        config.read_text().replace("[publication]", f'[publication]\nmode = "{mode}"')
    )


def site(config: Path) -> dict[str, bytes]:
    return files_under(config.parent / "site")


def shown(config: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(site(config)["affluence.json"])
    return document


def known(config: Path) -> dict[str, str]:
    """State of every week of the desk by its Sunday."""
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return {str(week.last): week.state for week in store.ledger.weeks.of("desk")}


def figures_changed(config: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The frozen figures of the published week, as if they had been others."""
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        week = store.ledger.weeks.at("desk", date(2026, 3, 22))
        assert week is not None
        figures = json.loads(week.figures)
        change(figures)
        store.ledger.weeks.put(replace(week, figures=json.dumps(figures)))


def late(config: Path) -> dict[str, date]:
    """Weeks whose published figures lack records that have come since."""
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        last = store.ledger.publications.standing_week("desk")
        return {"desk": last} if last and store.ledger.lacks_records("desk", last) else {}


def grace_is_over(week: int) -> date:
    return monday_after(week) + timedelta(days=3)


# Weeks


def test_a_week_is_waited_for_until_its_records_have_come(desk: Path) -> None:
    """The last record of the third week is of its Friday morning: more may come."""
    run(desk, monday_after(2))
    assert shown(desk)["period"]["last"] == "2026-03-15"
    write(desk, 3)
    run(desk, monday_after(2) + timedelta(days=1))
    assert shown(desk)["period"]["last"] == "2026-03-22"


def test_after_the_days_of_grace_it_is_published_as_it_is(desk: Path) -> None:
    run(desk, grace_is_over(2) - timedelta(days=1))
    assert shown(desk)["period"]["last"] == "2026-03-15"
    run(desk, grace_is_over(2))
    assert shown(desk)["period"]["last"] == "2026-03-22"


def test_late_records_of_a_published_week_wait_for_the_next_or_a_correction(desk: Path) -> None:
    day = grace_is_over(2)
    run(desk, day)
    before = site(desk)
    log = desk.parent / "records" / "late.csv"
    log.write_text(day_of_records("2026-03-18", 60, first=900_001))
    report = run(desk, day)
    assert report.late == ["desk"] and report.delivered_to == []
    assert site(desk) == before
    for later in range(2):
        run(desk, day + timedelta(days=later))
        assert late(desk) == {"desk": date(2026, 3, 22)}
    assert publish(desk, day, correction=True).delivered_to == ["site"]
    assert late(desk) == {}
    old, new, changes = webmaster.diff(load(desk))
    assert (old, new) != (None, None) and old != new
    assert "affluence.json" in changes.files
    corrected = site(desk)
    assert run(desk, day).delivered_to == [] and site(desk) == corrected


def test_days_that_are_read_by_other_settings_are_not_late(desk: Path) -> None:
    """No record has come: the reason that is told is the change of settings."""
    day = grace_is_over(2)
    run(desk, day)
    before = site(desk)
    desk.write_text(desk.read_text().replace('["PJSIP/operateur-"]', '["PJSIP/operateur"]'))
    report = run(desk, day)
    assert date(2026, 3, 18) in report.days_measured["desk"]
    assert (report.late, report.read_otherwise) == ([], ["desk"])
    assert (
        "desk: read again by other settings or another version, days that are published changed"
        in report_as_text(report)
    )
    assert "late records" not in report_as_text(report)
    assert site(desk) == before
    (desk.parent / "records" / "late.csv").write_text(
        day_of_records("2026-03-18", 60, first=900_001)
    )
    report = run(desk, day)
    assert (report.late, report.read_otherwise) == (["desk"], [])


def test_a_correction_of_nothing_leaves_the_figures_frozen(desk: Path) -> None:
    day = grace_is_over(2)
    run(desk, day)
    before = site(desk)
    assert publish(desk, day, correction=True).delivered_to == []
    assert known(desk) == {"2026-03-22": "published"}
    log = desk.parent / "records" / "late.csv"
    log.write_text(day_of_records("2026-03-18", 60, first=900_001))
    report = run(desk, day)
    assert report.late == ["desk"] and report.delivered_to == []
    assert site(desk) == before


def test_nor_does_it_where_an_older_version_had_written_more(desk: Path) -> None:
    """It froze closures with the figures; they belong to the desk now."""
    day = grace_is_over(2)
    run(desk, day)
    figures_changed(desk, lambda figures: figures.update(closures_ahead=[]))
    assert publish(desk, day, correction=True).delivered_to == []
    assert known(desk) == {"2026-03-22": "published"}


def test_days_measured_again_from_the_same_records_are_not_late(desk: Path) -> None:
    day, config = grace_is_over(2), load(desk)
    run(desk, day)
    lake = config.state.folder / "lake"
    next((lake / "legs").rglob("day=2026-03-18/*.parquet")).write_bytes(b"damaged")
    keeping.repair(config, noon(day))
    report = run(desk, day)
    assert report.days_measured["desk"] and report.late == []
    assert late(desk) == {}


def test_records_of_the_week_that_follows_are_not_late(desk: Path) -> None:
    """The Sunday of the published week is measured again, for its Monday may tell more of it."""
    run(desk, grace_is_over(2))
    write(desk, 3)
    report = run(desk, monday_after(3))
    assert date(2026, 3, 22) in report.days_measured["desk"]
    assert report.late == [] and late(desk) == {}


def test_a_notice_is_published_at_once_with_the_same_figures(desk: Path) -> None:
    day = grace_is_over(2)
    run(desk, day)
    cells = shown(desk)["cells"]
    (desk.parent / "records" / "late.csv").write_text(
        day_of_records("2026-03-18", 60, first=900_001)
    )
    notice = '[platform.desk.page]\nnotice = { text = "Grève", until = 2026-04-03 }\n'
    desk.write_text(desk.read_text() + notice)
    assert run(desk, day).delivered_to == ["site"]
    assert "Grève" in site(desk)["index.html"].decode()
    assert shown(desk)["cells"] == cells


def test_a_day_that_is_closed_since_is_told_and_no_calls_are_expected_on_it(desk: Path) -> None:
    day = grace_is_over(2)
    run(desk, day)
    more_calls = [{"day": f"2026-03-{day}", "kinds": [], "demand_factor": 1.4} for day in (26, 27)]
    figures_changed(desk, lambda figures: figures.update(days_ahead=more_calls))
    closure = "[[platform.desk.opening.closures]]\nfirst = 2026-03-27\nreason = 'Travaux'\n"
    desk.write_text(desk.read_text().replace("[target.site]", f"{closure}[target.site]"))
    run(desk, day)
    page = site(desk)["index.html"].decode().replace("\u00a0", " ")
    assert "Vendredi 27 mars 2026 : Travaux." in page
    assert "Jeudi 26 mars 2026 : environ 40 % d’appels de plus" in page
    assert "Vendredi 27 mars 2026 : environ" not in page
    assert [ahead["day"] for ahead in shown(desk)["days_ahead"]] == ["2026-03-26"]
    webmaster.withdraw(load(desk), None, "", noon(day))
    assert "Vendredi 27 mars 2026 : Travaux." in (
        site(desk)["index.html"].decode().replace("\u00a0", " ")
    )


CHANGE = """
[[platform.desk.opening.changes]]
since = 2026-04-02
monday = ["10:00-12:00"]
thursday = ["10:00-12:00"]
[target.site]"""


def test_a_table_is_not_to_be_trusted_once_the_weekly_hours_have_changed(desk: Path) -> None:
    desk.write_text(desk.read_text().replace("[target.site]", CHANGE))
    run(desk, grace_is_over(2))
    before = shown(desk)
    assert before["valid_until"] == "2026-04-01"
    assert "vendredi, de 9 h à 12 h" in opening_said(desk)
    with pytest.raises(RefusedPublicationError, match="do new records still arrive"):
        run(desk, date(2026, 4, 2))
    assert shown(desk) == before
    assert opening_said(desk) == "Lundi, de 10 h à 12 h Jeudi, de 10 h à 12 h"


def test_no_first_table_of_hours_that_hold_no_longer(desk: Path) -> None:
    desk.write_text(desk.read_text().replace("[target.site]", CHANGE.replace("04-02", "03-25")))
    with pytest.raises(RefusedPublicationError) as refused:
        run(desk, grace_is_over(2) + timedelta(days=1))
    assert "heures d’ouverture ont changé le 2026-03-25" in str(refused.value)
    assert "opening hours changed on 2026-03-25" in str(refused.value)


def opening_said(config: Path) -> str:
    """When the desk is open, as the page says it."""
    page = site(config)["index.html"].decode()
    return " ".join(re.findall('<p class="ouverture">(.*?)</p>', page)).replace("\u00a0", " ")


def test_weeks_that_were_missed_are_superseded_by_the_newest(desk: Path) -> None:
    run(desk, grace_is_over(0))
    for week in (3, 4):
        write(desk, week)
    run(desk, grace_is_over(4))
    assert known(desk) == {
        "2026-03-08": "published",
        "2026-03-15": "superseded",
        "2026-03-22": "superseded",
        "2026-03-29": "superseded",
        "2026-04-05": "published",
    }


# Approval


def test_with_approval_nothing_changes_until_it_is_given(desk: Path) -> None:
    set_mode(desk, "approve")
    report = run(desk, grace_is_over(1))
    assert report.waits_for_approval and report.release is not None
    assert not (desk.parent / "site").exists()
    done = webmaster.approve(load(desk), report.release, noon(grace_is_over(1)))
    assert done.targets == ("site",)
    assert shown(desk)["period"]["last"] == "2026-03-15"
    assert not run(desk, grace_is_over(1)).waits_for_approval


def test_an_approval_lapses_when_a_newer_release_is_built(desk: Path) -> None:
    set_mode(desk, "approve")
    first = run(desk, grace_is_over(1)).release
    second = run(desk, grace_is_over(2)).release
    assert first is not None and second is not None and first != second
    with pytest.raises(DecisionError, match=f"{first} does not wait for approval, {second} does"):
        webmaster.approve(load(desk), first, noon(grace_is_over(2)))
    webmaster.approve(load(desk), second, noon(grace_is_over(2)))
    with pytest.raises(DecisionError, match="no release waits"):
        webmaster.approve(load(desk), second, noon(grace_is_over(2)))


def test_what_would_change_is_shown_before_it_is_approved(desk: Path) -> None:
    run(desk, grace_is_over(1))
    set_mode(desk, "approve")
    waiting = run(desk, grace_is_over(2)).release
    old, new, changes = webmaster.diff(load(desk))
    assert new == waiting and old != new
    text = changes_as_text(old, new, changes)
    assert "desk: period last: 2026-03-15 → 2026-03-22" in text


# One step back


def test_one_command_brings_back_what_stood_before(desk: Path) -> None:
    run(desk, grace_is_over(1))
    before = site(desk)
    run(desk, grace_is_over(2))
    after = site(desk)
    webmaster.rollback(load(desk), 1, "wrong number", noon(grace_is_over(2)))
    assert site(desk) == before
    # It stays away until a new week, or until somebody wants it.
    for later in range(4):
        assert run(desk, grace_is_over(2) + timedelta(days=later)).delivered_to == []
        assert site(desk) == before
    write(desk, 3)
    run(desk, grace_is_over(3))
    assert shown(desk)["period"]["last"] == "2026-03-29"
    webmaster.rollback(load(desk), 1, "", noon(grace_is_over(3)))
    assert site(desk) == after


def test_a_rollback_of_what_was_seen_does_nothing_once_another_release_stands(desk: Path) -> None:
    seen = run(desk, grace_is_over(1)).release
    run(desk, grace_is_over(2))
    after = site(desk)
    with pytest.raises(DecisionError, match=f"release {seen} does not stand any more"):
        webmaster.rollback(load(desk), 1, "", noon(grace_is_over(2)), seen=seen)
    assert site(desk) == after


def test_a_rollback_that_reaches_only_some_targets_is_finished_by_the_next_run(desk: Path) -> None:
    other = '[target.other]\nkind = "in-place"\nfolder = "other"\n'
    desk.write_text(desk.read_text() + other)
    run(desk, grace_is_over(1))
    before = site(desk)
    run(desk, grace_is_over(2))
    manifest = desk.parent / "other" / "manifest.json"
    hidden = manifest.rename(manifest.with_suffix(".hidden"))
    with pytest.raises(DeliveryError, match="other"):
        webmaster.rollback(load(desk), 1, "", noon(grace_is_over(2)))
    assert site(desk) == before != files_under(desk.parent / "other")
    hidden.rename(manifest)
    assert run(desk, grace_is_over(2)).delivered_to == ["other"]
    assert site(desk) == before == files_under(desk.parent / "other")


def test_publish_lifts_a_rollback(desk: Path) -> None:
    run(desk, grace_is_over(1))
    run(desk, grace_is_over(2))
    after = site(desk)
    webmaster.rollback(load(desk), 1, "", noon(grace_is_over(2)))
    publish(desk, grace_is_over(2))
    assert site(desk) == after


def test_nothing_before_the_first_release(desk: Path) -> None:
    run(desk, grace_is_over(1))
    with pytest.raises(DecisionError, match="no release to go back to"):
        webmaster.rollback(load(desk), 1, "", noon(grace_is_over(1)))
    run(desk, grace_is_over(2))
    with pytest.raises(DecisionError, match=r"2 releases back is too far: .* there are 1"):
        webmaster.rollback(load(desk), 2, "", noon(grace_is_over(2)))


def test_a_rollback_undoes_a_withdrawal(desk: Path) -> None:
    run(desk, grace_is_over(2))
    before = site(desk)
    webmaster.withdraw(load(desk), None, "", noon(grace_is_over(2)))
    webmaster.rollback(load(desk), 1, "", noon(grace_is_over(2)))
    assert site(desk) == before
    run(desk, grace_is_over(2))
    assert site(desk) == before


# Withdrawal


def test_a_withdrawn_table_leaves_number_and_hours(desk: Path) -> None:
    run(desk, grace_is_over(2))
    webmaster.withdraw(load(desk), None, "wrong number", noon(grace_is_over(2)))
    page = site(desk)["index.html"].decode()
    assert "Tableau suspendu" in page and "01\u00a099\u00a000\u00a012\u00a034" in page
    assert "<table" not in page and "affluence.csv" not in site(desk)
    write(desk, 3)
    run(desk, grace_is_over(3))
    assert "Tableau suspendu" in site(desk)["index.html"].decode()
    publish(desk, grace_is_over(3))
    assert "Tableau suspendu" not in site(desk)["index.html"].decode()


def test_what_waits_is_not_approved_after_a_withdrawal(desk: Path) -> None:
    run(desk, grace_is_over(1))
    set_mode(desk, "approve")
    waiting = run(desk, grace_is_over(2)).release
    webmaster.withdraw(load(desk), None, "wrong number", noon(grace_is_over(2)))
    with pytest.raises(DecisionError, match="no release waits"):
        webmaster.approve(load(desk), str(waiting), noon(grace_is_over(2)))
    assert "Tableau suspendu" in site(desk)["index.html"].decode()
    assert publish(desk, grace_is_over(2)).release == waiting


def test_a_table_that_grows_too_old_is_suspended_by_itself(desk: Path) -> None:
    run(desk, grace_is_over(2))
    stands = site(desk)
    for days in (12, 28):
        with pytest.raises(RefusedPublicationError, match="do new records still arrive"):
            run(desk, date(2026, 3, 22) + timedelta(days=days))
        assert site(desk) == stands
    with pytest.raises(RefusedPublicationError):
        run(desk, date(2026, 3, 22) + timedelta(days=29))
    assert "Tableau suspendu" in site(desk)["index.html"].decode()
    desk.write_text(desk.read_text().replace("+33 1 99 00 12 34", "+33 1 99 00 56 78"))
    with pytest.raises(RefusedPublicationError, match="do new records still arrive"):
        run(desk, date(2026, 3, 22) + timedelta(days=30))
    assert "01\u00a099\u00a000\u00a056\u00a078" in site(desk)["index.html"].decode()
    for week in range(3, 8):
        write(desk, week)
    run(desk, grace_is_over(7))
    assert "Tableau suspendu" not in site(desk)["index.html"].decode()


# Refusals


def test_too_few_weeks_are_refused_in_both_languages(desk: Path) -> None:
    desk.write_text(desk.read_text().replace("minimum_weeks = 1", "minimum_weeks = 3"))
    with pytest.raises(RefusedPublicationError) as refused:
        run(desk, grace_is_over(1))
    assert "2 semaine(s) d’appels seulement" in str(refused.value)
    assert "only 2 week(s) of calls" in str(refused.value)
    assert run(desk, grace_is_over(2)).delivered_to == ["site"]


def test_too_many_rejected_lines_are_refused_unless_somebody_insists(desk: Path) -> None:
    _refuse_next(desk, 2)
    with pytest.raises(RefusedPublicationError, match="of the lines of the files are rejected"):
        run(desk, grace_is_over(2))
    publish(desk, grace_is_over(2), force=True, reason="the lines are of another desk")
    assert shown(desk)["period"]["last"] == "2026-03-22"
    assert run(desk, grace_is_over(2)).delivered_to == []


def test_when_most_levels_change_a_second_week_must_say_the_same(desk: Path) -> None:
    desk.write_text(desk.read_text().replace("minimum_calls = 1", "minimum_calls = 1\nweeks = 1"))
    run(desk, grace_is_over(1))
    before = site(desk)
    _all_busy(desk, 2)
    with pytest.raises(RefusedPublicationError, match="levels change at once"):
        run(desk, grace_is_over(2))
    assert site(desk) == before
    assert known(desk)["2026-03-22"] == "held"
    _all_busy(desk, 3)
    run(desk, grace_is_over(3))
    assert shown(desk)["period"]["last"] == "2026-03-29"


def _all_busy(config: Path, week: int) -> None:
    """Every hour of every day of a week most callers are refused."""
    lines = ""
    for weekday in range(5):
        day = MONDAY + week * WEEK + timedelta(days=weekday)
        for nth in range(420):
            second = 9 * 3600 + nth * 61
            lines += record(
                1_000_000 + 100_000 * week + 1000 * weekday + nth,
                f"{day} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}",
                4,
                disposition="BUSY",
                app="Busy",
                caller=fictional_number(nth),
            )
            lines += "\n"
    (config.parent / "records" / f"week{week}.csv").write_text(lines)


def test_one_platform_that_is_refused_keeps_its_table_while_the_other_goes_on(
    desk: Path,
) -> None:
    _with_another(desk)
    run(desk, grace_is_over(1))
    before = site(desk)
    for week in range(3, 5):
        write(desk, week)
    report = run(desk, grace_is_over(4))
    assert list(report.refusals) == ["other"]
    after = site(desk)
    assert json.loads(after["desk/affluence.json"])["period"]["last"] == "2026-04-05"
    assert after["other/index.html"] == before["other/index.html"]


def _refuse_next(config: Path, week: int) -> None:
    """Records of another week come, with far too many lines that are none."""
    write(config, week)
    with (config.parent / "records" / f"week{week}.csv").open("a") as file:
        file.write('"not","a","record"\n' * 100)


def test_while_a_week_is_refused_what_stands_is_put_right_with_the_same_figures(
    desk: Path,
) -> None:
    run(desk, grace_is_over(2))
    before = shown(desk)
    _refuse_next(desk, 3)
    notice = '[platform.desk.page.notice]\ntext = "Grève"\nuntil = 2026-04-30\n'
    desk.write_text(
        desk.read_text()
        .replace("+33 1 99 00 12 34", "+33 1 99 00 56 78")
        .replace("[target.site]", f"{notice}[target.site]")
    )
    for _ in range(2):
        with pytest.raises(RefusedPublicationError, match="are rejected"):
            run(desk, grace_is_over(3))
        page = site(desk)["index.html"].decode()
        assert "Grève" in page and "01\u00a099\u00a000\u00a056\u00a078" in page
        assert shown(desk) == {**before, "phone": "+33199005678"}


def test_figures_that_do_not_stand_do_not_come_with_a_refusal(desk: Path) -> None:
    """Those of a correction that could not be delivered."""
    run(desk, grace_is_over(2))
    before = site(desk)
    figures_changed(desk, lambda figures: figures["week"][0].update(state="very_busy"))
    _refuse_next(desk, 3)
    with pytest.raises(RefusedPublicationError, match="are rejected"):
        run(desk, grace_is_over(3))
    assert site(desk) == before


def _with_another(config: Path) -> None:
    """A second platform with two weeks of calls."""
    first = config.read_text()
    section = first[first.index("[platform.desk]") : first.index("[target.site]")]
    other = section.replace("platform.desk", "platform.other").replace('"records"', '"others"')
    other = other.replace("00 12 34", "00 43 21")
    config.write_text(first.replace("[target.site]", f"{other}[target.site]"))
    (config.parent / "others").mkdir()
    (config.parent / "others" / "log.csv").write_text(week_of_records(0) + week_of_records(1))


def test_one_that_is_left_alone_and_refused_leads_to_no_list_any_more(desk: Path) -> None:
    alone = desk.read_text()
    _with_another(desk)
    run(desk, grace_is_over(1))
    assert b"../index.html" in site(desk)["desk/index.html"]
    _refuse_next(desk, 3)
    desk.write_text(alone)
    with pytest.raises(RefusedPublicationError, match="are rejected"):
        run(desk, grace_is_over(3))
    assert shown(desk)["platform"] == "desk"
    assert b"../index.html" not in site(desk)["index.html"]


def test_an_old_number_on_a_page_that_was_put_back_stops_no_other(desk: Path) -> None:
    """Nothing of the desk appears by itself after a rollback, its new number neither."""
    _with_another(desk)
    run(desk, grace_is_over(1))
    for week, name in ((2, "records"), (2, "others")):
        (desk.parent / name / "more.csv").write_text(week_of_records(week))
    run(desk, grace_is_over(2))
    webmaster.rollback(load(desk), 1, "", noon(grace_is_over(2)))
    desk.write_text(desk.read_text().replace("+33 1 99 00 12 34", "+33 1 99 00 56 78", 1))
    (desk.parent / "others" / "newest.csv").write_text(week_of_records(3))
    report = run(desk, grace_is_over(3))
    assert report.delivered_to == ["site"]
    told = {name: json.loads(site(desk)[f"{name}/affluence.json"]) for name in ("desk", "other")}
    assert told["desk"]["phone"] == "+33199001234"
    assert told["other"]["period"]["last"] == "2026-03-29"


# How it stands


def test_status_tells_what_needs_attention(desk: Path) -> None:
    settings = load(desk)
    assert "no call is on record" in status_as_text(webmaster.status(settings, noon(MONDAY)))
    run(desk, grace_is_over(2))
    found = webmaster.status(settings, noon(grace_is_over(2)))
    assert [warning for warning in found.warnings if "last call" not in warning] == []
    assert "week up to 2026-03-22" in status_as_text(found)
    later = webmaster.status(settings, noon(date(2026, 4, 20)))
    assert "desk: the last call on record is of 2026-03-20" in " ".join(later.warnings)
    assert "the published table was valid until 2026-04-05" in " ".join(later.warnings)


def test_the_last_call_is_told_by_the_clock_of_the_platform(desk: Path) -> None:
    run(desk, grace_is_over(2))
    moments = []
    for zone in ("Europe/Paris", "Indian/Reunion"):  # UTC+1 and UTC+4 in March
        text = desk.read_text().replace("lines = 3\n", f'lines = 3\nzone = "{zone}"\n')
        there = desk.with_name("there.toml")
        there.write_text(text)
        said = status_as_text(webmaster.status(load(there), noon(grace_is_over(2))))
        (moment,) = re.findall(r"last call on record {3}(.*)", said)
        moments.append(datetime.fromisoformat(moment))
    assert moments[1] - moments[0] == timedelta(hours=3)


def test_the_status_says_until_when_the_page_itself_says_that_it_holds(desk: Path) -> None:
    run(desk, grace_is_over(2))
    page = site(desk)["affluence.json"].decode()
    text = desk.read_text().replace("lines = 3\n", "lines = 3\nvalid_days = 20\n")
    desk.write_text(text)
    found = webmaster.status(load(desk), noon(grace_is_over(2)))
    assert f'"valid_until": "{found.platforms["desk"].valid_until}"' in page


def test_status_remembers_how_the_last_run_ended(desk: Path) -> None:
    run(desk, grace_is_over(2))
    with pytest.raises(RefusedPublicationError):
        run(desk, date(2026, 4, 20))
    found = webmaster.status(load(desk), noon(date(2026, 4, 20)))
    assert any(warning.startswith("the last run was refused:") for warning in found.warnings)


def test_a_refusal_for_want_of_records_names_the_files_that_were_not_read(desk: Path) -> None:
    run(desk, grace_is_over(2))
    (desk.parent / "records" / "week3.csv").write_text("Somebody;else's;file\n" * 20)
    run(desk, monday_after(3))
    said = " ".join(webmaster.status(load(desk), noon(monday_after(3))).warnings)
    assert (
        "the last run could not do everything:" in said and "week3.csv: its lines are not" in said
    )
    with pytest.raises(
        RefusedPublicationError, match=r"(?s)no call on record.*week3\.csv: its line"
    ):
        run(desk, grace_is_over(3))


def test_own_records_by_the_clock_of_a_demonstration_need_attention(desk: Path) -> None:
    text = desk.read_text().replace('as_of = "today"', 'as_of = "last-record"')
    desk.write_text(text)
    run(desk, grace_is_over(2))
    (warning,) = webmaster.status(load(desk), noon(grace_is_over(2))).warnings
    assert warning.startswith('as_of = "last-record" is for demonstrations')
    desk.write_text(text.replace("lines = 3\n", "lines = 3\ndemonstration = true\n"))
    assert webmaster.status(load(desk), noon(grace_is_over(2))).warnings == ()


@pytest.mark.parametrize(
    ("now", "coming"),
    [
        ("2026-03-23T05:59:59+01:00", "2026-03-23T06:00:00+01:00"),
        ("2026-03-23T06:00:00+01:00", "2026-03-30T06:00:00+02:00"),  # over the clock change
        ("2026-03-25T12:00:00+01:00", "2026-03-30T06:00:00+02:00"),
        ("2026-10-25T23:30:00+00:00", "2026-10-26T06:00:00+01:00"),  # Monday already in Paris
    ],
)
def test_status_tells_the_next_weekly_run(desk: Path, now: str, coming: str) -> None:
    found = next_weekly_run(load(desk), datetime.fromisoformat(now))
    assert found.isoformat() == coming


def test_a_week_is_frozen_with_the_hash_of_what_it_was_made_from(desk: Path) -> None:
    day = grace_is_over(2)
    run(desk, day)
    (before,) = inputs(desk)
    (desk.parent / "records" / "late.csv").write_text(
        day_of_records("2026-03-18", 60, first=900_001)
    )
    run(desk, day)
    assert inputs(desk) == [before]
    publish(desk, day, correction=True)
    assert inputs(desk) != [before]


def inputs(config: Path) -> list[str]:
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return [week.inputs for week in store.ledger.weeks.of("desk")]
