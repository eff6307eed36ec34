"""The list of modules is whole, and in an order in which they can be read."""

from __future__ import annotations

import re
from pathlib import Path

import affluence.typical_week

FOLDER = Path(affluence.typical_week.__file__).parent


def test_every_module_is_listed_after_those_that_it_imports() -> None:
    listed = re.findall(r"^    ([a-z_]+)  +\S", affluence.typical_week.__doc__ or "", re.MULTILINE)
    sources = {path.stem: path.read_text() for path in FOLDER.glob("*.py")}
    del sources["__init__"]
    assert sorted(listed) == sorted(sources)
    for position, module in enumerate(listed):
        imported = re.findall(r"from affluence\.typical_week\.([a-z_]+) import", sources[module])
        for names in re.findall(r"from affluence\.typical_week import (.+)", sources[module]):
            imported += names.split(", ")
        assert set(imported) <= set(listed[:position]), module
