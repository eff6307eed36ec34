"""What the figures rest on: files and lines, what was rejected, which days are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from affluence.publication.wording import REASONS_LEFT_OUT, Words, message
from affluence.report.facts import Facts
from affluence.report.sheet import Column, Kind, Sheet, Value, as_rows


def files_sheet(facts: Facts) -> Sheet:
    """Every file and what became of its lines."""
    return Sheet(
        key="fichiers",
        title=message("Les fichiers lus, et ce que sont devenues leurs lignes"),
        note=message(
            "Tous ceux qui ont été lus, d’avant la période aussi, avec les appels que le service"
            " passe. Pour chacun\u00a0: lignes = appels + lignes réunies à un appel + doublons +"
            " ignorées + rejetées."
        ),
        columns=(
            Column("fichier", message("Fichier")),
            Column("lignes", message("Lignes"), Kind.COUNT),
            Column("appels", message("Appels"), Kind.COUNT),
            Column("reunies", message("Réunies à un appel"), Kind.COUNT),
            Column("doublons", message("Doublons"), Kind.COUNT),
            Column("ignorees", message("Ignorées"), Kind.COUNT),
            Column("rejetees", message("Rejetées"), Kind.COUNT),
        ),
        rows=as_rows(
            (
                file.name,
                file.lines,
                file.calls,
                file.merged,
                file.duplicates,
                sum(file.ignored.values()),
                sum(file.rejected.values()),
            )
            for file in facts.files
        ),
    )


def reasons_sheet(facts: Facts, words: Words) -> Sheet:
    """Why lines were ignored or rejected."""
    counts: Counter[tuple[str, str]] = Counter()
    for file in facts.files:
        for kind, reasons in (("ignored", file.ignored), ("rejected", file.rejected)):
            for reason, count in reasons.items():
                counts[kind, reason] += count
    names = {"ignored": message("ignorées"), "rejected": message("rejetées")}
    return Sheet(
        key="raisons",
        title=message("Pourquoi des lignes sont ignorées ou rejetées"),
        note=message("Les raisons sont celles du lecteur de fichiers, en anglais."),
        columns=(
            Column("sort", message("Sort")),
            Column("raison", message("Raison")),
            Column("lignes", message("Lignes"), Kind.COUNT),
        ),
        rows=as_rows(
            (str(words.language.say(names[kind])), reason, count)
            for (kind, reason), count in counts.most_common()
        ),
    )


def days_sheet(facts: Facts, words: Words) -> Sheet:
    """Days that the typical week leaves out, and why."""
    return Sheet(
        key="jours_ecartes",
        title=message("Les jours que la semaine type laisse de côté"),
        note=message("Les indicateurs, les heures et les semaines comptent leurs appels."),
        columns=(
            Column("date", message("Date"), Kind.DAY),
            Column("raison", message("Raison")),
            Column("precision", message("Précision"), Kind.NAME),
            Column("fois_les_appels_habituels", message("Fois les appels habituels"), Kind.DECIMAL),
        ),
        rows=as_rows(
            (
                out.day,
                str(words.language.say(REASONS_LEFT_OUT[out.reason])),
                out.label,
                out.factor if out.factor is not None else "",
            )
            for out in facts.typical.left_out
            if facts.first <= out.day <= facts.last
        ),
    )


def blind_spots_sheet(facts: Facts, words: Words) -> Sheet:
    """What the records do not tell, or contradict."""
    return Sheet(
        key="angles_morts",
        title=message("Ce que les enregistrements ne disent pas"),
        note=message(
            "«\u00a0Non mesuré\u00a0» n’est jamais zéro\u00a0: voici pourquoi un chiffre peut"
            " manquer."
        ),
        columns=(
            Column("quoi", message("Quoi")),
            Column("nombre", message("Nombre"), Kind.COUNT),
            Column("consequence", message("Conséquence")),
        ),
        rows=as_rows(_blind_spots(facts, words)),
    )


def _blind_spots(facts: Facts, words: Words) -> Iterator[tuple[Value, ...]]:
    slots = facts.measured["slots"]
    attempts = slots["attempts"].sum()
    say = words.language.say

    def spot(what: str, count: Value, consequence: str) -> tuple[Value, ...]:
        return (str(say(what)), count, str(say(consequence)))

    yield spot(
        message("Appels dont le numéro est masqué ou inconnu, hors ouverture compris"),
        int(slots["anonymous"].sum()),
        message("Ils ne sont attribués à personne\u00a0: le nombre de personnes est encadré."),
    )
    yield spot(
        message("Appels d’un numéro que plusieurs personnes partagent"),
        None if slots["shared"].null_count() else int(slots["shared"].sum()),
        message("De même."),
    )
    if not facts.indicators.refusals_recorded:
        yield spot(
            message("Appels refusés"),
            None,
            message(
                "Les enregistrements ne gardent pas les appels refusés\u00a0: leur part n’est pas"
                " mesurée, le temps où toutes les lignes sont prises la remplace."
            ),
        )
    undated = slots["answer_unrecorded"]
    yield spot(
        message("Réponses dont l’heure n’est pas enregistrée"),
        None if undated.null_count() else int(undated.sum()),
        message("Elles comptent comme réponses, pas dans les attentes."),
    )
    yield spot(
        message("Appels dont l’issue n’est pas enregistrée"),
        int(slots["unknown"].sum()) if attempts else None,
        message("Ils ne comptent ni comme répondus ni comme perdus."),
    )
    yield spot(
        message("Appels dont la fin n’est pas enregistrée"),
        None if slots["still_open"].null_count() else int(slots["still_open"].sum()),
        message("Ils occupent leur ligne jusqu’à la durée la plus longue qui soit crédible."),
    )
    yield spot(
        message("Jours d’ouverture sans enregistrement"),
        facts.indicators.days_open_without_records,
        message("Ils ne comptent pour rien, ni comme calmes ni comme chargés."),
    )
    yield spot(
        message("Refus alors qu’une ligne était libre"),
        facts.doubts.refused_free,
        message("Au-delà de 5 % des refus, le nombre de lignes ou sa lecture est faux."),
    )
