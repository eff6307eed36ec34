"""Asterisk cdr_csv, ``Master.csv``: no header, 16 to 21 columns, one record a leg.

Source: ``cdr/cdr_csv.c`` and ``main/cdr.c`` of Asterisk. The first 16 columns are always there;
``uniqueid``, ``userfield`` and the three newer ones each depend on a setting, so that a 17th (or,
of 20, the 17th) may be either of the first two: its content decides, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl
import polars_hash

from affluence.cdr.dialect import Columns, Dialect, Reading
from affluence.tables import DIRECTIONS, EVIDENCE

_ALWAYS = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
    *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_NEWER = ("peeraccount", "linkedid", "sequence")
_LAYOUTS = {
    16: _ALWAYS,
    17: (*_ALWAYS, "id_or_userfield"),
    18: (*_ALWAYS, "uniqueid", "userfield"),
    19: (*_ALWAYS, *_NEWER),
    20: (*_ALWAYS, "id_or_userfield", *_NEWER),
    21: (*_ALWAYS, "uniqueid", "userfield", *_NEWER),
}
_DISPOSITIONS = (*("NO ANSWER", "FAILED", "BUSY", "ANSWERED", "CONGESTION", "CANCEL", "UNKNOWN"),)
_UNIQUEID = r"^\S*\d{9,}\.\d+$"
_ODD_FACTOR = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio, as multiplicative hashing has it
_TIME = "%Y-%m-%d %H:%M:%S"
_ANNOUNCING = ("Playback", "BackGround", "Background", "ControlPlayback")
_MENUS = (*_ANNOUNCING, "Wait", "WaitExten", "Read", "IVR", "SayDigits", "AGI", "MusicOnHold")

# Caller names may hold anything, quotes and commas included, and so may application data: a line
# that breaks the quoting is anchored on the columns around them, which never do.
_LOOSE_LINE = re.compile(
    "".join(
        (
            *(f'"(?P<{name}>[^"]*)",' for name in _ALWAYS[:4]),
            r'"?(?P<clid>.*?)"?,',
            *(f'"(?P<{name}>[^",]*)",' for name in ("channel", "dstchannel", "lastapp")),
            r'"?(?P<lastdata>.*?)"?,',
            r'"(?P<start>[\d :-]{19})",(?:"(?P<answer>[\d :-]{19})")?(?:"")?,',
            r'"(?P<end>[\d :-]{19})",',
            r"(?P<duration>-?\d+),(?P<billsec>-?\d+),",
            r'"(?P<disposition>[A-Z ]+)","(?P<amaflags>[^"]*)"',
            r'(?:,"(?P<uniqueid>[^"]*)")?(?:,"(?P<userfield>[^"]*)")?',
            r'(?:,"(?P<peeraccount>[^"]*)","(?P<linkedid>[^"]*)",(?P<sequence>\d+))?$',
        )
    )
)


def _plausible(columns: Columns) -> pl.Expr:
    times = [_wall_us("start").is_not_null(), _wall_us("end").is_not_null()]
    answer = (pl.col("answer").fill_null("") == "") | _wall_us("answer").is_not_null()
    known = pl.col("disposition").is_in(_DISPOSITIONS).fill_null(False)
    last = pl.col("amaflags")
    if "sequence" in columns:
        last = pl.col("sequence").cast(pl.Int64, strict=False)
    return pl.all_horizontal(*times, answer, known, last.is_not_null())


def _clean(columns: Columns) -> pl.Expr:
    linked = [pl.col("linkedid").fill_null("") != ""] if "linkedid" in columns else []
    return pl.all_horizontal(_plausible(columns), *linked)


def _record(columns: Columns, reading: Reading, *, clean: bool) -> Mapping[str, pl.Expr]:
    evidence = _evidence(reading)
    by_agent = evidence == "agent"
    answered = pl.lit(value=False) if reading.machine_answers_first else by_agent
    call_key = _call_key(columns, clean=clean)
    return {
        "record_key": _record_key(columns, call_key),
        "call_key": call_key,
        "start_us": _wall_us("start"),
        "picked_up_us": _wall_us("answer"),
        "answered_us": pl.when(answered).then(_wall_us("answer")),
        "end_us": _wall_us("end"),
        "direction": _direction(reading),
        "evidence": evidence,
        "caller_number": pl.col("src"),
    }


def _clock_evidence(columns: Columns) -> Mapping[str, pl.Expr]:
    unknown = pl.lit(None, pl.Int64)
    epoch_s = unknown
    unique_id = _unique_id(columns)
    if unique_id is not None:
        epoch_s = unique_id.str.extract(r"(\d{9,})\.\d+$").cast(pl.Int64)
        if "linkedid" in columns:
            # A later leg may begin long after its channel: only first legs tell the clock.
            epoch_s = pl.when(unique_id == pl.col("linkedid")).then(epoch_s)
    return {"epoch_s": epoch_s, "duration_s": pl.col("duration").cast(pl.Int64, strict=False)}


def _wall_us(column: str) -> pl.Expr:
    # The cache of the parser costs more than parsing a fixed format does.
    wall = pl.col(column).str.to_datetime(_TIME, time_unit="us", strict=False, cache=False)
    return wall.to_physical()


def _filled(column: str) -> pl.Expr:
    """The column, null where it is empty: Asterisk writes an empty text as a pair of quotes."""
    return pl.when(pl.col(column) != "").then(pl.col(column))


def _unique_id(columns: Columns) -> pl.Expr | None:
    if "uniqueid" in columns:
        return _filled("uniqueid")
    if "id_or_userfield" in columns:
        either = pl.col("id_or_userfield")
        return pl.when(either.str.contains(_UNIQUEID)).then(either)
    return None


def _hash(*parts: pl.Expr) -> pl.Expr:
    # A null would make the whole key null: it stands for an empty column.
    joined = polars_hash.concat_str([part.fill_null("") for part in parts], separator="\x1f")
    return joined.nchash.xxh3_64()


def _call_key(columns: Columns, *, clean: bool) -> pl.Expr:
    if clean and "linkedid" in columns:
        return polars_hash.col("linkedid").nchash.xxh3_64()
    unique_id = _unique_id(columns)
    identifiers = [] if unique_id is None else [unique_id]
    if "linkedid" in columns:
        identifiers.insert(0, _filled("linkedid"))
    channel_since = pl.concat_str(
        pl.col("channel").fill_null(""), pl.lit(" "), pl.col("start").fill_null("")
    )
    return _hash(pl.coalesce(*identifiers, channel_since))


def _record_key(columns: Columns, call_key: pl.Expr) -> pl.Expr:
    if "sequence" in columns:
        # Asterisk numbers its records: call and number tell one from all others. An odd factor
        # keeps neighbouring numbers apart, and the sum of two keys is as good a key.
        number = pl.col("sequence").cast(pl.UInt64, strict=False).fill_null(0)
        return call_key + number * _ODD_FACTOR
    # Channel names are unique until Asterisk restarts: two equal lines are one record.
    return _hash(*(pl.col(name) for name in columns if name not in ("clid", "accountcode")))


def _direction(reading: Reading) -> pl.Expr:
    names = pl.Enum(DIRECTIONS)
    if not reading.trunks:
        return pl.lit("inbound", names)

    def on_a_line(channel: str) -> pl.Expr:
        starts = [pl.col(channel).str.starts_with(trunk) for trunk in reading.trunks]
        return pl.any_horizontal(starts).fill_null(False)

    return (
        pl.when(on_a_line("channel"))
        .then(pl.lit("inbound", names))
        .when(on_a_line("dstchannel"))
        .then(pl.lit("outbound", names))
        .otherwise(pl.lit("internal", names))
    )


def _evidence(reading: Reading) -> pl.Expr:
    disposition, app = pl.col("disposition"), pl.col("lastapp").fill_null("")
    with_somebody = pl.col("dstchannel").fill_null("") != ""
    answered, unanswered = disposition == "ANSWERED", disposition == "NO ANSWER"
    waiting = app.is_in(["Queue", "Dial"])

    def played(announcements: tuple[str, ...]) -> pl.Expr:
        sound = pl.any_horizontal(
            [pl.col("lastdata").str.contains(name, literal=True) for name in announcements]
        )
        return app.is_in(_ANNOUNCING) & sound.fill_null(False)

    rules: list[tuple[pl.Expr, str]] = []
    if reading.closed_announcements:
        rules.append((played(reading.closed_announcements), "closed"))
    if reading.busy_announcements:
        rules.append((played(reading.busy_announcements), "refused_rule"))
    rules += [
        (answered & with_somebody, "agent"),
        (disposition == "BUSY", "refused"),
        (disposition == "CONGESTION", "refused_network"),
        # After a greeting the call is answered, and only the last application tells of a refusal.
        ((answered | unanswered) & app.is_in(["Busy", "Congestion"]), "refused"),
        (disposition == "CANCEL", "gave_up"),
        (disposition == "FAILED", "failed"),
        ((answered | unanswered) & app.is_in(["VoiceMail", "Voicemail"]), "voicemail"),
        # While it waits the call still runs the queue; had the queue given up, the dialplan
        # would have gone on to another application.
        ((answered | unanswered) & waiting, "gave_up"),
        ((answered | unanswered) & app.is_in(_MENUS), "self_service"),
        (answered | unanswered, "rang_out"),
    ]
    names = pl.Enum(EVIDENCE)
    result = pl.lit("unknown", names)
    for condition, evidence in reversed(rules):
        result = pl.when(condition).then(pl.lit(evidence, names)).otherwise(result)
    return result


DIALECT = Dialect(
    name="asterisk-csv",
    version=2,
    layouts=_LAYOUTS,
    loose_line=_LOOSE_LINE,
    plausible=_plausible,
    clean=_clean,
    record=_record,
    clock_evidence=_clock_evidence,
)
