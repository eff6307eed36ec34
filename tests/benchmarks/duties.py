"""What every contender has to do with the records, and the table by which they are compared.

1. Read the CSV; turn local wall-clock times into UTC instants.
2. Replace each number by a pseudonym: a keyed cryptographic hash of local day and number, cut to
   64 bits. Numbers go no further.
3. Say the direction (inbound on a trunk channel) and what each record tells of the call's fate.
4. Merge the legs of a call: arrival with the first leg, end with the last; answered if any leg is,
   otherwise the fate of the leg that ends last (of several: abandoned, then busy, then unknown).
5. Write the calls as Parquet (zstd), one folder a local day.
6. Measure every 15-minute slot from the first local midnight to the last: attempts by outcome and
   sums of waits by arrival; line-seconds held, seconds with all lines taken and the peak of
   simultaneous calls over all calls that overlap the slot. Refused calls hold no line.

`affluence` does more (duplicates, line conservation, clock detection, histograms of waits, first
attempts, the site); the others are not asked to.
"""

from __future__ import annotations

from hashlib import sha256

# The records: columns in order, the local clock and its zone, the channels that are lines.
COLUMNS = (
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
    "peeraccount",
    "linkedid",
    "sequence",
)
CLOCK = "%Y-%m-%d %H:%M:%S"
ZONE = "Europe/Paris"
TRUNK = "PJSIP/operateur"

SLOT_S = 900

# One row a slot, all whole numbers, `slot_start` in UTC seconds since 1970.
SLOT_COLUMNS = (
    "slot_start",
    "attempts",
    "answered",
    "abandoned",
    "busy",
    "unknown",
    "wait_answered_s",
    "wait_abandoned_s",
    "held_s",
    "full_s",
    "peak_calls",
)
SLOTS_FILE = "slots.parquet"
CALLS_FOLDER = "calls"

_MASTER_KEY = b"a key for benchmarks only"


def day_key(day: str) -> str:
    """Key of the pseudonyms of one local day (ISO date), as hexadecimal digits."""
    return sha256(_MASTER_KEY + day.encode()).hexdigest()
