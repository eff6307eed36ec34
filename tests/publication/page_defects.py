"""Defects sown into a sound page, one at a time: each would harm a reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Change = Callable[[str], str]

DOT = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # noqa: E501  # an image


@dataclass(frozen=True, slots=True)
class Defect:
    """A change of a page, and what the check must say of it."""

    name: str
    change: Change
    problem: str
    path: str = "index.html"


def replaced(old: str, new: str, *, times: int = 1) -> Change:
    """Other text in some places, from the first on; -1 for all of them."""
    return lambda page: page.replace(old, new, times)


def rewritten(old: str, new: str, *, times: int = 0) -> Change:
    """The same by a pattern; 0 for all of its places."""
    return lambda page: re.sub(old, new, page, count=times, flags=re.DOTALL)


def styled(rules: str) -> Change:
    """More rules at the end of the page's style."""
    return replaced("</style>", f"{rules}\n</style>")


def begun(markup: str) -> Change:
    """More at the beginning of the main part."""
    return replaced('<main id="contenu">', f'<main id="contenu">{markup}')


def programmed(script: str) -> Change:
    """One more script."""
    return replaced("</body>", f"<script>{script}</script></body>")


PHONE = '<bdi dir="ltr">01\u00a099\u00a000\u00a012\u00a034</bdi>'
WORD = r'<span class="mot">[^<]*</span></td>'

# Those of the notes on publishing, section 2.3, in their order.
NOTED = (
    Defect("no lang", replaced('<html lang="fr" ', "<html "), "its language is not fr"),
    Defect("wrong lang", replaced('lang="fr"', 'lang="en"'), "its language is not fr"),
    Defect("caption removed", rewritten("<caption>.*?</caption>", "", times=1), "no caption"),
    Defect(
        "row headers turned into td",
        rewritten(r'<th scope="row">(.*?)</th>', r"<td>\1</td>"),
        "a row header is none",
    ),
    Defect("empty column header", replaced(">Heure</th>", "></th>"), "a cell is empty: th"),
    Defect("duplicate id", begun('<div id="contenu"></div>'), "id contenu is used twice"),
    Defect("image without alt", begun(f'<p><img src="{DOT}"></p>'), "has no alternative"),
    Defect(
        "10 px targets",
        styled(".donnees a { padding: 0; height: 10px; line-height: 10px; overflow: visible; }"),
        "too small to touch: a",
    ),
    Defect("grey paragraph", styled(".validite { color: #999; }"), "contrast 2.85 of p.validite"),
    Defect(
        "unreadable text on a gradient",
        styled(
            ".niveaux td.calme { color: #d9d4a3;"
            " background-image: linear-gradient(0deg, #ddd, #ddd); background-size: 100% 1px; }"
        ),
        "contrast 1.39 of span.mot « Calme »",
    ),
    Defect("colour only, words removed", rewritten(WORD, "</td>"), "a cell is empty: td"),
    Defect("page scrolls sideways", styled(".niveaux { width: 500px; }"), "it scrolls sideways"),
    Defect("empty title", rewritten("<title>.*?</title>", "<title></title>"), "title is empty"),
    Defect(
        "Arabic text without dir",
        replaced('<html lang="ar" dir="rtl" ', '<html lang="ar" '),
        "is not written from right to left",
        "ar.html",
    ),
    Defect(
        "heading level skipped",
        replaced("<h2>Heure par heure</h2>", "<h4>Heure par heure</h4>"),
        "a heading is skipped before h4",
    ),
)

OTHERS = (
    Defect(
        "number not isolated", replaced(PHONE, PHONE[15:-6]), "to dial is not isolated", "ar.html"
    ),
    Defect(
        "number in an Arabic sentence",
        begun("<p>اتصلوا على 01 99 00 12 34</p>"),
        "a number is read backwards",
        "ar.html",
    ),
    Defect(
        "percentage not isolated",
        rewritten(r'<td><bdi dir="ltr">(\d+%)</bdi>', r"<td>\1", times=1),
        "figures are turned round",
        "ar.html",
    ),
    Defect(
        "hours not isolated",
        rewritten(r'<th scope="row"><bdi dir="ltr">(.*?)</bdi>', r'<th scope="row">\1', times=1),
        "figures are turned round",
        "ar.html",
    ),
    Defect(
        "wrong direction",
        replaced('<html lang="ar" dir="rtl" ', '<html lang="ar" dir="ltr" '),
        "it is not written rtl",
        "ar.html",
    ),
    Defect(
        "French left in",
        begun("<p>Appelez plutôt mardi.</p>"),
        "« Appelez plutôt mardi. » is marked as ar",
        "ar.html",
    ),
    Defect(
        "level in another language",
        replaced('<span class="mot">Calme</span></td>', '<span class="mot">Quiet</span></td>'),
        "unknown level « Quiet »",
    ),
    Defect(
        "symbol missing in one cell",
        rewritten(r'<td class="charge"><svg.*?</svg>', '<td class="charge">', times=1),
        "has not one symbol",
    ),
    Defect(
        "symbol that cannot be seen",
        styled(
            ".niveaux .charge .symbole { stroke: transparent; }"
            " .niveaux .charge .plein { fill: #cc4c02; }"
        ),
        "the symbol of td.charge",
    ),
    Defect(
        "two levels with one symbol",
        replaced('<path class="plein" d="M8 2a6 6 0 0 1 0 12z"/>', "", times=-1),
        "two levels share a symbol",
    ),
    Defect(
        "word as an image",
        replaced(
            '<span class="mot">Calme</span></td>', f'<img alt="Calme" src="{DOT}"></td>', times=-1
        ),
        "a cell is empty: td.calme",
    ),
    Defect("scope missing", replaced('<th scope="col" ', "<th "), "a column header is none"),
    Defect(
        "merged cells",
        rewritten(
            r'<td class="tres_charge">(.*?)</td>\n<td.*?</td>',
            r'<td class="tres_charge" colspan="2">\1</td>',
            times=1,
        ),
        "cells are merged",
    ),
    Defect("caption hidden", styled("caption { display: none; }"), "a table has no caption"),
    Defect(
        "days only for the eye",
        styled(".entier { display: none; } .court { display: inline; }"),
        "it is not read aloud: span.court",
    ),
    Defect(
        "answer only for the ear",
        styled(".reponse { position: absolute; clip-path: inset(50%); }"),
        "it is only heard",
    ),
    Defect(
        "answer not read aloud",
        replaced('<div class="reponse">', '<div class="reponse" aria-hidden="true">'),
        "it is not read aloud: span.moment",
    ),
    Defect("answer not shown", styled(".moment { display: none; }"), "it is not shown"),
    Defect(
        "text behind something",
        styled(
            '.appeler::after { content: ""; position: absolute; inset: 0; background: #fff7bc; }'
        ),
        "covered or cut off: span.moment",
    ),
    Defect(
        "white on white",
        styled(".niveaux td.tres_charge { background-color: #fff; }"),
        "contrast 1.00 of span.mot « Très chargé »",
    ),
    Defect("number faded out", styled(".telephone { opacity: .5; }"), "of bdi « 01 99 00 12 34 »"),
    Defect("pale footer", styled("footer { color: #8f8f8f; }"), "contrast 3.23 of p"),
    Defect("tiny text", styled(".validite { font-size: .5rem; }"), "too small: p.validite"),
    Defect(
        "cells that cut their words",
        styled(".niveaux td { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }"),
        "cut off: span.mot « Don",
    ),
    Defect(
        "words that stick out of their cells",
        styled(".niveaux .mot { white-space: nowrap; hyphens: none; overflow-wrap: normal; }"),
        "cut off: span.mot « Don",
    ),
    Defect(
        "wide table whose end cannot be reached",
        styled("html, body { overflow-x: clip; } .niveaux { width: 500px; }"),
        "off the screen: span.court",
    ),
    Defect(
        "no room for wide spacing",
        styled(
            ".telephone { height: 2.25rem; overflow: hidden; white-space: nowrap; }"
            " .ouverture { height: 2.75rem; overflow: hidden; }"
        ),
        "with wide spacing: p.ouverture",
    ),
    Defect(
        "box that scrolls by touch alone",
        styled(".legende { max-height: 6rem; overflow: auto; }"),
        "it scrolls but no key reaches it: ul.legende",
    ),
    Defect("details that nothing opens", styled("summary { display: none; }"), "nothing opens"),
    Defect(
        "details that no touch opens",
        styled("summary { pointer-events: none; }"),
        "a touch does not open details",
    ),
    Defect(
        "details that stay empty",
        styled("details > :not(summary) { visibility: hidden; }"),
        "it is not shown: p",
    ),
    Defect(
        "viewport missing", rewritten('<meta name="viewport"[^>]*>\n', ""), "is not the device's"
    ),
    Defect(
        "zoom forbidden",
        replaced("initial-scale=1", "initial-scale=1, user-scalable=no"),
        "it may not be enlarged",
    ),
    Defect(
        "page that reloads",
        replaced("<title>", '<meta http-equiv="refresh" content="300">\n<title>'),
        "it reloads itself",
    ),
    Defect(
        "page that moves",
        styled(
            "@keyframes fade { to { border-color: #fff; } }"
            " .conseil { animation: fade 2s infinite; }"
        ),
        "something moves",
    ),
    Defect(
        "order of the keys",
        replaced('<a href="tel:', '<a tabindex="3" href="tel:'),
        "it is out of order: a",
    ),
    Defect(
        "focus that is not seen",
        styled("a:focus-visible, summary:focus-visible { outline: none; }"),
        "where the keys are is not seen",
    ),
    Defect(
        "link out of the keys' reach",
        replaced('<a href="simple.html"', '<a tabindex="-1" href="simple.html"'),
        "no key reaches a « Version simple »",
    ),
    Defect(
        "link to a language without lang",
        replaced('<li lang="ar" dir="rtl">', "<li>"),
        "the link to ar is not marked as ar",
    ),
    Defect(
        "another number dialled",
        replaced("tel:+33199001234", "tel:+33199001243"),
        "a link dials another number",
    ),
    Defect(
        "script that asks elsewhere",
        programmed("fetch('http://compteur.invalid/').catch(() => {})"),
        "it asks http://compteur.invalid/",
    ),
    Defect(
        "image from elsewhere",
        begun('<p><img alt="" src="http://image.invalid/a.png"></p>'),
        "it asks http://image.invalid/a.png",
    ),
    Defect("cookie", programmed("document.cookie = 'visite=1'"), "it sets a cookie: visite"),
    Defect(
        "trace kept in the browser",
        programmed("localStorage.setItem('visite', '1')"),
        "it keeps something in the browser",
    ),
    Defect("broken script", programmed("rien()"), "the browser says: rien is not defined"),
)

DEFECTS = (*NOTED, *OTHERS)
