"""Configuration → how servers, the state and the machines that work on it are reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from affluence.config import EngineSettings, NetworkSettings, SshLogin, State
from affluence.credentials import file_of, reveal
from affluence.engine import LOCAL, Engine
from affluence.errors import ClusterError, StateError
from affluence.network import Network
from affluence.store import Store, open_store, storage_in
from affluence.store.storage import Folder, Storage

if TYPE_CHECKING:
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
