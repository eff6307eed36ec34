"""``config.toml`` → a frozen `Config`; every problem is listed at once, unknown keys included."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from affluence.credentials import REFERENCE
from affluence.errors import ConfigError

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SchoolZone = Literal["", "A", "B", "C", "Corse"]

# Where public holidays are known. The library that knows them takes a moment to load, so their
# codes are written down; a test compares them with the library's own.
FRENCH_REGIONS = (
    *("FR-57", "FR-67", "FR-68", "FR-6AE"),  # Moselle, Bas-Rhin, Haut-Rhin, Alsace
    *("FR-971", "FR-972", "FR-973", "FR-974", "FR-976"),  # the overseas departments
    *("FR-975", "FR-PM"),  # Saint-Pierre-et-Miquelon
    *("FR-977", "FR-BL"),  # Saint-Barthélemy
    *("FR-978", "FR-MF"),  # Saint-Martin
    *("FR-984", "FR-TF"),  # Terres australes et antarctiques
    *("FR-986", "FR-WF"),  # Wallis-et-Futuna
    *("FR-987", "FR-PF"),  # Polynésie
    *("FR-988", "FR-NC"),  # Nouvelle-Calédonie
)
_COUNTRY_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ"
    " BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM"
    " DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS"
    " GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN"
    " KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ"
    " MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM"
    " PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV"
    " SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG"
    " VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_COUNTRY_CODES.split())

_NPM = "npm:"
_S3 = "s3://"
# A version to the last digit: its files never change, so that they need fetching only once.
_PACKAGE = re.compile(r"npm:(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*@\d+\.\d+\.\d+[\w.-]*")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        message = 'is not a known time zone; write one such as "Europe/Paris"'
        raise ValueError(message) from error
    return name


def _clock(name: str) -> str:
    return name if name == "auto" else _zone(name)


def _phone(number: str) -> str:
    compact = re.sub(r"[ .-]", "", number)
    if not re.fullmatch(r"\+\d{8,15}", compact):
        message = 'write it in international form, such as "+33 1 99 00 12 34"'
        raise ValueError(message)
    return compact


def _texts(value: object) -> object:
    texts = {"fr": value} if isinstance(value, str) else value
    if isinstance(texts, dict) and "fr" not in texts:
        message = 'has no French text; write text = "…" or text = { fr = "…", en = "…" }'
        raise ValueError(message)
    return texts


def _written_like(pattern: str, advice: str) -> Callable[[str], str]:
    """A check that a text, if there is one, matches a pattern as a whole."""

    def check(text: str) -> str:
        if text and not re.fullmatch(pattern, text):
            raise ValueError(f"write {advice}")
        return text

    return check


_url = _written_like(
    r"https://[^\s\"'<>]+", 'a whole address, such as "https://www.example.gouv.fr/rendez-vous"'
)
_origin = _written_like(
    r"https://[a-z0-9.-]+(:\d+)?",
    'the beginning of the address only, such as "https://www.example.gouv.fr"',
)
_scheduler = _written_like(
    r"(tcp|tls|ws|wss)://[^\s/@]+:\d+",
    'the address of the scheduler of Dask, such as "tcp://scheduler:8786"',
)
_endpoint = _written_like(
    r"https?://[^\s/@]+",
    'the address of the object store, such as "https://s3.example.gouv.fr"',
)


def _folder_url(address: str) -> str:
    if address and not _url(address).endswith("/"):
        message = (
            'write the address of the folder, such as "https://www.example.gouv.fr/affluence/"'
        )
        raise ValueError(message)
    return address


def _lake(place: str) -> str:
    if "://" in place and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.=-]+)*", place):
        message = 'write a folder, or a bucket and a prefix in it, such as "s3://affluence/prod"'
        raise ValueError(message)
    return place


def _secret(reference: str) -> str:
    if reference and not REFERENCE.fullmatch(reference):
        message = (
            "a secret is not written here but where it is kept: env:NAME, file:/path or"
            " credential:name (of systemd)"
        )
        raise ValueError(message)
    return reference


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


def _package(where: str) -> str:
    if not where or (where.startswith(_NPM) and not _PACKAGE.fullmatch(where)):
        message = (
            'write a package with its version, such as "npm:@gouvfr/dsfr@1.15.3", or the folder of'
            " an unpacked one"
        )
        raise ValueError(message)
    return where


def _secret_file(reference: str) -> str:
    if _secret(reference).startswith("env:"):
        message = "this secret is a file: write file:/path or credential:name (of systemd)"
        raise ValueError(message)
    return reference


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


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or codes[0] != "fr":
        message = 'must begin with "fr"'
        raise ValueError(message)
    if len(set(codes)) < len(codes):
        message = "names a language twice"
        raise ValueError(message)
    return codes


def _span(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", text.replace(" ", ""))
    if not found:
        message = 'write hours as "09:00-12:00"'
        raise ValueError(message)
    hours = [int(group) for group in found.groups()]
    start_min, end_min = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if not 0 <= start_min < end_min <= 24 * 60 or max(hours[1], hours[3]) > 59:
        message = "must begin before it ends, within one day (00:00 to 24:00)"
        raise ValueError(message)
    return (start_min, end_min)


def _apart(spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(spans))):
        message = "has hours that overlap"
        raise ValueError(message)
    return spans


def _region(code: str) -> str:
    if code and code not in FRENCH_REGIONS and code not in COUNTRIES:
        message = (
            'is not a region whose public holidays are known; write "FR", a region with holidays of'
            ' its own such as "FR-57", "FR-67", "FR-971", "FR-974" or "FR-988", another country'
            ' such as "BE", or "" for none'
        )
        raise ValueError(message)
    return code


def _given_once(days: Iterable[date]) -> None:
    twice = sorted(day for day, times in Counter(days).items() if times > 1)
    if twice:
        message = f"{' and '.join(map(str, twice))}: given more than once"
        raise ValueError(message)


Zone = Annotated[str, AfterValidator(_zone)]
MinutesSpan = Annotated[tuple[int, int], BeforeValidator(_span)]
DayHours = Annotated[tuple[MinutesSpan, ...], AfterValidator(_apart)]
Secret = Annotated[str, AfterValidator(_secret)]
FileSecret = Annotated[str, AfterValidator(_secret_file)]
Share = Annotated[float, Field(gt=0, lt=1)]


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


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Bucket(_Section):
    """How an object store that speaks S3 is reached."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] = ""
    region: str = ""
    access_key: Secret = ""
    secret_key: Secret = ""

    @pydantic.model_validator(mode="after")
    def _both_keys(self) -> Self:
        if bool(self.access_key) != bool(self.secret_key):
            raise ValueError("'access_key' and 'secret_key' come together")
        return self


class State(_Section):
    """Where the state of the program lives, and for how long each part of it is kept."""

    folder: Path = Path(".affluence")
    keys: Path | None = None
    lake: Annotated[str, AfterValidator(_lake)] = ""
    bucket: Bucket = Bucket()
    legs_days: int = Field(default=180, ge=8, le=366)
    fetched_days: int = Field(default=15, ge=1, le=366)
    quarantine_days: int = Field(default=30, ge=1, le=366)

    @property
    def keys_folder(self) -> Path:
        """Folder of the keys: by default within the state folder."""
        return self.keys or self.folder / "keys"

    @property
    def lake_is_in_bucket(self) -> bool:
        """Whether calls and counts lie in an object store."""
        return self.lake.startswith(_S3)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that hold it, the lake's too if it lies elsewhere."""
        lake = (Path(self.lake),) if self.lake and not self.lake_is_in_bucket else ()
        elsewhere = [path for path in lake if not path.is_relative_to(self.folder)]
        return (self.folder, *elsewhere)

    @pydantic.model_validator(mode="after")
    def _bucket_for_its_lake(self) -> Self:
        if self.bucket != Bucket() and not self.lake_is_in_bucket:
            raise ValueError('[state.bucket] is for lake = "s3://bucket/prefix"; write that too')
        return self


class EngineSettings(_Section):
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


class NetworkSettings(_Section):
    """How servers are reached: through which proxy, trusting which certificates, for how long."""

    proxy: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    ca_file: Path | None = None
    timeout_s: float = Field(default=30, ge=1, le=600)


class Run(_Section):
    """What "today" is (the clock's date, or the day after the last record), and what a run takes.

    ``memory_gib`` bounds how many platforms are in work at once; by default half of the machine's.
    """

    as_of: Literal["today", "last-record"] = "today"
    memory_gib: float | None = Field(default=None, gt=0)


class Announcements(_Section):
    """Names of sound files that tell a caller why nobody answers."""

    closed: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()


class NotCounted(_Section):
    """Calls that are no business of the desk: numbers as the records write them."""

    callers: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    internal: bool = False


Outcome = Literal[
    "answered", "busy", "abandoned", "unanswered", "self_service", "closed", "failed", "unknown"
]


class Format(_Section):
    """What the files of some dialects do not tell; see `affluence.cdr.dialect.Stated`."""

    separator: Annotated[str, Field(max_length=1)] = ""
    time_format: str = ""
    columns: dict[str, str | int] = {}
    outcomes: dict[str, Outcome] = {}
    directions: dict[str, Literal["inbound", "outbound", "internal"]] = {}


class _Source(_Section):
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
    files: tuple[str, ...] = ("*",)


class HttpSource(_Source):
    """Files of a web server: those that a page lists, one alone, or one a day."""

    kind: Literal["http"]
    url: Annotated[str, AfterValidator(_records_url)]
    files: tuple[str, ...] = ("*",)
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


class SftpSource(_Source):
    """Files of a server that is reached by SFTP."""

    kind: Literal["sftp"]
    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    known_hosts: Path
    key: FileSecret = ""
    key_passphrase: Secret = ""
    password: Secret = ""
    folder: str = "."
    files: tuple[str, ...] = ("*",)

    @pydantic.model_validator(mode="after")
    def _lets_in(self) -> Self:
        if not self.key and not self.password:
            raise ValueError("write 'key', 'password', or both")
        return self


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
    columns: dict[str, str] = {}
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
_SOURCES = ("folder", "http", "sftp", "sql")


class Lines(_Section):
    """A number of lines in service from a day on."""

    since: date
    count: int = Field(ge=1)


def _lines(value: object) -> object:
    if isinstance(value, int) and value >= 1:
        return ({"since": date(1970, 1, 1), "count": value},)
    if isinstance(value, list | tuple) and value:
        return value
    message = "write the number of lines, such as 8, or [{ since = 2026-01-01, count = 8 }]"
    raise ValueError(message)


class Shift(_Section):
    """Agents on duty at some hours of some weekdays; shifts that overlap add up."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    hours: tuple[MinutesSpan, ...] = Field(min_length=1)
    count: int = Field(ge=1)
    since: date = date(1970, 1, 1)
    until: date | None = None

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Shift:
        if self.until is not None and self.until < self.since:
            message = "'until' is before 'since'"
            raise ValueError(message)
        return self


class Agents(_Section):
    """Who answers: the roster, where records tell nothing of it, and the work after a call."""

    wrap_up_s: float = Field(default=0, ge=0, le=3600)
    roster: tuple[Shift, ...] = ()


class Closing(_Section):
    """Days on which the desk is closed although its weekly hours say open; both included."""

    first: date
    last: date | None = None
    reason: str = ""

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Closing:
        if self.last is not None and self.last < self.first:
            message = "'last' is before 'first'"
            raise ValueError(message)
        return self


class ExceptionalDay(_Section):
    """A day with opening hours of its own, or closed without any, whatever the rest says."""

    day: date
    hours: DayHours
    reason: str = ""


class _WeeklyHours(_Section):
    monday: DayHours = ()
    tuesday: DayHours = ()
    wednesday: DayHours = ()
    thursday: DayHours = ()
    friday: DayHours = ()
    saturday: DayHours = ()
    sunday: DayHours = ()

    @property
    def weekly(self) -> tuple[DayHours, ...]:
        """The hours of each weekday, Monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)

    @pydantic.model_validator(mode="after")
    def _open_at_all(self) -> Self:
        if not any(self.weekly):
            message = 'no opening hours; write for instance monday = ["09:00-12:00"]'
            raise ValueError(message)
        return self


class OpeningChange(_WeeklyHours):
    """Weekly opening hours that hold from a day on; closed on weekdays that are not given."""

    since: date


class Opening(_WeeklyHours):
    """Weekly opening hours, how they change, and when they do not hold."""

    changes: tuple[OpeningChange, ...] = ()
    public_holidays: Annotated[str, AfterValidator(_region)] = "FR"
    closures: tuple[Closing, ...] = ()
    exceptions: tuple[ExceptionalDay, ...] = ()
    school_holidays: SchoolZone = ""

    @pydantic.field_validator("changes")
    @classmethod
    def _one_change_a_day(cls, changes: tuple[OpeningChange, ...]) -> tuple[OpeningChange, ...]:
        _given_once(change.since for change in changes)
        return changes

    @pydantic.field_validator("exceptions")
    @classmethod
    def _one_exception_a_day(
        cls, exceptions: tuple[ExceptionalDay, ...]
    ) -> tuple[ExceptionalDay, ...]:
        _given_once(exception.day for exception in exceptions)
        return exceptions


class Week(_Section):
    """How the typical week is made from the slots."""

    weeks: int = Field(default=156, ge=1, le=520)
    row_minutes: Literal[30, 60] = 60
    minimum_days: int = Field(default=3, ge=1)
    minimum_calls: int = Field(default=10, ge=1)


class Indicators(_Section):
    """How official formulas are read that are not public, or leave a choice; written messages."""

    fewer_than_5_rings_s: float = Field(default=20, gt=0, le=60)
    short_abandon_s: int = Field(default=5, ge=0, le=60)
    short_abandons_are_lost: bool = True
    agent_required: Literal["accepted", "refused-too"] = "accepted"
    answered_within_s: int = Field(default=20, ge=1, le=600)
    written: Path | None = None  # CSV of letters, e-mails and complaints


class Notice(_Section):
    """Something that callers must know until a day, included; in French, or by language."""

    text: Annotated[dict[str, str], BeforeValidator(_texts)]
    until: date


class Page(_Section):
    """What the page says besides the hours: price, notice, other ways than calling."""

    price: str = ""  # "free", "local", or words of one's own
    relay_url: Annotated[str, AfterValidator(_url)] = ""
    appointment_url: Annotated[str, AfterValidator(_url)] = ""
    online_url: Annotated[str, AfterValidator(_url)] = ""
    public_url: Annotated[str, AfterValidator(_folder_url)] = ""
    embedded_in: Annotated[str, AfterValidator(_origin)] = ""
    notice: Notice | None = None


class Levels(_Section):
    """Lowest chance (0-1) that a first call reaches an agent, for each level."""

    quiet: Share = 0.90
    fairly_quiet: Share = 0.75
    busy: Share = 0.50

    @pydantic.model_validator(mode="after")
    def _descending(self) -> Levels:
        if not self.quiet > self.fairly_quiet > self.busy:
            message = "bounds must descend: quiet > fairly_quiet > busy"
            raise ValueError(message)
        return self


class Platform(_Section):
    """One phone platform: its records, its lines, its hours, its page."""

    name: str = Field(min_length=1)
    group: str = ""
    phone: Annotated[str, AfterValidator(_phone)]
    zone: Zone = "Europe/Paris"
    lines: Annotated[tuple[Lines, ...], BeforeValidator(_lines)] = ()
    agents: Agents = Agents()
    refusals_hold_lines: bool = False
    longest_call_hours: float = Field(default=6, gt=0, le=24)
    demonstration: bool = False
    languages: Annotated[tuple[str, ...], AfterValidator(_languages)] = ("fr",)
    reviewed_by: dict[str, Annotated[str, Field(min_length=1)]] = {}
    valid_days: int = Field(default=13, ge=7, le=60)
    source: Source
    opening: Opening
    page: Page = Page()
    week: Week = Week()
    levels: Levels = Levels()
    indicators: Indicators = Indicators()


class Publication(_Section):
    """When a new table is published, and when it is refused."""

    mode: Literal["auto", "approve"] = "auto"
    grace_days: int = Field(default=3, ge=0, le=6)
    minimum_weeks: int = Field(default=2, ge=1, le=52)
    most_rejected_share: float = Field(default=0.05, ge=0, lt=1)
    suspend_after_days: int = Field(default=28, ge=8, le=366)
    keep_releases: int = Field(default=10, ge=2, le=100)


class Mail(_Section):
    """A mail server, and who is written to."""

    server: str = Field(min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    sender: str = Field(min_length=3)
    to: tuple[str, ...] = Field(min_length=1)
    user: str = ""
    password: Secret = ""


class Worker(_Section):
    """When the worker runs, and whom it tells when it cannot."""

    weekday: Weekday = "monday"
    at: Annotated[int, BeforeValidator(_safe_hour)] = 6 * 60
    sweep_minutes: int = Field(default=15, ge=1, le=1440)
    time_limit_minutes: int = Field(default=120, ge=1, le=1440)
    log: Literal["text", "json"] = "text"
    heartbeat_url: Annotated[str, AfterValidator(_url_or_secret)] = ""
    webhook_url: Annotated[str, AfterValidator(_url_or_secret)] = ""
    mail: Mail | None = None


class _ShownTarget(_Section):
    """A target whose public address may be looked at after a delivery."""

    public_url: Annotated[str, AfterValidator(_folder_url)] = ""
    read_back_s: float = Field(default=300, ge=0, le=3600)


class InPlaceTarget(_ShownTarget):
    """A folder that is changed in place."""

    kind: Literal["in-place"]
    folder: Path


class ReleasesTarget(_ShownTarget):
    """A folder of releases behind one link."""

    kind: Literal["releases"]
    folder: Path
    keep_releases: int = Field(default=5, ge=2)


class FooterLink(_Section):
    """What the law wants at the foot of every page, such as the legal notice."""

    text: str = Field(min_length=1)
    url: Annotated[str, AfterValidator(_url)]


class Theme(_Section):
    """The look of all pages of the site: one site has one look, the list of platforms too."""

    kind: Literal["neutral", "dsfr"] = "neutral"
    dsfr: Annotated[str, AfterValidator(_package)] = "npm:@gouvfr/dsfr@1.15.3"
    brand: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    links: tuple[FooterLink, ...] = ()

    @property
    def package(self) -> str:
        """Name and version of the package to fetch."""
        return self.dsfr.removeprefix(_NPM)

    @property
    def folder(self) -> Path | None:
        """Where the package already is, None if it is to be fetched."""
        return None if self.dsfr.startswith(_NPM) else Path(self.dsfr)

    @pydantic.model_validator(mode="after")
    def _branded(self) -> Theme:
        if self.kind == "dsfr" and not self.brand:
            message = (
                "the design system of the State needs the lines of the mark; write for instance"
                ' brand = ["Préfet", "de l’Exemple"]'
            )
            raise ValueError(message)
        return self


class WebDavTarget(_ShownTarget):
    """A folder of a WebDAV server, changed in place."""

    kind: Literal["webdav"]
    url: Annotated[str, Field(min_length=1), AfterValidator(_folder_url)]
    user: str = ""
    password: Secret = ""


class SftpTarget(_ShownTarget):
    """A folder of an SSH server: releases behind one link, or changed in place."""

    kind: Literal["sftp"]
    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    known_hosts: Path
    key: Annotated[Secret, AfterValidator(_secret_file)] = ""
    key_passphrase: Secret = ""
    password: Secret = ""
    folder: str = Field(min_length=1)  # of the server
    layout: Literal["releases", "in-place"] = "releases"
    keep_releases: int = Field(default=5, ge=2)

    @pydantic.model_validator(mode="after")
    def _lets_in(self) -> SftpTarget:
        if not (self.key or self.password):
            message = "give the key of the user, or a password"
            raise ValueError(message)
        return self


class ArchiveTarget(_Section):
    """A folder of archives, one a release, to hand over."""

    kind: Literal["archive"]
    folder: Path
    keep_releases: int = Field(default=5, ge=2)


Target = Annotated[
    InPlaceTarget | ReleasesTarget | WebDavTarget | SftpTarget | ArchiveTarget,
    Field(discriminator="kind"),
]
_TARGETS = ("in-place", "releases", "webdav", "sftp", "archive")
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Config(_Section):
    """The whole configuration; paths are absolute."""

    run: Run = Run()
    state: State = State()
    engine: EngineSettings = EngineSettings()
    network: NetworkSettings = NetworkSettings()
    publication: Publication = Publication()
    worker: Worker = Worker()
    platform: dict[Identifier, Platform] = Field(min_length=1)
    target: dict[Identifier, Target] = Field(min_length=1)
    theme: Theme = Theme()

    @pydantic.field_validator("theme")
    @classmethod
    def _for_sites_of_the_state(cls, theme: Theme, info: pydantic.ValidationInfo) -> Theme:
        platforms: dict[str, Platform] = info.data.get("platform", {})
        for name, platform in platforms.items():
            host = urlsplit(platform.page.public_url).hostname
            if theme.kind == "dsfr" and host and not host.endswith(".gouv.fr"):
                message = (
                    "the design system of the State may only be used on sites under .gouv.fr, and"
                    f' platform.{name}.page.public_url is on {host}; write kind = "neutral"'
                )
                raise ValueError(message)
        return theme

    @property
    def folders_to_write(self) -> tuple[Path, ...]:
        """Folders on this machine that the site is delivered to."""
        local = (InPlaceTarget, ReleasesTarget, ArchiveTarget)
        return tuple(each.folder for each in self.target.values() if isinstance(each, local))


def load(path: Path) -> Config:
    """Read and check a configuration; relative paths are taken from its folder.

    Raises:
        ConfigError: the file is missing, is not TOML, or has problems: all of them are listed.

    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        advice = "Give another file with --config, or start from the example in the README."
        raise ConfigError(path, [f"cannot be read: {error.strerror}. {advice}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, [f"is not valid TOML: {error}"]) from error
    try:
        config = Config.model_validate(document)
    except pydantic.ValidationError as error:
        raise ConfigError(path, [_explain(problem) for problem in error.errors()]) from None
    return _with_absolute_paths(config, path.resolve().parent)


def read_day_hours(texts: Iterable[str]) -> dict[int, tuple[tuple[int, int], ...]]:
    """Opening hours of some weekdays (ISO), minutes after local midnight, as the file has them.

    ``friday=09:00-12:00``, ``monday-friday=08:30-12:00,13:30-16:30``, and ``friday=`` for a day
    that is closed; a line of the file, ``friday = ["09:00-12:00"]``, will do too.

    Raises:
        ValueError: one is not written so, or names a weekday again.

    """
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for text in texts:
        days, equals, hours = re.sub(r"[\s\[\]\"']", "", text).lower().partition("=")
        first, _, last = days.partition("-")
        last = last or first
        if not equals or first not in WEEKDAYS or last not in WEEKDAYS[WEEKDAYS.index(first) :]:
            raise ValueError(
                f"'{text}': write one weekday or the first and the last, and their hours, such as"
                " monday-friday=08:30-12:00,13:30-16:30, or friday= for a day that is closed"
            )
        try:
            spans = pydantic.TypeAdapter[tuple[tuple[int, int], ...]](DayHours).validate_python(
                [span for span in hours.split(",") if span]
            )
        except pydantic.ValidationError as error:
            reasons = "; ".join(str(problem["ctx"]["error"]) for problem in error.errors())
            raise ValueError(f"'{text}': {reasons}") from None
        for day in range(WEEKDAYS.index(first) + 1, WEEKDAYS.index(last) + 2):
            if day in found:
                raise ValueError(f"{WEEKDAYS[day - 1]} is given twice; leave one out")
            found[day] = spans
    return found


def _explain(problem: Any) -> str:  # noqa: ANN401  # pydantic's ErrorDetails, whose `ctx` is untyped
    # Pydantic adds the member of a union that failed ("int", "tuple[…]") and the kind of a source
    # or of a target: no part of the key.
    location = problem["loc"]
    parts = [
        str(part)
        for index, part in enumerate(location)
        if not re.search(r"[\[\]()']|^(int|str|function-.*|literal.*)$", str(part))
        and not (index and location[index - 1] == "source" and part in _SOURCES)
        and not (index == 2 and location[0] == "target" and part in _TARGETS)
    ]
    if problem["type"].startswith("union_tag"):
        parts.append("kind")
    key = ".".join(parts) or "(whole file)"
    known = _TARGETS if parts[:1] == ["target"] else _SOURCES
    kinds = ", ".join(f'"{kind}"' for kind in known)
    advice = {
        "extra_forbidden": "is not a known key; remove it or mend its spelling",
        "missing": "is missing; add it",
        "union_tag_invalid": f"is not a known kind; write one of {kinds}",
        "union_tag_not_found": f"is missing; write one of {kinds}",
    }.get(problem["type"])
    message = advice or problem["msg"].removeprefix("Value error, ")
    return f"{key}: {message}"


def _with_absolute_paths(config: Config, base: Path) -> Config:
    state = config.state.model_copy(
        update={
            "folder": base / config.state.folder,
            "keys": base / config.state.keys_folder,
            "lake": config.state.lake
            if config.state.lake_is_in_bucket or not config.state.lake
            else str(base / config.state.lake),
        }
    )
    platforms = {
        name: platform.model_copy(
            update={
                "source": _with_absolute_source(platform.source, base),
                "indicators": platform.indicators.model_copy(
                    update={"written": written and base / written}
                ),
            }
        )
        for name, platform in config.platform.items()
        for written in [platform.indicators.written]
    }
    targets = {
        name: target.model_copy(
            update={
                key: base / path
                for key in ("folder", "known_hosts")
                if isinstance(path := getattr(target, key, None), Path)
            }
        )
        for name, target in config.target.items()
    }
    ca_file = config.network.ca_file
    network = config.network.model_copy(update={"ca_file": ca_file and base / ca_file})
    theme = config.theme
    if theme.folder is not None:
        theme = theme.model_copy(update={"dsfr": str(base / theme.folder)})
    sections = {
        "state": state,
        "network": network,
        "platform": platforms,
        "target": targets,
        "theme": theme,
    }
    return config.model_copy(update=sections)


def _with_absolute_source(source: AnySource, base: Path) -> AnySource:
    match source:
        case FolderSource():
            return source.model_copy(update={"folder": base / source.folder})
        case HttpSource():
            certificate = source.certificate
            return source.model_copy(update={"certificate": certificate and base / certificate})
        case SftpSource():
            return source.model_copy(update={"known_hosts": base / source.known_hosts})
        case SqlSource():
            return source
