"""Which kind of place a configured target is.

What talks to servers is loaded only where one is configured.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from affluence import config
from affluence.connections import network_of, ssh_server_of
from affluence.credentials import reveal
from affluence.targets import Target
from affluence.targets.archive import Archive
from affluence.targets.folder import Folder
from affluence.targets.in_place import InPlace
from affluence.targets.releases import Releases

if TYPE_CHECKING:
    from affluence.network import Network
    from affluence.targets.read_back import PublicAddress


@dataclass(frozen=True, slots=True)
class Place:
    """A target, and where visitors find it: None where the configuration does not tell."""

    target: Target
    address: PublicAddress | None


def place_of(name: str, target: config.Target, configuration: config.Config) -> Place:
    """A target of the configuration, and its public address.

    Raises:
        CredentialError: a secret cannot be had.

    """
    network = network_of(configuration.network)
    return Place(_target(name, target, network), _address(name, target, network))


def _target(name: str, target: config.Target, network: Network) -> Target:
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


def _address(name: str, target: config.Target, network: Network) -> PublicAddress | None:
    if isinstance(target, config.ArchiveTarget) or not target.public_url:
        return None
    from affluence.targets.read_back import PublicAddress
    from affluence.web import Web

    return PublicAddress(
        target=name,
        web=Web(network),
        url=target.public_url,
        patience_s=target.read_back_s,
    )


def _webdav(name: str, target: config.WebDavTarget, network: Network) -> Target:
    from affluence.targets.webdav import WebDav
    from affluence.web import Login, Web

    password = reveal(target.password)
    web = Web(network, Login(user=target.user, password=password))
    return InPlace(name, lambda: nullcontext(WebDav(name, web, target.url)), keeps_edits=True)


def _sftp(name: str, target: config.SftpTarget, network: Network) -> Target:
    from affluence.targets.sftp import open_folder

    server = ssh_server_of(target, network.timeout_s)
    opening = partial(open_folder, name, server, target.folder)
    if target.layout == "in-place":
        return InPlace(name, opening)
    return Releases(name, opening, target.keep_releases)
