"""Calls that the configuration says are no business of the desk are ignored by their reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from affluence.cdr.dialect import NotCounted, Reading
from affluence.cdr.dialects import find_dialect
from affluence.cdr.recipe import Recipe
from affluence.errors import RefusedPublicationError
from affluence.steps.inspect import Account, inspect_files
from tests.conftest import REPOSITORY, ConfigWriter
from tests.runs import accounts, balanced, run, slots
from tests.samples.every_dialect import files_of

SAMPLE = REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv"


NOBODY = NotCounted()
REASON = "call that is not counted"


def account(not_counted: NotCounted, *paths: Path, dialect: str = "asterisk-csv") -> Account:
    reading = Reading(trunks=("PJSIP/operateur-",), not_counted=not_counted)
    recipe = Recipe(
        dialect=find_dialect(dialect), reading=reading, clock="auto", zone="Europe/Paris"
    )
    return inspect_files(
        paths or [SAMPLE], recipe, platform="desk", longest_call_s=6 * 3600
    ).account


@pytest.mark.parametrize(
    ("not_counted", "ignored", "calls"),
    [
        (NotCounted(), 0, 18),
        # Calls 4, 5 and 6 are of one caller; call 3 stands twice in the file: one is a duplicate.
        (NotCounted(callers=("0639980004",)), 3, 15),
        (NotCounted(callers=("0639980003",)), 1, 17),
        (
            NotCounted(dialled=("0261910001", "0261910002")),
            2,
            16,
        ),
        (NotCounted(dialled=("0199001235",)), 0, 18),
    ],
)
def test_numbers_that_are_not_counted(not_counted: NotCounted, ignored: int, calls: int) -> None:
    found = account(not_counted)
    assert found["ignored"].get(REASON, 0) == ignored
    assert found["calls"] == calls
    fates = found["calls"] + found["merged"] + found["duplicates"]
    assert found["lines"] == fates + sum(found["ignored"].values())


def test_calls_between_telephones_of_the_platform(tmp_path: Path) -> None:
    """Neither of the channels is a line."""
    path = tmp_path / "Master.csv"
    internal = SAMPLE.read_text().replace("PJSIP/operateur-00000012", "PJSIP/agent-05-00000134")
    path.write_text(internal)
    assert account(NOBODY, path)["calls"] == 18
    found = account(NotCounted(internal=True), path)
    assert (found["calls"], found["ignored"][REASON]) == (17, 1)


def test_the_numbers_are_nowhere_in_the_account() -> None:
    assert "0639980004" not in repr(account(NotCounted(callers=("0639980004",))))


def test_events_of_a_call_that_is_not_counted_are_none() -> None:
    """Only the entry into the queue names the caller: the answer goes with it all the same."""
    queue = files_of("queue-log")
    before = account(NOBODY, *queue, dialect="queue-log")
    found = account(NotCounted(callers=("0639980004",)), *queue, dialect="queue-log")
    assert (before["calls"] - found["calls"], found["ignored"][REASON]) == (1, 3)  # call 6


def test_phones_of_agents_make_no_internal_call_of_a_call_from_outside() -> None:
    events = files_of("asterisk-cel")
    before = account(NOBODY, *events, dialect="asterisk-cel")
    assert account(NotCounted(internal=True), *events, dialect="asterisk-cel") == before


def test_a_run_counts_them_too(small_platform: ConfigWriter) -> None:
    config = small_platform()
    (config.parent / "records" / "Master.csv").write_text(SAMPLE.read_text())
    section = '[platform.desk.source.not_counted]\ncallers = ["0639980004"]\n'
    opening = "[platform.desk.opening]"
    config.write_text(config.read_text().replace(opening, section + opening))
    with pytest.raises(RefusedPublicationError):
        run(config)
    (found,) = accounts(config)
    assert balanced(found) and found["ignored"] == {"blank line": 1, REASON: 3}
    assert slots(config)["busy"].sum() == 1  # 14; 4 and 5 are of nobody's business
