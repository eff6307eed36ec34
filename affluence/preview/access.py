"""Who may ask: a browser on this machine that came with the one-time token, through our own page.

Other programs of this machine, and pages of other places that the same browser shows, reach a
loopback port too. What each check is against:

* the token, which is spent once: other users of the machine;
* the cookie, which only the browser that spent it has: the same;
* the name in ``Host``: a foreign name that is made to lead to this machine (DNS rebinding);
* ``Origin``, ``Sec-Fetch-Site`` and a secret in the form: another page that posts our forms. A
  cookie does not tell ports apart, and neither does ``SameSite``: these do.

Because a form must come from the page's own ``Origin``, pages say ``Referrer-Policy: same-origin``:
with ``no-referrer`` a browser gives ``Origin: null`` with every form. The framed sites are served
under a secret in their address, for a sandboxed frame follows its links without the cookie; their
policy says ``sandbox`` too, so that nothing of them runs in a tab of its own either.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from email.message import Message
from threading import Lock

_NAMES = ("127.0.0.1", "localhost")


class Access:
    """The secrets of one preview; all of them are forgotten with it."""

    def __init__(self, port: int) -> None:
        self._hosts = tuple(f"{name}:{port}" for name in _NAMES)
        self._cookie_name = f"affluence-{port}"  # two previews in one browser keep apart
        self._session = secrets.token_urlsafe(32)
        self._unspent: str | None = secrets.token_urlsafe(32)
        self._spending = Lock()
        self.address = f"http://{self._hosts[0]}/?jeton={self._unspent}"
        self.form_secret = secrets.token_urlsafe(32)
        self.frame_secret = secrets.token_urlsafe(32)

    @property
    def cookie(self) -> str:
        """What the browser that spends the token is given: gone when it is closed."""
        return f"{self._cookie_name}={self._session}; HttpOnly; SameSite=Strict; Path=/"

    def is_for_us(self, headers: Message) -> bool:
        """Whether a request calls this machine by its own name."""
        hosts = headers.get_all("Host", [])
        return len(hosts) == 1 and hosts[0].lower() in self._hosts

    def spend(self, token: str) -> bool:
        """Whether this is the token, for the first time."""
        with self._spending:
            if self._unspent is None or not _same(token, self._unspent):
                return False
            self._unspent = None
            return True

    def is_known(self, headers: Message) -> bool:
        """Whether a request comes from the browser that spent the token."""
        cookies = [
            cookie.strip().partition("=")
            for line in headers.get_all("Cookie", [])
            for cookie in line.split(";")
        ]
        return any(
            name == self._cookie_name and _same(value, self._session) for name, _, value in cookies
        )

    def is_our_form(self, headers: Message, form: Mapping[str, str]) -> bool:
        """Whether a form was sent by our own page."""
        return (
            headers.get("Origin") == f"http://{headers.get('Host', '').lower()}"
            and headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
            and _same(form.get("secret", ""), self.form_secret)
        )

    def opens_frame(self, secret: str) -> bool:
        """Whether an address of the framed site was made by our own page.

        A sandboxed frame has no origin, so a link within it is followed without the cookie.
        """
        return _same(secret, self.frame_secret)


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(), secret.encode())
