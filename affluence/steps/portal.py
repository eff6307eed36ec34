"""Sites of the platforms → everything that is delivered, checked."""

from __future__ import annotations

from collections.abc import Mapping

from affluence.config import Config
from affluence.errors import RefusedPublicationError
from affluence.publication import portal
from affluence.publication.checked_portal import check_portal
from affluence.publication.dsfr import Theme


def join(
    config: Config, sites: Mapping[str, Mapping[str, bytes]], theme: Theme | None
) -> portal.Portal:
    """The sites of the platforms that have one, behind a list of all if several are configured.

    Raises:
        RefusedPublicationError: a check of the list failed.

    """
    services = {
        name: portal.Service(name=each.name, group=each.group, public_url=each.page.public_url)
        for name, each in config.platform.items()
    }
    services |= {
        name: portal.Service(name=each.name, group=each.group, public_url=each.public_url)
        for name, each in config.misconfigured.items()
    }
    joined = portal.join_sites(services, sites, theme)
    if config.has_list and (problems := check_portal(joined.files, theme)):
        raise RefusedPublicationError(problems)
    return joined
