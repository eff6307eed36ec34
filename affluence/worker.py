"""The worker: runs the program on its schedule for years, and tells somebody when it cannot.

What is due is not remembered here: every run asks the ledger, so that one that was missed while
the machine was off is caught up by the next, and nothing is published twice. Each run is a process
of its own: it may be killed at any instant, its memory is given back, and it reads the
configuration again.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_SCHEDULER_STARTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from affluence import alerts as telling
from affluence.alerts import Alerts
from affluence.config import Config, load_sound
from affluence.connections import alerts_of
from affluence.disk import write_bytes_atomically
from affluence.errors import AT_WORK, AffluenceError, RefusedPublicationError, StateError
from affluence.systemd import notify

LONGEST_BACK_OFF = timedelta(hours=6)
_WATCHDOG_S = 60

log = logging.getLogger("affluence.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: its exit code, what it printed, and what it complained of."""

    code: int
    output: str
    complaint: str


Run = Callable[[Path, float], Ended]


def run_in_process(config: Path, limit_s: float) -> Ended:
    """One run as a process of its own, ended after ``limit_s`` seconds."""
    command = [sys.executable, "-m", "affluence", "run", "--config", str(config)]
    try:
        # In a session of its own: what is meant for the worker does not reach it.
        process = subprocess.Popen(  # noqa: S603  # this very program
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        complaint = f"affluence: this machine cannot begin a run ({error.strerror})."
        return Ended(code=StateError.exit_code, output="", complaint=complaint)
    with process:
        try:
            output, complaint = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            output, complaint = process.communicate()
            complaint += f"affluence: the run did not end within {limit_s / 60:g} minutes."
    return Ended(code=process.returncode, output=output.strip(), complaint=complaint.strip())


class Worker:
    """What happens at each date of the schedule."""

    def __init__(self, path: Path, clock: Callable[[], datetime], run: Run) -> None:
        self._path = path
        self._clock = clock
        self._run = run
        self._config = load_sound(path)
        self._failures = 0
        self._not_before: datetime | None = None
        self._reported = self._remembered()

    @property
    def config(self) -> Config:
        """The configuration as it was last read without a mistake."""
        return self._config

    def sweep(self) -> None:
        """Look whether something is due, unless it failed a moment ago."""
        if self._not_before is None or self._clock() >= self._not_before:
            self.work()

    def work(self) -> None:
        """Run once, and tell how it ended."""
        ended = self._run(self._path, self._config.worker.time_limit_minutes * 60)
        self._read_configuration()
        for line in ended.output.splitlines():
            log.info(line)
        for line in ended.complaint.splitlines():
            log.warning(line)
        if ended.code == 0:
            self._succeeded()
        else:
            self._failed(ended)

    def _read_configuration(self) -> None:
        """A mistake in it is told by the run itself, which has met it too."""
        try:
            self._config = load_sound(self._path)
        except AffluenceError as error:
            log.warning("the configuration of before still holds for the worker: %s", error)

    def _succeeded(self) -> None:
        self._failures, self._not_before = 0, None
        alerts = self._alerts()
        if self._reported:
            self._tell(alerts, "affluence: tout va bien de nouveau / all is well again", "")
            self._remember("")
        self._log_problems(telling.beat(alerts) if alerts else [])

    def _failed(self, ended: Ended) -> None:
        back_off = timedelta(minutes=self._config.worker.sweep_minutes) * 2**self._failures
        self._failures = min(self._failures + 1, 10)
        self._not_before = self._clock() + min(back_off, LONGEST_BACK_OFF)
        text = ended.complaint or f"exit code {ended.code}, nothing was said"
        # Somebody has given a command, a backup say: it is over at the next sweep, or it hangs.
        is_met = AT_WORK in text and self._failures == 1
        if is_met or text == self._reported:
            return
        refused = ended.code == RefusedPublicationError.exit_code
        what = "publication refusée / publication refused" if refused else "échec / failure"
        if self._tell(self._alerts(), f"affluence: {what}", text):
            self._remember(text)

    def _alerts(self) -> Alerts | None:
        try:
            return alerts_of(self._config)
        except AffluenceError as error:  # a secret that is not there
            log.warning("nobody can be told: %s", error)
            return None

    def _tell(self, alerts: Alerts | None, subject: str, text: str) -> bool:
        problems = telling.tell(alerts, subject, text) if alerts else []
        self._log_problems(problems)
        return alerts is not None and not problems

    @staticmethod
    def _log_problems(problems: Sequence[str]) -> None:
        for problem in problems:
            log.warning(problem)

    @property
    def _memory(self) -> Path:
        return self._config.state.folder / "worker.json"

    def _remembered(self) -> str:
        """What somebody was last told, empty if that is over: it is not told twice."""
        try:
            return str(json.loads(self._memory.read_bytes())["reported"])
        except (OSError, ValueError, KeyError):
            return ""

    def _remember(self, reported: str) -> None:
        self._reported = reported
        try:
            write_bytes_atomically(self._memory, json.dumps({"reported": reported}).encode())
        except OSError as error:  # a full disk may be the very failure that was told
            log.warning("%s: cannot be written (%s)", self._memory, error.strerror)


def serve(worker: Worker) -> None:
    """Work on schedule until SIGTERM or SIGINT; a run that is on is let finish."""
    scheduler = make_schedule(worker)

    def stop(_signal: int, _frame: object) -> None:
        notify("STOPPING=1")
        log.info("stopping: a run that is on is let finish")
        scheduler.shutdown(wait=True)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.start()


def make_schedule(worker: Worker) -> BlockingScheduler:
    """A run at start-up, one a week at its hour, and a sweep for retries and what was missed."""
    settings = worker.config.worker
    zone = next(iter(worker.config.platform.values())).zone
    scheduler = BlockingScheduler(
        timezone=zone,
        executors={"default": ThreadPoolExecutor(1), "watchdog": ThreadPoolExecutor(1)},
        # A busy machine must not lose a run: late is better than never, once better than thrice.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    hour, minute = divmod(settings.at, 60)
    # Days by name: their numbers begin on Monday here and on Sunday in a crontab.
    scheduler.add_job(
        worker.work, "cron", day_of_week=settings.weekday[:3], hour=hour, minute=minute, id="weekly"
    )
    scheduler.add_job(worker.sweep, "interval", minutes=settings.sweep_minutes, id="sweep")
    scheduler.add_job(worker.work, "date", id="boot")
    scheduler.add_job(
        lambda: notify("WATCHDOG=1"),
        "interval",
        seconds=_WATCHDOG_S,
        executor="watchdog",
        id="watchdog",
    )
    scheduler.add_listener(lambda _event: _started(settings.weekday), EVENT_SCHEDULER_STARTED)
    scheduler.add_listener(_broke, EVENT_JOB_ERROR)
    return scheduler


def _started(weekday: str) -> None:
    notify("READY=1")
    log.info("ready: a run now, every %s and whenever something is due", weekday)


def _broke(event: JobExecutionEvent) -> None:
    log.error("a fault of the program in job %s", event.job_id, exc_info=event.exception)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (ISO 8601), level and message."""
        moment = datetime.fromtimestamp(record.created).astimezone()
        entry = {
            "time": moment.isoformat(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["fault"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def log_to_stderr(form: str) -> None:
    """Log as text, or as one JSON object a line (``form`` is "json")."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    scheduler = logging.getLogger("apscheduler")
    scheduler.setLevel(logging.ERROR)  # what it warns of (a run that is late) is meant to be
    scheduler.addHandler(handler)
