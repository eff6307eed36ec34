"""Record files of a web server: those that a page lists, one alone, or one a day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from affluence.sources.remote import (
    Change,
    ChangedMeanwhileError,
    Found,
    Known,
    Mirror,
    Problem,
    choose,
)
from affluence.web import Answer, Web, WebError

_LONGEST_PAGE_BYTES = 8 << 20
_NOT_MODIFIED, _NOT_FOUND, _BEYOND_THE_END = 304, 404, 416
_DATE = "{date"
# The bytes of the file itself: ranges and sizes count those.
_AS_IT_IS = {"Accept-Encoding": "identity"}


@dataclass(frozen=True, kw_only=True)
class HttpSource:
    """Files at an address.

    Attributes:
        web: how the server is asked.
        url: ends in ``/``: a page with links to files; holds ``{date:…}``: one file a day; else one
            file.
        patterns: which of the listed files.
        today: the newest day that is asked for.
        days: how many days are asked for.

    """

    web: Web
    url: str
    patterns: Sequence[str]
    today: date
    days: int

    def fetch(self, mirror: Mirror, known: Known) -> Iterator[Change | Problem]:
        """See `affluence.sources.remote.Source`."""
        try:
            addresses = self._addresses()
        except WebError as error:
            yield Problem(where=_shown(self.url), why=error.why, transient=error.transient)
            return
        missing = 0
        names = choose(addresses, self.patterns if self._is_listing else ["*"])
        for name in names:
            url = addresses[name]
            try:
                change = self._fetch_file(name, url, mirror, known)
            except ChangedMeanwhileError as error:
                yield Problem(where=_shown(url), why=error.why, transient=True)
            except WebError as error:
                if error.status == _NOT_FOUND and self._is_dated:
                    missing += 1  # no calls on that day, or deleted since
                    continue
                yield Problem(where=_shown(url), why=error.why, transient=error.transient)
                if error.status is None:
                    return  # the server is gone: the other files would wait for it in vain
            else:
                if change is not None:
                    yield change
        if missing == len(names) and not known.copies:
            what = f"of the last {self.days} days" if self._is_dated else "there"
            matching = "" if self._is_dated else f" matches {', '.join(self.patterns)}"
            yield Problem(where=_shown(self.url), why=f"no file {what}{matching}", transient=False)

    @property
    def _is_dated(self) -> bool:
        return _DATE in self.url

    @property
    def _is_listing(self) -> bool:
        return self.url.endswith("/") and not self._is_dated

    def _addresses(self) -> dict[str, str]:
        """Where each file is, by the name of its copy."""
        if self._is_listing:
            return self._listed()
        if not self._is_dated:
            return {_plain(urlsplit(self.url).path.rpartition("/")[2]): self.url}
        constant = self.url[: self.url.index(_DATE)].rpartition("/")[0]
        days = (self.today - timedelta(days=back) for back in range(self.days))
        dated = {self.url.format(date=day) for day in days}
        return {_plain(url[len(constant) + 1 :]): url for url in dated}

    def _listed(self) -> dict[str, str]:
        answer = self.web.request("GET", self.url, headers=_AS_IT_IS, stream=True)
        page = b""
        for piece in self.web.pieces(answer):
            page += piece
            if len(page) > _LONGEST_PAGE_BYTES:
                raise WebError("this is no page that lists files: it is too long")
        links = _Links()
        links.feed(page.decode(errors="replace"))
        listed = {}
        for link in links.found:
            try:
                url = urljoin(self.url, link)
            except ValueError:
                continue  # it is no address
            folder, _, name = url.partition("?")[0].rpartition("/")
            if f"{folder}/" == self.url and name:
                listed[unquote(name)] = url
        return listed

    def _fetch_file(self, name: str, url: str, mirror: Mirror, known: Known) -> Change | None:
        """The file if it is not as it was; None if it is."""
        before = known.copies.get(name)
        headers = _AS_IT_IS | _unless_same("" if before is None else before.stamp)
        answer = self.web.request(
            "GET", url, headers=headers, stream=True, expected=(200, _NOT_MODIFIED)
        )
        try:
            stamp = _stamp(answer)
            is_same = before is not None and stamp != "" and stamp == before.stamp
            if answer.status_code == _NOT_MODIFIED or is_same:
                return None
            length = answer.headers.get("Content-Length", "")
            found = Found(name=name, stamp=stamp, size=int(length) if length.isdecimal() else None)
            return mirror.bring(found, known.copies, _Reading(self.web, url, stamp, answer))
        finally:
            answer.close()


class _Reading:
    """The bytes of one file; the answer that told of it gives them if they are wanted from 0."""

    def __init__(self, web: Web, url: str, stamp: str, first: Answer) -> None:
        self._web = web
        self._url = url
        self._stamp = stamp
        self._first: Answer | None = first

    def __call__(self, start: int, length: int | None = None) -> Iterator[bytes]:
        answer, self._first = self._first, None
        if answer is None or start or length is not None:
            if answer is not None:
                answer.close()
            answer = self._ask(start, length)
        if answer.status_code == _BEYOND_THE_END:
            answer.close()
            return
        # A server that knows no ranges gives everything: what is before the start is passed over.
        skipped = start if answer.status_code == 200 else 0
        left = length
        for piece in self._web.pieces(answer):
            wanted = piece[skipped:]
            skipped -= min(skipped, len(piece))
            if left is not None:
                wanted = wanted[:left]
                left -= len(wanted)
            if wanted:
                yield wanted
            if left == 0:
                return

    def _ask(self, start: int, length: int | None) -> Answer:
        headers, expected = _AS_IT_IS, [200]
        if start or length is not None:
            last = "" if length is None else start + length - 1
            headers = _AS_IT_IS | {"Range": f"bytes={start}-{last}"}
            expected = [200, 206, _BEYOND_THE_END]
        answer = self._web.request(
            "GET", self._url, headers=headers, stream=True, expected=expected
        )
        if answer.status_code != _BEYOND_THE_END and _stamp(answer) != self._stamp:
            answer.close()
            raise ChangedMeanwhileError
        return answer


class _Links(HTMLParser):
    """Targets of the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self.found.append(target)


def _stamp(answer: Answer) -> str:
    """What the server tells of the state of a file: entity tag, time of its last change."""
    told = [answer.headers.get(name, "") for name in ("ETag", "Last-Modified")]
    return "\n".join(told) if any(told) else ""


def _unless_same(stamp: str) -> dict[str, str]:
    tag, _, changed = stamp.partition("\n")
    conditions = {"If-None-Match": tag, "If-Modified-Since": changed}
    return {name: value for name, value in conditions.items() if value}


def _plain(text: str) -> str:
    """A name for the copy of a file whose address tells its date anywhere."""
    return re.sub(r"[^\w.-]", "_", unquote(text)).lstrip(".") or "records"


def _shown(url: str) -> str:
    """The address without what may hold a secret."""
    return url.partition("?")[0]
