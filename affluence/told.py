"""Configuration → who is told how a run ended."""

from __future__ import annotations

from affluence import config
from affluence.alerts import Alerts, Mail
from affluence.connections import network_of
from affluence.credentials import reveal


def alerts_of(configuration: config.Config) -> Alerts:
    """Who is told how a run ended.

    Raises:
        CredentialError: a secret that is needed for it is not there.

    """
    worker = configuration.worker
    return Alerts(
        network=network_of(configuration.network),
        heartbeat_url=_address(worker.heartbeat_url),
        webhook_url=_address(worker.webhook_url),
        mail=None if worker.mail is None else _mail(worker.mail),
    )


def _mail(mail: config.Mail) -> Mail:
    return Mail(
        server=mail.server,
        port=mail.port,
        sender=mail.sender,
        to=mail.to,
        user=mail.user,
        password=reveal(mail.password),
    )


def _address(url_or_secret: str) -> str:
    is_plain = not url_or_secret or url_or_secret.startswith("https://")
    return url_or_secret if is_plain else reveal(url_or_secret)
