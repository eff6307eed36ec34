"""Configuration → how servers are reached."""

from __future__ import annotations

from affluence.config import NetworkSettings
from affluence.network import Network


def network_of(settings: NetworkSettings) -> Network:
    """How servers are reached."""
    return Network(proxy=settings.proxy, ca_file=settings.ca_file, timeout_s=settings.timeout_s)
