"""Facts → the managers' report: a folder of pages, a workbook and CSV files. Never published."""

from __future__ import annotations

from importlib import resources

from affluence.publication.wording import Words
from affluence.report.csv_files import CSV_NAMES, csv_of
from affluence.report.facts import Facts
from affluence.report.hours import hours_of
from affluence.report.language import ReportLanguage, ReportWords
from affluence.report.pages import Contents, every_page
from affluence.report.sheet import is_source
from affluence.report.sheets.every import every_sheet
from affluence.report.workbook import workbook_of

LANGUAGES = ("fr", "en")
WORKBOOK = "rapport.xlsx"
_STATIC = (
    "report.css",
    "report.js",
    "plotly.css",
    "plotly-cartesian.min.js",
    "plotly-LICENSE.txt",
)


def build_report(facts: Facts, language: str) -> dict[str, bytes]:
    """The files of the report by their paths: the same bytes for the same facts.

    Args:
        facts: what it tells.
        language: one of `LANGUAGES`.

    """
    words = ReportWords(ReportLanguage(language))
    hours = hours_of(facts)
    sheets = every_sheet(facts, hours, words)
    pages = every_page(Contents(facts=facts, hours=hours, sheets=sheets, words=words))
    static = resources.files(__name__).joinpath("static")
    return {
        **pages,
        WORKBOOK: workbook_of(
            sheets.values(), words, title=facts.service, notes=_notes(facts, words)
        ),
        **{f"csv/{key}.csv": csv_of(sheet, words) for key, sheet in sheets.items()},
        **{f"fichiers/{name}": static.joinpath(name).read_bytes() for name in _STATIC},
    }


def _notes(facts: Facts, words: Words) -> list[str]:
    say = words.language.say
    notes = [
        say(
            "Du {first} au {last}.",
            first=words.calendar_day(facts.first),
            last=words.calendar_day(facts.last),
        ),
        say("Document interne\u00a0: il n’est pas fait pour être publié."),
        say(
            "«\u00a0non mesuré\u00a0»\u00a0: les enregistrements ne le disent pas\u00a0; ce n’est"
            " jamais zéro."
        ),
        say(
            "«\u00a0moins de 5\u00a0»\u00a0: nul ne doit pouvoir être reconnu derrière un chiffre."
        ),
        say("Les parts sont écrites en pourcentage, les durées en secondes."),
    ]
    if not is_source(words):
        notes.append(say(CSV_NAMES))
    if facts.demonstration:
        notes.append(say("Données de démonstration\u00a0: ces chiffres sont fictifs."))
    return [str(note) for note in notes]
