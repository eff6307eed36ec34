"""What a cluster does with pieces of work, and what is said when it cannot do them."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

import affluence
from affluence.config import EngineSettings
from affluence.connections import engine_of
from affluence.engine import LOCAL
from affluence.engine.cluster import Cluster, attached
from affluence.errors import ClusterError, UnreadableFileError
from affluence.store import open_store
from tests.engine.machines import Scheduler, scheduler
from tests.engine.work import Read, die, everywhere, lines_of, nowhere, sleep, squared
from tests.servers import free_port


@pytest.fixture(scope="module")
def frail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduler]:
    """A scheduler without workers that gives a task up with the first of them."""
    with scheduler(tmp_path_factory.mktemp("frail"), failures=0) as running:
        yield running


@pytest.fixture(scope="module")
def two_workers(frail: Scheduler) -> Iterator[Cluster]:
    with (
        frail.worker(),
        frail.worker(),
        attached(frail.address, wait_s=20, sees_lake=everywhere) as cluster,
    ):
        yield cluster


@pytest.mark.parametrize("where", ["here", "there"])
def test_results_come_in_the_order_of_their_items(where: str, two_workers: Cluster) -> None:
    engine = two_workers if where == "there" else LOCAL
    assert list(engine.map(squared, range(50))) == [number**2 for number in range(50)]


@pytest.mark.parametrize("where", ["here", "there"])
def test_what_came_before_an_error_counts(where: str, two_workers: Cluster, tmp_path: Path) -> None:
    engine = two_workers if where == "there" else LOCAL
    (tmp_path / "a").write_text("1\n2\ndamaged\n3\n")
    (tmp_path / "b").write_text("4\n")
    told: dict[str, list[str]] = {}
    errors = []
    for item, lines in engine.streams(lines_of, [Read(path=tmp_path / name) for name in "ab"]):
        told[str(item)] = []
        try:
            for line in lines:
                told[str(item)].append(line)
        except UnreadableFileError as error:
            errors.append(str(error))
    assert told == {"a": ["1", "2"], "b": ["4"]}
    assert errors == [f"{tmp_path / 'a'}: it is damaged. Fetch it again."]


def test_items_are_taken_only_as_they_are_worked_on(two_workers: Cluster) -> None:
    """Two workers of one thread each, two pieces of work a thread: a fifth makes room."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = two_workers.map(squared, items())
    assert next(results) == 0 and len(taken) == 5
    assert next(results) == 1 and len(taken) == 6


def test_a_file_that_a_worker_does_not_see_whole_is_no_file_without_records(
    two_workers: Cluster, tmp_path: Path
) -> None:
    with pytest.raises(ClusterError, match="cannot read this file"):
        list(two_workers.streams(lines_of, [Read(path=tmp_path / "missing")]))
    (tmp_path / "short").write_text("1\n")
    longer = Read(path=tmp_path / "short", size_bytes=3)
    with pytest.raises(ClusterError, match=r"sees 2 bytes of this file, .* 3\. Mount the storage"):
        list(two_workers.streams(lines_of, [longer]))


def test_a_lake_that_a_worker_does_not_see(two_workers: Cluster, frail: Scheduler) -> None:
    del two_workers  # its workers
    with (
        attached(frail.address, wait_s=20, sees_lake=nowhere) as cluster,
        pytest.raises(ClusterError, match="does not see the lake of the machine that asks it"),
    ):
        list(cluster.map(squared, [1]))


def test_the_lake_is_shown_for_as_long_as_it_is_worked_on(tmp_path: Path) -> None:
    with open_store(tmp_path / "state", tmp_path / "keys") as store:
        with store.lake.shown() as sees_lake:
            assert sees_lake()
        assert not sees_lake()
        assert store.lake.strays([], []) == []


def test_without_work_nobody_is_asked() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with attached(address, wait_s=1, sees_lake=everywhere) as cluster:
        assert not list(cluster.map(squared, [])) and not list(cluster.streams(lines_of, []))


def test_no_scheduler_answers() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        pytest.raises(ClusterError, match=f"{address}: no scheduler of Dask answers there"),
        attached(address, wait_s=1, sees_lake=everywhere) as cluster,
    ):
        list(cluster.map(squared, [1]))


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "affluence.engine.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    settings = EngineSettings(kind="dask", scheduler="tcp://127.0.0.1:8786")
    with (
        open_store(tmp_path / "state", tmp_path / "keys") as store,
        pytest.raises(ClusterError, match=r"distributed is not installed.*'affluence\[dask\]'"),
        engine_of(settings, store),
    ):
        pass


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduler]:
    """A scheduler for workers that cannot do it, each alone with it."""
    with scheduler(tmp_path_factory.mktemp("lonely"), failures=0) as running:
        yield running


def test_no_worker(lonely: Scheduler) -> None:
    with (
        pytest.raises(ClusterError, match="has no worker, and none came within 1 s"),
        attached(lonely.address, wait_s=1, sees_lake=everywhere) as cluster,
    ):
        list(cluster.map(squared, [1]))


def test_a_worker_without_the_program(lonely: Scheduler, tmp_path: Path) -> None:
    """All that is installed here but affluence."""
    for installed in Path(sysconfig.get_path("purelib")).iterdir():
        if "affluence" not in installed.name:
            (tmp_path / installed.name).symlink_to(installed)
    alone = {"PYTHONPATH": str(tmp_path)}
    with (
        lonely.worker(environment=alone, python=("-S", "-P")),
        pytest.raises(ClusterError, match=r"- tcp://.*: affluence is not installed, here 0\."),
        attached(lonely.address, wait_s=20, sees_lake=everywhere) as cluster,
    ):
        list(cluster.map(squared, [1]))


def test_a_worker_with_another_version(lonely: Scheduler, tmp_path: Path) -> None:
    """The same number, other sources: it is told by what they are."""
    shutil.copytree(Path(affluence.__file__).parent, tmp_path / "affluence")
    with (tmp_path / "affluence" / "calls.py").open("a") as source:
        source.write("# changed\n")
    with (
        lonely.worker(environment={"PYTHONPATH": str(tmp_path)}, python=("-P",)),
        attached(lonely.address, wait_s=20, sees_lake=everywhere) as cluster,
        pytest.raises(ClusterError, match="this worker runs another affluence"),
    ):
        list(cluster.map(squared, [1]))


def test_a_worker_that_is_killed_by_its_work(lonely: Scheduler) -> None:
    with (
        lonely.worker(),
        attached(lonely.address, wait_s=1, sees_lake=everywhere) as cluster,
    ):
        with pytest.raises(ClusterError, match=r"^7: 1 workers were killed one after the other"):
            list(cluster.map(die, [7]))
        with pytest.raises(ClusterError, match="has lost all its workers, and none came"):
            list(cluster.map(squared, [1]))


def test_a_scheduler_that_goes_away(tmp_path: Path) -> None:
    with (
        scheduler(tmp_path) as running,
        running.worker(),
        attached(running.address, wait_s=1, sees_lake=everywhere) as cluster,
        running.client() as other,
    ):
        end = Timer(0.5, other.shutdown)
        end.start()
        with pytest.raises(ClusterError, match="the connection to the scheduler was lost"):
            list(cluster.map(sleep, [30.0, 30.0]))
        end.join()
