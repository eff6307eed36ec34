"""``config.toml`` → a frozen `Config`; every problem is listed at once, unknown keys included.

Each section of the file is a module: what it may hold, and what is said of anything else.
"""

from __future__ import annotations

from affluence.config.opening import WEEKDAYS, read_day_hours
from affluence.config.platforms import Platform
from affluence.config.reading import Config, Document, Misconfigured, load, load_sound
from affluence.config.regions import COUNTRIES, FRENCH_REGIONS
from affluence.config.running import EngineSettings, Mail, NetworkSettings
from affluence.config.sources import (
    AnySource,
    Dialect,
    FolderSource,
    HttpSource,
    SftpSource,
    SqlSource,
)
from affluence.config.ssh import SshLogin
from affluence.config.state import State
from affluence.config.targets import (
    ArchiveTarget,
    InPlaceTarget,
    ReleasesTarget,
    SftpTarget,
    Target,
    WebDavTarget,
)
from affluence.config.theme import FooterLink, Theme

__all__ = [
    "COUNTRIES",
    "FRENCH_REGIONS",
    "WEEKDAYS",
    "AnySource",
    "ArchiveTarget",
    "Config",
    "Dialect",
    "Document",
    "EngineSettings",
    "FolderSource",
    "FooterLink",
    "HttpSource",
    "InPlaceTarget",
    "Mail",
    "Misconfigured",
    "NetworkSettings",
    "Platform",
    "ReleasesTarget",
    "SftpSource",
    "SftpTarget",
    "SqlSource",
    "SshLogin",
    "State",
    "Target",
    "Theme",
    "WebDavTarget",
    "load",
    "load_sound",
    "read_day_hours",
]
