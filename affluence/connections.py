"""Configuration → how servers are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affluence.config import NetworkSettings, SftpSource, SftpTarget
from affluence.credentials import file_of, reveal
from affluence.network import Network

if TYPE_CHECKING:
    from affluence.ssh import SshServer


def network_of(settings: NetworkSettings) -> Network:
    """How servers are reached."""
    return Network(proxy=settings.proxy, ca_file=settings.ca_file, timeout_s=settings.timeout_s)


def ssh_server_of(server: SftpSource | SftpTarget, timeout_s: float) -> SshServer:
    """An SSH server, its secrets revealed.

    Raises:
        CredentialError: a secret cannot be had.

    """
    from affluence.ssh import SshServer

    return SshServer(
        host=server.host,
        port=server.port,
        user=server.user,
        known_hosts=server.known_hosts,
        key=file_of(server.key) if server.key else None,
        key_passphrase=reveal(server.key_passphrase) if server.key_passphrase else "",
        password=reveal(server.password) if server.password else "",
        timeout_s=timeout_s,
    )
