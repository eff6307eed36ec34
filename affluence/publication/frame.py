"""What surrounds the figures on every page of a platform: who is called, when and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import segno
from markupsafe import Markup, escape

from affluence.publication import wording
from affluence.publication.edition import Contact, Desk, Notice
from affluence.publication.language import SOURCE, Language
from affluence.publication.spans import runs
from affluence.publication.wording import Words

_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Link:
    """Another way than calling."""

    words: Markup
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything a page shows whatever the figures say, finished in one language."""

    language: Language
    languages: tuple[Language, ...]  # in which there is a page, this one included
    service: Markup
    title: str
    demonstration: bool
    is_listed: bool  # whether a list of all services is in the folder above
    phone_href: str
    phone: str
    opening: tuple[Markup, ...]
    closures: tuple[Markup, ...]  # as long as the table holds, all that are known without one
    other_hours: tuple[Markup, ...]  # the same
    zone: str
    price: Markup
    notice: Markup
    notice_until: str
    other_ways: tuple[Link, ...]
    public_url: str
    qr: Markup


def frame(desk: Desk, language: Language, valid_until: date = date.max) -> Frame:
    """The frame of a platform's pages in one language.

    Args:
        desk: the platform's.
        language: of the pages.
        valid_until: last day on which the table may be trusted; by default there is none.

    """
    words = Words(language)
    contact = desk.contact
    return Frame(
        language=language,
        languages=tuple(Language(code) for code in desk.languages),
        service=language.french(desk.service),
        title=desk.service,
        demonstration=desk.demonstration,
        is_listed=desk.is_listed,
        phone_href=f"tel:{desk.phone}",
        phone=wording.phone(desk.phone),
        opening=_opening(desk, words),
        closures=tuple(
            words.closure(closure) for closure in desk.closures if closure.first <= valid_until
        ),
        other_hours=tuple(
            words.other_hours(other) for other in desk.other_hours if other.day <= valid_until
        ),
        zone=desk.zone,
        price=_price(contact.price, language),
        notice=_notice(contact.notice, language),
        notice_until=words.calendar_day(contact.notice.until) if contact.notice else "",
        other_ways=_other_ways(contact, language),
        public_url=contact.public_url,
        qr=_qr(contact.public_url),
    )


@cache  # slow to draw, and the same in every language
def _qr(url: str) -> Markup:
    """The address as a QR code, SVG; the address stands beside it in letters."""
    if not url:
        return _NOTHING
    code = segno.make(url, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" '))  # noqa: S704  # segno's


def _price(price: str, language: Language) -> Markup:
    if price == "free":
        return language.say("Appel gratuit")
    if price == "local":
        return language.say("Prix d’un appel vers un téléphone fixe")
    return language.french(price)


def _notice(notice: Notice | None, language: Language) -> Markup:
    """In the language of the page, else in French."""
    if notice is None:
        return _NOTHING
    texts = dict(notice.texts)
    if language.code in texts:
        return escape(texts[language.code])
    return language.french(texts[SOURCE])


def _other_ways(contact: Contact, language: Language) -> tuple[Link, ...]:
    say = language.say
    ways = (
        (say("Personnes sourdes ou malentendantes\u00a0: service relais"), contact.relay_url),
        (say("Prendre rendez-vous en ligne"), contact.appointment_url),
        (say("Faire la démarche en ligne"), contact.online_url),
    )
    return tuple(Link(words, url) for words, url in ways if url)


def _opening(desk: Desk, words: Words) -> tuple[Markup, ...]:
    return tuple(
        words.language.say(
            "{days}, {hours}", days=words.days(first, last), hours=words.hours(spans)
        )
        for first, last, spans in runs(desk.opening)
    )
