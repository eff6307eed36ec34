"""A document a file, by the thousand: read together, and in account and lake as if one by one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from affluence.steps.bundle import bundle_small_parts
from affluence.steps.ingest import Ingested, ingest
from affluence.steps.measure import measure_changed_days
from affluence.steps.settings import rules_of
from affluence.store import open_store
from affluence.store.ledger import Ledger
from affluence.store.read_files import ReadFiles
from tests.runs import balanced, files_under, ledger_content
from tests.samples.every_dialect import files_of, platform_for, recipe_for

FILES = 60


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Documents like those of the sample; some are broken, some come twice."""
    monkeypatch.setattr("affluence.steps.bundle.FEWEST", 6)
    monkeypatch.setattr("affluence.steps.ingest.DOCUMENTS", 16)
    samples = [path.read_text("utf-8") for path in files_of("freeswitch-json")]
    paths = []
    for number in range(FILES):
        sample = samples[number % len(samples)]
        text = sample.replace('"uuid":', f'"number":"{number}","uuid":')
        if number % 20 == 7:
            text = sample[:-40]
        if number % 20 == 8:
            text = sample.replace("_epoch", "_then").replace("_uepoch", "_then") + "\n" + sample
        if number % 20 == 9:
            text = samples[0]
        paths.append(tmp_path / f"{number:04}.json")
        paths[-1].write_text(text, "utf-8")
    return paths


def ingested(state: Path, paths: list[Path]) -> Ingested:
    """What a run does with records before it measures them; the keys outlive the state."""
    with open_store(state, state.parent / "keys") as store:
        done = ingest(store, "desk", recipe_for("freeswitch-json"), paths)
        bundle_small_parts(store, "desk")
        known = store.ledger.days.parts("desk")
        store.lake.sweep(("desk", part.day, part.slice.file) for part in known)
    return done


def left_behind(state: Path) -> dict[str, Any]:
    return {
        "lake": files_under(state / "lake"),
        "quarantine": files_under(state / "quarantine"),
        "ledger": ledger_content(state),
    }


def accounts(state: Path) -> list[dict[str, Any]]:
    with open_store(state, state.parent / "keys") as store:
        measure_changed_days(store, rules_of("desk", platform_for("freeswitch-json")))
        return store.ledger.accounts.of_files("desk")


def test_read_together_they_are_what_they_are_one_by_one(
    tmp_path: Path, paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = ingested(tmp_path / "together", paths)
    monkeypatch.setattr("affluence.steps.ingest.DOCUMENTS", 1)
    assert ingested(tmp_path / "alone", paths) == together
    of_each = accounts(tmp_path / "together")
    assert accounts(tmp_path / "alone") == of_each
    assert all(map(balanced, of_each)) and len(of_each) == FILES - len(together.problems)
    assert sum(one["rejected"] != {} for one in of_each) == FILES // 20
    found, one_by_one = left_behind(tmp_path / "together"), left_behind(tmp_path / "alone")
    assert found["quarantine"] == one_by_one["quarantine"]
    assert found["ledger"]["ranges"] == one_by_one["ledger"]["ranges"]


def test_many_documents_make_one_file_a_day_in_one_transaction(
    tmp_path: Path, paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []
    together = Ledger.together

    def counted(ledger: Ledger) -> AbstractContextManager[None]:
        began.append("")
        return together(ledger)

    monkeypatch.setattr(Ledger, "together", counted)
    monkeypatch.setattr("affluence.steps.ingest.DOCUMENTS", 1000)
    ingested(tmp_path / "state", paths)
    days = [*(tmp_path / "state" / "lake" / "legs" / "platform=desk").iterdir()]
    assert days and all(len([*day.iterdir()]) == 1 for day in days) and len(began) == 1
    assert ingested(tmp_path / "state", paths).files_read == 0


@pytest.mark.parametrize("step", [1, 8, 30, 50])
def test_an_interrupted_run_is_finished_by_the_next(
    tmp_path: Path, paths: list[Path], monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Stopped when a file is about to take its name or a file has been noted in the ledger."""
    ingested(tmp_path / "undisturbed", paths)
    steps = 0

    def stopped(original: Callable[..., Any]) -> Callable[..., Any]:
        def stop(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == step:
                raise KeyboardInterrupt
            return original(*args, **kwargs)

        return stop

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stopped(Path.replace))
        patched.setattr(ReadFiles, "finish", stopped(ReadFiles.finish))
        with pytest.raises(KeyboardInterrupt):
            ingested(tmp_path / "state", paths)
    ingested(tmp_path / "state", paths)
    assert left_behind(tmp_path / "state") == left_behind(tmp_path / "undisturbed")


def test_documents_that_are_appended_to_a_file_are_read_too(tmp_path: Path) -> None:
    documents = [path.read_text("utf-8").strip() + "\n" for path in files_of("freeswitch-json")[:4]]
    path = tmp_path / "all.json"
    for number, document in enumerate(documents):
        with path.open("a", encoding="utf-8") as file:
            file.write(document)
        done = ingested(tmp_path / "state", [path])
        assert (done.lines, done.rejected, done.problems) == (1, 0, ()), number
    (account,) = accounts(tmp_path / "state")
    assert balanced(account) and account["lines"] == len(documents)
