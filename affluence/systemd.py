"""Units for systemd, as text, and word to it of how the worker is."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path


def notify(state: str) -> None:
    """Tell systemd, such as ``READY=1``; nothing happens where it did not start this process."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = f"\0{address[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(address)
        channel.sendall(state.encode())


def worker_unit(program: Path, config: Path, writable: Sequence[Path], zone: str) -> str:
    """The unit of the worker.

    Args:
        program: the ``affluence`` command.
        config: the configuration file.
        writable: folders that it writes to.
        zone: time zone of its clock.

    """
    service = f"""Type=notify
NotifyAccess=main
ExecStart={_quoted(program)} worker --config {_quoted(config)}
Restart=on-failure
RestartSec=30
WatchdogSec=180
TimeoutStopSec=10min
KillMode=mixed
"""
    return _unit("weekly table of quiet hours", service, writable, zone, wanted="multi-user.target")


def once_unit(program: Path, config: Path, writable: Sequence[Path], zone: str) -> str:
    """The unit of one run, for the timer; arguments as for `worker_unit`."""
    service = f"""Type=oneshot
ExecStart={_quoted(program)} run --config {_quoted(config)}
TimeoutStartSec=2h
"""
    return _unit("weekly table of quiet hours, one run", service, writable, zone, wanted="")


def timer_unit(zone: str) -> str:
    """The simpler way: no process waits, systemd starts a run each hour and catches up at boot."""
    return f"""[Unit]
Description=affluence: a run each hour

[Timer]
OnCalendar=*-*-* *:05:00 {zone}
Persistent=true
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
"""


def _quoted(path: Path) -> str:
    """A path as a unit takes it: one word, whatever is in it."""
    written = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{written}"' if any(character in written for character in " '\"\\") else written


def _unit(
    description: str, service: str, writable: Sequence[Path], zone: str, *, wanted: str
) -> str:
    folders = " ".join(map(_quoted, writable))
    install = f"\n[Install]\nWantedBy={wanted}\n" if wanted else ""
    return f"""[Unit]
Description=affluence: {description}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=1h
StartLimitBurst=5

[Service]
{service}User=affluence
Group=affluence
Environment=TZ={zone}
# A secret: LoadCredential=password:/etc/affluence/password, in config.toml "credential:password"
UMask=0022
ReadWritePaths={folders}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
CapabilityBoundingSet=
MemoryMax=4G
{install}"""
