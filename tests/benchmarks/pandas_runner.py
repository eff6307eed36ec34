"""The duties on pandas.

    python -m tests.benchmarks.pandas_runner CSV WORKDIR LINES

Tuned as a user of pandas would: Arrow reads the file and writes Parquet, only the needed columns
are loaded, repeated texts are categories, each number is hashed once a day, calls of one leg are
not grouped, and NumPy does the sweep. One piece: at 5 million records it fits the memory of any
machine that would be used for it.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset

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

# By strength: of two legs that end in the same second the stronger word counts.
_FATES = ("unknown", "busy", "abandoned", "answered")
_UNKNOWN, _BUSY, _ABANDONED, _ANSWERED = range(4)
_NEEDED = (
    *("src", "channel", "dstchannel", "lastapp", "start", "answer", "end", "disposition"),
    "linkedid",
)


def _read(csv: Path) -> pd.DataFrame:
    times = dict.fromkeys(("start", "answer", "end"), pa.timestamp("s"))
    repeated = dict.fromkeys(("lastapp", "disposition"), pa.dictionary(pa.int32(), pa.string()))
    table = pyarrow.csv.read_csv(
        csv,
        read_options=pyarrow.csv.ReadOptions(column_names=list(COLUMNS)),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=list(_NEEDED),
            column_types=dict.fromkeys(_NEEDED, pa.string()) | times | repeated,
            timestamp_parsers=[CLOCK],
            null_values=[""],
            strings_can_be_null=False,
        ),
    )
    frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    return frame


def _legs(records: pd.DataFrame) -> pd.DataFrame:
    """Records with instants in UTC seconds, the day, the direction and the fate."""
    answered = (records["disposition"] == "ANSWERED") & (records["dstchannel"] != "")
    waiting = (records["disposition"] == "NO ANSWER") & records["lastapp"].isin(["Queue", "Dial"])
    busy = records["disposition"] == "BUSY"
    fate = np.select([answered, busy, waiting], [_ANSWERED, _BUSY, _ABANDONED], _UNKNOWN)
    return pd.DataFrame(
        {
            "call": pd.factorize(records["linkedid"])[0],
            "src": records["src"],
            "day": records["start"].dt.normalize(),
            "offered_s": _utc_seconds(records["start"]),
            "answered_s": _utc_seconds(records["answer"]).where(fate == _ANSWERED),
            "released_s": _utc_seconds(records["end"]),
            "inbound": records["channel"].str.startswith(TRUNK),
            "fate": fate.astype(np.int64),
        }
    )


def _utc_seconds(wall: pd.Series[Any]) -> pd.Series[Any]:
    instants = wall.dt.tz_localize(ZONE).dt.tz_convert("UTC").dt.tz_localize(None)
    seconds = instants.astype("datetime64[s]").astype("int64")
    # A missing time is the smallest integer.
    return seconds.where(wall.notna()) if wall.hasnans else seconds


def _merge(legs: pd.DataFrame) -> pd.DataFrame:
    legs["word"] = legs["released_s"] * len(_FATES) + legs["fate"]
    has_several = legs.duplicated("call", keep=False)
    merged = (
        legs[has_several]
        .groupby("call", sort=False)
        .agg(
            src=("src", "first"),
            day=("day", "min"),
            offered_s=("offered_s", "min"),
            answered_s=("answered_s", "min"),
            released_s=("released_s", "max"),
            inbound=("inbound", "max"),
            fate=("fate", "max"),
            word=("word", "max"),
        )
        .reset_index()
    )
    # Answered is the strongest fate: if any leg has it, it is the maximum.
    last_word = merged["word"] % len(_FATES)
    merged["fate"] = merged["fate"].where(merged["fate"] == _ANSWERED, last_word)
    return pd.concat([legs[~has_several], merged], ignore_index=True).drop(columns="word")


def _pseudonyms(calls: pd.DataFrame) -> pd.arrays.IntegerArray:
    days, day_names = pd.factorize(calls["day"])
    numbers, number_texts = pd.factorize(calls["src"])
    pairs, which = np.unique(days * len(number_texts) + numbers, return_inverse=True)
    keys = [day_key(f"{day:%Y-%m-%d}").encode() for day in day_names]
    texts = [str(text).encode() for text in number_texts]
    hashed = np.fromiter(
        (
            int.from_bytes(sha256(keys[day] + texts[number]).digest()[:8], "big")
            for day, number in zip(*divmod(pairs, len(texts)), strict=True)
        ),
        dtype=np.uint64,
        count=len(pairs),
    )
    return pd.arrays.IntegerArray(hashed[which], mask=(calls["src"] == "").to_numpy())


def _write(calls: pd.DataFrame, folder: Path) -> None:
    kept = calls.drop(columns="src").assign(day=calls["day"].dt.strftime("%Y-%m-%d"))
    pyarrow.dataset.write_dataset(
        pa.Table.from_pandas(kept, preserve_index=False),
        folder,
        format="parquet",
        partitioning=pyarrow.dataset.partitioning(pa.schema([("day", pa.string())]), flavor="hive"),
        file_options=pyarrow.dataset.ParquetFileFormat().make_write_options(compression="zstd"),
        max_partitions=4096,
    )


def _measure(calls: pd.DataFrame, lines: int) -> pd.DataFrame:
    midnights = pd.Series([calls["day"].min(), calls["day"].max() + pd.Timedelta(days=1)])
    first_s, last_s = _utc_seconds(midnights)
    bounds = np.arange(first_s, last_s + 1, SLOT_S)
    counts = _count(calls[calls["inbound"]])
    occupancy = _sweep(calls[calls["fate"] != _BUSY], bounds, lines)
    slots = pd.DataFrame(index=pd.Index(bounds[:-1], name="slot_start"))
    slots = slots.join(counts).join(occupancy).fillna(0).astype("int64")
    return slots.reset_index()[list(SLOT_COLUMNS)]


def _count(attempts: pd.DataFrame) -> pd.DataFrame:
    offered, fate = attempts["offered_s"], attempts["fate"]
    columns = {"attempts": pd.Series(1, index=attempts.index)}
    columns |= {name: (fate == code).astype("int64") for code, name in enumerate(_FATES)}
    columns["wait_answered_s"] = (attempts["answered_s"] - offered).where(fate == _ANSWERED, 0)
    columns["wait_abandoned_s"] = (attempts["released_s"] - offered).where(fate == _ABANDONED, 0)
    return pd.DataFrame(columns).groupby(offered // SLOT_S * SLOT_S).sum()


def _sweep(holding: pd.DataFrame, bounds: Any, lines: int) -> pd.DataFrame:
    offered, released = holding["offered_s"].to_numpy(), holding["released_s"].to_numpy()
    instants = np.concatenate([offered, released, bounds])
    changes = np.zeros(len(instants), dtype=np.int64)
    changes[: len(offered)] = 1
    changes[len(offered) : 2 * len(offered)] = -1
    order = np.argsort(instants, kind="stable")
    instants, held = instants[order], np.cumsum(changes[order])
    lasting = np.diff(instants)
    lasts = lasting > 0
    stretches = pd.DataFrame(
        {
            "slot_start": instants[:-1][lasts] // SLOT_S * SLOT_S,
            "held_s": held[:-1][lasts] * lasting[lasts],
            "full_s": np.where(held[:-1][lasts] >= lines, lasting[lasts], 0),
            "peak_calls": held[:-1][lasts],
        }
    )
    return stretches.groupby("slot_start").agg(
        held_s=("held_s", "sum"), full_s=("full_s", "sum"), peak_calls=("peak_calls", "max")
    )


def run(csv: Path, workdir: Path, lines: int) -> None:
    """Do the duties; leave calls by day and slots in ``workdir``."""
    calls = _merge(_legs(_read(csv)))
    calls["caller"] = _pseudonyms(calls)
    calls["outcome"] = pd.Categorical.from_codes(calls["fate"].to_numpy(), list(_FATES))
    _write(calls, workdir / CALLS_FOLDER)
    _measure(calls, lines).to_parquet(workdir / SLOTS_FILE, index=False)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
