"""Which kind of place a configured target is."""

from __future__ import annotations

from affluence import config
from affluence.targets import Target
from affluence.targets.in_place import InPlace
from affluence.targets.releases import Releases


def place_of(name: str, target: config.Target) -> Target:
    """The place of a target of the configuration."""
    if target.kind == "in-place":
        return InPlace(name, target.folder)
    return Releases(name, target.folder, target.keep_releases)
