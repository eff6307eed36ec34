"""Real servers on this machine, each on a free port, started and stopped by the tests."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

STARTS_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Quiet:
    """A handler of HTTP requests, before its base, that writes no log."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    """The port of a server of this process, until the end of the block."""
    with server:
        # Its end is noticed at the next poll: every test would wait for the usual half second.
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def program(name: str, *folders: str) -> str:
    """Path of an installed program; the test is skipped where it is not."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", *folders]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, *, user: str | None = None
) -> Iterator[None]:
    """A program that listens on a port of this machine, until the end of the block."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=subprocess.STDOUT, user=user, group=user
        )
        try:
            _wait_for(port, process, log)
            yield
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
        time.sleep(0.01)
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
def ssh_daemon(
    folder: Path, *, refused_requests: str = "", sftp: str = "internal-sftp"
) -> Iterator[SshDaemon]:
    """An OpenSSH server that offers files.

    ``refused_requests`` as `internal-sftp -P` takes them; ``sftp`` is the program that answers. It
    knows one user: the one that runs the tests.
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
Subsystem sftp {sftp}{refused}
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


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority of one's own, with certificates of a server and of a client."""

    certificate: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def make_authority(folder: Path) -> Authority:
    """Certificates that openssl makes, of 127.0.0.1 and of a client."""
    openssl = program("openssl")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]

    def make(name: str, *options: str) -> None:
        out = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"]
        command = [openssl, "req", "-x509", *key, *out, "-subj", f"/CN=test {name}", *options]
        subprocess.run(command, check=True, capture_output=True)
        (folder / f"{name}.key").chmod(0o600)

    make("authority")
    signed = ["-CA", f"{folder}/authority.pem", "-CAkey", f"{folder}/authority.key"]
    no_authority = ["-addext", "basicConstraints=critical,CA:FALSE"]
    make("server", *signed, *no_authority, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    make("client", *signed, *no_authority)
    return Authority(
        certificate=folder / "authority.pem",
        server=folder / "server.pem",
        server_key=folder / "server.key",
        client=folder / "client.pem",
        client_key=folder / "client.key",
    )


@dataclass(frozen=True, kw_only=True)
class WebServer:
    """A running nginx: what it serves at which ports, and which certificates are in play."""

    folder: Path
    port: int  # of this machine only, without encryption: "/open/" and "/locked/"
    tls_port: int  # asks for the client's certificate
    authority: Authority
    password: str
    log: Path

    def asked(self) -> list[str]:
        """Status, path and number of bytes of each answer since the last time."""
        time.sleep(0.05)  # it is written when the answer is over
        answers = self.log.read_text().splitlines()
        self.log.write_text("")
        return answers


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    daemon = program("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    served = folder / "served"
    served.mkdir()
    authority = make_authority(folder)
    password = "sésame"  # noqa: S105  # of no one
    hashed = subprocess.run(
        [program("openssl"), "passwd", "-apr1", password],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (folder / "users").write_text(f"desk:{hashed}")
    port, tls_port = free_port(), free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"""
{user} daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
events {{ }}
http {{
  log_format short "$status $uri $body_bytes_sent";
  access_log {folder}/asked short;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location /open/ {{ alias {served}/; autoindex on; }}
    location /locked/ {{
      alias {served}/; autoindex on; auth_basic "records"; auth_basic_user_file {folder}/users;
    }}
  }}
  server {{
    listen 127.0.0.1:{tls_port} ssl;
    ssl_certificate {authority.server}; ssl_certificate_key {authority.server_key};
    ssl_client_certificate {authority.certificate}; ssl_verify_client on;
    location / {{ alias {served}/; autoindex on; }}
  }}
}}
"""
    )
    with running(
        [daemon, "-c", str(folder / "nginx.conf"), "-p", str(folder)], port, folder / "log"
    ):
        yield WebServer(
            folder=served,
            port=port,
            tls_port=tls_port,
            authority=authority,
            password=password,
            log=folder / "asked",
        )


@dataclass(frozen=True, kw_only=True)
class DatabaseServer:
    """A running database: its port, its superuser's command line, its certificate authority."""

    port: int
    administrate: Sequence[str]  # takes SQL on its standard input
    authority: Authority

    def do(self, statements: str) -> None:
        """Run statements as the superuser."""
        done = subprocess.run(
            self.administrate, input=statements, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def _owner(name: str, folder: Path) -> str | None:
    """Who runs a program that refuses to be root; the folder becomes that user's."""
    if os.geteuid() != 0:
        return None
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, name, name)
    return name


@pytest.fixture(scope="session")
def postgresql() -> Iterator[DatabaseServer]:
    versions = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    initdb, daemon = program("initdb", *versions), program("postgres", *versions)
    with tempfile.TemporaryDirectory() as made:
        # Not within pytest's own folder: nobody but the user of the tests may go through that.
        folder = Path(made)
        authority = make_authority(folder)
        port = free_port()
        user = _owner("postgres", folder)
        data = folder / "data"
        command = [initdb, "-D", str(data), "-U", "postgres", "-A", "scram-sha-256"]
        (folder / "password").write_text("super")
        subprocess.run(
            [*command, "--pwfile", str(folder / "password"), "--no-sync", "--locale", "C.UTF-8"],
            check=True,
            capture_output=True,
            user=user,
            group=user,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "fsync": "off",
            "ssl": "on",
            "ssl_cert_file": str(authority.server),
            "ssl_key_file": str(authority.server_key),
        }
        options = [f"-c{name}={value}" for name, value in settings.items()]
        command = [daemon, "-D", str(data), *options]
        with running(command, port, folder / "log", user=user):
            address = f"host=127.0.0.1 port={port} user=postgres password=super"
            yield DatabaseServer(
                port=port,
                administrate=[program("psql"), "-q", "-v", "ON_ERROR_STOP=1", address],
                authority=authority,
            )


@pytest.fixture(scope="session")
def mariadb() -> Iterator[DatabaseServer]:
    install, daemon = program("mariadb-install-db"), program("mariadbd")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        authority = make_authority(folder)
        port = free_port()
        user = _owner("mysql", folder)
        data, socket_file = folder / "data", folder / "socket"
        prepare = [install, "--no-defaults", f"--datadir={data}", "--skip-test-db"]
        root = ["--auth-root-authentication-method=normal"]
        subprocess.run([*prepare, *root], check=True, capture_output=True, user=user, group=user)
        options = [
            *("--no-defaults", f"--datadir={data}", f"--socket={socket_file}"),
            *("--bind-address=127.0.0.1", f"--port={port}", f"--pid-file={folder}/pid"),
            *(f"--ssl-cert={authority.server}", f"--ssl-key={authority.server_key}"),
            # Else 127.0.0.1 is called localhost, where everybody is the anonymous user.
            *("--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"),
        ]
        with running([daemon, *options], port, folder / "log", user=user):
            yield DatabaseServer(
                port=port,
                administrate=[
                    *(program("mariadb"), f"--socket={socket_file}", "-u", "root"),
                    "--default-character-set=utf8mb4",
                ],
                authority=authority,
            )
