"""The duties in SQL, on DuckDB.

    python -m tests.benchmarks.duckdb_runner CSV WORKDIR LINES

Tuned as a user of DuckDB would: two threads as the machine has, insertion order given up, only the
needed columns read, a disk to spill to, time as whole seconds once it is UTC. Calls are grouped by
the text of their key: DuckDB's `hash` gives 75 pairs of the four million calls the same 64 bits,
and so would merge strangers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from tests.benchmarks.duties import (
    CALLS_FOLDER,
    CLOCK,
    COLUMNS,
    SLOT_COLUMNS,
    SLOT_S,
    SLOTS_FILE,
    TRUNK,
    ZONE,
    day_key,
)

# Fates are numbered by strength: of two legs that end in the same second the stronger counts.
_READ = f"""
CREATE TABLE legs AS
SELECT
    linkedid,
    src,
    "start"::DATE AS day,
    epoch("start" AT TIME ZONE '{ZONE}')::BIGINT AS start_s,
    epoch(answer AT TIME ZONE '{ZONE}')::BIGINT AS answer_s,
    epoch("end" AT TIME ZONE '{ZONE}')::BIGINT AS end_s,
    starts_with(channel, '{TRUNK}') AS inbound,
    CASE
        WHEN disposition = 'ANSWERED' AND dstchannel <> '' THEN 3
        WHEN disposition = 'BUSY' THEN 1
        WHEN disposition = 'NO ANSWER' AND lastapp IN ('Queue', 'Dial') THEN 2
        ELSE 0
    END AS fate
FROM read_csv(
    $csv, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    timestampformat = '{CLOCK}', columns = $columns
)
"""  # noqa: S608 - only constants of `duties` are put in

# The number of a call is that of its first leg; one hash a call, not one a leg.
_MERGE = """
CREATE TABLE calls AS
WITH merged AS (
    SELECT
        linkedid,
        min(day) AS day,
        any_value(src) AS src,
        bool_or(inbound) AS inbound,
        min(start_s) AS offered_s,
        min(answer_s) FILTER (fate = 3) AS answered_s,
        max(end_s) AS released_s,
        CASE WHEN bool_or(fate = 3) THEN 3 ELSE max(end_s * 4 + fate) % 4 END AS fate
    FROM legs
    GROUP BY linkedid
)
SELECT
    linkedid,
    day,
    CASE WHEN src <> '' THEN ('0x' || left(sha256(key || src), 16))::UBIGINT END AS caller,
    inbound,
    offered_s,
    answered_s,
    released_s,
    (['unknown', 'busy', 'abandoned', 'answered'])[fate + 1] AS outcome
FROM merged JOIN day_keys USING (day)
"""

_MEASURE = f"""
CREATE TABLE slots AS
WITH window_s AS (
    SELECT
        epoch(min(day)::TIMESTAMP AT TIME ZONE '{ZONE}')::BIGINT AS first_s,
        epoch((max(day) + 1)::TIMESTAMP AT TIME ZONE '{ZONE}')::BIGINT AS last_s
    FROM calls
),
bounds AS (SELECT unnest(range(first_s, last_s + 1, {SLOT_S})) AS t FROM window_s),
changes AS (
    SELECT t, sum(change) AS change
    FROM (
        SELECT offered_s AS t, 1 AS change FROM calls WHERE outcome <> 'busy'
        UNION ALL
        SELECT released_s, -1 FROM calls WHERE outcome <> 'busy'
        UNION ALL
        SELECT t, 0 FROM bounds
    )
    GROUP BY t
),
stretches AS (
    SELECT
        t,
        sum(change) OVER (ORDER BY t ROWS UNBOUNDED PRECEDING) AS held,
        lead(t) OVER (ORDER BY t) - t AS lasting_s
    FROM changes
),
occupied AS (
    SELECT
        t - t % {SLOT_S} AS slot_start,
        sum(held * lasting_s) AS held_s,
        coalesce(sum(lasting_s) FILTER (held >= $lines), 0) AS full_s,
        max(held) AS peak_calls
    FROM stretches
    WHERE lasting_s > 0
    GROUP BY ALL
),
arrived AS (
    SELECT
        offered_s - offered_s % {SLOT_S} AS slot_start,
        count(*) AS attempts,
        count(*) FILTER (outcome = 'answered') AS answered,
        count(*) FILTER (outcome = 'abandoned') AS abandoned,
        count(*) FILTER (outcome = 'busy') AS busy,
        count(*) FILTER (outcome = 'unknown') AS unknown,
        sum(answered_s - offered_s) FILTER (outcome = 'answered') AS wait_answered_s,
        sum(released_s - offered_s) FILTER (outcome = 'abandoned') AS wait_abandoned_s
    FROM calls
    WHERE inbound
    GROUP BY ALL
)
SELECT {", ".join(f"coalesce({name}, 0)::BIGINT AS {name}" for name in SLOT_COLUMNS)}
FROM occupied LEFT JOIN arrived USING (slot_start), window_s
WHERE slot_start >= first_s AND slot_start < last_s
ORDER BY slot_start
"""  # noqa: S608 - only constants of `duties` are put in


def run(csv: Path, workdir: Path, lines: int) -> None:
    """Do the duties; leave calls by day and slots in ``workdir``."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET temp_directory = '{workdir / 'spill'}'")
    times = ("start", "answer", "end")
    types = {name: "TIMESTAMP" if name in times else "VARCHAR" for name in COLUMNS}
    connection.execute(_READ, {"csv": str(csv), "columns": types})
    days = [str(day) for (day,) in connection.execute("SELECT DISTINCT day FROM legs").fetchall()]
    connection.execute("CREATE TABLE day_keys (day DATE, key VARCHAR)")
    connection.executemany(
        "INSERT INTO day_keys VALUES (?, ?)", [(day, day_key(day)) for day in days]
    )
    connection.execute(_MERGE)
    connection.execute("DROP TABLE legs")
    connection.execute(
        f"COPY calls TO '{workdir / CALLS_FOLDER}' (FORMAT parquet, COMPRESSION zstd,"
        " PARTITION_BY (day))"
    )
    connection.execute(_MEASURE, {"lines": lines})
    connection.execute(f"COPY slots TO '{workdir / SLOTS_FILE}' (FORMAT parquet)")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
