"""The door to MySQL and MariaDB: a connection that can only read, plain words."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import pymysql
from pymysql.constants import CR, ER

from affluence.sources.sql import Access, Reason, Row, Rows, SqlError, Value

_MARIADB_TIMEOUT = 1969
_BY_CODE = {
    ER.NO_SUCH_TABLE: Reason.NO_TABLE,
    ER.BAD_FIELD_ERROR: Reason.NO_COLUMN,
    ER.TABLEACCESS_DENIED_ERROR: Reason.TABLE_FORBIDDEN,
    ER.COLUMNACCESS_DENIED_ERROR: Reason.TABLE_FORBIDDEN,
    ER.DBACCESS_DENIED_ERROR: Reason.DATABASE_FORBIDDEN,
    ER.BAD_DB_ERROR: Reason.NO_DATABASE,
    ER.ACCESS_DENIED_ERROR: Reason.REFUSED,
    ER.QUERY_TIMEOUT: Reason.TOO_SLOW,
    _MARIADB_TIMEOUT: Reason.TOO_SLOW,
}
_BY_WORDS = {
    "SSL": Reason.NOT_TRUSTED,
    "certificate": Reason.NOT_TRUSTED,
    "Connection refused": Reason.NO_LISTENER,
    "Name or service not known": Reason.NO_HOST,
    "name resolution": Reason.NO_HOST,
    "timed out": Reason.SILENT,
}
_LOST = (CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR)


class MysqlDatabase:
    """One read-only connection."""

    def __init__(self, access: Access) -> None:
        self._access = access
        try:
            self._connection = pymysql.connect(
                host=access.host,
                port=access.port or 3306,
                database=access.database,
                user=access.user,
                # The driver would take text for Latin-1, the server for UTF-8.
                password=access.password.encode(),
                connect_timeout=max(round(access.timeout_s), 1),
                # The server ends a statement that lasts; this ends one that a dead server lasts.
                read_timeout=round(access.statement_timeout_s + access.timeout_s),
                charset="utf8mb4",
                ssl=ssl.create_default_context(cafile=access.ca_file) if access.tls else None,
                ssl_disabled=not access.tls,
                autocommit=True,
            )
            self._limit()
        except (pymysql.MySQLError, OSError) as error:
            raise _in_words(error, access) from error

    def columns(self, table: Sequence[str]) -> list[str]:
        """See `affluence.sources.sql.Database`."""
        return self._ask(f"SELECT * FROM {_quoted(*table)} LIMIT 0")[0]

    def rows(self, wanted: Rows) -> list[Row]:
        """See `affluence.sources.sql.Database`."""
        key = _quoted(wanted.key)
        columns = ", ".join(map(_quoted, wanted.columns))
        since = "IS NOT NULL" if wanted.since is None else ">= %s"
        table = _quoted(*wanted.table)
        query = f"SELECT {columns} FROM {table} WHERE {key} {since} ORDER BY {key} LIMIT %s"
        values = [] if wanted.since is None else [wanted.since]
        return self._ask(query, *values, wanted.at_most)[1]

    def last_key(self, table: Sequence[str], key: str) -> Value:
        """See `affluence.sources.sql.Database`."""
        return self._ask(f"SELECT max({_quoted(key)}) FROM {_quoted(*table)}")[1][0][0]

    def close(self) -> None:
        """See `affluence.sources.sql.Database`."""
        self._connection.close()

    def _limit(self) -> None:
        self._ask("SET SESSION TRANSACTION READ ONLY")
        seconds = self._access.statement_timeout_s
        (version,) = self._ask("SELECT version()")[1][0]
        if "MariaDB" in str(version):
            self._ask("SET SESSION max_statement_time = %s", seconds)
        else:
            self._ask("SET SESSION max_execution_time = %s", round(seconds * 1000))

    def _ask(self, query: str, *values: Value) -> tuple[list[str], list[Row]]:
        """Names of the columns, and rows."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(query, values)
                names = [str(column[0]) for column in cursor.description or ()]
                return names, list(cursor.fetchall())
        except (pymysql.MySQLError, OSError) as error:
            raise _in_words(error, self._access) from error


def _quoted(*names: str) -> str:
    """A name, behind that of its schema where there is one, with what is special doubled."""
    escaped = (name.replace("`", "``").replace("%", "%%") for name in names)
    return ".".join(f"`{name}`" for name in escaped)


def _in_words(error: Exception, access: Access) -> SqlError:
    code = error.args[0] if error.args else None
    if code in _BY_CODE:
        return _BY_CODE[code].error(access)
    text = str(error)
    found = (reason for words, reason in _BY_WORDS.items() if words in text)
    is_broken = isinstance(error, OSError) or code in _LOST
    return next(found, Reason.BROKEN if is_broken else Reason.NOT_UNDERSTOOD).error(access)
