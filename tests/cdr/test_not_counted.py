"""Calls that the configuration says are no business of the desk are ignored by their reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from affluence.cdr.dialect import NotCounted, Reading
from affluence.cdr.dialects import find_dialect
from affluence.cdr.files import Recipe
from affluence.steps.inspect import Account, inspect_files
from tests.conftest import REPOSITORY

SAMPLE = REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv"


NOBODY = NotCounted()


def account(not_counted: NotCounted = NOBODY, path: Path = SAMPLE) -> Account:
    reading = Reading(trunks=("PJSIP/operateur-",), not_counted=not_counted)
    recipe = Recipe(
        dialect=find_dialect("asterisk-csv"), reading=reading, clock="auto", zone="Europe/Paris"
    )
    return inspect_files([path], recipe, platform="desk", longest_call_s=6 * 3600).account


@pytest.mark.parametrize(
    ("not_counted", "ignored", "calls"),
    [
        (NotCounted(), {}, 18),
        # Calls 4, 5 and 6 are of one caller; call 3 stands twice in the file.
        (NotCounted(callers=("0639980004",)), {"caller that is not counted": 3}, 15),
        (NotCounted(callers=("0639980003",)), {"caller that is not counted": 2}, 17),
        (
            NotCounted(dialled=("0261910001", "0261910002")),
            {"dialled number that is not counted": 2},
            16,
        ),
        (NotCounted(dialled=("0199001235",)), {}, 18),
    ],
)
def test_numbers_that_are_not_counted(
    not_counted: NotCounted, ignored: dict[str, int], calls: int
) -> None:
    found = account(not_counted)
    assert found["ignored"] == {"blank line": 1} | ignored
    assert found["calls"] == calls
    fates = found["calls"] + found["merged"] + found["duplicates"]
    assert found["lines"] == fates + sum(found["ignored"].values())


def test_calls_between_telephones_of_the_platform(tmp_path: Path) -> None:
    """Neither of the channels is a line."""
    path = tmp_path / "Master.csv"
    internal = SAMPLE.read_text().replace("PJSIP/operateur-00000012", "PJSIP/agent-05-00000134")
    path.write_text(internal)
    assert account(path=path)["calls"] == 18
    found = account(NotCounted(internal=True), path)
    assert (found["calls"], found["ignored"]["internal call"]) == (17, 1)


def test_the_numbers_are_nowhere_in_the_account() -> None:
    assert "0639980004" not in repr(account(NotCounted(callers=("0639980004",))))
