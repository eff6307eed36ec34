"""What the page asks for, done and answered; every error of the program becomes words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from affluence.config import Config
from affluence.errors import AffluenceError, DecisionError
from affluence.preview import notices
from affluence.preview.access import Access
from affluence.preview.notices import Notice
from affluence.preview.overview import Overview, look
from affluence.preview.page import notice_page, preview_page
from affluence.preview.view import NEW, OLD
from affluence.publication.dsfr import ASSETS
from affluence.publication.headers import content_security_policy
from affluence.webmaster import approve, rollback

OK, BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, FAULT, BUSY = 200, 400, 403, 404, 409, 500, 503
HTML = "text/html; charset=utf-8"
_KINDS = {
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_ANY_BYTES = "application/octet-stream"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a browser is sent; ``policy`` is its Content-Security-Policy."""

    body: bytes
    status: int = OK
    kind: str = HTML
    policy: str = _PAGE_POLICY
    may_be_framed: bool = False
    more_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Site:
    files: Mapping[str, bytes]
    policy: str


def saying(notice: Notice, status: int) -> Answer:
    """A page that says one thing."""
    return Answer(body=notice_page(notice), status=status)


class Actions:
    """One preview: the state folder is opened for each request, and by one request at a time."""

    def __init__(
        self, config: Config, clock: Callable[[], datetime], access: Access, one_at_a_time: Lock
    ) -> None:
        self._config = config
        self._clock = clock
        self._access = access
        self._sites: dict[str, _Site] = {}  # what was shown so far, by release
        self._one_at_a_time = one_at_a_time

    def page(self) -> Answer:
        """The page as everything stands."""
        with self._one_at_a_time:
            return self._page(None, OK)

    def approve(self, form: Mapping[str, str]) -> Answer:
        """Publish the release that was shown, if it still waits."""
        release = form.get("version", "")
        with self._one_at_a_time:
            if not form.get("sur"):
                return self._page(notices.NOT_SURE, BAD_REQUEST)
            try:
                done = approve(self._config, release, self._clock())
            except DecisionError as error:
                return self._stale(release, error)
            except AffluenceError as error:
                return self._failed(error)
            return self._page(notices.approved(done.release, done.targets), OK)

    def roll_back(self, form: Mapping[str, str]) -> Answer:
        """Put back the release before the one that was shown, if that one still stands."""
        words = " ".join(form.get("raison", "").split())
        reason = "".join(filter(str.isprintable, words))[:_LONGEST_REASON]
        with self._one_at_a_time:
            if not form.get("sur"):
                return self._page(notices.NOT_SURE, BAD_REQUEST)
            try:
                done = rollback(
                    self._config, 1, reason, self._clock(), seen=form.get("version", "")
                )
            except AffluenceError as error:
                return self._failed(error)
            return self._page(notices.rolled_back(done.release, done.targets), OK)

    def framed(self, path: str) -> Answer:
        """A file of a release that was shown; nothing is read from a disk for it."""
        place, _, rest = path.removeprefix("/").partition("/")
        secret, _, rest = rest.partition("/")
        release, _, name = rest.partition("/")
        if place not in (OLD, NEW) or not self._access.opens_frame(secret):
            return saying(notices.LOCKED, FORBIDDEN)
        site = self._sites.get(release)
        if site is None or name not in site.files:
            return saying(notices.NOT_FOUND, NOT_FOUND)
        ending = name[name.rfind(".") :] if "." in name else ""
        return Answer(
            body=site.files[name],
            kind=_KINDS.get(ending, _ANY_BYTES),
            policy=site.policy,
            may_be_framed=True,
        )

    def _page(self, notice: Notice | None, status: int) -> Answer:
        try:
            overview = look(self._config, self._clock())
        except AffluenceError as error:
            return saying(notice or notices.failed(error), status if notice else BUSY)
        return self._shown(overview, notice, status)

    def _shown(self, overview: Overview, notice: Notice | None, status: int) -> Answer:
        for side in (overview.old, overview.new):
            if side is not None and side.release not in self._sites:
                self._sites[side.release] = _Site(side.files, _policy_of(side.files))
        body = preview_page(
            overview,
            notice,
            form_secret=self._access.form_secret,
            frame_secret=self._access.frame_secret,
        )
        return Answer(body=body, status=status)

    def _stale(self, release: str, error: DecisionError) -> Answer:
        """Nothing was approved; where another release waits it is shown."""
        try:
            overview = look(self._config, self._clock())
        except AffluenceError as worse:
            return self._failed(worse)
        waiting = overview.status.waiting
        if waiting is not None and waiting.release == release:
            return self._shown(overview, notices.failed(error), CONFLICT)
        notice = notices.does_not_wait(release, waiting.release if waiting else None)
        return self._shown(overview, notice, CONFLICT)

    def _failed(self, error: AffluenceError) -> Answer:
        return self._page(notices.failed(error), CONFLICT)


def _policy_of(files: Mapping[str, bytes]) -> str:
    """The site's own policy, and no script even where a page of it is opened outside its frame."""
    pages = (body.decode() for path, body in files.items() if path.endswith(".html"))
    assets = any(path.startswith(ASSETS) or f"/{ASSETS}" in path for path in files)
    return f"sandbox; {content_security_policy(pages, '', assets=assets)}"
