"""A share that nobody can dispute: numerator, denominator and what both leave out, in words."""

from __future__ import annotations

from dataclasses import dataclass

from affluence.phrases import Phrase

# Why a figure is not measured where days of the period are sealed as an older version left them.
MEASURED_BEFORE = Phrase(
    "Des jours de la période ont été mesurés par une version qui ne relevait pas ce chiffre : non"
    " mesuré."
)
OUTCOMES_NOT_RECORDED = Phrase(
    "L’issue de la plupart des appels n’est pas enregistrée : non mesuré."
)
REFUSALS_NOT_RECORDED = Phrase(
    "Les enregistrements ne gardent pas les appels refusés : non mesuré."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Calls or persons that a share says nothing of; ``count`` is None where it is not known."""

    words: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A share in 0-1 with all that it takes to compute it again.

    Numerator and denominator are counts or seconds, as their words say; None: not measured, and
    ``note`` says why.
    """

    key: str
    label: str
    numerator: float | None
    numerator_words: str
    denominator: float | None
    denominator_words: str
    left_out: tuple[LeftOut, ...] = ()
    target: float | None = None
    note: str = ""

    @property
    def value(self) -> float | None:
        """The share; None where it is not measured or its denominator is zero."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator
