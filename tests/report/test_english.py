"""The report in English: nothing of it is left in French but what the service itself is called."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from babel.messages.catalog import Message
from markupsafe import Markup

from affluence.indicators import Indicators, Ratio
from affluence.indicators.plain_words import conclusion, tidy
from affluence.phrases import Phrase, Share
from affluence.publication.language import PACKAGE, Language, read_catalogue
from affluence.publication.markup import Element, parse
from affluence.report import WORKBOOK, build_report
from affluence.report.facts import Facts
from affluence.report.language import REPORT_PACKAGE, ReportLanguage, ReportWords
from tests.publication.catalogues import PAGE, REPORT, Target, extract, placeholders

from .made_facts import CLOSURE, MADE, NAMES, SERVICE

ENGLISH = ReportLanguage("en")
WORDS = ReportWords(ENGLISH)
# Letters that English words do not have, and words that no English sentence has.
FRENCH = re.compile(
    r"[àâçèéêëîïôûùœ]|\b(?:au|aucun|avec|ces|dans|de|des|du|elle|est|et|il|jour|jours|la|le|les"
    r"|lui|ne|non|ou|par|pas|plus|pour|que|qui|se|ses|son|sont|sur|un|une|appels?|lignes?"
    r"|heures?|semaines?|personnes?)\b|[ldnsqcj]’",
    re.IGNORECASE,
)


@cache
def facts(name: str) -> Facts:
    return MADE[name]()


@cache
def report(name: str, language: str) -> dict[str, bytes]:
    return build_and_listen(name, language)[0]


@cache
def build_and_listen(name: str, language: str) -> tuple[dict[str, bytes], frozenset[str]]:
    """A report, and the messages that were asked for to make it."""
    asked: set[str] = set()
    say = Language.say

    def recorded(self: Language, message: str, **values: object) -> Markup:
        asked.add(message)
        return say(self, message, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Language, "say", recorded)
        return build_report(facts(name), language), frozenset(asked)


def page(name: str, path: str, language: str = "en") -> Element:
    tree, problems = parse(report(name, language)[path].decode())
    assert not problems
    return tree


def data(tree: Element) -> Any:
    """What the script of a page shows; nothing where it has none."""
    found = [e for e in tree.all("script") if e.attributes.get("id") == "donnees"]
    return json.loads("".join(map(str, found[0].children))) if found else {}


def strings(document: object) -> Iterator[str]:
    """Every string of a JSON document that is no key."""
    if isinstance(document, dict):
        for value in document.values():
            yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)
    elif isinstance(document, str):
        yield document


def read_strings(workbook: bytes) -> list[str]:
    """The names of the sheets of a workbook and the texts in them."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        book = parts.read("xl/workbook.xml").decode()
        shared = parts.read("xl/sharedStrings.xml").decode()
    found = [
        *re.findall(r'<sheet name="([^"]*)"', book),
        *re.findall(r"<t[^>]*>([^<]*)</t>", shared),
    ]
    return list(map(html.unescape, found))


def read_page(content: str) -> Iterator[str]:
    """The texts of a page, those for who cannot see it, and those that its script shows."""
    tree, _ = parse(content)
    for element in tree.all():
        if element.tag in {"head", "body"}:
            yield from element.texts()
        for name in ("aria-label", "alt", "title"):
            yield element.attributes.get(name, "")
    yield from strings({**data(tree), "locale": ""})


def everything_said(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The path and each text of a report that a person reads or hears."""
    for path, content in files.items():
        said: Iterable[str] = ()
        if path.endswith(".html"):
            said = read_page(content.decode())
        elif path.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content.decode())))
            said = (text for row in rows[1:] for text in row)
        elif path == WORKBOOK:
            said = read_strings(content)
        for text in said:
            yield path, text


def ratios(indicators: Indicators) -> tuple[Ratio, ...]:
    return (
        *(*indicators.official, *indicators.lived, *indicators.lines, indicators.agents),
        *(*indicators.written, *indicators.other_readings),
    )


@pytest.mark.parametrize("target", [PAGE, REPORT], ids=["page", "report"])
def test_english_is_up_to_date(target: Target) -> None:
    """If not: `python -m tests.publication.catalogues`, then translate what is new or fuzzy."""
    template = (target.languages / target.template).read_text(encoding="utf-8")
    wanted = extract(target)
    catalogue = read_catalogue("en", target.package)
    assert {m.id for m in catalogue} == {m.id for m in wanted}
    for message in wanted:
        if not message.id:
            continue
        both = [message.id] if isinstance(message.id, str) else list(message.id)
        assert _as_po(both[0]) in template.replace('"\n"', "")
        found = catalogue[both[0]]
        assert not found.fuzzy, f"fuzzy: {both[0]}"
        said = translations(found)
        assert len(said) == len(both) and all(said), f"not translated: {both[0]}"
        for text in said:
            # « the last week » may leave its number out, never anything else.
            assert placeholders(text) | {"number"} == placeholders(both[-1]) | {"number"}, text


def translations(message: Message) -> list[str]:
    """The one, or the singular and the plural; none where there is none."""
    said = message.string or []
    return [said] if isinstance(said, str) else list(said)


def _as_po(text: str) -> str:
    return text.replace('"', '\\"')


def test_the_catalogue_has_no_french_and_nothing_that_must_be_escaped() -> None:
    """Sentences are put into CSV files and workbooks as they are."""
    for message in read_catalogue("en", REPORT_PACKAGE):
        if message.id:
            for text in translations(message):
                assert not re.search("[&<>'\"\u00a0]", text), text
                assert not FRENCH.search(re.sub(r"\{\w+\}", "", text)), text


@pytest.mark.parametrize("name", MADE)
def test_every_message_that_is_asked_is_in_a_catalogue(name: str) -> None:
    _, asked = build_and_listen(name, "en")
    known = {m.id for package in (REPORT_PACKAGE, PACKAGE) for m in read_catalogue("en", package)}
    assert len(asked) > 150
    assert asked - known == set()


@pytest.mark.parametrize("name", MADE)
def test_nothing_is_left_in_french(name: str) -> None:
    number = 0
    for path, text in everything_said(report(name, "en")):
        said = text
        for french in NAMES:
            said = said.replace(french, "")
        assert not FRENCH.search(said), (path, text)
        number += bool(said.strip())
    assert number > 1000


def test_french_would_be_found() -> None:
    """What finds no French in the English report finds it in the French one."""
    found = {
        path
        for path, text in everything_said(report("all_is_known", "fr"))
        if FRENCH.search(text) and not any(name in text for name in NAMES)
    }
    said = {path for path, _ in everything_said(report("all_is_known", "en"))}
    without_words = {"csv/simultanes.csv", "csv/et_si.csv", "csv/fichiers.csv", "csv/profil.csv"}
    assert said - found <= without_words | {"csv/effectifs.csv"}


@pytest.mark.parametrize("name", MADE)
def test_the_french_report_says_the_words_of_the_indicators(name: str) -> None:
    """What a phrase remembers changes nothing of what it says in French."""
    said = page(name, "index.html", "fr").text
    for ratio in ratios(facts(name).indicators):
        assert " ".join(tidy(ratio.label).split()) in said
        counted = [ratio.note] if ratio.note else [ratio.numerator_words, ratio.denominator_words]
        for text in counted:
            assert " ".join(tidy(text).split()) in said
    for sentence in conclusion(facts(name).indicators):
        assert " ".join(tidy(sentence).split()) in said


@pytest.mark.parametrize("name", MADE)
def test_every_word_of_an_indicator_is_a_phrase(name: str) -> None:
    indicators = facts(name).indicators
    for ratio in ratios(indicators):
        words = [ratio.label, ratio.numerator_words, ratio.denominator_words]
        words += [out.words for out in ratio.left_out]
        words += [ratio.note] if ratio.note else []
        assert all(isinstance(text, Phrase) for text in words)
    assert all(isinstance(sentence, Phrase) for sentence in conclusion(indicators))


def test_a_phrase_is_said_with_its_values_in_the_other_language() -> None:
    in_time = Phrase(
        "{name} de la période qui ont une réponse ou dont le délai est passé au {day}",
        name=Phrase("courriers"),
        day=date(2026, 11, 22),
    )
    assert ENGLISH.say(in_time) == (
        "letters of the period that are answered or whose time was over on 22 November 2026"
    )
    refused = Phrase(
        "Cet indicateur ne compte pas les {refused} appels refusés, soit {share} des appels qui"
        " demandaient un agent.",
        refused=14_390,
        share=Share(0.12345),
    )
    assert ENGLISH.say(refused) == (
        "This indicator leaves out the refused calls (14,390), which are 12.3% of the calls that"
        " asked for an agent."
    )
    assert str(ReportLanguage("fr").say(refused)) == str(refused)
    assert ENGLISH.say(Phrase("appels abandonnés en moins de {limit} s", limit=21.5)) == (
        "calls abandoned in under 21.5 s"
    )


def test_what_the_report_does_not_say_itself_it_says_as_the_page_does() -> None:
    assert WORDS.level("fairly_quiet") == "Fairly quiet"
    assert Language("en").say("Heures") == "Heures"  # the page knows nothing of the report
    assert WORDS.day(1) == "Monday"
    assert WORDS.clock(9 * 60) == "9:00"


@pytest.mark.parametrize(
    ("weeks", "said"), [(1, "The last week"), (4, "Last 4 weeks"), (12, "Last 12 weeks")]
)
def test_weeks_are_counted(weeks: int, said: str) -> None:
    french = "La dernière semaine", "{number}\u00a0dernières semaines"
    assert ENGLISH.count(weeks, *french) == said


def test_numbers_and_days_are_written_as_english_has_them() -> None:
    """24 days of four quarters with 18 calls let in and four with 9, and a day of eight with 36."""
    index = page("all_is_known", "index.html")
    assert "From Monday 30 March 2026 to Sunday 3 May 2026." in index.text
    assert 24 * 4 * (18 + 9) + 8 * 36 == 2880
    assert (
        "Lost calls 33.3% 960 calls abandoned before the answer or left without one, out of 2,880"
        " calls received during opening hours and not refused. refused calls (“all our lines are"
        " busy, please call back later”): 1,280;"
    ) in index.text
    (hours, weeks) = (data(page("all_is_known", f"{key}.html")) for key in ("heures", "semaines"))
    assert hours["locale"] == "en"
    assert hours["layout"]["separators"] == ".,"
    assert list(hours["profiles"]["days"])[:2] == ["Monday", "Tuesday"]
    assert hours["heat"]["levels"][1]["name"] == "Quiet"
    assert weeks["figures"]["semaines"]["layout"]["xaxis"]["tickformat"] == "%-d %b %y"
    assert weeks["figures"]["effet"]["data"][0]["x"] == ["before", "since"]
    assert weeks["figures"]["effet"]["data"][0]["text"] == ["30%", "35%"]


def test_names_that_the_service_gave_are_marked_as_french() -> None:
    index, known = (page("all_is_known", f"{key}.html") for key in ("index", "donnees"))
    (title,) = index.all("h1")
    assert [(e.text, e.attributes["lang"]) for e in title.all("bdi")] == [(SERVICE, "fr")]
    marked = [e.text for e in known.all("bdi") if e.attributes.get("lang") == "fr"]
    assert CLOSURE in marked
    assert not list(page("all_is_known", "donnees.html", "fr").all("bdi"))


def test_a_closure_is_named_once_in_a_week_as_it_is_called() -> None:
    rows = csv.DictReader(io.StringIO(report("all_is_known", "en")["csv/semaines.csv"].decode()))
    of_week = {row["lundi"]: row for row in rows}
    closed = of_week["2026-04-13"]["jours_particuliers"]
    assert closed.startswith(f"16 April 2026 (closure: {CLOSURE}); 17 April 2026")
    assert of_week["2026-04-06"]["publications"] == "12 April 2026"


def test_csv_files_keep_their_columns_and_say_the_rest_in_english() -> None:
    """So does the note of the workbook and of the page, in English alone."""
    said = "the columns keep their French names"
    for name in ("all_is_known", "hardly_anybody_calls"):
        french, english = report(name, "fr"), report(name, "en")
        assert set(french) == set(english)
        for path in french:
            if path.endswith(".csv"):
                assert french[path].split(b"\n")[0] == english[path].split(b"\n")[0]
    few = report("hardly_anybody_calls", "en")["csv/demandes.csv"].decode()
    assert "fewer than 5" in few and "moins de 5" not in few
    assert any(said in text for text in read_strings(report("all_is_known", "en")[WORKBOOK]))
    assert said in page("all_is_known", "donnees.html").text
    assert "nom français" not in page("all_is_known", "donnees.html", "fr").text


def test_sheets_have_english_names_that_excel_takes() -> None:
    files = report("all_is_known", "en")
    tables = sum(path.startswith("csv/") for path in files)
    names = read_strings(files[WORKBOOK])[: 1 + tables]
    assert names[:4] == ["Notes", "Indicators", "Outcomes", "Typical week"]
    assert names[-1] == "Blind spots"
    assert len(set(names)) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
