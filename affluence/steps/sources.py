"""Which kind of source is configured.

What talks to servers is loaded only where one is configured.
"""

from __future__ import annotations

from datetime import date, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

from affluence import config
from affluence.connections import network_of, ssh_server_of
from affluence.credentials import file_of, reveal
from affluence.errors import RecordsError
from affluence.network import Network
from affluence.sources.remote import Source

if TYPE_CHECKING:
    from affluence.sources import sql

Remote = config.HttpSource | config.SftpSource | config.SqlSource


def source_of(source: Remote, settings: config.NetworkSettings, today: date) -> Source:
    """A source of the configuration that is not on this machine.

    Args:
        source: its section.
        settings: how servers are reached.
        today: the clock's date.

    Raises:
        CredentialError: a secret cannot be had.
        RecordsError: the driver of a database is not installed.

    """
    network = network_of(settings)
    match source:
        case config.HttpSource():
            return _http(source, network, today)
        case config.SftpSource():
            return _sftp(source, network)
        case config.SqlSource():
            return _sql(source, network)


def _http(source: config.HttpSource, network: Network, today: date) -> Source:
    from affluence.sources.http import HttpSource
    from affluence.web import Login, Web

    certificate = None
    if source.certificate is not None:
        certificate = (source.certificate, file_of(source.certificate_key))
    login = Login(
        user=source.user,
        password=reveal(source.password),
        token=reveal(source.token),
        certificate=certificate,
    )
    return HttpSource(
        web=Web(network, login),
        url=source.url,
        patterns=source.files,
        today=today,
        days=source.days,
    )


def _sftp(source: config.SftpSource, network: Network) -> Source:
    from affluence.sources.sftp import SftpSource

    server = ssh_server_of(source, network.timeout_s)
    return SftpSource(server=server, folder=source.folder, patterns=source.files)


def _sql(source: config.SqlSource, network: Network) -> sql.SqlSource:
    from affluence.cdr.asterisk_columns import NEEDED, USED
    from affluence.sources.sql import Access, SqlSource

    return SqlSource(
        connect=_driver(source.server),
        access=Access(
            host=source.host,
            port=source.port,
            database=source.database,
            user=source.user,
            password=reveal(source.password),
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
