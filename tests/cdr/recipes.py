"""Files read as `affluence.pipeline.read_calls` does, with what only the service can state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from affluence.cdr.dialect import Reading, Stated
from affluence.cdr.dialects import find_dialect
from affluence.cdr.files import Recipe
from affluence.errors import RecordsError
from affluence.steps.inspect import Account, inspect_files

NOTHING_STATED = Stated()
# What must be stated of the samples of a dialect before they can be read.
STATED = {
    "portal": Stated(
        columns=(
            ("call_id", "Id global"),
            ("offered_at", "Início"),
            ("zone", "Fuso horário"),
            ("direction", "Sentido"),
            ("caller", "Origem"),
            ("dialled", "Destino"),
            ("queue", "Fila"),
            ("agent", "Agente"),
            ("outcome", "Estado"),
            ("reason", "Motivo"),
            ("ring", "Tempo de toque"),
            ("queue_wait", "Espera na fila"),
            ("talk", "Conversação"),
        ),
        outcomes=(
            ("atendedor automático", "self_service"),
            ("falha técnica", "failed"),
            ("congestão da rede", "busy"),
        ),
        directions=(("recebida", "inbound"), ("efetuada", "outbound")),
    ),
}


def read(
    paths: Path | Sequence[Path],
    dialect: str | None = None,
    *,
    stated: Stated = NOTHING_STATED,
    clock: str = "auto",
    trunks: tuple[str, ...] = (),
) -> tuple[pl.DataFrame, Account]:
    """CALLS and the account of every line.

    Raises:
        RecordsError: a file cannot be read.

    """
    recipe = Recipe(
        dialect=find_dialect(dialect),
        reading=Reading(trunks=trunks, stated=stated),
        clock=clock,
        zone="Europe/Paris",
    )
    several = [paths] if isinstance(paths, Path) else paths
    found = inspect_files(several, recipe, platform="desk", longest_call_s=6 * 3600)
    if found.unreadable:
        raise RecordsError("\n".join(found.unreadable))
    return found.calls, found.account


def without_keys(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls that can be compared: pseudonyms are others each time, keys in each dialect."""
    known = [pl.col(name).is_not_null() for name in ("caller", "agent")]
    return calls.drop("call_key").with_columns(known)
