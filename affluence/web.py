"""The door to HTTP: proxy, certificate authority and time limits of the configuration, plain words.

Whatever a server or the network does wrong becomes a `WebError` that says it in words, without the
secrets of the request, and whether trying again may help.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase, HTTPBasicAuth

from affluence.network import Network

_REFUSED = {
    **dict.fromkeys(
        (301, 302, 303, 307, 308), "the server leads on to an address that is not followed"
    ),
    400: "the server does not understand the request",
    401: "the server asks for a user name and a password, or refuses those given",
    403: "the server refuses access",
    404: "there is nothing at this address",
    405: "the server does not allow this",
    407: "the proxy asks for a user name and a password",
    409: "the folder is not there",
    412: "somebody else has changed it meanwhile",
    423: "it is locked by somebody else",
    429: "the server asks to wait",
    507: "the server's disk is full",
}
_PIECE_BYTES = 1 << 16
_TRY_LATER = (408, 423, 425, 429, 500, 502, 503, 504, 507)


Answer = requests.Response


class WebError(Exception):
    """A request that failed: why, in words, and whether trying again may help."""

    def __init__(self, why: str, *, status: int | None = None, transient: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.status = status  # None: the server has not answered
        self.transient = transient


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who asks: a user with a password, a token, or a certificate of one's own."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    certificate: tuple[Path, Path] | None = None  # certificate and key, PEM


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: Answer) -> str | None:
        """Where an answer leads on to: not from an encrypted address to one that is not."""
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        try:
            leads_to = urlsplit(urljoin(resp.url, target)).scheme
        except ValueError:
            return None  # to nowhere
        return None if (urlsplit(resp.url).scheme, leads_to) == ("https", "http") else target


class Web:
    """Requests with one login."""

    def __init__(self, network: Network, login: Login | None = None) -> None:
        login = login or Login()
        self._timeout_s = network.timeout_s
        self._session = _Session()
        # What is not configured is not used: neither proxies of the environment nor a .netrc.
        self._session.trust_env = False
        if network.proxy:
            self._session.proxies = {"http": network.proxy, "https": network.proxy}
        if network.ca_file is not None:
            self._session.verify = str(network.ca_file)
        if login.certificate is not None:
            certificate, key = login.certificate
            self._session.cert = (str(certificate), str(key))
        if login.token:
            self._session.auth = _Bearer(login.token)
        elif login.user:
            self._session.auth = HTTPBasicAuth(login.user.encode(), login.password.encode())

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | IO[bytes] | None = None,
        stream: bool = False,
        expected: Collection[int] = (200,),
    ) -> Answer:
        """Ask once; redirections are followed for GET only, and not out of encryption.

        Args:
            method: of HTTP or WebDAV.
            url: whole address.
            headers: besides the usual ones.
            body: what is sent.
            stream: whether the caller reads the answer piece by piece (and closes it).
            expected: statuses that are no failure.

        Raises:
            WebError: no answer, or another status than the expected ones.

        """
        try:
            answer = self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=body,
                stream=stream,
                timeout=self._timeout_s,
                allow_redirects=method == "GET",
            )
        except requests.RequestException as error:
            raise WebError(_in_words(error, url, self._timeout_s), transient=True) from error
        except OSError as error:
            why = "a certificate, or the key of one, is not there or is none"
            raise WebError(why) from error
        if answer.status_code not in expected:
            answer.close()
            status = answer.status_code
            why = _REFUSED.get(
                status, "the server fails" if status >= 500 else "the server refuses"
            )
            raise WebError(f"{why} (HTTP {status})", status=status, transient=status in _TRY_LATER)
        return answer

    def pieces(self, answer: Answer) -> Iterator[bytes]:
        """The body of a streamed answer, byte for byte as it comes; closes it in the end.

        Raises:
            WebError: it broke off, or ended before its length.

        """
        host = urlsplit(answer.url).hostname or "the server"
        try:
            while piece := answer.raw.read(_PIECE_BYTES, decode_content=False):
                yield piece
        except urllib3.exceptions.ReadTimeoutError as error:
            why = f"{host} has not answered within {self._timeout_s:g} seconds"
            raise WebError(why, transient=True) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            why = f"the connection with {host} broke off"
            raise WebError(why, transient=True) from error
        finally:
            answer.close()


def _in_words(error: requests.RequestException, url: str, timeout_s: float) -> str:
    """Why the network failed; never the text of the error, which may hold the address's secrets."""
    host = urlsplit(url).hostname or "the server"
    text = str(error)
    if isinstance(error, requests.exceptions.ProxyError):
        why = f"the proxy does not let through to {host}"
    elif isinstance(error, requests.exceptions.SSLError):
        why = f"the certificate of {host} is not trusted, or the connection is not encrypted"
    elif isinstance(error, requests.exceptions.Timeout):
        why = f"{host} has not answered within {timeout_s:g} seconds"
    elif "NameResolutionError" in text or "getaddrinfo" in text:
        why = f"the name {host} is not known"
    elif "Connection refused" in text:
        why = f"{host} refuses the connection"
    else:
        why = f"the connection with {host} broke off"
    return why
