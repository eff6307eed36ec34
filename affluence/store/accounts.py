"""What became of every line: of each file, and of all files of a platform together."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOT_COUNTED = "call that is not counted"  # why records of a part are ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What became of the lines of all files of a platform.

    Attributes:
        counts: ``lines``, ``calls``, ``merged``, ``duplicates``, ``ignored``, ``rejected``.
        is_balanced: whether for every file the first is the sum of the others.

    """

    counts: Mapping[str, int]
    is_balanced: bool


class Accounts:
    """The part of the ledger about lines; it only reads."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of_files(self, platform: str) -> list[dict[str, Any]]:
        """What became of the lines of every file: lines = the sum of the rest."""
        accounts = {}
        for file, path in self._db.execute(
            "SELECT id, path FROM files WHERE platform = ? ORDER BY path, id", (platform,)
        ):
            accounts[file] = {
                "path": path,
                "lines": 0,
                "calls": 0,
                "merged": 0,
                "duplicates": 0,
                "ignored": {},
                "rejected": {},
            }
        for file, lines, repeated, *reasons in self._db.execute(
            "SELECT file, ranges.lines, repeated, ignored, rejected FROM ranges JOIN files ON"
            " files.id = ranges.file WHERE platform = ?",
            (platform,),
        ):
            account = accounts[file]
            account["lines"] += lines
            account["duplicates"] += repeated
            for kind, text in zip(("ignored", "rejected"), reasons, strict=True):
                for reason, count in json.loads(text).items():
                    account[kind][reason] = account[kind].get(reason, 0) + count
        for file, ignored, *counts in self._db.execute(
            "SELECT file, sum(ignored), sum(calls), sum(merged), sum(duplicates) FROM parts"
            " WHERE platform = ? GROUP BY file",
            (platform,),
        ):
            for name, count in zip(("calls", "merged", "duplicates"), counts, strict=True):
                accounts[file][name] += count or 0
            if ignored:
                accounts[file]["ignored"][NOT_COUNTED] = ignored
        return list(accounts.values())

    def totals(self, platform: str) -> Totals:
        """The same of all files together, added up by the database: there may be thousands."""
        row = self._db.execute(
            """
            WITH read AS (
                SELECT files.id AS file, sum(ranges.lines) AS lines, sum(repeated) AS repeated,
                    sum(CASE ignored WHEN '{}' THEN 0
                        ELSE (SELECT sum(value) FROM json_each(ignored)) END) AS ignored,
                    sum(CASE rejected WHEN '{}' THEN 0
                        ELSE (SELECT sum(value) FROM json_each(rejected)) END) AS rejected
                FROM files JOIN ranges ON ranges.file = files.id
                WHERE platform = :platform GROUP BY files.id
            ), kept AS (
                SELECT file, total(calls) AS calls, total(merged) AS merged,
                    total(duplicates) AS duplicates, total(ignored) AS ignored
                FROM parts WHERE platform = :platform GROUP BY file
            ), accounts AS MATERIALIZED (
                SELECT read.file, lines, ifnull(calls, 0) AS calls, ifnull(merged, 0) AS merged,
                    repeated + ifnull(duplicates, 0) AS duplicates,
                    read.ignored + ifnull(kept.ignored, 0) AS ignored, rejected
                FROM read LEFT JOIN kept ON kept.file = read.file
            )
            SELECT total(lines), total(calls), total(merged), total(duplicates), total(ignored),
                total(rejected), (SELECT file FROM accounts WHERE lines <>
                    calls + merged + duplicates + ignored + rejected LIMIT 1)
            FROM accounts
            """,
            {"platform": platform},
        ).fetchone()
        *counts, unbalanced = row
        names = ("lines", "calls", "merged", "duplicates", "ignored", "rejected")
        counted = dict(zip(names, map(int, counts), strict=True))
        return Totals(counts=counted, is_balanced=unbalanced is None)
