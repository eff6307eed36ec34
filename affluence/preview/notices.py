"""What is said, above the page or in its place, of what was asked for: in French, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from affluence.errors import AffluenceError, DecisionError, DeliveryError, StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened and what to do next; ``english`` says the same, or the program's own words."""

    title: str
    french: tuple[str, ...] = ()
    english: str = ""


LOCKED = Notice(
    title="Cette page n’est plus ouverte ici",
    french=(
        "L’adresse donnée dans le terminal ne sert qu’une fois, dans un seul navigateur.",
        "Relancez la commande affluence preview, puis ouvrez la nouvelle adresse qu’elle affiche.",
    ),
    english="This page is not open here: its address works once, in one browser. Run the command"
    " `affluence preview` again and open the new address that it prints.",
)
FOREIGN_HOST = Notice(
    title="Adresse refusée",
    french=(
        "Cette page ne répond que sous l’adresse que la commande a affichée (127.0.0.1).",
        "Relancez la commande affluence preview, puis ouvrez l’adresse qu’elle affiche.",
    ),
    english="This page answers only at the address that the command printed (127.0.0.1). Run the"
    " command `affluence preview` again and open the address that it prints.",
)
FOREIGN_FORM = Notice(
    title="Demande refusée, rien n’a été changé",
    french=(
        "Ce formulaire n’a pas été envoyé par cette page.",
        "Revenez à l’aperçu et recommencez.",
        "S’il ne s’ouvre plus, relancez la commande affluence preview.",
    ),
    english="This form was not sent by this page; nothing was changed. Go back to the preview and"
    " try again; if it does not open any more, run the command `affluence preview` again.",
)
NOT_FOUND = Notice(
    title="Il n’y a rien à cette adresse",
    french=("Revenez à l’aperçu.",),
    english="There is nothing at this address. Go back to the preview.",
)
FAULT = Notice(
    title="Le programme a rencontré un défaut",
    french=("Le terminal où tourne la commande affluence preview dit lequel.",),
    english="The program has met a fault of its own; the terminal of `affluence preview` says"
    " which.",
)
NOT_SURE = Notice(
    title="Rien n’a été changé",
    french=("La case de confirmation n’était pas cochée.",),
)
# What an error means for who reads the page; the error itself says the rest.
_ADVICE: tuple[tuple[type[AffluenceError], str, str], ...] = (
    (
        StateError,
        "Pas maintenant",
        "Un passage est en cours, ou le dossier du programme est fermé. Rien n’a été changé.",
    ),
    (
        DecisionError,
        "Rien n’a été changé",
        "Ce qui était affiché n’est plus ce qui est en place : regardez à nouveau.",
    ),
    (
        DeliveryError,
        "La livraison n’a pas abouti partout",
        (
            "Là où elle a échoué, l’ancien site reste en place. Corrigez la cause, puis lancez"
            " affluence run, ou recommencez ici si la décision est encore proposée."
        ),
    ),
)


def approved(release: str, targets: Sequence[str]) -> Notice:
    """A release was published."""
    return Notice(title=f"La version {release} est publiée", french=(_delivered(targets),))


def rolled_back(release: str, targets: Sequence[str]) -> Notice:
    """An earlier release was put back."""
    held = (
        "Rien de nouveau ne paraîtra de soi-même avant une nouvelle semaine ; la commande"
        " affluence publish lève cette retenue."
    )
    return Notice(
        title=f"La version {release} est de nouveau en ligne",
        french=(_delivered(targets), held),
    )


def does_not_wait(release: str, waiting: str | None) -> Notice:
    """The release that was shown lapsed, or was published, before it was approved."""
    if waiting is None:
        now = "Aucune version n’attend plus : ce qui est en ligne est décrit ci-dessous."
    else:
        now = f"La version {waiting}, plus récente, attend à sa place : la voici."
    return Notice(
        title="Rien n’a été publié",
        french=(f"La version {release} n’attend plus d’approbation.", now),
    )


def failed(error: AffluenceError) -> Notice:
    """An error of the program, with its own words below."""
    for kind, title, advice in _ADVICE:
        if isinstance(error, kind):
            return Notice(title=title, french=(advice,), english=str(error))
    return Notice(title="Cela n’a pas abouti", english=str(error))


def _delivered(targets: Sequence[str]) -> str:
    if not targets:
        return "Elle y était déjà partout."
    return f"Livrée à : {', '.join(targets)}."
