"""The door to SSH: a server is known by its key, or it is not talked to; plain words.

Whatever a server or the network does wrong becomes an `SshError` that says it in words, without
any secret, and whether trying again may help.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never

import paramiko
from paramiko.hostkeys import InvalidHostKey

# Paramiko tells its log what the connection's own thread met, traceback included. The same comes
# to the caller as an exception, and the standard error of a command is for its user.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_PIECE_BYTES = 32768  # the most that servers give at once
_FAULTS = (
    paramiko.SSHException,
    paramiko.SFTPError,
    EOFError,
    OSError,
    UnicodeDecodeError,  # of the names in a folder
)


class SshError(Exception):
    """A request that failed: why, in words, and whether trying again may help."""

    def __init__(self, why: str, *, transient: bool = False, missing: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.transient = transient
        self.missing = missing  # the file or folder is not there


@dataclass(frozen=True, kw_only=True)
class SshServer:
    """A server, the keys by which it is known, and who asks: with a key, a password, or both."""

    host: str
    port: int = 22
    user: str
    known_hosts: Path  # as OpenSSH writes it
    key: Path | None = None  # private key, of any form that OpenSSH writes
    key_passphrase: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeout_s: float = 30  # of the connection, and of every answer


class Sftp:
    """An open connection for files; every request is made within `asking`."""

    def __init__(self, client: paramiko.SFTPClient, server: SshServer) -> None:
        self._client = client
        self._server = server

    @contextmanager
    def asking(self, about: str) -> Iterator[paramiko.SFTPClient]:
        """The client, for requests about one file or folder; nothing else belongs inside.

        Raises:
            SshError: what went wrong, in words.

        """
        try:
            yield self._client
        except _FAULTS as error:
            raise _in_words(error, self._server, about) from error

    def pieces(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a file, from ``start`` to its end or, with ``length``, at most so many.

        One piece after the other: reading ahead would start a thread that tells its faults to
        nobody.

        Raises:
            SshError: what went wrong, in words.

        """
        with self.asking(path) as remote, remote.open(path, "rb") as file:
            left = (file.stat().st_size or 0) - start if length is None else length
            file.seek(start)
            while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
                yield piece
            if left > 0:
                # The end came early. It may be that of the connection: then this fails.
                file.stat()


@contextmanager
def open_sftp(server: SshServer) -> Iterator[Sftp]:
    """A connection that is closed in the end.

    Raises:
        SshError: the server is not reached, not known, or does not let in.

    """
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(_Refuse(server))
    try:
        client.load_host_keys(str(server.known_hosts))
    except (OSError, ValueError, InvalidHostKey) as error:
        why = f"the file of known hosts {server.known_hosts} cannot be read"
        raise SshError(why) from error
    try:
        yield Sftp(_connect(client, server), server)
    finally:
        client.close()


class _Refuse(paramiko.RejectPolicy):
    def __init__(self, server: SshServer) -> None:
        self._server = server

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002  # the base's signature
        hostname: str,
        key: paramiko.PKey,
    ) -> Never:
        raise SshError(
            f"the key of {hostname} is not in {self._server.known_hosts}: ask the administrator of"
            f" the server for it (this one shows {key.get_name()} {key.fingerprint})"
        )


def _connect(client: paramiko.SSHClient, server: SshServer) -> paramiko.SFTPClient:
    key = None if server.key is None else _private_key(server.key, server.key_passphrase)
    try:
        client.connect(
            server.host,
            server.port,
            server.user,
            password=server.password or None,
            pkey=key,
            # Only what is configured: neither keys that lie about nor those of an agent.
            look_for_keys=False,
            allow_agent=False,
            timeout=server.timeout_s,
            banner_timeout=server.timeout_s,
            auth_timeout=server.timeout_s,
            channel_timeout=server.timeout_s,
        )
        sftp = client.open_sftp()
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(server.timeout_s)
    except _FAULTS as error:
        raise _in_words(error, server, "its files") from error
    return sftp


def _private_key(path: Path, passphrase: str) -> paramiko.PKey:
    locked = False
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key_file(str(path), passphrase or None)
        except paramiko.PasswordRequiredException:
            locked = True
        except (paramiko.SSHException, OSError, ValueError):
            continue  # it may be of another kind
    if locked:
        raise SshError(f"the private key {path} is locked: give its passphrase (key_passphrase)")
    raise SshError(f"the private key {path} cannot be read, or its passphrase is wrong")


def _in_words(error: Exception, server: SshServer, about: str) -> SshError:
    """Why a request failed; never the text of the error, which may hold anything."""
    unreached = _unreached(error, server)
    if unreached is not None:
        return SshError(unreached, transient=True)
    host, transient = server.host, False
    match error:
        case paramiko.BadHostKeyException():
            why = (
                f"{host} shows another key than the one in {server.known_hosts}: somebody may be in"
                " between. Ask the administrator of the server before you change that file"
            )
        case paramiko.AuthenticationException():
            why = f"{host} refuses the user {server.user} with this key or password"
        case paramiko.SFTPError():
            why = (
                f"{host} says something else than SFTP; does the shell of {server.user} print a"
                " greeting?"
            )
        case UnicodeDecodeError():
            why = f"{about}: the name of a file there is not UTF-8; have it renamed"
        case FileNotFoundError():
            why = f"{about} is not there"
        case PermissionError():
            why = f"{host} refuses access to {about}"
        case OSError(errno=None) if str(error) != "Socket is closed":
            # SFTP has one word, "failure", for a full disk, a name that is taken, and the rest.
            why = f"{host} cannot do what is asked with {about}"
        case _:
            why, transient = f"the connection with {host} broke off", True
    return SshError(why, transient=transient, missing=isinstance(error, FileNotFoundError))


def _unreached(error: Exception, server: SshServer) -> str | None:
    """Why a server is not reached; None where it is."""
    match error:
        case socket.gaierror():
            return f"the name {server.host} is not known"
        case TimeoutError():
            return f"{server.host} has not answered within {server.timeout_s:g} seconds"
        case ConnectionRefusedError() | paramiko.ssh_exception.NoValidConnectionsError():
            return f"{server.host} refuses the connection on port {server.port}"
    return None
