"""Connections to a real SSH server on this machine: what goes wrong is said in plain words."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from affluence.ssh import SshError, SshServer, open_sftp
from tests.servers import SshDaemon, free_port, make_key, ssh_daemon

PASSWORD = "grün"  # noqa: S105  # a password of no one


@pytest.fixture
def server(sshd: SshDaemon) -> SshServer:
    return SshServer(
        host="127.0.0.1",
        port=sshd.port,
        user=sshd.user,
        known_hosts=sshd.known_hosts,
        key=sshd.key,
        timeout_s=5,
    )


def failure(server: SshServer) -> SshError:
    with pytest.raises(SshError) as caught, open_sftp(server):
        pass
    return caught.value


def read(server: SshServer, path: Path) -> bytes:
    with (
        open_sftp(server) as sftp,
        sftp.asking(str(path)) as remote,
        remote.open(str(path)) as file,
    ):
        return file.read()


def test_a_file_is_read(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    assert read(server, tmp_path / "a") == b"content"


def test_a_locked_key_opens_with_its_passphrase(
    server: SshServer, sshd: SshDaemon, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"content")
    locked = replace(server, key=sshd.locked_key)
    assert read(replace(locked, key_passphrase="open sesame"), tmp_path / "a") == b"content"  # noqa: S106
    assert "is locked: give its passphrase" in failure(locked).why
    wrong = replace(locked, key_passphrase="open barley")  # noqa: S106  # of no one
    assert "cannot be read, or its passphrase is wrong" in failure(wrong).why


def test_a_server_that_is_not_known_is_not_talked_to(server: SshServer, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    found = failure(replace(server, known_hosts=empty))
    assert f"the key of [127.0.0.1]:{server.port} is not in {empty}" in found.why
    assert "ssh-ed25519 SHA256:" in found.why
    assert not found.transient


def test_a_server_with_another_key_is_not_talked_to(server: SshServer, tmp_path: Path) -> None:
    other = " ".join(make_key(tmp_path / "another").split()[:2])
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{server.port} {other}\n")
    found = failure(replace(server, known_hosts=known))
    assert "127.0.0.1 shows another key than the one in" in found.why
    assert not found.transient


def test_a_file_of_known_hosts_that_is_not_there(server: SshServer, tmp_path: Path) -> None:
    found = failure(replace(server, known_hosts=tmp_path / "none"))
    assert found.why == f"the file of known hosts {tmp_path / 'none'} cannot be read"


@pytest.mark.parametrize("cut", [5, 24, 67])
def test_a_file_of_known_hosts_with_half_a_key(server: SshServer, tmp_path: Path, cut: int) -> None:
    """As an unfortunate copy from an e-mail leaves it."""
    half = make_key(tmp_path / "another").split()[1][:cut]
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{server.port} ssh-ed25519 {half}\n")
    found = failure(replace(server, known_hosts=known))
    assert found.why == f"the file of known hosts {known} cannot be read"


def test_a_key_and_a_password_that_are_refused(server: SshServer, sshd: SshDaemon) -> None:
    words = f"127.0.0.1 refuses the user {server.user} with this key or password"
    assert failure(replace(server, key=sshd.other_key)).why == words
    assert failure(replace(server, key=None, password=PASSWORD)).why == words


def test_a_key_that_is_none(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nothing of the kind")
    assert "cannot be read" in failure(replace(server, key=tmp_path / "key")).why


def test_what_is_not_there(server: SshServer, tmp_path: Path) -> None:
    with pytest.raises(SshError) as caught:
        read(server, tmp_path / "none")
    assert caught.value.missing
    assert caught.value.why == f"{tmp_path / 'none'} is not there"


def test_what_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with ssh_daemon(tmp_path, refused_requests="open") as daemon:
        server = SshServer(
            host="127.0.0.1",
            port=daemon.port,
            user=daemon.user,
            known_hosts=daemon.known_hosts,
            key=daemon.key,
        )
        with pytest.raises(SshError, match=r"127\.0\.0\.1 refuses access to"):
            read(server, tmp_path / "a")


def test_what_cannot_be_done(server: SshServer, tmp_path: Path) -> None:
    """A server says nothing more than "failure"."""
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    with (
        open_sftp(server) as sftp,
        pytest.raises(SshError, match="cannot do what is asked with b"),
        sftp.asking("b") as remote,
    ):
        remote.rename(str(tmp_path / "a"), str(tmp_path / "b"))


def test_a_port_where_nothing_listens(server: SshServer) -> None:
    port = free_port()
    found = failure(replace(server, port=port))
    assert found.why == f"127.0.0.1 refuses the connection on port {port}"
    assert found.transient


def test_a_name_that_is_not_known(server: SshServer) -> None:
    found = failure(replace(server, host="no-such-host.invalid"))
    assert found.why == "the name no-such-host.invalid is not known"


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """A port that answers so and hangs up, or never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                if answer is not None:
                    connection.sendall(answer)
                else:
                    connection.recv(1 << 16)
                    connection.recv(1 << 16)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def test_a_server_that_is_too_slow(server: SshServer) -> None:
    with listening(None) as port:
        found = failure(replace(server, port=port, timeout_s=0.3))
    assert found.transient


def test_a_server_that_speaks_something_else(
    server: SshServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        found = failure(replace(server, port=port))
    assert found.why == "the connection with 127.0.0.1 broke off"
    assert capfd.readouterr().err == ""


def test_a_connection_that_breaks_off_while_it_is_used(server: SshServer, tmp_path: Path) -> None:
    with open_sftp(server) as sftp:
        with sftp.asking(str(tmp_path)) as remote:
            channel = remote.get_channel()
        assert channel is not None
        channel.get_transport().sock.close()
        with pytest.raises(SshError) as caught, sftp.asking(str(tmp_path)) as remote:
            remote.listdir(str(tmp_path))
    assert caught.value.why == "the connection with 127.0.0.1 broke off"
    assert caught.value.transient


class _Doorman(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("desk", PASSWORD)
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED


def test_a_server_that_greets_before_it_speaks_sftp(tmp_path: Path) -> None:
    """As shells do whose start-up files print something."""
    with ssh_daemon(tmp_path, sftp="/bin/echo Bienvenue") as daemon:
        found = failure(
            SshServer(
                host="127.0.0.1",
                port=daemon.port,
                user=daemon.user,
                known_hosts=daemon.known_hosts,
                key=daemon.key,
            )
        )
    assert found.why == (
        f"127.0.0.1 says something else than SFTP; does the shell of {daemon.user} print a"
        " greeting?"
    )
    assert not found.transient


def test_a_name_that_cannot_be_read(server: SshServer, tmp_path: Path) -> None:
    """As older systems wrote accents."""
    (tmp_path / os.fsdecode("relevé.csv".encode("latin-1"))).touch()
    with (
        open_sftp(server) as sftp,
        pytest.raises(SshError, match="the name of a file there is not UTF-8") as caught,
        sftp.asking(str(tmp_path)) as remote,
    ):
        remote.listdir(str(tmp_path))
    assert not caught.value.transient


def test_a_password_lets_in(tmp_path: Path) -> None:
    """The users of this machine have none that a test may know: this server has its own."""
    make_key(tmp_path / "host")
    host_key = paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "host"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        (tmp_path / "known_hosts").write_text(
            f"[127.0.0.1]:{port} {host_key.get_name()} {host_key.get_base64()}\n"
        )

        def serve() -> None:
            connection, _ = listener.accept()
            transport = paramiko.Transport(connection)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer)
            transport.start_server(server=_Doorman())
            transport.join()

        thread = threading.Thread(target=serve)
        thread.start()
        server = SshServer(
            host="127.0.0.1",
            port=port,
            user="desk",
            known_hosts=tmp_path / "known_hosts",
            password=PASSWORD,
        )
        with open_sftp(server) as sftp, sftp.asking("/") as remote:
            assert remote.normalize("/") == "/"
        thread.join()


def test_secrets_are_not_shown(server: SshServer, caplog: pytest.LogCaptureFixture) -> None:
    secret = replace(server, key=None, password=PASSWORD, key_passphrase=PASSWORD)
    assert PASSWORD not in repr(secret)
    with caplog.at_level(logging.DEBUG):
        assert PASSWORD not in str(failure(secret))
    assert PASSWORD not in caplog.text
