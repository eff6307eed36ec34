"""From indicators to the words of the page; its template holds no logic beyond loops and ifs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from affluence.indicators import Indicators, LeftOut, Ratio
from affluence.indicators.persons import FEWEST_PERSONS
from affluence.indicators.plain_words import conclusion, tidy
from affluence.publication.language import SOURCE, Language
from affluence.publication.wording import Words
from affluence.report.committee.figures import calculation, highest, left_out, share
from affluence.report.committee.graph import Graph, draw
from affluence.report.committee.parts import Cut

# What is followed through the period: key of the ratio, and its name.
_FOLLOWED = (
    ("persons_reached", "Personnes qui ont joint un agent"),
    ("answered_by_agent", "Appels traités par un agent (officiel)"),
    ("lost_calls", "Appels perdus (officiel)"),
)


_WORDS = Words(Language(SOURCE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One indicator; ``left_out`` without what all of its group leave out."""

    label: str
    value: str
    target: str
    calculation: str
    left_out: str
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators of one kind; ``left_out`` is what all of them leave out."""

    title: str
    rows: tuple[Row, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """The shares of one part of the period."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the template shows, as finished French strings."""

    service: str
    demonstration: bool
    period: str
    days_open: str
    days_without_records: str
    conclusion: tuple[str, ...]
    evolution: str
    by_unit: str
    heading: str
    parts: tuple[PartRow, ...]
    graph: Graph
    described: tuple[str, ...]
    groups: tuple[Group, ...]
    written: bool
    fewest: int


def page(
    service: str,
    indicators: Indicators,
    cut: Cut,
    of_parts: Sequence[Indicators],
    *,
    demonstration: bool,
) -> Page:
    """The page of a period, ready for the template."""
    followed = [[_by_key(part)[key] for part in of_parts] for key, _ in _FOLLOWED]
    names = [part.name for part in cut.parts]
    missing = indicators.days_open_without_records
    return Page(
        service=service,
        demonstration=demonstration,
        period=_WORDS.period(indicators.first, indicators.last),
        days_open=_WORDS.language.count(
            indicators.days_open,
            "{number}\u00a0jour d’ouverture",
            "{number}\u00a0jours d’ouverture",
        ),
        days_without_records=f"dont {missing} sans enregistrement" if missing else "",
        conclusion=tuple(map(tidy, conclusion(indicators, fewest=FEWEST_PERSONS))),
        evolution=f"{cut.unit.capitalize()} après {cut.unit}",
        by_unit=f"par {cut.unit}",
        heading=cut.heading,
        parts=tuple(
            PartRow(name, tuple(map(share, ratios)))
            for name, *ratios in zip(names, *followed, strict=True)
        ),
        graph=draw(
            [
                (key, name, [highest(ratio) for ratio in ratios])
                for (key, name), ratios in zip(_FOLLOWED, followed, strict=True)
            ],
            [part.tick for part in cut.parts],
        ),
        described=tuple(
            _described(name, names, ratios)
            for (_, name), ratios in zip(_FOLLOWED, followed, strict=True)
        ),
        groups=tuple(_groups(indicators)),
        written=bool(indicators.written),
        fewest=FEWEST_PERSONS,
    )


def _by_key(indicators: Indicators) -> dict[str, Ratio]:
    return {ratio.key: ratio for ratio in (*indicators.official, *indicators.lived)}


def _described(name: str, parts: Sequence[str], ratios: Sequence[Ratio]) -> str:
    """« Appels perdus : au plus bas 12,1 % (24 août), au plus haut 19,0 % (5 oct.). »."""
    known = [
        (most, f"{share(ratio)} ({part})")
        for part, ratio in zip(parts, ratios, strict=True)
        if (most := highest(ratio)) is not None
    ]
    if not known:
        return tidy(f"{name} : non mesuré.")
    return tidy(f"{name} : au plus bas {min(known)[1]}, au plus haut {max(known)[1]}.")


def _groups(indicators: Indicators) -> Iterator[Group]:
    for title, ratios in (
        ("Téléphone\u00a0: indicateurs officiels", indicators.official),
        ("Téléphone\u00a0: ce que vivent les appelants", _lived(indicators)),
        ("Courriers, courriels et réclamations\u00a0: indicateurs officiels", indicators.written),
    ):
        if ratios:
            common = [
                out
                for out in ratios[0].left_out
                if len(ratios) > 1 and all(out in ratio.left_out for ratio in ratios)
            ]
            rows = tuple(_row(ratio, common) for ratio in ratios)
            yield Group(title, rows, _left_out(common))


def _lived(indicators: Indicators) -> tuple[Ratio, ...]:
    """With the busy-line rate where nothing else tells how hard it is to get a line."""
    of_lines = [ratio for ratio in indicators.lines if ratio.key == "busy_line_rate"]
    told = _by_key(indicators)["first_call_gets_a_line"].value is not None
    return indicators.lived if told else (*indicators.lived, *of_lines)


def _row(ratio: Ratio, common: Sequence[LeftOut]) -> Row:
    return Row(
        label=tidy(ratio.label),
        value=share(ratio),
        target="" if ratio.target is None else tidy(f"cible : {_WORDS.percent_text(ratio.target)}"),
        calculation=calculation(ratio),
        left_out=_left_out([out for out in ratio.left_out if out not in common]),
        note=tidy(ratio.note or ("" if ratio.denominator else "Aucun appel : non mesuré.")),
    )


def _left_out(outs: Sequence[LeftOut]) -> str:
    return tidy(" ; ".join(left_out(out) for out in outs if out.count != 0))
