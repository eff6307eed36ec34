"""Why the table of a week must not be published, in French and in English.

Equal words are legitimate: a saturated service must be able to say so. Equal or missing *figures*
are not, they come from records that were read wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from affluence.errors import Reason
from affluence.publication.edition import Edition
from affluence.tables import LEVELS

MOST_CHANGED = 0.5  # of the levels from one week to the next, before a second week must confirm
_RATES = ("reach", "busy_line_rate", "occupancy_rate")

Levels = Mapping[tuple[int, int, int], str]  # by weekday, start and end in minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on a table is refused."""

    minimum_weeks: int
    most_rejected: float  # share (0-1) of the lines of all files


def reasons_against(edition: Edition, account: Mapping[str, int], limits: Limits) -> list[Reason]:
    """Every reason against an edition, given the account of its platform's lines."""
    return [
        *_too_few_weeks(edition, limits.minimum_weeks),
        *_too_many_rejected(account, limits.most_rejected),
        *_figures_alike(edition),
    ]


def too_many_changes(share: float) -> Reason:
    """The reason of a table that is held for a week."""
    return Reason(
        f"{share:.0%} des niveaux changent d’un coup : le tableau est retenu une semaine, et"
        " paraîtra si la suivante le confirme",
        f"{share:.0%} of the levels change at once: the table is held for a week, and published if"
        " the next one confirms it",
    )


def no_records(last: date) -> Reason:
    """The reason of a week of which nothing has come."""
    return Reason(
        f"aucun appel enregistré de toute la semaine qui finit le {last} : les enregistrements"
        " arrivent-ils encore ?",
        f"no call on record in the whole week up to {last}: do new records still arrive?",
    )


def clock_behind(today: date, published: date) -> Reason:
    """The reason of a week that is older than what was published."""
    return Reason(
        f"nous serions le {today}, mais le tableau de la semaine qui finit le {published} a déjà"
        " été publié : l’horloge de cette machine est-elle à l’heure ?",
        f"today would be {today}, but the table of the week up to {published} has been published"
        " already: is the clock of this machine right?",
    )


def share_changed(new: Levels, old: Levels) -> float:
    """Share (0-1) of the cells with a level in both that do not have the same; 0 without any."""
    both = [cell for cell in new if new[cell] in LEVELS and old.get(cell) in LEVELS]
    return sum(new[cell] != old[cell] for cell in both) / len(both) if both else 0


def levels_of(edition: Edition) -> Levels:
    """States of an edition by cell."""
    columns = ("weekday", "start_min", "end_min", "state")
    rows = edition.week.select(columns).iter_rows()
    return {(weekday, start, end): state for weekday, start, end, state in rows}


def _too_few_weeks(edition: Edition, minimum: int) -> list[Reason]:
    if edition.weeks >= minimum:
        return []
    return [
        Reason(
            f"{edition.weeks} semaine(s) d’appels seulement, il en faut {minimum} (minimum_weeks)",
            f"only {edition.weeks} week(s) of calls, {minimum} are needed (minimum_weeks)",
        )
    ]


def _too_many_rejected(account: Mapping[str, int], most: float) -> list[Reason]:
    share = account["rejected"] / account["lines"] if account["lines"] else 0
    if share <= most:
        return []
    return [
        Reason(
            f"{share:.1%} des lignes des fichiers sont rejetées, plus que {most:.1%}"
            " (most_rejected_share) : `affluence inspect` dit pourquoi",
            f"{share:.1%} of the lines of the files are rejected, more than {most:.1%}"
            " (most_rejected_share): `affluence inspect` tells why",
        )
    ]


def _figures_alike(edition: Edition) -> list[Reason]:
    known = edition.week.filter(edition.week["state"].is_in(LEVELS))
    if known.height < 2:
        return []
    figures = known.select(_RATES)
    if all(figures[name].is_null().all() for name in _RATES):
        return [
            Reason(
                "aucune case n’a de taux, alors que des niveaux sont affichés",
                "no cell has a rate, although levels are shown",
            )
        ]
    # A desk that is never busy has a busy-line rate of 0 all over; its occupancy still varies.
    if figures.unique().height == 1 and figures["occupancy_rate"].is_not_null().any():
        return [
            Reason(
                "toutes les cases ont exactement les mêmes taux : les enregistrements sont sans"
                " doute mal lus",
                "every cell has exactly the same rates: the records are probably misread",
            )
        ]
    return []
