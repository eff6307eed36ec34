"""OmniPCX Office: a printed statement whose titles tell the places of its columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import alcatel_oxo
from affluence.cdr.dialect import Reading, Sample
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import MINUTE_ONLY
from tests.cdr.reading import (
    assert_a_broken_line_changes_nothing,
    inspected,
    local_times,
    read,
    written,
)
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "alcatel-oxo" / "releve.txt"
LINES = SAMPLE.read_text(encoding="utf-8").split("\n")[:-1]
MACHINES = {"a590": "self_service", "a591": "self_service"}
# Title and width of some columns.
FRENCH = {
    "initial": ("INITIAL", 7),
    "charged": ("USAGER", 6),
    "type": ("TYPE", 4),
    "line": ("LIGNE", 5),
    "date": ("DATE", 10),
    "time": ("HEURE", 8),
    "duration": ("DUREE", 8),
    "services": ("SERVICES", 8),
    "number": ("NUMERO COMPOSE", 26),
    "ring": ("SONN.", 5),
}
ENGLISH = FRENCH | {
    "initial": ("INITIAL", 7),
    "charged": ("CHARGED USER", 12),
    "line": ("LINE", 4),
    "time": ("TIME", 8),
    "duration": ("DURATION", 8),
    "number": ("DIALED NUMBER", 26),
    "ring": ("RING", 5),
}


def printed(columns: dict[str, tuple[str, int]], **told: str) -> str:
    """A call of four minutes and a half, after twenty seconds of ringing, unless told otherwise."""
    plain = {
        "initial": "G1",
        "charged": "A101",
        "type": "<--",
        "line": "N01",
        "date": "03/03/26",
        "time": "09:00:00",
        "duration": "00:04:30",
        "number": "0639980001",
        "ring": "00:20",
    } | told
    cells = (f"{plain.get(name, ''):<{width}}" for name, (_, width) in columns.items())
    return " ".join(cells).rstrip()


def titles(columns: dict[str, tuple[str, int]]) -> str:
    return " ".join(f"{title:<{width}}" for title, width in columns.values()).rstrip()


def statement(folder: Path, *lines: str) -> Path:
    return written(folder, [titles(FRENCH), *lines])


def test_the_hand_made_day() -> None:
    """Times to the minute, lengths to the second."""
    found = inspected(SAMPLE, outcomes=MACHINES)
    assert_same_slots(
        found.calls,
        but={
            6: {"offered_at": "09:04:00", "answered_at": "09:04:10", "released_at": "09:13:30"},
            # Only incoming calls have a ringing time.
            7: {"answered_at": "09:06:00", "released_at": "09:15:50"},
            8: {"offered_at": "09:14:00", "released_at": "09:15:00"},
            12: {"outcome": "abandoned"},  # nothing tells that the platform gave up first
            13: {"outcome": "abandoned"},  # nor that anything failed
            18: {"answered_at": "23:55:00", "released_at": "24:09:50"},
        },
        without={4, 5, 14},  # what is refused is not printed
    )
    assert set(found.calls["quality"]) == {MINUTE_ONLY}
    assert found.account == {
        "lines": 22,
        "calls": 15,
        "merged": 0,
        "duplicates": 0,
        "ignored": {
            "title": 1,
            "header": 2,
            "mark of a page": 3,  # the top of the second page, and two lines of dashes
            "supplementary service": 1,
        },
        "rejected": {},
    }


def test_it_is_found() -> None:
    assert [*inspected(SAMPLE).dialects] == ["alcatel-oxo"]


def test_clean_and_broken_files_give_the_same_calls(tmp_path: Path) -> None:
    reason = "time, state or number not readable"
    broken = "G1      A101   <--  N01   03/03/26 9h30"
    assert_a_broken_line_changes_nothing(SAMPLE, tmp_path, broken, reason)


@pytest.mark.parametrize("columns", [FRENCH, ENGLISH])
@pytest.mark.parametrize("accents", [True, False])
def test_titles_of_both_languages(
    tmp_path: Path, columns: dict[str, tuple[str, int]], accents: bool
) -> None:
    header = titles(columns)
    if accents:
        header = header.replace("DUREE", "DURÉE").replace("NUMERO COMPOSE", "NUMÉRO COMPOSÉ")
    calls, account = read(written(tmp_path, [header, printed(columns)]))
    assert account["ignored"] == {"header": 1}
    assert local_times(calls) == [("09:00:00", "09:00:20", "09:04:50")]
    row = calls.select("direction", "outcome", "queue", "line", "caller", "agent").row(0)
    assert row == ("inbound", "answered", "G1", "N01", True, True)


def test_any_choice_of_columns_in_any_order(tmp_path: Path) -> None:
    """By default there is neither a ringing time nor the user that was called first."""
    columns = {name: FRENCH[name] for name in ("date", "time", "charged", "type", "duration")}
    calls, _ = read(written(tmp_path, [titles(columns), printed(columns)]))
    assert local_times(calls) == [("09:00:00", "09:00:00", "09:04:30")]
    assert calls.select("queue", "line", "caller").row(0) == (None, None, False)


def test_places_that_the_configuration_states(tmp_path: Path) -> None:
    """A file without titles, and one whose numbers stand beside their title."""
    places = {"type": "16-19", "date": "27-36", "time": "38-45", "duration": "47-54"}
    bare = written(tmp_path, [printed(FRENCH)], name="bare")
    assert local_times(inspected(bare, columns=places).calls) == [
        ("09:00:00", "09:00:00", "09:04:30")
    ]
    moved = statement(tmp_path, printed(FRENCH, number="     0639980001", services="06"))
    stated = inspected(moved, columns={"number": "65-95"}).calls
    assert stated["caller"].null_count() == 0
    found = inspected(moved, "alcatel-oxo", columns={"cost": "65-95"})
    assert "cost at '65-95'" in found.unreadable[0]


def test_a_file_without_titles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="does not name the columns type, date, time, duration"):
        read(written(tmp_path, [printed(FRENCH)]), "alcatel-oxo")


def test_what_was_chosen_is_told() -> None:
    sample = Sample(lines=(titles(FRENCH),), modified_on=date(2026, 3, 4))
    choices = alcatel_oxo.fit(sample, Reading()).choices
    assert choices[0].endswith(
        "initial_user 1-8, charged_user 9-15, type 16-20, line 21-26, date 27-37, time 38-46,"
        " duration 47-55, number 65-91, ring 92-136"
    )


def test_pages(tmp_path: Path) -> None:
    """Whatever stands on the top of the first page may stand on that of others."""
    top = ["SERVICE DES ETRANGERS", "Edition 12 du 03/03/26", "=" * 40, titles(FRENCH)]
    again = ["\f" + top[0], "Edition 13 du 04/03/26", *top[2:]]
    lines = [*top, printed(FRENCH), *again, printed(FRENCH, date="04/03/26"), "TOTAL 2", "\f"]
    calls, account = read(written(tmp_path, lines))
    assert calls.height == 2
    assert account["rejected"] == {}
    assert account["ignored"] == {"title": 3, "header": 2, "mark of a page": 5}


def test_what_is_no_page_is_no_mark_of_one(tmp_path: Path) -> None:
    """Though somebody is called Page."""
    calls, _ = read(statement(tmp_path, printed(FRENCH, services="M. PAGE")))
    assert calls.height == 1


def test_a_supplementary_service_is_no_call(tmp_path: Path) -> None:
    lines = [printed(FRENCH), *(printed(FRENCH, type=kind) for kind in ("CS+", "CS-"))]
    _, account = read(statement(tmp_path, *lines))
    assert account["ignored"] == {"header": 1, "supplementary service": 2}


@pytest.mark.parametrize(
    ("day", "time", "offered_at", "quality"),
    [
        ("03/03/26", "09:00:07", "2026-03-03 09:00:07", 0),
        ("03/03/26", "09:00", "2026-03-03 09:00:00", MINUTE_ONLY),
        ("03/03/2026", "09:00", "2026-03-03 09:00:00", MINUTE_ONLY),
        ("28/02/26", "09:00", "2026-02-28 09:00:00", MINUTE_ONLY),
    ],
)
def test_dates_and_times(
    tmp_path: Path, day: str, time: str, offered_at: str, quality: int
) -> None:
    calls, _ = read(statement(tmp_path, printed(FRENCH, date=day, time=time)))
    local = calls["offered_at"].dt.convert_time_zone("Europe/Paris").dt.to_string()
    assert local.item().startswith(offered_at)
    assert calls["quality"].to_list() == [quality]


def test_dates_with_the_month_first(tmp_path: Path) -> None:
    path = statement(tmp_path, printed(FRENCH, date="02/28/26"))
    found = inspected(path, "alcatel-oxo", time_format="%m/%d/%y")
    assert str(found.calls["offered_at"].dt.date().item()) == "2026-02-28"


def test_what_became_of_a_call(tmp_path: Path) -> None:
    lines = [
        printed(FRENCH),
        printed(FRENCH, time="09:10:00", duration="00:00:00", charged=""),
        printed(FRENCH, time="09:20:00", initial="A590", charged="A590"),
        printed(FRENCH, time="09:30:00", type="-->", initial="****", ring=""),
    ]
    path = statement(tmp_path, *lines)
    calls, _ = read(path)
    assert calls["outcome"].to_list() == ["answered", "abandoned", "answered", "answered"]
    assert calls["direction"].to_list() == [*["inbound"] * 3, "outbound"]
    calls = inspected(path, outcomes=MACHINES).calls
    assert calls["outcome"].to_list() == ["answered", "abandoned", "self_service", "answered"]
    assert local_times(calls, "answered_at")[1:3] == [(None,), (None,)]


def test_a_number_whose_last_digits_are_masked_is_nobody(tmp_path: Path) -> None:
    lines = [printed(FRENCH, number=number) for number in ("063998****", "0639980001", "")]
    calls, _ = read(statement(tmp_path, *lines))
    assert sorted(calls["caller"]) == [False, False, True]


def test_a_line_in_two_files_is_one_call(tmp_path: Path) -> None:
    rows = [row.strip("\r\n") for row in LINES]
    one = written(tmp_path, rows[:10], name="one")
    two = written(tmp_path, [*rows[:3], *rows[7:]], name="two")
    _, account = read_calls([one, two])
    assert (account["calls"], account["duplicates"]) == (15, 3)


def test_the_doubled_hour_of_autumn_is_marked(tmp_path: Path) -> None:
    path = statement(tmp_path, printed(FRENCH, date="25/10/26", time="02:30:00"))
    assert any("in the doubled hour of autumn" in told for told in inspected(path).warnings)


@pytest.mark.parametrize("odd", [{"type": "<->"}, {"date": "32/03/26"}, {"duration": "long"}])
def test_what_is_no_record_is_set_aside(tmp_path: Path, odd: dict[str, str]) -> None:
    lines = [printed(FRENCH), printed(FRENCH, time="09:10:00"), printed(FRENCH, **odd)]
    _, account = read(statement(tmp_path, *lines))
    assert account["rejected"] == {"time, state or number not readable": 1}


def test_a_last_line_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / SAMPLE.name
    path.write_bytes(SAMPLE.read_bytes()[:-80])
    calls, account = read(path)
    assert sum(account["rejected"].values()) == 1
    assert_frame_equal(calls, read(SAMPLE)[0][:-1])
