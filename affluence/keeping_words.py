"""What is kept and what was deleted, in words: for the register of processing in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from affluence.keeping import Privacy
from affluence.steps.forget import Overdue
from affluence.steps.held import Held
from affluence.steps.verify import Remedy, Verification
from affluence.store.backup import Archived

_KINDS = {
    "calls": "appels, connexions et pauses des agents ; numéros et noms remplacés par un pseudonyme"
    " du jour / calls, log-ins and pauses of agents; numbers and names replaced by a pseudonym of"
    " the day",
    "keys": "clés des pseudonymes, une par mois / keys of the pseudonyms, one a month",
    "fetched": "fichiers reçus d’un serveur, avec les numéros / files of a server, with numbers",
    "quarantine": "lignes rejetées, leur forme seule, sans numéro ni nom"
    " / rejected lines, their shape only, no number, no name",
    "counts": "comptes par quart d’heure, anonymes / counts per quarter of an hour, anonymous",
    "releases": "pages publiées ou prêtes à l’être / pages that were or may be published",
    "ledger": "registre : noms des fichiers, comptes de lignes, publications"
    " / ledger: names of files, counts of lines, publications",
}
_DELETED = {
    "calls": "fichiers d’appels / files of calls",
    "keys": "clés / keys",
    "copies": "fichiers reçus / files fetched",
    "quarantine": "fichiers de lignes rejetées / files of rejected lines",
    "lost": "fichier d’appels perdu / file of calls lost",
}
_LOST = {
    "calls": "their calls are lost, their figures stay as they were measured",
    "counts": "their figures of this kind are lost, for their calls are gone",
}


def forgotten_as_text(gone: Overdue, *, dry_run: bool) -> str:
    """What was deleted, or would be."""
    if gone.is_none:
        return "Nothing is past its period."
    verb = "would be deleted" if dry_run else "deleted"
    lines = []
    for name, parts in gone.calls.items():
        days = sorted({part.day for part in parts})
        records = sum(part.records for part in parts)
        lines.append(
            f"{name}: {records} records of {len(days)} days, {days[0]} to {days[-1]}, {verb};"
            f" calls are kept from {gone.kept_from[name]}."
        )
    if gone.key_months:
        lines.append(f"Keys of {', '.join(gone.key_months)} {verb}.")
    if gone.quarantine:
        lines.append(f"{len(gone.quarantine)} files of rejected lines {verb}.")
    for name, paths in gone.copies.items():
        lines.append(f"{name}: {len(paths)} files fetched from a server {verb}.")
    return "\n".join(lines)


def forgotten_as_document(gone: Overdue, *, dry_run: bool) -> str:
    """The same as JSON."""
    document = {
        "dry_run": dry_run,
        "calls": [
            {
                "platform": name,
                "kept_from": gone.kept_from[name],
                "days": sorted({part.day for part in parts}),
                "records": sum(part.records for part in parts),
                "files": len(parts),
            }
            for name, parts in gone.calls.items()
        ],
        "keys": gone.key_months,
        "quarantine": [{"platform": name, "range": one} for name, one in gone.quarantine],
        "copies": [{"platform": name, "files": len(paths)} for name, paths in gone.copies.items()],
    }
    return _json(document)


def privacy_as_text(found: Privacy) -> str:
    """Every kind of data, then what should have gone, then what has gone."""
    return "\n".join(_privacy(found))


def _privacy(found: Privacy) -> Iterator[str]:
    for one in found.held:
        yield f"{one.platform or '*'}: {_KINDS[one.kind]}"
        yield from (f"  {label:34} {said}" for label, said in _held(one))
    if found.overdue.is_none:
        yield "Rien n’est conservé au-delà de sa durée. / Nothing is kept beyond its period."
    else:
        yield (
            "EN RETARD, à supprimer par `affluence forget` :"
            " / OVERDUE, to be deleted with `affluence forget`:"
        )
        for line in forgotten_as_text(found.overdue, dry_run=True).splitlines():
            yield f"  {line}"
    if found.deletions:
        yield "Suppressions / Deletions:"
    for gone in found.deletions:
        when = "du / of" if gone.what == "lost" else "antérieurs à / before"
        yield (
            f"  {gone.on}  {gone.platform or '*'}: {gone.count} {_DELETED[gone.what]},"
            f" {when} {gone.kept_from}"
        )


def _held(one: Held) -> Iterator[tuple[str, str]]:
    yield "donnée personnelle / personal data", "oui / yes" if one.is_personal else "non / no"
    yield "quantité / amount", f"{one.files} ({one.size_bytes / 1000:,.0f} kB)"
    if one.oldest is not None and one.newest is not None:
        yield "du – au / from – to", f"{one.oldest} – {one.newest}"
    if one.period_days is None:
        yield "durée / period", "sans limite / for good"
    else:
        yield "durée / period", f"{one.period_days} jours / days"
    if one.first_goes_after is not None:
        until = f"{one.first_goes_after} – {one.kept_until}"
        yield "conservé jusqu’au / kept until", until


def privacy_as_document(found: Privacy) -> str:
    """The same as JSON; dates are ISO 8601."""
    document = {
        "held": [asdict(one) for one in found.held],
        "overdue": json.loads(forgotten_as_document(found.overdue, dry_run=True)),
        "deletions": [asdict(one) for one in found.deletions],
    }
    return _json(document)


def backed_up_as_text(path: Path, made: Archived, legs_days: int) -> str:
    """What was written, and how it must be kept."""
    return (
        f"{path}: {made.files} files, {made.size_bytes / 1_000_000:,.1f} MB.\n"
        "It holds the keys of the pseudonyms and the calls: keep it as secret as the state itself,"
        f" and delete it after {legs_days} days as the calls are."
    )


def restored_as_text(folder: Path, made: Archived) -> str:
    """What was restored, and what to do now."""
    return (
        f"{folder}: {made.files} files as they were on {made.made_at:%Y-%m-%d %H:%M}.\n"
        "`affluence verify` looks at them; `affluence run` goes on from there."
    )


def verification_as_text(found: Verification) -> str:
    """What was looked at, what is damaged and what can be done about it."""
    return "\n".join(_verification(found))


def _verification(found: Verification) -> Iterator[str]:
    yield f"{found.files} files looked at."
    for damage in found.damages:
        yield f"{damage.name}: {'missing' if damage.is_missing else 'damaged'}; {damage.remedy}."
        if damage.days:
            yield f"  days concerned: {_days(damage.days)}"
        if damage.lost_days:
            yield f"  {_LOST[damage.what]}: {_days(damage.lost_days)}"
    yield from (f"{stray}: nothing knows this file." for stray in found.strays)
    if found.without_hash:
        yield (
            f"{found.without_hash} files of an older version have no hash to compare them with;"
            " they can be read. `affluence verify --repair` writes their hashes down."
        )
    if found.is_unfinished:
        yield "The last run did not end: `affluence run` first, it may heal what is said above."
    if found.is_sound and found.without_hash:
        yield "Nothing else is wrong."
    elif found.is_sound:
        yield "Everything is as it was written."
    elif any(damage.remedy is not Remedy.NONE for damage in found.damages):
        yield "`affluence verify --repair` has what can be made again made again."


def _days(days: Sequence[date]) -> str:
    """Days as spans: "2026-03-02 to 2026-03-06, 2026-03-09"."""
    spans: list[list[date]] = []
    for day in sorted(days):
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return ", ".join(str(s[0]) if len(s) == 1 else f"{s[0]} to {s[-1]}" for s in spans)


def verification_as_document(found: Verification) -> str:
    """The same as JSON."""
    document = {
        "sound": found.is_sound,
        "files": found.files,
        "damages": [
            {
                "what": damage.what,
                "name": damage.name,
                "missing": damage.is_missing,
                "remedy": damage.remedy,
                "days": damage.days,
                "lost_days": damage.lost_days,
            }
            for damage in found.damages
        ],
        "strays": found.strays,
        "without_hash": found.without_hash,
        "unfinished": found.is_unfinished,
    }
    return _json(document)


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, default=_iso)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
