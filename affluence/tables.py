"""The tables that travel between the stages: columns, types, units and meaning.

Conventions that hold everywhere:

* intervals are half-open, ``[start, end)``;
* instants are UTC with microseconds; local time appears only where a person reads it;
* a count, a number of seconds and a share never share a name: ``held_s`` is seconds,
  ``busy_line_rate`` is a share in 0-1, a bare plural (``attempts``) is a count;
* null means "the records do not tell", never zero.

Every stage calls ``TABLE.check(frame)`` on what it takes and on what it returns.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from affluence.contracts import (
    Column,
    Table,
    choice,
    count,
    estimate,
    flag,
    instant,
    key,
    seconds,
    share,
    text,
)

DIRECTIONS = ("inbound", "outbound", "internal")
OUTCOMES = (
    "answered",
    "busy",
    "abandoned",
    "unanswered",
    "self_service",
    "closed",
    "failed",
    "unknown",
)
REFUSED_BY = ("lines", "queue", "rule", "network")
DETAILS = ("voicemail", "callback")
LEVELS = ("quiet", "fairly_quiet", "busy", "very_busy")
STATES = (*LEVELS, "closed", "not_enough_data")
# What a duration of DURATIONS lasted from and to; waits begin with the arrival.
DURATION_KINDS = (
    "answered",  # arrival to agent, answered attempts
    "abandoned",  # arrival to hang-up
    "unanswered",  # arrival to the end
    "machine_pick_up",  # arrival to the first pick-up, by a machine, of who asked for an agent
    "agent_pick_up",  # arrival to the first pick-up, where an agent was first
    "queue_answered",  # entry into the queue to agent
    "queue_abandoned",  # entry into the queue to hang-up
    "talk",  # agent to release, answered attempts
    "line_holding",  # arrival to release of every call that held a line, all directions
    "before_opening",  # a closed attempt to the next opening, where that is the nearer bound
    "after_closing",  # the last closing to a closed attempt; also those far from any opening
)
# Bins of histograms, whole seconds: (from, width) from there on; the last one has no end.
DURATION_BINS_S = ((0, 1), (120, 10), (300, 30), (600, 60), (3600, 1))
FAILURES = ("busy", "abandoned", "unanswered")  # after which a caller may redial
GAPS_MIN = (15, 30, 60, 1440)  # longest pause within a call intent; 1440 = the whole local day
CAPACITY_KINDS = ("line", "agent")
CAPACITY_SOURCES = ("configured", "recorded", "inferred")

# What one record says of the fate of its call, weakest first: where the last records of a call
# end together, the strongest word is believed (see `affluence.calls`).
EVIDENCE = (
    "unknown",
    "failed",
    "self_service",
    "voicemail",
    "callback",
    "closed",
    "rang_out",
    "refused_network",
    "refused_rule",
    "refused_queue",
    "refused_lines",
    "refused",
    "gave_up",
    "agent",
)

# What a record says of an agent: he logs in, perhaps paused, or out; a pause begins or ends.
PRESENCES = ("comes", "comes_paused", "goes", "pauses", "resumes")

# Bits of `quality`: what is doubtful in a record or call.
MINUTE_ONLY = 1  # times are known to the minute only
CAPPED = 2  # longer than the longest credible call: shortened to it
AMBIGUOUS_HOUR = 4  # in the doubled hour of autumn, with nothing to tell which of the two
NEGATIVE = 8  # an end before its beginning: the beginning is kept
STILL_OPEN = 16  # no release in the record
CONTINUED = 32  # another record tells the same beginning, though it begins where this one ends
# In LEGS only: calls that the configuration does not count.
NOT_COUNTED = 64  # one such record is enough
INTERNAL_NOT_COUNTED = 128  # if all of its records are

_TIMES = {
    "offered_at": instant("arrival of the call (seizure of the line)", nullable=False),
    "picked_up_at": instant("first pick-up, by a machine or a person"),
    "queued_at": instant("entry into the queue"),
    "answered_at": instant("an agent took the call"),
    "released_at": instant("end; null while the call is still up"),
}
_PARTIES = {
    "caller": key("keyed pseudonym of caller and local day; null where withheld", nullable=True),
    "line": text("line or trunk channel where recorded", nullable=True),
    "agent": key("keyed pseudonym of the agent where recorded", nullable=True),
    "queue": text("queue where recorded", nullable=True),
}

LEGS = Table(
    "LEGS",
    {
        "record_key": key("hash of what identifies the record; records with equal keys are one"),
        "call_key": key(
            "hash of what identifies the call: its legs share it, and copies of a record"
        ),
        **_TIMES,
        "direction": choice(DIRECTIONS, "seen from the platform"),
        "evidence": choice(EVIDENCE, "what this record says of the fate of its call"),
        **_PARTIES,
        "quality": Column(dtype=pl.UInt8(), meaning="bits: see MINUTE_ONLY and its neighbours"),
        "presence": choice(
            PRESENCES,
            "what the agent does at `offered_at`, in the queue or in all of his; null: a call's",
            nullable=True,
        ),
    },
)

CALLS = Table(
    "CALLS",
    {
        "platform": text("identifier of the platform"),
        "call_key": key("as in LEGS"),
        **_TIMES,
        "direction": choice(DIRECTIONS, "seen from the platform"),
        "outcome": choice(OUTCOMES, "one of the closed list; adds up to 100 % of the attempts"),
        "refused_by": choice(REFUSED_BY, "what refused a busy call, where known", nullable=True),
        "detail": choice(DETAILS, "what self-service was used, where known", nullable=True),
        **_PARTIES,
        "legs": count("records merged into this call"),
        "quality": Column(dtype=pl.UInt8(), meaning="bits of all its legs"),
    },
)

CAPACITY = Table(
    "CAPACITY",
    {
        "platform": text("identifier of the platform"),
        "from": instant("in service from", nullable=False),
        "to": instant("in service until; null = until further notice"),
        "kind": choice(CAPACITY_KINDS, "what is counted"),
        "count": count("lines or agents in service"),
        "source": choice(CAPACITY_SOURCES, "how it is known"),
    },
)

# Spans of time of one platform: when it is open, when its records are complete.
SPANS = Table(
    "SPANS",
    {
        "start": instant("from", nullable=False),
        "end": instant("until (excluded)", nullable=False),
    },
)

_SLOT = {
    "platform": text("identifier of the platform"),
    "slot_start": instant("start of the slot, on a whole quarter", nullable=False),
}

# Columns of what is measured that may be null came with a later measure: those of sealed days do
# not know them.
SLOTS = Table(
    "SLOTS",
    {
        **_SLOT,
        "attempts": count("inbound calls that arrived in the slot: the sum of the outcomes"),
        **{outcome: count(f"attempts with outcome '{outcome}'") for outcome in OUTCOMES},
        **{
            f"busy_{who}": count(f"of the busy, refused by '{who}' as recorded", nullable=True)
            for who in REFUSED_BY
        },
        "refused_free": count(
            "of the busy not refused by queue, rule or network, those that met a free line;"
            " null where refusals hold lines themselves",
            nullable=True,
        ),
        "answer_unrecorded": count("of the answered, moment of the answer unknown", nullable=True),
        "still_open": count("attempts whose end is not recorded", nullable=True),
        "anonymous": count("attempts whose caller is unknown"),
        "shared": count("attempts from numbers that several persons share", nullable=True),
        "unlinked": count("anonymous or shared attempts that are not closed", nullable=True),
        "unlinked_answered": count("of the unlinked, answered", nullable=True),
        "unlinked_busy": count("of the unlinked, refused", nullable=True),
        "first_attempts": count("attempts that are the first of their caller on that local day"),
        "first_busy": count("first attempts that were refused"),
        "first_answered": count("first attempts that an agent answered", nullable=True),
        "wait_answered_s": seconds("sum of the waits of answered attempts, arrival to agent"),
        "wait_abandoned_s": seconds("sum of the waits of abandoned attempts, arrival to hang-up"),
        "talk_s": seconds("sum of the talks of the answered attempts that arrived", nullable=True),
        "talks": count("answered attempts whose talk is known", nullable=True),
        "line_holding_s": seconds(
            "sum of the holding times of the calls on lines that arrived, followed to their end",
            nullable=True,
        ),
        "line_holdings": count(
            "calls on lines that arrived, lasted and whose end is known", nullable=True
        ),
        "inbound_holding_s": seconds(
            "part of line_holding_s of the inbound attempts that are neither closed nor refused",
            nullable=True,
        ),
        "held_s": seconds("line-seconds occupied in the slot, calls of every direction"),
        "full_s": seconds("time with all lines taken"),
        "over_s": seconds("time with more calls than lines in service", nullable=True),
        "line_s": seconds("line-seconds in service"),
        "open_s": seconds("time open to the public"),
        "held_open_s": seconds("part of held_s within open time"),
        "full_open_s": seconds("part of full_s within open time"),
        "line_open_s": seconds("part of line_s within open time"),
        "agent_busy_s": seconds("agent-seconds of talk and wrap-up in the slot", nullable=True),
        "agent_busy_open_s": seconds("part of agent_busy_s within open time", nullable=True),
        "agent_s": seconds("agent-seconds on duty; null where nothing tells", nullable=True),
        "agent_open_s": seconds("part of agent_s within open time", nullable=True),
        "recorded_s": seconds("time for which records exist"),
        "peak_calls": count("largest number of simultaneous calls that lasted"),
    },
)

DURATIONS = Table(
    "DURATIONS",
    {
        **_SLOT,
        "kind": choice(DURATION_KINDS, "from what to what; the slot is that of the arrival"),
        "duration_s": count("lower bound of the histogram bin, seconds (DURATION_BINS_S)"),
        "calls": count("calls whose duration falls in the bin"),
    },
)

CONCURRENCY = Table(
    "CONCURRENCY",
    {
        **_SLOT,
        "calls": count("simultaneous calls on the lines, at least one"),
        "lasting_s": seconds("time of the slot with exactly so many"),
        "lasting_open_s": seconds("part of lasting_s within open time"),
    },
)

# A call intent: attempts of one known caller on one local day, until one is answered or until a
# pause longer than `gap_min`. It belongs to the slot of its first attempt.
PERSONS = Table(
    "PERSONS",
    {
        **_SLOT,
        "gap_min": count("longest pause within an intent, minutes: one of GAPS_MIN"),
        "intents": count("intents: the sum of reached, self_served and gave_up"),
        "attempts": count("attempts that these intents took"),
        "first_busy": count("intents whose first attempt was refused"),
        "reached": count("intents that reached an agent"),
        "self_served": count("intents whose last attempt ended in the voice menu"),
        "gave_up": count("intents that ended otherwise"),
        "reach_s": seconds("sum over the reached: first attempt to agent"),
    },
)

REDIALS = Table(
    "REDIALS",
    {
        **_SLOT,
        "failure": choice(FAILURES, "how the attempt failed that arrived in the slot"),
        "nth": count("which attempt of its intent it was: 1, 2, or 3 = third or later"),
        "delay_s": count("lower bound of the bin of the time after its end, seconds"),
        "redialled": count(
            "failures after which the same caller called again after that time, before the desk"
            " closed for the day; during a break too, when nobody could have answered"
        ),
        "censored": count("failures without another call until the desk closed for the day"),
        "followed": count("failures after which the caller called again that day while open"),
        "redial_s": seconds(
            "sum of the times after which the redialled called again", nullable=True
        ),
    },
)

# What the measures give and the store keeps: SLOTS and its companions. The rows of each are in the
# order of its columns, up to the first figure.
MEASURED: Mapping[str, Table] = {
    "slots": SLOTS,
    "durations": DURATIONS,
    "concurrency": CONCURRENCY,
    "persons": PERSONS,
    "redials": REDIALS,
}

WEEK = Table(
    "WEEK",
    {
        "platform": text("identifier of the platform"),
        "weekday": count("ISO weekday, 1 = Monday"),
        "start_min": count("start of the row, minutes after local midnight"),
        "end_min": count("end of the row, minutes after local midnight"),
        "days": count("days of the period that count for this cell"),
        "attempts": count("attempts within the row on those days"),
        "answered": count("of them, answered by an agent"),
        "abandoned": count("of them, given up while waiting"),
        "unanswered": count("of them, left without answer by the platform"),
        "busy": count("of them, refused"),
        "first_attempts": count("first attempts of their caller on that day"),
        "first_busy": count("of the first attempts, refused"),
        "open_s": seconds("open time on those days"),
        "full_open_s": seconds("of it, with all lines taken"),
        "held_open_s": seconds("line-seconds held in open time"),
        "line_open_s": seconds("line-seconds in service in open time"),
        "refused_share": share("first attempts refused over first attempts"),
        **estimate("busy_line_rate", "0-1", "typical share of open time with all lines taken"),
        **estimate("occupancy_rate", "0-1", "typical line-seconds held over those in service"),
        **estimate("reach", "0-1", "chance that a first call reaches an agent (DESIGN 4)"),
        **estimate("wait_s", "seconds", "typical mean wait of the answered"),
        **estimate("demand", "calls", "first attempts of an ordinary day"),
        "state": choice(STATES, "published level, or why there is none"),
    },
)

FORECAST = Table(
    "FORECAST",
    {
        "platform": text("identifier of the platform"),
        "day": Column(dtype=pl.Date(), meaning="local day to come"),
        "weekday": count("ISO weekday, 1 = Monday"),
        "start_min": count("start of the row, minutes after local midnight"),
        "end_min": count("end of the row, minutes after local midnight"),
        **estimate("demand", "calls", "first attempts to be expected"),
        **estimate(
            "reach",
            "0-1",
            "chance that a first call reaches an agent; interval of the"
            " share of the calls of that day",
        ),
        "demand_factor": share("first attempts over those of an ordinary day", "ratio"),
        "after_closure": flag("first open day after a closure"),
        "bridge": flag("alone between days off"),
        "month_start": flag("among the first three open days of its month"),
        "school_holidays": flag("in the school holidays, as far as known"),
        "state": choice(STATES, "level, or why there is none"),
    },
)
