"""Tables of real databases: read on from where they were left, and all that may go wrong."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from affluence.cdr.asterisk_db import DIALECT
from affluence.config import NetworkSettings, SqlSource
from affluence.pipeline import read_calls
from affluence.sources import sql
from affluence.steps import sources as of_steps
from affluence.store.remote_copies import RemoteCopies
from tests.conftest import REPOSITORY
from tests.servers import DatabaseServer, free_port
from tests.sources.records import NUMBER, TODAY, Mirrored

PASSWORD = "d'ésame"  # noqa: S105  # of no one
SAMPLE = REPOSITORY / "cdr_samples" / "asterisk-db" / "cdr.csv"
COLUMNS = (
    "calldate timestamp NULL, clid varchar(80), src varchar(80), dst varchar(80),"
    " dcontext varchar(80), channel varchar(80), dstchannel varchar(80), lastapp varchar(80),"
    " lastdata varchar(80), duration int, billsec int, disposition varchar(45), amaflags int,"
    " accountcode varchar(20), uniqueid varchar(32), userfield varchar(255), did varchar(50),"
    " recordingfile varchar(255), cnum varchar(80), cnam varchar(80), outbound_cnum varchar(80),"
    " outbound_cnam varchar(80), dst_cnam varchar(80), linkedid varchar(32),"
    " peeraccount varchar(80), sequence int"
)
NAMES = [column.split()[0] for column in COLUMNS.split(",")]


class Desk:
    """A database with a table ``cdr`` and a user who may read it."""

    def __init__(self, server: DatabaseServer, kind: str) -> None:
        self.server = server
        self.kind = kind
        self._words = '"' if kind == "postgresql" else "`"
        self._begin = "\\connect cdr\n" if kind == "postgresql" else "USE cdr;\n"

    def do(self, statements: str) -> None:
        self.server.do(self._begin + statements)

    def make(self) -> None:
        if self.kind == "postgresql":
            made = (
                # To make a database takes long: it is the first test's, its tables are each test's.
                "SELECT 'CREATE DATABASE cdr'"
                " WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'cdr') \\gexec\n"
                f"{self._begin}DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
                "GRANT USAGE ON SCHEMA public TO PUBLIC;"
                "DROP ROLE IF EXISTS reader; DROP ROLE IF EXISTS stranger;"
                f"CREATE ROLE reader LOGIN PASSWORD '{self.password}';"
                f"CREATE ROLE stranger LOGIN PASSWORD '{self.password}';"
            )
        else:
            made = (
                "DROP DATABASE IF EXISTS cdr; CREATE DATABASE cdr;"
                f"CREATE OR REPLACE USER reader@'%' IDENTIFIED BY '{self.password}';"
                f"CREATE OR REPLACE USER stranger@'%' IDENTIFIED BY '{self.password}';"
                "CREATE TABLE cdr.other (a int); GRANT SELECT ON cdr.other TO stranger@'%';"
            )
        self.server.do(
            f"{made}\n{self._begin}{self._table('cdr', f'id int PRIMARY KEY, {COLUMNS}')}"
        )

    @property
    def password(self) -> str:
        return PASSWORD.replace("'", "''")

    def make_table(self, name: str, columns: str) -> None:
        self.do(self._table(name, columns))

    def _table(self, name: str, columns: str) -> str:
        quoted = self.quoted(name)
        reader = "reader" if self.kind == "postgresql" else "reader@'%'"
        return f"CREATE TABLE {quoted} ({columns}); GRANT SELECT ON {quoted} TO {reader};"

    def quoted(self, name: str) -> str:
        return f"{self._words}{name.replace(self._words, self._words * 2)}{self._words}"

    def insert(self, first_id: int, *rows: dict[str, str], table: str = "cdr") -> None:
        values = [
            f"({first_id + number}, {', '.join(_literal(row[name]) for name in NAMES)})"
            for number, row in enumerate(rows)
        ]
        names = ", ".join(["id", *NAMES])
        self.do(f"INSERT INTO {self.quoted(table)} ({names}) VALUES {', '.join(values)};")

    def source(self, **keys: Any) -> SqlSource:
        usual = {
            "kind": "sql",
            "server": self.kind,
            "host": "127.0.0.1",
            "port": self.server.port,
            "database": "cdr",
            "user": "reader",
            "password": "env:DATABASE_PASSWORD",
            "tls": False,
        }
        return SqlSource.model_validate(usual | keys)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'" if value else "NULL"


def rows_of_sample() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))


def call(number: int, calldate: str, **values: str) -> dict[str, str]:
    usual = rows_of_sample()[0]
    unique = {"uniqueid": f"1772524860.{number}", "linkedid": f"1772524860.{number}"}
    return usual | unique | {"calldate": calldate, "src": NUMBER} | values


def ids(copies: dict[str, bytes]) -> list[list[str]]:
    """The unique ids in each copy."""
    read = [csv.DictReader(io.StringIO(copies[name].decode())) for name in sorted(copies)]
    return [[row["uniqueid"].partition(".")[2] for row in rows] for rows in read]


@pytest.fixture(params=["postgresql", "mysql"])
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Desk:
    fixture = {"postgresql": "postgresql", "mysql": "mariadb"}[request.param]
    made = Desk(request.getfixturevalue(fixture), request.param)
    made.make()
    monkeypatch.setenv("DATABASE_PASSWORD", PASSWORD)
    return made


def test_the_same_calls_as_in_the_export(desk: Desk, mirrored: Mirrored) -> None:
    desk.insert(1, *rows_of_sample())
    found = mirrored.fetch(desk.source())
    assert (found.news, found.problems) == (1, ())
    calls, account = read_calls(found.files, DIALECT.name, trunks=["PJSIP/operateur-"])
    exported, of_export = read_calls([SAMPLE], DIALECT.name, trunks=["PJSIP/operateur-"])
    assert calls.drop("caller").equals(exported.drop("caller"))
    # Two rows that are alike in all that matters are one record already in the table.
    assert account["calls"] == of_export["calls"]


def test_no_name_and_nothing_that_is_not_needed_is_fetched(desk: Desk, mirrored: Mirrored) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00", cnam="Jean de la Tour", clid="Jean de la Tour"))
    mirrored.fetch(desk.source())
    (content,) = mirrored.copies().values()
    assert b"Tour" not in content
    assert content.splitlines()[0] == (
        b"calldate,src,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid,"
        b"linkedid,sequence"
    )


@pytest.mark.parametrize("key", ["calldate", "id"])
def test_only_rows_that_are_new_are_fetched(desk: Desk, mirrored: Mirrored, key: str) -> None:
    source = desk.source(key=key)
    desk.insert(1, call(1, "2026-03-03 09:00:00"), call(2, "2026-03-03 10:00:00"))
    assert mirrored.fetch(source).news == 1
    assert mirrored.fetch(source).news == 0
    desk.insert(3, call(3, "2026-03-03 11:00:00"), call(4, "2026-03-03 11:00:00"))
    found = mirrored.fetch(source)
    assert (found.news, found.problems) == (1, ())
    assert ids(mirrored.copies()) == [["1", "2"], ["3", "4"]]
    assert mirrored.fetch(source).news == 0


def test_rows_that_are_written_late_are_found(desk: Desk, mirrored: Mirrored) -> None:
    """A call is written when it ends; one that began earlier may come later."""
    desk.insert(1, call(1, "2026-03-03 09:00:00"), call(2, "2026-03-04 10:00:00"))
    mirrored.fetch(desk.source())
    desk.insert(3, call(3, "2026-03-03 10:30:00"), call(4, "2026-03-03 09:30:00"))
    mirrored.fetch(desk.source(look_back_hours=24))
    assert ids(mirrored.copies()) == [["1", "2"], ["3"]]
    # Looking back further than before meets rows that are no longer known: the reader knows them.
    mirrored.fetch(desk.source(look_back_hours=25))
    assert sorted(ids(mirrored.copies())[2]) == ["1", "4"]


def test_rows_with_late_numbers_are_found(desk: Desk, mirrored: Mirrored) -> None:
    source = desk.source(key="id", look_back_rows=10)
    desk.insert(100, call(1, "2026-03-03 09:00:00"))
    mirrored.fetch(source)
    desk.insert(90, call(2, "2026-03-03 09:00:00"), call(3, "2026-03-03 09:00:00"))
    desk.insert(89, call(4, "2026-03-03 09:00:00"))
    mirrored.fetch(source)
    assert ids(mirrored.copies()) == [["1"], ["2", "3"]]


def test_a_table_that_is_made_anew_begins_again(desk: Desk, mirrored: Mirrored) -> None:
    source = desk.source(key="id", look_back_rows=0)
    desk.insert(100, call(1, "2026-03-03 09:00:00"))
    mirrored.fetch(source)
    desk.do("DELETE FROM cdr;")
    assert mirrored.fetch(source).news == 0
    desk.insert(1, call(2, "2026-03-04 09:00:00"))
    mirrored.fetch(source)
    assert ids(mirrored.copies()) == [["1"], ["2"]]


def test_many_rows_come_in_batches(
    desk: Desk, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of one second than a batch holds, too."""
    made = of_steps._sql
    monkeypatch.setattr(of_steps, "_sql", lambda *given: replace(made(*given), batch_rows=3))
    days = [call(n, f"2026-03-{n:02} 09:00:00") for n in range(1, 6)]
    same = [call(n, "2026-03-06 09:00:00") for n in range(6, 20)]
    desk.insert(1, *days, *same, call(20, "2026-03-07 09:00:00"))
    found = mirrored.fetch(desk.source())
    assert found.problems == ()
    fetched = [number for batch in ids(mirrored.copies()) for number in batch]
    assert sorted(fetched, key=int) == [str(n) for n in range(1, 21)]
    assert found.news > 4
    assert mirrored.fetch(desk.source()).news == 0


def test_deleted_batches_are_not_fetched_again(desk: Desk, mirrored: Mirrored) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00"))
    mirrored.fetch(desk.source())
    mirrored.mark_as_read()
    late = TODAY + timedelta(days=16)
    assert mirrored.fetch(desk.source(), late).files == ()
    desk.insert(2, call(2, "2026-03-03 10:00:00"))
    mirrored.fetch(desk.source(), late)
    assert list(mirrored.copies()) == ["cdr-000002.csv"]
    assert ids(mirrored.copies()) == [["2"]]


def test_a_run_that_dies_before_it_remembers_is_done_again(
    desk: Desk, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00"))
    with monkeypatch.context() as dying:
        dying.setattr(RemoteCopies, "add", lambda *_: sys.exit())
        with pytest.raises(SystemExit):
            mirrored.fetch(desk.source())
    desk.insert(2, call(2, "2026-03-03 10:00:00"))
    mirrored.fetch(desk.source())
    assert ids(mirrored.copies()) == [["1", "2"]]


def test_names_that_need_quotes(desk: Desk, mirrored: Mirrored) -> None:
    table, column = "c`d\"r'%s;--", "s`r\"c'%s"
    columns = COLUMNS.replace(" src ", f" {desk.quoted(column)} ")
    desk.make_table(table, f"id int PRIMARY KEY, {columns}")
    desk.do(
        f"INSERT INTO {desk.quoted(table)} (id, calldate, {desk.quoted(column)}, uniqueid)"
        f" VALUES (1, '2026-03-03 09:00:00', '{NUMBER}', '1772524860.1');"
    )
    found = mirrored.fetch(desk.source(table=table, columns={"src": column}))
    assert found.problems == ()
    assert NUMBER.encode() in mirrored.copies()["cdr-000001.csv"]


def test_a_table_in_a_schema_with_the_three_times_of_a_call(desk: Desk, mirrored: Mirrored) -> None:
    schema = "public" if desk.kind == "postgresql" else "cdr"
    zoned = "timestamp with time zone" if desk.kind == "postgresql" else "datetime"
    columns = COLUMNS.replace("calldate timestamp NULL", f"start {zoned}, answer {zoned}")
    end = desk.quoted("end")
    desk.make_table("calls", f"{columns}, {end} {zoned}")
    desk.do(
        f"INSERT INTO calls (start, answer, {end}, src, channel, dstchannel, lastapp, lastdata,"
        " duration, billsec, disposition, uniqueid) VALUES ('2026-03-03 09:00:00', NULL,"
        f" '2026-03-03 09:00:30', '{NUMBER}', 'a', '', 'Queue', '', 30, 0, 'NO ANSWER', 'x');"
    )
    source = desk.source(table=f"{schema}.calls", key="calldate")
    assert mirrored.fetch(source).problems == ()
    assert mirrored.fetch(source).news == 0
    (row,) = csv.DictReader(io.StringIO(mirrored.copies()["cdr-000001.csv"].decode()))
    assert (row["calldate"], row["answer"], row["end"]) == (
        "2026-03-03 09:00:00",
        "",
        "2026-03-03 09:00:30",
    )


def test_rows_that_hold_line_ends_and_separators_are_one_line_each(
    desk: Desk, mirrored: Mirrored
) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00", lastdata='a,"b\nc'))
    (path,) = mirrored.fetch(desk.source()).files
    _, account = read_calls([path], DIALECT.name)
    assert (account["lines"], account["calls"], account["rejected"]) == (2, 1, {})


def test_rows_without_a_time_do_not_stop_the_others(desk: Desk, mirrored: Mirrored) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00"), call(2, ""))
    if desk.kind == "mysql":
        desk.do("SET sql_mode = ''; INSERT INTO cdr (id, calldate) VALUES (3, '0000-00-00');")
    assert mirrored.fetch(desk.source()).problems == ()
    assert "1" in ids(mirrored.copies())[0] and "2" not in ids(mirrored.copies())[0]
    assert mirrored.fetch(desk.source()).news == 0


def test_the_connection_can_only_read(desk: Desk) -> None:
    """Although the user may do more."""
    who = "reader" if desk.kind == "postgresql" else "reader@'%'"
    desk.do(f"GRANT INSERT ON cdr TO {who};")
    database = of_steps._driver(desk.kind)(access(desk))
    with pytest.raises(sql.SqlError, match="does not understand what is asked") as caught:
        database._ask("INSERT INTO cdr (id) VALUES (1)")  # type: ignore[attr-defined]
    assert "read" in str(caught.value.__cause__).lower()
    database.close()


def access(desk: Desk) -> sql.Access:
    return sql.Access(
        host="127.0.0.1",
        port=desk.server.port,
        database="cdr",
        user="reader",
        password=PASSWORD,
        tls=False,
        ca_file=None,
        timeout_s=3,
        statement_timeout_s=60,
    )


def test_an_encrypted_connection(desk: Desk, mirrored: Mirrored) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00"))
    trusting = NetworkSettings(ca_file=desk.server.authority.certificate, timeout_s=3)
    found = mirrored.fetch(desk.source(tls=True), network=trusting)
    assert (found.news, found.problems) == (1, ())
    (problem,) = mirrored.fetch(desk.source(tls=True)).problems
    assert "the certificate of 127.0.0.1 is not trusted" in problem


def test_certificates_that_this_system_trusts(
    desk: Desk, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.insert(1, call(1, "2026-03-03 09:00:00"))
    monkeypatch.setenv("SSL_CERT_FILE", str(desk.server.authority.certificate))
    assert mirrored.fetch(desk.source(tls=True)).problems == ()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"columns": {"src": "caller"}}, "the table has no column caller; name them with"),
        ({"key": "number"}, "the table has no such column; check 'key' and 'columns'"),
        ({"key": "channel"}, "the key is neither a time nor a whole number"),
        ({"user": "stranger"}, "the user stranger may not read this table"),
        ({"user": "nobody"}, "127.0.0.1 refuses the user nobody with this password"),
        ({"password": "env:WRONG_PASSWORD"}, "refuses the user reader with this password"),
        ({"password": ""}, "refuses the user reader with this password"),
        ({"password": "env:NOT_SET_AT_ALL"}, "there is no such environment variable"),
        ({"port": free_port()}, "127.0.0.1 refuses the connection. The next run tries again."),
        ({"host": "no-such-host.invalid"}, "the name no-such-host.invalid is not known. The next"),
    ],
)
def test_what_is_wrong_is_told_without_secrets_and_rows(
    desk: Desk,
    mirrored: Mirrored,
    monkeypatch: pytest.MonkeyPatch,
    keys: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setenv("WRONG_PASSWORD", "abracadabra")
    desk.insert(1, call(1, "2026-03-03 09:00:00", channel=NUMBER))
    (problem,) = mirrored.fetch(desk.source(**keys)).problems
    assert words in problem
    assert "abracadabra" not in problem
    assert NUMBER not in problem


def test_a_table_that_is_not_there(desk: Desk, mirrored: Mirrored) -> None:
    if desk.kind == "mysql":
        desk.do("GRANT SELECT ON cdr.* TO reader@'%';")  # else it does not even tell that
    (problem,) = mirrored.fetch(desk.source(table="none")).problems
    assert "table none of database cdr on 127.0.0.1: there is no such table" in problem


def test_a_database_that_is_not_there(desk: Desk, mirrored: Mirrored) -> None:
    (problem,) = mirrored.fetch(desk.source(database="none")).problems
    words = ("knows no such database", "may not read this database")
    assert any(word in problem for word in words)


def test_a_statement_that_takes_too_long(desk: Desk, mirrored: Mirrored) -> None:
    slow = {
        "postgresql": "SELECT cdr.*, pg_sleep(5)::text AS slept FROM cdr",
        "mysql": "SELECT cdr.*, sleep(5) AS slept FROM cdr",
    }[desk.kind]
    desk.insert(1, call(1, "2026-03-03 09:00:00"))
    reader = "reader" if desk.kind == "postgresql" else "reader@'%'"
    desk.do(f"CREATE VIEW slow AS {slow}; GRANT SELECT ON slow TO {reader};")
    source = desk.source(table="slow", statement_timeout_s=1, columns={"lastdata": "slept"})
    (problem,) = mirrored.fetch(source).problems
    assert "127.0.0.1 is too slow with this table" in problem
    assert "The next run tries again." in problem


def test_a_driver_that_is_not_installed(
    mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_steps, "find_spec", lambda _: None)
    keys = {"kind": "sql", "server": "mysql", "database": "cdr", "user": "reader"}
    (problem,) = mirrored.fetch(SqlSource.model_validate(keys)).problems
    assert "the driver for mysql is not installed: install affluence with the extra" in problem


def test_secrets_are_not_shown(desk: Desk) -> None:
    assert PASSWORD not in repr(access(desk))
