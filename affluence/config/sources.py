"""``[platform.X.source]``: where the records of a platform come from, and how they are written."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import pydantic
from pydantic import AfterValidator, Field

from affluence.config.section import Section
from affluence.config.ssh import SshLogin
from affluence.config.values import FileSecret, Secret, known_zone

# As in affluence.cdr.dialects, which takes a moment to load; a test compares the two.
Dialect = Literal[
    "auto",
    "asterisk-csv",
    "asterisk-custom",
    "asterisk-db",
    "asterisk-cel",
    "queue-log",
    "freeswitch-csv",
    "freeswitch-json",
    "freeswitch-xml",
    "fusionpbx",
    "cucm",
    "avaya-smdr",
    "avaya-cm",
    "alcatel-oxe",
    "alcatel-oxo",
    "3cx",
    "mitel-smdr",
    "wazo",
    "portal",
    "generic",
]
Outcome = Literal[
    "answered", "busy", "abandoned", "unanswered", "self_service", "closed", "failed", "unknown"
]


def _clock(name: str) -> str:
    return name if name == "auto" else known_zone(name)


def _records_url(address: str) -> str:
    # Numbers of callers do not travel in clear: without encryption on this machine only.
    if not re.fullmatch(
        r"(https://[^\s\"'<>@]+|http://(localhost|127\.0\.0\.1|\[::1\])[:/][^\s\"'<>@]*)", address
    ):
        message = (
            'write a whole address, such as "https://pbx.example.gouv.fr/cdr/", without user and'
            " password"
        )
        raise ValueError(message)
    try:
        address.format(date=date(2026, 1, 1))
    except (LookupError, ValueError, AttributeError) as error:
        message = 'between { and } write the date only, such as "{date:%Y-%m-%d}"'
        raise ValueError(message) from error
    return address


def _names(pattern: str) -> str:
    parts = pattern.split("/")
    if not parts[0] or any("**" in part and part != "**" for part in parts):
        raise ValueError(
            'write names as they are in the folder, such as "Master.csv*" or "*/*.csv"'
        )
    return pattern


FilePatterns = Annotated[tuple[Annotated[str, AfterValidator(_names)], ...], Field(min_length=1)]


class Announcements(Section):
    """Names of sound files that tell a caller why nobody answers."""

    closed: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()


class NotCounted(Section):
    """Calls that are no business of the desk: numbers as the records write them."""

    callers: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    internal: bool = False


class Format(Section):
    """What the files of some dialects do not tell; see `affluence.cdr.dialect.Stated`."""

    separator: Annotated[str, Field(max_length=1)] = ""
    time_format: str = ""
    columns: dict[str, str | int] = Field(default_factory=dict)
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    directions: dict[str, Literal["inbound", "outbound", "internal"]] = Field(default_factory=dict)


class _Source(Section):
    """How the records of a platform are written, wherever they come from."""

    dialect: Dialect = "auto"
    clock: Annotated[str, AfterValidator(_clock)] = "auto"
    trunks: tuple[str, ...] = ()
    announcements: Announcements = Announcements()
    machine_answers_first: bool = False
    not_counted: NotCounted = NotCounted()
    format: Format = Format()


class FolderSource(_Source):
    """Files in a folder, on this machine or mounted."""

    kind: Literal["folder"] = "folder"
    folder: Path
    files: FilePatterns = ("*",)


class HttpSource(_Source):
    """Files of a web server: those that a page lists, one alone, or one a day."""

    kind: Literal["http"]
    url: Annotated[str, AfterValidator(_records_url)]
    files: FilePatterns = ("*",)
    days: int = Field(default=31, ge=1, le=366)
    user: str = ""
    password: Secret = ""
    token: Secret = ""
    certificate: Path | None = None
    certificate_key: FileSecret = ""

    @pydantic.model_validator(mode="after")
    def _one_login(self) -> Self:
        if self.token and self.user:
            raise ValueError("write either 'user' and 'password', or 'token'")
        if bool(self.user) != bool(self.password):
            raise ValueError("'user' and 'password' come together")
        if (self.certificate is None) != (not self.certificate_key):
            raise ValueError("'certificate' and 'certificate_key' come together")
        return self


class SftpSource(_Source, SshLogin):
    """Files of a server that is reached by SFTP."""

    kind: Literal["sftp"]
    folder: str = "."
    files: FilePatterns = ("*",)


class SqlSource(_Source):
    """A table of call records in a database."""

    kind: Literal["sql"]
    dialect: Literal["asterisk-db"] = "asterisk-db"
    server: Literal["postgresql", "mysql"]
    host: str = "localhost"
    port: int | None = Field(default=None, ge=1, le=65535)
    database: str = Field(min_length=1)
    user: str = Field(min_length=1)
    password: Secret = ""
    tls: bool = True
    table: Annotated[str, Field(pattern=r"^[^.\x00]+(\.[^.\x00]+)?$")] = "cdr"
    columns: dict[str, str] = Field(default_factory=dict)
    key: Annotated[str, Field(pattern=r"^[^\x00]+$")] = "calldate"
    look_back_hours: float = Field(default=24, ge=1, le=24 * 31)
    look_back_rows: int = Field(default=1000, ge=0, le=1_000_000)
    statement_timeout_s: float = Field(default=60, ge=1, le=3600)


def _kind(source: object) -> str:
    kind = source.get("kind") if isinstance(source, dict) else getattr(source, "kind", None)
    return "folder" if kind is None else str(kind)


AnySource = FolderSource | HttpSource | SftpSource | SqlSource
Source = Annotated[
    Annotated[FolderSource, pydantic.Tag("folder")]
    | Annotated[HttpSource, pydantic.Tag("http")]
    | Annotated[SftpSource, pydantic.Tag("sftp")]
    | Annotated[SqlSource, pydantic.Tag("sql")],
    pydantic.Discriminator(_kind),
]
SOURCES = ("folder", "http", "sftp", "sql")
