"""What every dialect declares: none is forgotten, and each says what the reader asks for."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl
import pytest

from affluence import cdr
from affluence.cdr.blocks import Block
from affluence.cdr.dialect import Dialect, Reading
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.layouts import Columns
from affluence.cdr.record_columns import TOLD, TOLD_BY_SOME, check
from affluence.cdr.records import parse
from affluence.contracts import ContractError
from tests.conftest import REPOSITORY
from tests.records import record

MODULES = {found.name for found in pkgutil.iter_modules(cdr.__path__)}


def declared() -> Iterator[tuple[str, Dialect]]:
    """Each module that declares a dialect, and this."""
    for name in MODULES:
        module = importlib.import_module(f"affluence.cdr.{name}")
        if hasattr(module, "DIALECT"):
            yield name, module.DIALECT


def test_every_module_of_a_dialect_is_registered() -> None:
    assert {dialect.name for _, dialect in declared()} == {*DIALECTS}


def test_every_dialect_is_in_the_list_of_the_readme() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = text.partition("\n| dialect | records of |")[2].partition("\n\n")[0]
    listed = [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in table.splitlines()[2:]]
    assert sorted(itertools.chain(*listed)) == sorted(DIALECTS)


def test_every_other_module_is_in_the_list_of_the_package() -> None:
    listed = {*re.findall(r"`(\w+)`", cdr.__doc__ or "")}
    assert listed == MODULES - {name for name, _ in declared()}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_keeps_the_contract_of_a_record(name: str) -> None:
    dialect = DIALECTS[name]
    columns = dialect.layout.widest
    rows = dialect.derive(pl.LazyFrame(schema=dict.fromkeys(columns, pl.String)), columns)
    for record_of in filter(None, (dialect.record, dialect.clean_record)):
        told = dict(record_of(columns, Reading()))
        check(told, name)
        contract = {column: (TOLD | TOLD_BY_SOME)[column].dtype for column in told}
        assert rows.select(**told).collect_schema() == contract


def without_caller(columns: Columns, reading: Reading) -> Mapping[str, pl.Expr]:
    """What a record of Asterisk says, with one column under another name."""
    told = dict(DIALECTS["asterisk-csv"].record(columns, reading))
    number = told.pop("caller_number")
    return {**told, "caller": number}


def test_a_record_that_says_something_else_is_a_fault_of_its_dialect() -> None:
    text = f"{record(1, '2026-03-03 09:00:00', 9)}\n".encode()
    block = Block(text, 0, len(text), terminated=True, digest=b"", lines=1)
    broken = replace(DIALECTS["asterisk-csv"], record=without_caller, clean_record=None)
    with pytest.raises(ContractError, match=r"'caller_number' is missing; .*'caller' is not"):
        parse(block, broken, Reading(), 1, with_clock_evidence=False)
