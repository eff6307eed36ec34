"""The official indicators beside the lived ones, and what became of every call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from babel.numbers import format_decimal

from affluence.indicators import Indicators, Ratio
from affluence.indicators.plain_words import OUTCOME_WORDS, tidy
from affluence.publication.wording import Words, message
from affluence.report.language import semicolons
from affluence.report.sheet import (
    FEW,
    Column,
    Kind,
    Sheet,
    Value,
    as_rows,
    is_source,
    persons,
    share,
    share_of_persons,
    shown,
)

_OF_PERSONS = ("persons_reached", "first_call_gets_a_line")


def indicators_sheet(indicators: Indicators, words: Words) -> Sheet:
    """Every share with its numerator, its denominator and what both leave out."""
    return Sheet(
        key="indicateurs",
        title=message("Indicateurs officiels, et ce que vivent les appelants"),
        note=message(
            "Chaque part est donnée avec ce qu’elle compte et ce qu’elle laisse de côté\u00a0: un"
            " indicateur officiel ne dit rien des appels qu’il ne compte pas."
        ),
        columns=(
            Column("groupe", message("Groupe")),
            Column("indicateur", message("Indicateur")),
            Column("valeur", message("Résultat"), Kind.SHARE),
            Column("cible", message("Cible"), Kind.SHARE),
            Column("numerateur", message("Numérateur"), Kind.COUNT),
            Column("numerateur_en_mots", message("ce que c’est")),
            Column("denominateur", message("Dénominateur"), Kind.COUNT),
            Column("denominateur_en_mots", message("ce que c’est")),
            Column("laisses_de_cote", message("Laissés de côté")),
            Column("remarque", message("Remarque")),
        ),
        rows=as_rows(
            astuple(_line(group, ratio, words))
            for group, ratios in _groups(indicators)
            for ratio in ratios
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A share as the table has it, in the order of its columns."""

    group: str
    label: str
    value: Value
    target: Value
    numerator: Value
    numerator_words: str
    denominator: Value
    denominator_words: str
    left_out: str
    note: str


def _groups(indicators: Indicators) -> Iterator[tuple[str, tuple[Ratio, ...]]]:
    yield message("Officiel"), indicators.official
    yield message("Vécu"), indicators.lived
    yield message("Lignes et agents"), (*indicators.lines, indicators.agents)
    yield message("Écrits"), indicators.written
    yield message("Autre lecture"), indicators.other_readings


def _line(group: str, ratio: Ratio, words: Words) -> _Line:
    say = words.language.say
    value: Value = ratio.value
    numerator: Value = ratio.numerator
    denominator: Value = ratio.denominator
    if ratio.key in _OF_PERSONS and value is not None:
        value = share_of_persons(ratio.numerator, ratio.denominator)
        # With a part that is hidden the whole would tell it.
        if value is FEW:
            numerator = FEW
        denominator = persons(ratio.denominator)
    return _Line(
        group=str(say(group)),
        label=str(say(ratio.label)),
        value=value,
        target="" if ratio.target is None else ratio.target,
        numerator=numerator,
        numerator_words=str(say(ratio.numerator_words)),
        denominator=denominator,
        denominator_words=str(say(ratio.denominator_words)),
        left_out=_left_out(ratio, words),
        note=str(say(ratio.note)) if ratio.note else "",
    )


def _left_out(ratio: Ratio, words: Words) -> str:
    """« 14 390 appels refusés ; … »: what a share says nothing of."""
    say = words.language.say
    said = []
    for out in ratio.left_out:
        if out.count is None:
            said.append(say("{words} (nombre inconnu)", words=say(out.words)))
        elif out.count:
            count = format_decimal(out.count, locale=words.language.code)
            said.append(say("{count} {words}", count=count, words=say(out.words)))
    return semicolons(said, words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An indicator as a page tells it."""

    label: str
    value: str
    target: str
    counted: str
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Indicators of one kind; ``id`` names it on the page."""

    id: str
    title: str
    rows: tuple[Told, ...]


def told_indicators(indicators: Indicators, words: Words) -> list[Group]:
    """The groups of indicators with something in them, the official ones first."""
    return [
        Group(
            id=f"groupe-{number}",
            title=str(words.language.say(group)),
            rows=tuple(_told(_line(group, ratio, words), words) for ratio in ratios),
        )
        for number, (group, ratios) in enumerate(_groups(indicators), start=1)
        if ratios
    ]


def _told(line: _Line, words: Words) -> Told:
    counted = line.note or str(
        words.language.say(
            "{numerator} {of_what}, sur {denominator} {among}.",
            numerator=shown(line.numerator, Kind.COUNT, words),
            of_what=line.numerator_words,
            denominator=shown(line.denominator, Kind.COUNT, words),
            among=line.denominator_words,
        )
    )
    return Told(
        label=_tidy(line.label, words),
        value=shown(line.value, Kind.SHARE, words),
        target=shown(line.target, Kind.SHARE, words),
        counted=_tidy(counted, words),
        left_out=_tidy(line.left_out, words),
    )


def _tidy(text: str, words: Words) -> str:
    """In French with its no-break spaces: the words of the indicators have none."""
    return tidy(text) if is_source(words) else text


def outcomes_sheet(indicators: Indicators, words: Words) -> Sheet:
    """What became of every call: adds up to all of them."""
    total = sum(indicators.outcomes.values())
    rows: list[tuple[Value, ...]] = []
    for outcome, count in indicators.outcomes.items():
        name = str(words.language.say(OUTCOME_WORDS[outcome]))
        unknown = outcome == "busy" and not (count or indicators.refusals_recorded)
        rows.append((name, None if unknown else count, None if unknown else share(count, total)))
    rows.append((str(words.language.say("Tous les appels")), total, share(total, total)))
    return Sheet(
        key="issues",
        title=message("Ce que sont devenus tous les appels"),
        note=message(
            "Chaque appel reçu est compté une fois, par son issue\u00a0; bureau fermé, c’est"
            " «\u00a0hors des heures d’ouverture\u00a0», quoi qu’il en soit advenu. Les appels que"
            " le service passe n’y sont pas."
        ),
        columns=(
            Column("issue", message("Issue")),
            Column("appels", message("Appels"), Kind.COUNT),
            Column("part", message("Part"), Kind.SHARE),
        ),
        rows=tuple(rows),
    )
