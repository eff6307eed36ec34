"""Which kind of place a configured target is.

What talks to servers is loaded only where one is configured.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from affluence import config
from affluence.targets import Target
from affluence.targets.archive import Archive
from affluence.targets.folder import Folder
from affluence.targets.in_place import InPlace
from affluence.targets.releases import Releases

if TYPE_CHECKING:
    from affluence.targets.read_back import PublicAddress
    from affluence.web import Login, Web


def place_of(name: str, target: config.Target, network: config.NetworkSettings) -> Target:
    """The place of a target of the configuration.

    Raises:
        CredentialError: a secret cannot be had.

    """
    match target:
        case config.InPlaceTarget():
            folder = Folder(name, target.folder)
            return InPlace(name, lambda: nullcontext(folder))
        case config.ReleasesTarget():
            folder = Folder(name, target.folder)
            return Releases(name, lambda: nullcontext(folder), target.keep_releases)
        case config.ArchiveTarget():
            return Archive(name, target.folder, target.keep_releases)
        case config.WebDavTarget():
            return _webdav(name, target, network)
        case config.SftpTarget():
            return _sftp(name, target, network)


def address_of(
    name: str, target: config.Target, network: config.NetworkSettings
) -> PublicAddress | None:
    """Where visitors find a target, None where the configuration does not tell."""
    if isinstance(target, config.ArchiveTarget) or not target.public_url:
        return None
    from affluence.targets.read_back import PublicAddress

    return PublicAddress(
        target=name,
        web=_web(network),
        url=target.public_url,
        patience_s=target.read_back_s,
    )


def _webdav(name: str, target: config.WebDavTarget, network: config.NetworkSettings) -> Target:
    from affluence.credentials import reveal
    from affluence.targets.webdav import WebDav
    from affluence.web import Login

    password = reveal(target.password) if target.password else ""
    web = _web(network, Login(user=target.user, password=password))
    return InPlace(name, lambda: nullcontext(WebDav(name, web, target.url)), keeps_edits=True)


def _sftp(name: str, target: config.SftpTarget, network: config.NetworkSettings) -> Target:
    from affluence.credentials import file_of, reveal
    from affluence.ssh import SshServer
    from affluence.targets.sftp import open_folder

    server = SshServer(
        host=target.host,
        port=target.port,
        user=target.user,
        known_hosts=target.known_hosts,
        key=file_of(target.key) if target.key else None,
        key_passphrase=reveal(target.key_passphrase) if target.key_passphrase else "",
        password=reveal(target.password) if target.password else "",
        timeout_s=network.timeout_s,
    )
    opening = partial(open_folder, name, server, target.folder)
    if target.layout == "in-place":
        return InPlace(name, opening)
    return Releases(name, opening, target.keep_releases)


def _web(network: config.NetworkSettings, login: Login | None = None) -> Web:
    from affluence.web import Network, Web

    reached = Network(proxy=network.proxy, ca_file=network.ca_file, timeout_s=network.timeout_s)
    return Web(reached, login)
