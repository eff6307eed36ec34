"""Telling somebody: a heartbeat while all is well, a webhook or a mail in words when it is not."""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

from affluence.network import Network
from affluence.web import Web, WebError

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_OK = tuple(range(200, 300))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How a mail is sent; without a user nobody logs in."""

    server: str
    port: int
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Where to tell what; empty where nobody is told."""

    network: Network
    heartbeat_url: str = field(default="", repr=False)  # an address may be a secret itself
    webhook_url: str = field(default="", repr=False)
    mail: Mail | None = None


def beat(alerts: Alerts) -> list[str]:
    """Tell that a run ended well; return what went wrong with telling, in words."""
    if not alerts.heartbeat_url:
        return []
    web = Web(alerts.network)
    return _tried(
        "heartbeat", lambda: web.request("GET", alerts.heartbeat_url, expected=_OK).close()
    )


def tell(alerts: Alerts, subject: str, text: str) -> list[str]:
    """Tell what happened wherever it is configured; return what went wrong with telling."""
    problems = []
    if alerts.webhook_url:
        body = json.dumps({"subject": subject, "text": f"{subject}\n{text}"}).encode()
        web, headers = Web(alerts.network), {"Content-Type": "application/json"}
        problems += _tried(
            "webhook",
            lambda: web.request(
                "POST", alerts.webhook_url, headers=headers, body=body, expected=_OK
            ).close(),
        )
    mail = alerts.mail
    if mail is not None:
        problems += _tried("mail", lambda: _send(mail, subject, text, alerts.network))
    return problems


def _send(mail: Mail, subject: str, text: str, network: Network) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, mail.sender, ", ".join(mail.to)
    message.set_content(text)
    with smtplib.SMTP(mail.server, mail.port, timeout=network.timeout_s) as server:
        server.ehlo()  # before it nothing is known of what the server can do
        if server.has_extn("starttls"):
            # By itself it takes any certificate: good enough for a text, not for a password.
            context = ssl.create_default_context(cafile=network.ca_file) if mail.user else None
            server.starttls(context=context)
        elif mail.user and mail.server not in _THIS_MACHINE:
            raise _InClearError
        if mail.user:
            server.login(mail.user, mail.password)
        server.send_message(message)


class _InClearError(Exception):
    """A password would be sent without encryption."""


def _tried(what: str, send: Callable[[], None]) -> list[str]:
    """Nobody can be told that telling failed but the log: what is to be written there."""
    try:
        send()
    except WebError as error:
        return [f"{what}: {error.why}"]
    except _InClearError:
        return [f"{what}: the server takes a password in clear only, and is sent none"]
    except (OSError, smtplib.SMTPException) as error:
        return [f"{what}: the mail server cannot be reached or refuses ({type(error).__name__})"]
    return []
