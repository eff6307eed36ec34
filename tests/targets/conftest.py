"""Servers that the tests of several targets share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.servers import Authority, SshDaemon, make_authority, ssh_daemon

Daemons = Callable[[str], SshDaemon]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def daemons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemons]:
    """SSH servers, one for each set of refused requests, running until the end of the module."""
    running: dict[str, SshDaemon] = {}
    with ExitStack() as stack:

        def daemon(refused: str) -> SshDaemon:
            if refused not in running:
                folder = tmp_path_factory.mktemp("sshd")
                started = ssh_daemon(folder, refused_requests=refused)
                running[refused] = stack.enter_context(started)
            return running[refused]

        yield daemon
