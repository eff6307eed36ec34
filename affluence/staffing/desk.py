"""What is known of a desk and of those who call it, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# How calls wait: not at all, on as many lines as there are, or however many there are.
DeskKind = Literal["no_queue", "queue", "unlimited"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How calls are handled and how callers behave, as measured.

    Attributes:
        kind: whether calls wait, and whether the number of lines bounds how many.
        handling_s: time that an answered call takes of an agent, work after the call included.
        patience_s: mean time after which who waits gives up; None where nobody has to.
        redial_after_busy: share of refused attempts that are followed by another one.
        redial_after_giving_up: likewise after an attempt that was given up.
        redial_delay_s: mean time from a failed attempt to the next; None: not known.

    """

    kind: DeskKind
    handling_s: float
    patience_s: float | None
    redial_after_busy: float
    redial_after_giving_up: float
    redial_delay_s: float | None

    def __post_init__(self) -> None:
        if self.handling_s <= 0:
            raise ValueError("handling_s must be above 0")
        for name in ("patience_s", "redial_delay_s"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is asked: of every slot, for the load that is planned for.

    Attributes:
        reached_share: persons who reach an agent, redials included; at least.
        within_share: attempts that are answered within ``within_s``; at least; None: not asked.
        within_s: see there.
        full_share: time with all lines taken; at most; None: not asked.

    """

    reached_share: float = 0.9
    within_share: float | None = None
    within_s: float = 60.0
    full_share: float | None = None

    def __post_init__(self) -> None:
        for name in ("reached_share", "within_share", "full_share"):
            value = getattr(self, name)
            if value is not None and not 0 < value < 1:
                raise ValueError(f"{name} must be between 0 and 1: neither can be promised")
        if self.within_s < 0:
            raise ValueError("within_s must be 0 or more")
