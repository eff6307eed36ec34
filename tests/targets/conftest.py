"""Servers that the tests of several targets share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.servers import SshDaemon, ssh_daemon
from tests.targets.servers import Certificate, make_certificate

Daemons = Callable[[str], SshDaemon]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


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
