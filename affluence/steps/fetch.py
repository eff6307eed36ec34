"""Sources → files on this machine: what is new on the servers is fetched, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import (
    AnySource,
    FolderSource,
    HttpSource,
    NetworkSettings,
    SftpSource,
    SqlSource,
)
from affluence.connections import network_of, ssh_server_of
from affluence.credentials import file_of, reveal
from affluence.errors import AffluenceError, NoRecordsError, RecordsError, StateError
from affluence.sources.folder import list_files
from affluence.sources.remote import Copy, Known, Mirror, Problem, Source
from affluence.store import Store
from affluence.store.ledger import CopyEntry

if TYPE_CHECKING:
    from affluence.sources import http, sftp, sql

_ATTEMPTS = 3  # while each brings some more


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Files of a platform that lie here, how many of them are new, what could not be had."""

    files: tuple[Path, ...] = ()
    news: int = 0
    problems: tuple[str, ...] = ()


def fetch(
    store: Store,
    platform: str,
    source: AnySource,
    network: NetworkSettings,
    today: date,
    *,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Fetched:
    """List the record files of a platform; those of a server are fetched first.

    Args:
        store: knows what was fetched, and holds it.
        platform: identifier.
        source: where its records come from.
        network: how servers are reached.
        today: the clock's date.
        on_bytes: told how many bytes have come.

    Raises:
        StateError: what was fetched cannot be written.

    """
    if isinstance(source, FolderSource):
        try:
            return Fetched(files=tuple(files_here(store, platform, source)))
        except NoRecordsError as error:
            return Fetched(problems=(str(error),))
    folder = store.fetched.folder_of(platform)
    mirror = Mirror(folder, today, on_bytes)
    try:
        news, problems = _fetch_all(store, platform, _source_of(source, network, today), mirror)
    except AffluenceError as error:  # a secret, or a driver, that is not there
        news, problems = 0, [str(error)]
    except OSError as error:
        advice = "Make room, and give the folder to the user that runs affluence."
        message = f"{folder}: what is fetched cannot be kept here ({error.strerror}). {advice}"
        raise StateError(message) from error
    return Fetched(
        files=tuple(store.fetched.of(platform)),
        news=news,
        problems=tuple(f"platform '{platform}': {problem}" for problem in problems),
    )


def files_here(store: Store, platform: str, source: AnySource) -> list[Path]:
    """Record files of a platform that lie here now; nothing is fetched.

    Raises:
        NoRecordsError: the folder that they should be in has none.

    """
    if isinstance(source, FolderSource):
        return list_files(source.folder, source.files)
    return store.fetched.of(platform)


def _fetch_all(
    store: Store, platform: str, source: Source, mirror: Mirror
) -> tuple[int, list[str]]:
    """How many files had news, and what went wrong in the end."""
    ledger, news = store.ledger, 0
    problems: list[Problem] = []
    for _ in range(_ATTEMPTS):
        problems, before = [], mirror.received
        copies = {entry.name: Copy(**asdict(entry)) for entry in ledger.copies(platform)}
        known = Known(copies=copies, position=ledger.position(platform))
        for found in source.fetch(mirror, known):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                ledger.add_copy(platform, CopyEntry(**asdict(found.copy)), found.position)
                news += found.is_news
        # What broke off after some bytes may go on at once; what is down stays down for now.
        may_help = any(problem.transient for problem in problems)
        if not may_help or mirror.received == before:
            break
    return news, [str(problem) for problem in problems]


def _source_of(source: AnySource, network: NetworkSettings, today: date) -> Source:
    match source:
        case HttpSource():
            return _http(source, network, today)
        case SftpSource():
            return _sftp(source, network)
        case SqlSource():
            return _sql(source, network)
    message = f"a source of the kind {source.kind} is not fetched"
    raise AssertionError(message)


def _http(source: HttpSource, network: NetworkSettings, today: date) -> http.HttpSource:
    from affluence.sources import http
    from affluence.web import Login, Web

    certificate = None
    if source.certificate is not None:
        certificate = (source.certificate, file_of(source.certificate_key))
    login = Login(
        user=source.user,
        password=_secret(source.password),
        token=_secret(source.token),
        certificate=certificate,
    )
    return http.HttpSource(
        web=Web(network_of(network), login),
        url=source.url,
        patterns=source.files,
        today=today,
        days=source.days,
    )


def _sftp(source: SftpSource, network: NetworkSettings) -> sftp.SftpSource:
    from affluence.sources import sftp

    server = ssh_server_of(source, network.timeout_s)
    return sftp.SftpSource(server=server, folder=source.folder, patterns=source.files)


def _sql(source: SqlSource, network: NetworkSettings) -> sql.SqlSource:
    from affluence.cdr.asterisk_columns import NEEDED, USED
    from affluence.sources import sql

    return sql.SqlSource(
        connect=_driver(source.server),
        access=sql.Access(
            host=source.host,
            port=source.port,
            database=source.database,
            user=source.user,
            password=_secret(source.password),
            tls=source.tls,
            ca_file=None if network.ca_file is None else str(network.ca_file),
            timeout_s=network.timeout_s,
            statement_timeout_s=source.statement_timeout_s,
        ),
        table=source.table.split("."),
        names=source.columns,
        used=USED,
        needed=NEEDED,
        key=source.key,
        look_back=timedelta(hours=source.look_back_hours),
        look_back_rows=source.look_back_rows,
    )


def _driver(server: str) -> sql.Connect:
    if find_spec("psycopg" if server == "postgresql" else "pymysql") is None:
        message = f"the driver for {server} is not installed: install affluence with the extra"
        raise RecordsError(f"{message} 'sql' (pip install 'affluence[sql]').")
    if server == "postgresql":
        from affluence.sources.postgresql import PostgresqlDatabase

        return PostgresqlDatabase
    from affluence.sources.mysql import MysqlDatabase

    return MysqlDatabase


def _secret(reference: str) -> str:
    return reveal(reference) if reference else ""
