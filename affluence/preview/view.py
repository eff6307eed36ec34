"""From an overview to the words of the page; its template holds no logic beyond loops and ifs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from affluence.indicators.plain_words import percent_of, tidy, whole
from affluence.preview.differences import Change, around_row, level_row, recommended_row
from affluence.preview.overview import Overview, Side
from affluence.publication.changes import Changes, documents
from affluence.publication.edition import LeftOut
from affluence.publication.language import SOURCE, Language
from affluence.publication.paths import PAGE
from affluence.publication.wording import Words
from affluence.store.runs import Run

OLD, NEW = "ancien", "nouveau"  # first part of the addresses of the framed sites

_WORDS = Words(Language(SOURCE))
_WEEK = timedelta(days=6)
_OUTCOMES = {
    "done": "terminé",
    "nothing new": "rien de nouveau",
    "refused": "publication refusée, l’ancien tableau reste en ligne",
    "failed": "échec, l’ancien site reste en ligne",
    "": "pas terminé : en cours, ou interrompu (le passage suivant le finit)",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One of the two sites."""

    title: str
    release: str
    address: str  # empty: it cannot be shown


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what there is under it."""

    name: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """What the data of one platform are worth."""

    service: str
    facts: tuple[Fact, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A line that a run wrote down; one of the two languages may be missing."""

    french: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the template shows, as finished French strings."""

    services: tuple[str, ...]
    standing: tuple[Fact, ...]  # nothing: nothing stands
    waiting: tuple[Fact, ...]  # nothing: nothing waits
    frames: tuple[Frame, ...]
    comparison: str  # what is compared with what
    not_compared: str  # why nothing is compared, or empty
    levels: tuple[Change, ...]
    recommended: tuple[Change, ...]
    around: tuple[Change, ...]
    quality: tuple[Quality, ...]
    last_run: str
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...]  # English, as `affluence status` prints them
    approve: str  # the release to approve, or empty
    stands: str  # the release that a rollback takes away, or empty
    earlier: str  # the one that it puts back, or empty


def view(overview: Overview, frame_secret: str) -> Page:
    """The page of an overview, ready for the template."""
    status, old, new = overview.status, overview.old, overview.new
    waiting = status.waiting
    services = {name: platform.service for name, platform in status.platforms.items()}
    names = ("En ligne", "En attente") if waiting else ("Avant", "En ligne")
    not_compared = _not_compared(old, new)
    changes = Changes(levels=(), recommended=(), around=(), files=())
    if not not_compared:
        changes = overview.changes
    standing_side = old if waiting else new
    return Page(
        services=tuple(services.values()),
        standing=() if standing_side is None else _standing(overview, standing_side),
        waiting=() if waiting is None or new is None else _waiting(overview, new),
        frames=tuple(
            _frame(name, side, place, frame_secret)
            for name, side, place in zip(names, (old, new), (OLD, NEW), strict=True)
        ),
        comparison=_comparison(old, new, waits=waiting is not None),
        not_compared=not_compared,
        levels=tuple(level_row(change, services) for change in changes.levels),
        recommended=tuple(recommended_row(*change, services) for change in changes.recommended),
        around=tuple(around_row(*change, services) for change in changes.around),
        quality=tuple(_quality(overview, name) for name in status.platforms),
        last_run=_last_run(status.last_run, _zone(overview)),
        reasons=tuple(_reasons(status.last_run.message if status.last_run else "")),
        warnings=status.warnings,
        approve=waiting.release if waiting and new and new.files else "",
        stands=(status.release or "") if overview.earlier else "",
        earlier=overview.earlier or "",
    )


def _not_compared(old: Side | None, new: Side | None) -> str:
    if new is None:
        return "Rien n’est encore publié, et rien n’attend : lancez affluence run."
    if old is None:
        return "Il n’y a rien avant cette version : tout y est nouveau."
    gone = [side.release for side in (old, new) if not side.files]
    if gone:
        return (
            f"La version {gone[0]} n’est plus gardée (keep_releases dit combien le sont) :"
            " rien à comparer."
        )
    return ""


def _comparison(old: Side | None, new: Side | None, *, waits: bool) -> str:
    if new is None or old is None:
        return ""
    if waits:
        return f"De la version en ligne ({old.release}) à celle qui attend ({new.release})."
    return f"De la version précédente ({old.release}) à celle qui est en ligne ({new.release})."


def _frame(name: str, side: Side | None, place: str, secret: str) -> Frame:
    if side is None:
        return Frame(name, "", "")
    address = f"/{place}/{secret}/{side.release}/{PAGE}" if side.files else ""
    return Frame(name, side.release, address)


# What stands and what waits


def _standing(overview: Overview, side: Side) -> tuple[Fact, ...]:
    published = overview.status.published_at
    when = (
        _moment(published, _zone(overview))
        if published
        else "date inconnue (ancienne version du programme)"
    )
    return (
        Fact("Version", (side.release,)),
        Fact("Semaine", tuple(_weeks(overview, side))),
        Fact("Publiée le", (when,)),
    )


def _waiting(overview: Overview, side: Side) -> tuple[Fact, ...]:
    waiting = overview.status.waiting
    built = (_moment(waiting.built_at, _zone(overview)),) if waiting else ()
    return (
        Fact("Version", (side.release,)),
        Fact("Semaine", tuple(_weeks(overview, side))),
        Fact("Construite le", built),
    )


def _weeks(overview: Overview, side: Side) -> Iterator[str]:
    platforms = overview.status.platforms
    for name, platform in platforms.items():
        last = side.weeks.get(name)
        said = "sans tableau (numéro et horaires seulement)"
        if last is not None:
            said = str(_WORDS.period(last - _WEEK, last))
        yield tidy(f"{platform.service} : {said}") if len(platforms) > 1 else said


# What the data are worth


def _quality(overview: Overview, name: str) -> Quality:
    documents_shown = documents(overview.new.files) if overview.new else {}
    period = documents_shown.get(name, {}).get("period", {})
    days = [
        LeftOut(
            day=date.fromisoformat(one["day"]), reason=one["reason"], label=one.get("label", "")
        )
        for one in period.get("left_out", ())
    ]
    return Quality(
        overview.status.platforms[name].service,
        tuple(_facts(overview, name)),
        tuple(str(_WORDS.left_out_day(day)) for day in days),
    )


def _facts(overview: Overview, name: str) -> Iterator[Fact]:
    platform, account = overview.status.platforms[name], overview.accounts[name]
    last, zone = platform.last_record_at, ZoneInfo(overview.zones[name])
    yield Fact("Dernier appel enregistré", ("aucun" if last is None else _moment(last, zone),))
    lines, rejected = account["lines"], account["rejected"]
    yield Fact("Lignes lues", (whole(lines),))
    if rejected:
        share = percent_of(rejected, lines)
        why = "la commande affluence inspect dit pourquoi"
        yield Fact("Lignes rejetées", (f"{whole(rejected)}, soit {share} ({why})",))
    else:
        yield Fact("Lignes rejetées", ("aucune",))
    late = "aucun depuis la publication"
    if name in overview.late:
        late = (
            "des appels de la semaine publiée sont arrivés après coup : ils compteront dans le"
            " prochain tableau, ou dès maintenant avec affluence publish --correction"
        )
    yield Fact("Appels arrivés en retard", (tidy(late),))
    if platform.valid_until is not None:
        yield Fact("Tableau valable jusqu’au", (_WORDS.calendar_day(platform.valid_until),))
    if platform.withdrawn is not None:
        yield Fact("Tableau retiré", (platform.withdrawn or "sans raison donnée",))
    if platform.held_back:
        held = "depuis un retour en arrière, jusqu’à une nouvelle semaine ou affluence publish"
        yield Fact("Publication retenue", (held,))


# The last run


def _last_run(run: Run | None, zone: ZoneInfo) -> str:
    if run is None:
        return "Aucun passage encore : lancez affluence run."
    return tidy(f"{_moment(run.began_at, zone).capitalize()} : {_OUTCOMES[run.outcome]}.")


def _reasons(message: str) -> Iterator[Reason]:
    """The lines of a run's message: a reason is a French line and, indented below, an English one.

    What has no second line is an English message.
    """
    lines = [line for line in message.splitlines() if line != "publication refused:"]
    for line, after in pairwise([*lines, ""]):
        if _is_translation(line):
            continue
        said = line.removeprefix("  - ")
        if _is_translation(after):
            yield Reason(said, after.strip())
        else:
            yield Reason("", said)


def _is_translation(line: str) -> bool:
    return line.startswith("    ")


def _zone(overview: Overview) -> ZoneInfo:
    """What the clocks of the first platform show: the machine's may be set to another zone."""
    return ZoneInfo(next(iter(overview.zones.values())))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    """« jeudi 26 novembre 2026 à 10 h 05 »."""
    moment = moment.astimezone(zone)
    return (
        f"{_WORDS.calendar_day(moment.date())} à {_WORDS.clock(moment.hour * 60 + moment.minute)}"
    )
