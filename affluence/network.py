"""How servers are reached; apart from what reaches them, which takes a moment to load."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Network:
    """How the network is reached; ``proxy`` and ``ca_file`` are empty where there is none."""

    proxy: str = ""
    ca_file: Path | None = None
    timeout_s: float = 30
