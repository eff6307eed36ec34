"""Asterisk records written in one line each, for tests that need their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def record(
    number: int,
    start: str,
    lasts_s: int,
    *,
    answered_after_s: int | None = None,
    caller: str = "0639980001",
    disposition: str | None = None,
    app: str = "Queue",
    name: str = '""Usager""',
    width: int = 21,
    clock: str = "Europe/Paris",
    sequence: int | None = None,
    linked_to: int | None = None,
    fold: int = 0,
) -> str:
    """One record without its line end; ``start`` is Paris local time, ``clock`` what is written.

    Records of the same ``number`` share their channel and unique id.
    """
    begin = datetime.fromisoformat(start).replace(tzinfo=PARIS, fold=fold)
    epoch = int(begin.timestamp())
    answered = answered_after_s is not None
    written = disposition or ("ANSWERED" if answered else "NO ANSWER")

    def text(seconds: int) -> str:
        moment = datetime.fromtimestamp(epoch + seconds, ZoneInfo(clock))
        return f'"{moment:%Y-%m-%d %H:%M:%S}"'

    unique = f"{epoch}.{number}"
    linked = f"{epoch}.{number if linked_to is None else linked_to}"
    columns = [
        '""',
        f'"{caller}"',
        '"0199001234"',
        '"from-trunk"',
        f'"{name} <{caller}>"',
        f'"PJSIP/operateur-{number:08x}"',
        f'"PJSIP/agent-01-{number:08x}"' if answered else '""',
        f'"{app}"',
        '""',
        text(0),
        text(answered_after_s) if answered_after_s is not None else "",
        text(lasts_s),
        str(lasts_s),
        str(lasts_s - (answered_after_s or 0) if answered else 0),
        f'"{written}"',
        '"DOCUMENTATION"',
    ]
    newer = ['""', f'"{linked}"', str(number if sequence is None else sequence)]
    tails = {
        16: [],
        17: [f'"{unique}"'],
        18: [f'"{unique}"', '""'],
        19: newer,
        20: [f'"{unique}"', *newer],
        21: [f'"{unique}"', '""', *newer],
    }
    return ",".join(columns + tails[width])


def fictional_number(nth: int) -> str:
    """One of the ten thousand mobile numbers that are kept for works of fiction."""
    return f"063998{nth % 10_000:04d}"


def day_of_records(day: str = "2026-03-03", calls: int = 40, first: int = 1) -> str:
    """Records of a morning: a call every four minutes from nine, each answered after 20 s."""
    nine = datetime.fromisoformat(f"{day} 09:00:00")
    return "".join(
        record(
            first + index,
            (nine + timedelta(minutes=4 * index)).isoformat(sep=" "),
            200 + index,
            answered_after_s=20,
            caller=fictional_number(first + index + 61 * (first // 10_000)),
        )
        + "\n"
        for index in range(calls)
    )


def week(first: int, calls: int = 10) -> str:
    """Records of five mornings of March 2026, from this day of the month on."""
    days = range(first, first + 5)
    return "".join(day_of_records(f"2026-03-{day:02}", calls, first=100 * day) for day in days)
