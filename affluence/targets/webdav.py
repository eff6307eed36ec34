"""The files of a folder of a WebDAV server.

A file is sent under a temporary name and moved over the old one, on the condition that the old one
still has the ETag that it had when it was read: what somebody else has written since stays. Not
every server can do all of it:

* without MOVE, or without MOVE over a file, the page is sent once more, to its own name;
* Apache and WsgiDAV delete the old file before they move the new one: for an instant there is none;
* without ETags, or where conditions are ignored (nginx), an edit that falls into the second between
  the reading and the move is not noticed; an earlier one is, by its hash.

Empty folders stay: to delete a folder is to delete all that is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from affluence.errors import DeliveryError
from affluence.web import Web, WebError

_WRITTEN = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
# 502: the server takes its own address, as a proxy in front of it tells it, for another server's.
_NO_MOVE = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.BAD_GATEWAY)
_NO_FOLDER = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
# A compressed answer has an ETag that no condition matches.
_AS_IT_IS = {"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
_NOT_ATOMIC = "the server does not move files over others: each page was sent to its own name"
_NO_ETAG = (
    "the server gives no strong ETags: an edit made while the delivery ran would not be noticed"
)


class WebDav:
    """A folder of a server; see `affluence.targets.files.Files`."""

    def __init__(self, target: str, web: Web, url: str) -> None:
        self._target = target
        self._web = web
        self._url = url
        self._etags: dict[str, str] = {}  # strong ones, as of the last reading
        self._warnings: set[str] = set()

    @property
    def warnings(self) -> list[str]:
        """See `affluence.targets.files.Files`."""
        return sorted(self._warnings)

    def read(self, path: str) -> bytes | None:
        """See `affluence.targets.files.Files`."""
        expected = (HTTPStatus.OK, HTTPStatus.NOT_FOUND)
        with self._asking(path):
            answer = self._web.request(
                "GET", self._address(path), headers=_AS_IT_IS, expected=expected
            )
        self._etags.pop(path, None)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        etag = answer.headers.get("ETag", "")
        if etag.startswith('"'):
            self._etags[path] = etag
        return answer.content

    def write(self, path: str, content: bytes) -> None:
        """See `affluence.targets.files.Files`."""
        with self._asking(path):
            try:
                self._put(path, content)
            except WebError as error:
                if error.status not in {*_NO_FOLDER, HTTPStatus.INTERNAL_SERVER_ERROR}:  # nginx
                    raise
                self._make_folders(path)
                self._put(path, content)

    def replace(self, source: str, path: str) -> None:
        """See `affluence.targets.files.Files`."""
        with self._asking(path):
            etag = self._etags.get(path)
            if etag is None:
                self._warnings.add(_NO_ETAG)
            condition = {"If": f"<{urlsplit(self._address(path)).path}> ([{etag}])"} if etag else {}
            try:
                self._move(source, path, {"Overwrite": "T", **condition})
            except WebError as error:
                unable = error.status in _NO_MOVE
                if error.status == HTTPStatus.PRECONDITION_FAILED and etag:
                    self.read(path)
                    unable = self._etags.get(path) == etag
                if not unable:
                    raise
                self._put_directly(source, path, {"If-Match": etag} if etag else {})

    def move_new(self, source: str, path: str) -> bool:
        """See `affluence.targets.files.Files`."""
        with self._asking(path):
            try:
                self._move(source, path, {"Overwrite": "F"})
            except WebError as error:
                if error.status == HTTPStatus.PRECONDITION_FAILED:
                    return False
                if error.status not in _NO_MOVE:
                    raise
                return self._put_new(source, path)
        return True

    def remove(self, path: str) -> None:
        """See `affluence.targets.files.Files`; folders stay."""
        etag = self._etags.get(path)
        with self._asking(path):
            self._web.request(
                "DELETE",
                self._address(path),
                headers={"If-Match": etag} if etag else {},
                expected=(*_WRITTEN, HTTPStatus.NOT_FOUND),
            )

    def modified_s(self, path: str) -> float | None:
        """See `affluence.targets.files.Files`."""
        with self._asking(path):
            answer = self._web.request("HEAD", self._address(path), headers=_AS_IT_IS)
        try:
            return parsedate_to_datetime(answer.headers.get("Last-Modified", "")).timestamp()
        except ValueError:
            return None

    def _put(self, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._web.request(
            "PUT", self._address(path), headers=headers, body=content, expected=_WRITTEN
        )

    def _move(self, source: str, path: str, headers: Mapping[str, str]) -> None:
        destination = {"Destination": self._address(path)}
        self._web.request(
            "MOVE", self._address(source), headers={**destination, **headers}, expected=_WRITTEN
        )

    def _put_directly(self, source: str, path: str, condition: Mapping[str, str]) -> None:
        """What a server without MOVE gets."""
        self._warnings.add(_NOT_ATOMIC)
        self._put(path, self.read(source) or b"", condition)
        self.remove(source)

    def _put_new(self, source: str, path: str) -> bool:
        try:
            self._put_directly(source, path, {"If-None-Match": "*"})
        except WebError as error:
            if error.status == HTTPStatus.PRECONDITION_FAILED:
                return False
            raise
        return True

    def _make_folders(self, path: str) -> None:
        folders = [part for part in path.split("/")[:-1] if part]
        for depth in range(len(folders) + 1):
            self._web.request(
                "MKCOL",
                self._address("".join(f"{folder}/" for folder in folders[:depth])),
                expected=(HTTPStatus.CREATED, HTTPStatus.METHOD_NOT_ALLOWED),
            )

    def _address(self, path: str) -> str:
        return urljoin(self._url, path)

    @contextmanager
    def _asking(self, path: str) -> Iterator[None]:
        try:
            yield
        except WebError as error:
            why = f"{self._address(path)}: {error.why}"
            raise DeliveryError(
                self._target, why, _advice(error), transient=error.transient
            ) from error


def _advice(error: WebError) -> str:
    if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return "Check user and password, and that this user may write into the folder."
    if error.status in {*_NO_FOLDER, HTTPStatus.METHOD_NOT_ALLOWED}:
        return "Check the url: it must be that of a folder that the server offers for writing."
    if error.status == HTTPStatus.PRECONDITION_FAILED:
        return "Nothing of theirs was overwritten; the next run looks again."
    if error.status == HTTPStatus.INSUFFICIENT_STORAGE:
        return "Make room on the server, or ask for more."
    if error.transient:
        return "The next run tries again."
    return "Ask the administrator of the server why."
