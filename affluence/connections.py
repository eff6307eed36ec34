"""Configuration → how servers, people, the state and the machines that work on it are reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import Config, EngineSettings, NetworkSettings, SshLogin, State
from affluence.credentials import file_of, reveal
from affluence.engine import LOCAL, Engine
from affluence.errors import ClusterError, StateError
from affluence.network import Network
from affluence.store import Store, open_store, storage_in
from affluence.store.storage import Folder, Storage

if TYPE_CHECKING:
    from affluence.alerts import Alerts
    from affluence.ssh import SshServer


def network_of(settings: NetworkSettings) -> Network:
    """How servers are reached."""
    return Network(proxy=settings.proxy, ca_file=settings.ca_file, timeout_s=settings.timeout_s)


def ssh_server_of(server: SshLogin, timeout_s: float) -> SshServer:
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
        key_passphrase=reveal(server.key_passphrase),
        password=reveal(server.password),
        timeout_s=timeout_s,
    )


def alerts_of(config: Config) -> Alerts:
    """Who is told how a run ended.

    Raises:
        CredentialError: a secret that is needed for it is not there.

    """
    from affluence.alerts import Alerts, Mail

    worker, mail = config.worker, config.worker.mail
    return Alerts(
        network=network_of(config.network),
        heartbeat_url=_address(worker.heartbeat_url),
        webhook_url=_address(worker.webhook_url),
        mail=None
        if mail is None
        else Mail(
            server=mail.server,
            port=mail.port,
            sender=mail.sender,
            to=mail.to,
            user=mail.user,
            password=reveal(mail.password),
        ),
    )


def _address(url_or_secret: str) -> str:
    is_plain = not url_or_secret or url_or_secret.startswith("https://")
    return url_or_secret if is_plain else reveal(url_or_secret)


def open_state(settings: State) -> AbstractContextManager[Store]:
    """The state, open; see `affluence.store.open_store`.

    Raises:
        CredentialError: a secret of the object store cannot be had.
        StateError: what an object store needs is not installed.

    """
    return open_store(settings.folder, settings.keys_folder, storage_of(settings))


def storage_of(settings: State) -> Storage:
    """Where the lake lies."""
    if not settings.lake:
        return storage_in(settings.folder)
    if not settings.lake_is_in_bucket:
        return Folder(Path(settings.lake))
    try:
        from affluence.store.bucket import Bucket
    except ImportError as error:
        advice = "Install affluence with it: pip install 'affluence[s3]'"
        raise StateError(f"{settings.lake}: {error.name} is not installed. {advice}.") from error
    bucket = settings.bucket
    return Bucket(
        url=settings.lake,
        endpoint=bucket.endpoint,
        region=bucket.region,
        access_key=reveal(bucket.access_key),
        secret_key=reveal(bucket.secret_key),
    )


@contextmanager
def engine_of(settings: EngineSettings, store: Store) -> Iterator[Engine]:
    """Where the heavy steps are worked on.

    Raises:
        ClusterError: the cluster cannot be reached, or cannot do the work.

    """
    if settings.kind == "local":
        yield LOCAL
        return
    try:
        from affluence.engine.cluster import attached
    except ImportError as error:
        advice = "Install affluence with it: pip install 'affluence[dask]'"
        raise ClusterError(f"[engine]: {error.name} is not installed. {advice}.") from error
    with (
        store.keys.lending(),
        store.lake.shown() as sees_lake,
        attached(settings.scheduler, wait_s=settings.wait_s, sees_lake=sees_lake) as cluster,
    ):
        yield cluster
