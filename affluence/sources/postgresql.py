"""The door to PostgreSQL: a connection that can only read, plain words for what goes wrong."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import psycopg
from psycopg import sql

from affluence.sources.sql import Access, Reason, Row, Rows, SqlError, Value

_BY_KIND = {
    psycopg.errors.UndefinedTable: Reason.NO_TABLE,
    psycopg.errors.UndefinedColumn: Reason.NO_COLUMN,
    psycopg.errors.InsufficientPrivilege: Reason.TABLE_FORBIDDEN,
    psycopg.errors.QueryCanceled: Reason.TOO_SLOW,
}
# Before there is a connection its library tells what happened in words only.
_BY_WORDS = {
    "password authentication failed": Reason.REFUSED,
    "no password supplied": Reason.REFUSED,
    "does not exist": Reason.NO_DATABASE,
    "Connection refused": Reason.NO_LISTENER,
    "failed to resolve": Reason.NO_HOST,
    "could not translate": Reason.NO_HOST,
    "timeout expired": Reason.SILENT,
    "SSL": Reason.NOT_TRUSTED,
    "certificate": Reason.NOT_TRUSTED,
}


class PostgresqlDatabase:
    """One read-only connection."""

    def __init__(self, access: Access) -> None:
        self._access = access
        statement_ms = round(access.statement_timeout_s * 1000)
        try:
            self._connection = psycopg.connect(
                host=access.host,
                port=access.port or 5432,
                dbname=access.database,
                user=access.user,
                password=access.password or None,
                connect_timeout=max(round(access.timeout_s), 2),
                sslmode="verify-full" if access.tls else "prefer",
                sslrootcert=_authorities(access) if access.tls else None,
                # No secrets that lie about, only what is configured: this file cannot be.
                passfile="/dev/null/none",
                application_name="affluence",
                options=f"-c statement_timeout={statement_ms} -c default_transaction_read_only=on",
                autocommit=True,
            )
        except psycopg.Error as error:
            raise _in_words(error, access) from error

    def columns(self, table: Sequence[str]) -> list[str]:
        """See `affluence.sources.sql.Database`."""
        query = sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(*table))
        return self._ask(query)[0]

    def rows(self, wanted: Rows) -> list[Row]:
        """See `affluence.sources.sql.Database`."""
        key = sql.Identifier(wanted.key)
        # Values are quoted here and not sent apart: a name with a % would else be taken for one.
        from_there = sql.SQL(">= {}").format(sql.Literal(wanted.since))
        query = sql.SQL(
            "SELECT {columns} FROM {table} WHERE {key} {since} ORDER BY {key} LIMIT {most}"
        ).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, wanted.columns)),
            table=sql.Identifier(*wanted.table),
            since=sql.SQL("IS NOT NULL") if wanted.since is None else from_there,
            key=key,
            most=sql.Literal(wanted.at_most),
        )
        return self._ask(query)[1]

    def last_key(self, table: Sequence[str], key: str) -> Value:
        """See `affluence.sources.sql.Database`."""
        query = sql.SQL("SELECT max({}) FROM {}").format(
            sql.Identifier(key), sql.Identifier(*table)
        )
        return self._ask(query)[1][0][0]

    def close(self) -> None:
        """See `affluence.sources.sql.Database`."""
        self._connection.close()

    def _ask(self, query: sql.Composed) -> tuple[list[str], list[Row]]:
        """Names of the columns, and rows."""
        try:
            cursor = self._connection.execute(query)
            return [column.name for column in cursor.description or ()], cursor.fetchall()
        except psycopg.Error as error:
            raise _in_words(error, self._access) from error


def _authorities(access: Access) -> str:
    # The library that comes with the driver does not know where this system keeps them.
    return access.ca_file or ssl.get_default_verify_paths().cafile or "system"


def _in_words(error: psycopg.Error, access: Access) -> SqlError:
    for kind, reason in _BY_KIND.items():
        if isinstance(error, kind):
            return reason.error(access)
    if not isinstance(error, psycopg.OperationalError):
        return Reason.NOT_UNDERSTOOD.error(access)
    text = str(error)
    found = (reason for words, reason in _BY_WORDS.items() if words in text)
    return next(found, Reason.BROKEN).error(access)
