"""The worker: what it runs when, what it tells whom, how it ends; over two years of its clock."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from affluence import alerts as telling
from affluence.alerts import Alerts, Mail
from affluence.config import load
from affluence.connections import alerts_of
from affluence.errors import ConfigError, CredentialError
from affluence.network import Network
from affluence.store import open_store
from affluence.worker import Ended, JsonFormatter, Worker, make_schedule, run_in_process
from tests.conftest import ConfigWriter
from tests.records import day_of_records
from tests.servers import Authority, Quiet, free_port, make_authority, serving
from tests.test_config import changed

FINE = Ended(code=0, output="Nothing new: the site is up to date.", complaint="")
REFUSED = Ended(code=5, output="", complaint="affluence: publication refused:\n  - too few weeks")
FAILED = Ended(code=6, output="", complaint="affluence: target 'site': it cannot be written")
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
PASSWORD = "sesame"  # noqa: S105  # of a server of this test


class _Listener(Quiet, BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, str]]]
    status = 200

    def do_GET(self) -> None:
        self.heard.append((self.path, {}))
        self.answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, json.loads(body)))
        self.answer()

    def answer(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def listener() -> Iterator[tuple[str, type[_Listener]]]:
    handler = type("Listener", (_Listener,), {"heard": []})
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}", handler


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def config(
    small_platform: ConfigWriter,
    listener: tuple[str, type[_Listener]],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A worker that tells a real server on this machine."""
    monkeypatch.setenv("HEARTBEAT", f"{listener[0]}/beat")
    monkeypatch.setenv("WEBHOOK", f"{listener[0]}/hook")
    path = small_platform()
    told = '[worker]\nheartbeat_url = "env:HEARTBEAT"\nwebhook_url = "env:WEBHOOK"\n'
    path.write_text(told + path.read_text())
    return path


class Runs:
    """What stands in for a run: its endings in their order, the last one for ever."""

    def __init__(self, *endings: Ended) -> None:
        self.endings = list(endings)
        self.count = 0

    def __call__(self, _config: Path, _limit_s: float) -> Ended:
        self.count += 1
        return self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]


def heard(listener: tuple[str, type[_Listener]]) -> list[str]:
    return [body.get("subject", path) for path, body in listener[1].heard]


def test_a_run_that_ends_well_is_told_to_the_monitor_only(
    config: Path, listener: tuple[str, type[_Listener]]
) -> None:
    Worker(config, Clock(), Runs(FINE)).work()
    assert heard(listener) == ["/beat"]


def test_a_failure_is_told_once_in_words_and_so_is_its_end(
    config: Path, listener: tuple[str, type[_Listener]]
) -> None:
    clock = Clock()
    worker = Worker(config, clock, Runs(FAILED, FAILED, REFUSED, FINE, FINE))
    for _ in range(5):
        worker.work()
    assert heard(listener) == [
        "affluence: échec / failure",
        "affluence: publication refusée / publication refused",
        "affluence: tout va bien de nouveau / all is well again",
        "/beat",
        "/beat",
    ]
    assert "target 'site': it cannot be written" in listener[1].heard[0][1]["text"]


def test_a_worker_that_was_started_again_does_not_repeat_itself(
    config: Path, listener: tuple[str, type[_Listener]]
) -> None:
    Worker(config, Clock(), Runs(FAILED)).work()
    Worker(config, Clock(), Runs(FAILED)).work()
    assert len(heard(listener)) == 1


def test_nothing_is_told_twice_where_the_disk_is_full(
    config: Path, listener: tuple[str, type[_Listener]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told cannot be written down then, and the worker goes on all the same."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("affluence.worker.write_bytes_atomically", full)
    worker = Worker(config, Clock(), Runs(FAILED, FAILED, FINE, FINE))
    for _ in range(4):
        worker.work()
    failure, again = "affluence: échec / failure", "affluence: tout va bien de nouveau"
    told = [subject.split(" / all")[0] for subject in heard(listener)]
    assert told == [failure, again, "/beat", "/beat"]


def test_a_command_that_is_at_work_meanwhile_is_no_failure_unless_it_lasts(
    config: Path, listener: tuple[str, type[_Listener]]
) -> None:
    """A backup by hand, say: the next sweep comes when it is over."""
    state = load(config).state
    with open_store(state.folder, state.keys_folder):
        met = run_in_process(config, 60)
    assert met.code == 4
    worker = Worker(config, Clock(), Runs(met, FINE, met, met, FINE))
    for _ in range(2):
        worker.work()
    assert heard(listener) == ["/beat"]
    for _ in range(2):
        worker.work()
    assert heard(listener) == ["/beat", "affluence: échec / failure"]


def test_what_could_not_be_told_is_told_the_next_time(
    config: Path, listener: tuple[str, type[_Listener]]
) -> None:
    worker = Worker(config, Clock(), Runs(FAILED))
    listener[1].status = 500
    worker.work()
    listener[1].status = 200
    worker.work()
    worker.work()
    assert len(heard(listener)) == 2


def test_after_failures_the_sweep_waits_longer_and_longer(config: Path) -> None:
    clock, runs = Clock(), Runs(FAILED)
    worker = Worker(config, clock, runs)
    tried = []
    for _ in range(4 * 24 * 2):  # two days of sweeps
        before = runs.count
        worker.sweep()
        if runs.count > before:
            tried.append(clock.now)
        clock.now += timedelta(minutes=15)
    waits = [(later - sooner) / timedelta(minutes=1) for sooner, later in pairwise(tried)]
    assert waits[:6] == [15, 30, 60, 120, 240, 360]
    assert set(waits[5:]) == {360}


def test_the_weekly_run_does_not_wait_and_success_ends_the_waiting(config: Path) -> None:
    runs = Runs(FAILED, FINE, FINE)
    worker = Worker(config, Clock(), runs)
    worker.sweep()
    worker.sweep()
    assert runs.count == 1
    worker.work()
    worker.sweep()
    assert runs.count == 3


def test_a_mistake_in_the_configuration_leaves_the_worker_as_it_was(
    config: Path, listener: tuple[str, type[_Listener]]
) -> None:
    worker = Worker(config, Clock(), Runs(FINE, Ended(code=2, output="", complaint="config")))
    worker.work()
    config.write_text("[oops")
    worker.work()
    assert heard(listener) == ["/beat", "affluence: échec / failure"]


def test_a_secret_that_is_missing_is_logged_and_stops_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("WEBHOOK")
    with pytest.raises(CredentialError):
        alerts_of(load(config))
    with caplog.at_level(logging.WARNING, "affluence.worker"):
        Worker(config, Clock(), Runs(FAILED)).work()
    assert "nobody can be told: secret 'env:WEBHOOK'" in caplog.text


# Mail


class _Mailbox:
    def __init__(self) -> None:
        self.received: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.received.append(envelope)
        return "250 OK"


def test_a_mail_tells_the_same() -> None:
    box = _Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    mail = Mail(
        server="127.0.0.1", port=controller.port, sender="a@example.org", to=("b@example.org",)
    )
    problems = telling.tell(Alerts(network=Network(), mail=mail), "échec", "pourquoi")
    controller.stop()
    assert problems == []
    (envelope,) = box.received
    assert envelope.rcpt_tos == ["b@example.org"]
    assert "pourquoi" in envelope.content.decode()


@contextmanager
def mail_server(authority: Authority | None) -> Iterator[tuple[int, list[bytes]]]:
    """A server that takes any password: its port, and those that it was given."""
    given: list[bytes] = []

    def take(_server: Any, _session: Any, _envelope: Any, _kind: str, login: Any) -> AuthResult:
        given.append(login.password)
        return AuthResult(success=True)

    context = None
    if authority is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(authority.server, authority.server_key)
    controller = Controller(
        _Mailbox(),
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        authenticator=take,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield controller.port, given
    finally:
        controller.stop()


def test_a_password_is_sent_to_a_server_that_is_known_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In clear to none but this machine, encrypted to none whose certificate nobody vouches for."""
    authority = make_authority(tmp_path)

    def told(port: int, server: str, ca_file: Path | None) -> list[str]:
        mail = Mail(
            server=server,
            port=port,
            sender="a@example.org",
            to=("b@example.org",),
            user="affluence",
            password=PASSWORD,
        )
        return telling.tell(Alerts(network=Network(ca_file=ca_file), mail=mail), "x", "y")

    with mail_server(authority) as (port, given):
        (problem,) = told(port, "127.0.0.1", None)
        assert "SSLCertVerificationError" in problem and given == []
        assert told(port, "127.0.0.1", authority.certificate) == [] and given == [PASSWORD.encode()]
    with mail_server(None) as (port, given):
        assert told(port, "127.0.0.1", None) == [] and given == [PASSWORD.encode()]
        there = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
        monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: there)
        (problem,) = told(port, "smtp.example.org", None)
        assert problem == "mail: the server takes a password in clear only, and is sent none"
        assert given == [PASSWORD.encode()]


def test_a_mail_server_that_is_not_there_is_said() -> None:
    mail = Mail(server="127.0.0.1", port=9, sender="a@example.org", to=("b@example.org",))
    (problem,) = telling.tell(Alerts(network=Network(timeout_s=2), mail=mail), "x", "y")
    assert problem.startswith("mail: the mail server cannot be reached")


# The schedule


def test_the_weekly_run_comes_every_monday_at_six_for_two_years(config: Path) -> None:
    """Clock changes, 1 January and week 53 included."""
    schedule = make_schedule(Worker(config, Clock(), Runs(FINE)))
    trigger = schedule.get_job("weekly").trigger
    moment, fired = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Paris")), []
    for _ in range(105):
        moment = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
        fired.append(moment)
    assert {(at.weekday(), at.hour, at.minute) for at in fired} == {(0, 6, 0)}
    days = [at.date() for at in fired]
    assert {(later - sooner).days for sooner, later in pairwise(days)} == {7}
    assert any(day.isocalendar().week == 53 for day in days)


def test_no_job_is_lost_where_the_machine_is_late(config: Path) -> None:
    schedule = make_schedule(Worker(config, Clock(), Runs(FINE)))
    assert {job.id for job in schedule.get_jobs()} == {"weekly", "sweep", "boot", "watchdog"}
    defaults = schedule._job_defaults
    assert defaults == {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


@pytest.mark.parametrize("at", ["00:00", "02:30", "24:00", "6:00", "6"])
def test_hours_in_which_clocks_change_are_refused(tmp_path: Path, at: str) -> None:
    with pytest.raises(ConfigError, match=r"worker.at: write an hour between"):
        load(changed(tmp_path, ('at = "06:00"', f'at = "{at}"')))


# Real processes


def test_a_run_is_a_process_of_its_own(small_platform: ConfigWriter) -> None:
    config = small_platform()
    log = config.parent / "records" / "log.csv"
    log.write_text("".join(day_of_records(f"2026-03-0{day}", 20) for day in range(2, 7)))
    ended = run_in_process(config, 120)
    assert ended.code == 0 and "delivered to: site" in ended.output and ended.complaint == ""


def test_a_machine_that_cannot_begin_a_run_is_a_failure_that_is_told(
    config: Path, listener: tuple[str, type[_Listener]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object, **_options: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr("affluence.worker.subprocess.Popen", no_memory)
    Worker(config, Clock(), run_in_process).work()
    assert heard(listener) == ["affluence: échec / failure"]
    assert "Cannot allocate memory" in listener[1].heard[0][1]["text"]


def test_a_run_that_takes_too_long_is_ended(small_platform: ConfigWriter) -> None:
    config = small_platform()
    ended = run_in_process(config, 0.05)
    assert ended.code == -signal.SIGKILL
    assert "did not end within" in ended.complaint


def test_the_worker_runs_at_once_tells_systemd_and_ends_when_told(
    small_platform: ConfigWriter, tmp_path: Path
) -> None:
    config = small_platform()
    log = config.parent / "records" / "log.csv"
    log.write_text("".join(day_of_records(f"2026-03-0{day}", 20) for day in range(2, 7)))
    config.write_text('[worker]\nlog = "json"\n' + config.read_text())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        process = subprocess.Popen(
            [sys.executable, "-m", "affluence", "worker", "--config", str(config)],
            stderr=subprocess.PIPE,
            env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")},
            encoding="utf-8",
        )
        assert systemd.recv(100) == b"READY=1"
        for _ in range(600):
            if (tmp_path / "site" / "index.html").exists():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert systemd.recv(100) == b"STOPPING=1"
        _, written = process.communicate(timeout=60)
    assert process.returncode == 0
    entries = [json.loads(line) for line in written.splitlines()]
    assert any("delivered to: site" in entry["message"] for entry in entries)
    assert {entry["level"] for entry in entries} == {"info"}


def test_a_log_of_json_holds_faults_on_one_line() -> None:
    try:
        int("why")
    except ValueError:
        fault = sys.exc_info()
    record = logging.LogRecord("worker", logging.ERROR, "", 1, "broke: %s", ("job",), fault)
    entry = json.loads(JsonFormatter().format(record))
    assert (entry["level"], entry["message"]) == ("error", "broke: job")
    assert "ValueError: invalid literal" in entry["fault"]
