"""Real servers on this machine, each on a free port, started and stopped by the tests."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

STARTS_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def program(name: str, *folders: str) -> str:
    """Path of an installed program; the test is skipped where it is not."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", *folders]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on a port of this machine, until the end of the block."""
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT, env=env)
        try:
            _wait_for(port, process, log)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=STARTS_WITHIN_S)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{process.args!r} has not started:\n{log.read_text(errors='replace')}")


@dataclass(frozen=True, kw_only=True)
class SshDaemon:
    """A running sshd: who may come in with which key, and the file that knows its own."""

    port: int
    user: str
    key: Path
    locked_key: Path  # the same right, its passphrase is "open sesame"
    other_key: Path  # nobody lets it in
    known_hosts: Path


def make_key(path: Path, passphrase: str = "") -> str:
    """Write a key pair; return its public line."""
    generate = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)]
    subprocess.run(generate, check=True)
    return path.with_name(f"{path.name}.pub").read_text()


@contextmanager
def ssh_daemon(folder: Path, *, refused_requests: str = "") -> Iterator[SshDaemon]:
    """An OpenSSH server that offers files; ``refused_requests`` as `internal-sftp -P` takes them.

    It knows one user: the one that runs the tests.
    """
    daemon = program("sshd")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # it does not start without
    allowed = make_key(folder / "key") + make_key(folder / "locked", "open sesame")
    make_key(folder / "other")
    host_key = make_key(folder / "host").split()[:2]
    (folder / "allowed").write_text(allowed)
    port = free_port()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {' '.join(host_key)}\n")
    refused = f" -P {refused_requests}" if refused_requests else ""
    (folder / "sshd_config").write_text(
        f"""
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/allowed
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication yes
Subsystem sftp internal-sftp{refused}
"""
    )
    command = [daemon, "-D", "-e", "-f", str(folder / "sshd_config")]
    with running(command, port, folder / "sshd.log"):
        yield SshDaemon(
            port=port,
            user=getpass.getuser(),
            key=folder / "key",
            locked_key=folder / "locked",
            other_key=folder / "other",
            known_hosts=folder / "known_hosts",
        )


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshDaemon]:
    with ssh_daemon(tmp_path_factory.mktemp("sshd")) as daemon:
        yield daemon
