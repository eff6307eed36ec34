"""Whole runs on a cluster leave what runs on this machine leave, whatever happens to a worker."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from affluence import keeping
from affluence.config import load
from affluence.connections import storage_of
from affluence.errors import StateError
from affluence.run_report import RunReport
from tests.conftest import REPOSITORY, small_platform_in
from tests.engine.machines import Scheduler, scheduler
from tests.records import day_of_records
from tests.runs import TODAY, files_under, ledger_content, noon, run, state_of

KEYS = {"key": "AKIA5TESTS5OF5LAKES", "secret": "7c1f5b0f4e9d2a8836"}


def mornings(first: int, calls: int = 20, days: int = 3) -> str:
    return "".join(
        day_of_records(f"2026-03-{day:02}", calls, first=100 * day)
        for day in range(first, first + days)
    )


def write_first(records: Path) -> None:
    """A copy, a torn file, one of something else, one with a bad line, one that is unfinished."""
    shutil.rmtree(records, ignore_errors=True)
    records.mkdir()
    (records / "a.csv").write_text(mornings(2))
    (records / "b.csv").write_text(mornings(9))
    (records / "copy.csv").write_text(mornings(2))
    (records / "torn.csv.gz").write_bytes(gzip.compress(mornings(16).encode())[:-2000])
    (records / "letter.csv").write_text("Madame, Monsieur,\nveuillez agréer\n")
    bad = mornings(23).splitlines(keepends=True)
    (records / "bad.csv").write_text("".join([*bad[:40], "out of order\n", *bad[40:]]))
    (records / "open.csv").write_text(day_of_records("2026-03-31")[:-10])


def write_more(records: Path) -> None:
    """One has grown, one was renamed and begun afresh, one is new."""
    (records / "open.csv").write_text(day_of_records("2026-03-31", calls=50))
    (records / "b.csv").rename(records / "b.csv.1")
    (records / "b.csv").write_text(day_of_records("2026-03-14", first=4000))
    (records / "new.csv").write_text(day_of_records("2026-04-01"))


def platform(folder: Path, records: Path, more: str = "") -> Path:
    folder.mkdir()
    config = small_platform_in(folder)(extra=more)
    text = config.read_text(encoding="utf-8")
    text = text.replace('folder = "records"', f'folder = "{records}"\nfiles = ["*"]')
    config.write_text(text, encoding="utf-8")
    return config


def told(report: RunReport) -> tuple[object, ...]:
    return report.ingested, report.days_measured, report.accounts, report.problems


def left_by_two_runs(config: Path, records: Path) -> dict[str, object]:
    """All that two runs say and leave but for the lake, which may lie elsewhere."""
    write_first(records)
    first = told(run(config))
    write_more(records)
    second = told(run(config))
    state = state_of(config)
    return {
        "first": first,
        "second": second,
        "quarantine": files_under(state / "quarantine"),
        "ledger": ledger_content(state),
        "site": files_under(config.parent / "site"),
        "keys": files_under(state / "keys"),
    }


@pytest.fixture(scope="module", autouse=True)
def same_keys() -> Iterator[None]:
    """Keys are drawn by lot; here every run draws the same."""
    lot = SimpleNamespace(token_bytes=lambda length: b"k" * length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("affluence.store.keyring.secrets", lot)
        yield


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "records"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduler]:
    with scheduler(tmp_path_factory.mktemp("machines")) as found, found.worker():
        yield found


@pytest.fixture(scope="module")
def here(records: Path, same_keys: None) -> tuple[dict[str, object], dict[str, bytes]]:
    """What runs on this machine leave, and their lake."""
    del same_keys
    config = platform(records.parent / "here", records)
    left = left_by_two_runs(config, records)
    assert "gz" in str(left["first"]) and "letter" in str(left["first"])
    return left, files_under(state_of(config) / "lake")


def on(machines: Scheduler) -> str:
    return f'[engine]\nkind = "dask"\nscheduler = "{machines.address}"\nwait_s = 20\n'


def test_all_is_the_same_though_a_worker_is_killed_at_work(
    tmp_path: Path,
    records: Path,
    machines: Scheduler,
    here: tuple[dict[str, object], dict[str, bytes]],
) -> None:
    config = platform(tmp_path / "there", records, on(machines))
    with machines.worker() as fresh, killed_at_work(machines, fresh.pid) as lost:
        left = left_by_two_runs(config, records)
    assert lost  # the names of its tasks
    assert (left, files_under(state_of(config) / "lake")) == here
    assert keeping.verify(load(config)).is_sound


def test_a_run_that_is_killed_leaves_nothing_wrong_though_workers_go_on(
    tmp_path: Path, records: Path, machines: Scheduler
) -> None:
    write_first(records)
    config = platform(tmp_path / "there", records, on(machines))
    command = [sys.executable, "-m", "affluence", "run", "--config", str(config)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with machines.client() as client:
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as asking:
            while not any(client.processing().values()):
                assert asking.poll() is None
            asking.kill()
        run(config)
        while any(client.processing().values()):
            time.sleep(0.05)
    assert keeping.verify(load(config)).is_sound
    assert not (state_of(config) / "keys" / "unfinished.seed").exists()


@contextmanager
def killed_at_work(machines: Scheduler, pid: int) -> Iterator[list[str]]:
    """Kill a worker as soon as it has work: it has not loaded the program then."""
    lost: list[str] = []
    with machines.client() as client:
        (address,) = (where for where, its in client.run(os.getpid).items() if its == pid)

        def watch() -> None:
            while not (tasks := client.processing().get(address)):
                pass
            os.kill(pid, signal.SIGKILL)
            lost.extend(tasks)

        watching = Thread(target=watch)
        watching.start()
        yield lost
        watching.join()


@pytest.fixture(scope="module")
def object_store() -> Iterator[str]:
    """Its address; it holds an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    fsspec.filesystem("s3", endpoint_url=address, **KEYS).mkdir("affluence-test")
    yield address
    server.stop()


def in_bucket(config: Path, address: str, bucket: str = "affluence-test") -> Path:
    """The same configuration with its lake in a bucket."""
    text = config.read_text(encoding="utf-8")
    lake = f'[state]\nlake = "s3://{bucket}/lake"\n'
    keys = f"""[state.bucket]
endpoint = "{address}"
region = "us-east-1"
access_key = "env:AFFLUENCE_TEST_ACCESS"
secret_key = "env:AFFLUENCE_TEST_SECRET"
"""
    config.write_text(text.replace("[state]\n", lake) + keys, encoding="utf-8")
    return config


@pytest.fixture
def let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFLUENCE_TEST_ACCESS", KEYS["key"])
    monkeypatch.setenv("AFFLUENCE_TEST_SECRET", KEYS["secret"])


def lake_of(config: Path) -> dict[str, bytes]:
    storage = storage_of(load(config).state)
    return {name: storage.read(name) or b"" for name in storage.sizes()}


@pytest.mark.usefixtures("let_in")
def test_all_is_the_same_with_the_lake_in_an_object_store(
    tmp_path: Path,
    records: Path,
    machines: Scheduler,
    here: tuple[dict[str, object], dict[str, bytes]],
    object_store: str,
) -> None:
    config = in_bucket(platform(tmp_path / "there", records, on(machines)), object_store)
    left = left_by_two_runs(config, records)
    assert (left, lake_of(config)) == here
    assert not (state_of(config) / "lake").exists()
    settings = load(config)
    assert keeping.verify(settings).is_sound
    # From the bucket into a file, and from there into a folder.
    keeping.backup(settings, tmp_path / "backup.tar", noon(TODAY))
    restored = platform(tmp_path / "restored", records)
    keeping.restore(load(restored), tmp_path / "backup.tar")
    assert files_under(state_of(restored) / "lake") == here[1]
    # What is damaged there is found.
    storage = storage_of(settings.state)
    damaged = next(name for name in storage.sizes("legs/") if "2026-03-09" in name)
    storage.write(damaged, b"damaged")
    assert {damage.what for damage in keeping.verify(settings).damages} == {"calls"}


@pytest.mark.usefixtures("let_in")
def test_an_object_store_that_refuses_is_named(
    tmp_path: Path, records: Path, object_store: str
) -> None:
    write_first(records)
    config = in_bucket(platform(tmp_path / "desk", records), object_store, bucket="not-there")
    with pytest.raises(StateError, match="s3://not-there/lake: the object store does not do what"):
        run(config)
