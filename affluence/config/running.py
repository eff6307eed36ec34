"""How a run goes: ``[run]``, ``[engine]``, ``[network]``, ``[publication]`` and ``[worker]``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import pydantic
from pydantic import AfterValidator, BeforeValidator, Field

from affluence.config.opening import Weekday
from affluence.config.section import Section
from affluence.config.values import Secret, _secret, written_like

_scheduler = written_like(
    r"(tcp|tls|ws|wss)://[^\s/@]+:\d+",
    'the address of the scheduler of Dask, such as "tcp://scheduler:8786"',
)


def _url_or_secret(text: str) -> str:
    """An address may be a secret itself."""
    return text if text.startswith("https://") else _secret(text)


def _safe_hour(text: object) -> object:
    """Minutes after midnight from "06:00", away from the hours in which clocks are changed."""
    found = re.fullmatch(r"(\d\d):(\d\d)", text) if isinstance(text, str) else None
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[1]) < 4:
        message = 'write an hour between "04:00" and "23:59": clocks are changed before it'
        raise ValueError(message)
    return int(found[1]) * 60 + int(found[2])


class EngineSettings(Section):
    """Where the heavy steps are worked on: on this machine, or on those of a cluster."""

    kind: Literal["local", "dask"] = "local"
    scheduler: Annotated[str, AfterValidator(_scheduler)] = ""
    wait_s: float = Field(default=60, ge=1, le=3600)

    @pydantic.model_validator(mode="after")
    def _scheduler_of_dask(self) -> Self:
        if (self.kind == "dask") != bool(self.scheduler):
            raise ValueError(
                'kind = "dask" and the address of its \'scheduler\' come together; kind = "local"'
                " has none"
            )
        return self


class NetworkSettings(Section):
    """How servers are reached: through which proxy, trusting which certificates, for how long."""

    proxy: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    ca_file: Path | None = None
    timeout_s: float = Field(default=30, ge=1, le=600)


class Run(Section):
    """What "today" is (the clock's date, or the day after the last record), and what a run takes.

    ``memory_gib`` bounds how many platforms are in work at once; by default half of the machine's.
    """

    as_of: Literal["today", "last-record"] = "today"
    memory_gib: float | None = Field(default=None, gt=0)


class Publication(Section):
    """When a new table is published, and when it is refused."""

    mode: Literal["auto", "approve"] = "auto"
    grace_days: int = Field(default=3, ge=0, le=6)
    minimum_weeks: int = Field(default=2, ge=1, le=52)
    most_rejected_share: float = Field(default=0.05, ge=0, lt=1)
    suspend_after_days: int = Field(default=28, ge=8, le=366)
    keep_releases: int = Field(default=10, ge=2, le=100)


class Mail(Section):
    """A mail server, and who is written to."""

    server: str = Field(min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    sender: str = Field(min_length=3)
    to: tuple[str, ...] = Field(min_length=1)
    user: str = ""
    password: Secret = ""


class Worker(Section):
    """When the worker runs, and whom it tells when it cannot."""

    weekday: Weekday = "monday"
    at: Annotated[int, BeforeValidator(_safe_hour)] = 6 * 60
    sweep_minutes: int = Field(default=15, ge=1, le=1440)
    time_limit_minutes: int = Field(default=120, ge=1, le=1440)
    log: Literal["text", "json"] = "text"
    heartbeat_url: Annotated[str, AfterValidator(_url_or_secret)] = ""
    webhook_url: Annotated[str, AfterValidator(_url_or_secret)] = ""
    mail: Mail | None = None
