"""Packages that list their modules: the list is whole, in an order in which they can be read."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["affluence.measures", "affluence.typical_week"])
def test_every_module_is_listed_after_those_that_it_imports(package: str) -> None:
    found = import_module(package)
    listed = re.findall(r"^    ([a-z_]+)  +\S", found.__doc__ or "", re.MULTILINE)
    folder = Path(found.__file__ or "").parent
    sources = {path.stem: path.read_text() for path in folder.glob("*.py")}
    del sources["__init__"]
    assert sorted(listed) == sorted(sources)
    for position, module in enumerate(listed):
        imported = re.findall(rf"from {package}\.([a-z_]+) import", sources[module])
        for names in re.findall(rf"from {package} import (.+)", sources[module]):
            imported += names.split(", ")
        assert set(imported) <= set(listed[:position]), module
