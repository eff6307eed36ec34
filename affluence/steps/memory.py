"""How many platforms may be in work at once within the memory that a run is allowed."""

from __future__ import annotations

import os
from pathlib import Path

# What one platform takes at most while its records are read and its days are measured, however
# many records it has: two batches of a million. A small one takes a tenth of it.
_GIB_A_PLATFORM = 1.0
# More at once wait for the disk in turn; twice as many as cores leave none without work.
_A_CORE = 2
_OF_THE_MACHINE = 0.5
_GIB = 1 << 30
_CGROUP = Path("/sys/fs/cgroup/memory.max")


def platforms_at_once(memory_gib: float | None) -> int:
    """How many platforms may be in work at once: at least one.

    Args:
        memory_gib: that a run may take; None for half of what this machine has.

    """
    allowed = _OF_THE_MACHINE * machine_gib() if memory_gib is None else memory_gib
    return max(1, min(_A_CORE * (os.cpu_count() or 1), int(allowed / _GIB_A_PLATFORM)))


def machine_gib(cgroup: Path = _CGROUP) -> float:
    """Memory of this machine, or of the part of it that this program is confined to.

    Args:
        cgroup: file that tells of such a part, as Linux has it: bytes, or "max".

    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        confined = int(cgroup.read_text(encoding="ascii"))
    except (OSError, ValueError):  # there is no such part
        return machine / _GIB
    return min(machine, confined) / _GIB
