"""The counters of a running Asterisk: every channel and every record takes the next number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from affluence.simulator.call import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers of channels and records by (call, part), in the order in which they open.

    Part 0 is the first channel of the call; the others are those that it rang, in order.
    """

    channels: Mapping[tuple[int, int], int]
    sequences: Mapping[tuple[int, int], int]

    def unique_id(self, index: int, call: Call, part: int = 0) -> str:
        """What Asterisk calls a channel of a call; the first one's names the call too."""
        opened_ms = list(_openings_ms(call))[part]
        return f"{opened_ms // 1000}.{self.channels[index, part]}"


def number_channels(calls: Sequence[Call]) -> Numbers:
    """Number the channels of all calls, and those of their parts that have a record."""
    opened = sorted(
        (at_ms, index, part)
        for index, call in enumerate(calls)
        for part, at_ms in enumerate(_openings_ms(call))
    )
    channels = {(index, part): number for number, (_, index, part) in enumerate(opened)}
    # The channel that rang last has no record of its own: it stands in that of the call.
    with_record = [key for key in channels if key[1] <= len(calls[key[0]].missed)]
    return Numbers(
        channels=channels, sequences={key: number for number, key in enumerate(with_record)}
    )


def _openings_ms(call: Call) -> Iterator[int]:
    yield call.offered_ms
    yield from (ring.start_ms for ring in call.missed)
    if call.agent is not None:
        yield call.ring_ms
