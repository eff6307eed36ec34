"""The configuration: the shipped one is complete, and every problem is told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic
import pytest

from affluence.config import Config, load
from affluence.errors import ConfigError

SHIPPED = Path(__file__).parents[1] / "config.toml"


def keys_of(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted names of every key of a section, nested ones included."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        nested = [inner, *getattr(inner, "__args__", ())]
        sections = [
            kind
            for kind in nested
            if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)
        ]
        yield f"{prefix}{name}"
        for section in sections:
            yield from keys_of(section, f"{prefix}{name}.")


def written_keys(document: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in document.items():
        yield f"{prefix}{name}"
        tables = value if isinstance(value, list) else [value]
        for table in tables:
            if isinstance(table, dict):
                yield from written_keys(table, f"{prefix}{name}.")


def test_shipped_configuration_shows_every_key() -> None:
    document = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    document["platform"] = document["platform"]["etrangers"]
    document["target"] = document["target"]["site"]
    # A number of lines may also be written as a list of dates and counts.
    expected = set(keys_of(Config)) - {"platform.lines.since", "platform.lines.count"}
    assert set(written_keys(document)) == expected


def test_paths_are_taken_from_the_folder_of_the_file() -> None:
    config = load(SHIPPED)
    assert config.target["site"].folder == SHIPPED.parent / "site_export"
    assert config.state.keys_folder == SHIPPED.parent / ".affluence" / "keys"


def changed(tmp_path: Path, *replacements: tuple[str, str]) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("lines = 8", 'lines = "eight"', "platform.etrangers.lines: write the number of lines"),
        ("lines = 8", "lines = 0", "platform.etrangers.lines: write the number of lines"),
        ('name = "Service des étrangers"', "", "platform.etrangers.name: is missing; add it"),
        ('"wednesday"]', '"mittwoch"]', "platform.etrangers.agents.roster.1.weekdays.0: "),
        ("until = 2026-12-31", "until = 2025-12-31", "roster.3: 'until' is before 'since'"),
        ("weeks = 12", "weks = 12", "platform.etrangers.week.weks: is not a known key"),
        ("weeks = 12", "weeks = 0", "platform.etrangers.week.weeks: "),
        ('"Europe/Paris"', '"Paris"', "platform.etrangers.zone: is not a known time zone"),
        ('clock = "auto"', 'clock = "mine"', "platform.etrangers.source.clock: is not a known"),
        ("+33 1 99", "01 99", "platform.etrangers.phone: write it in international form"),
        ("09:00-12:00", "9h-12h", 'platform.etrangers.opening.monday.0: write hours as "09:00-'),
        ("09:00-12:00", "12:00-09:00", "platform.etrangers.opening.monday.0: must begin before"),
        ("09:00-12:00", "09:00-14:00", "platform.etrangers.opening: 'monday' has hours that over"),
        ("quiet = 0.90", "quiet = 0.60", "platform.etrangers.levels: bounds must descend"),
        ("last = 2026-10-15", "last = 2026-10-01", "closures.0: 'last' is before 'first'"),
        ('kind = "in-place"', 'kind = "ftp"', "target.site.kind: "),
        ("[target.site]", "[targets.site]", "targets: is not a known key"),
    ],
)
def test_a_problem_names_its_key_and_what_to_write(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(changed(tmp_path, (old, new)))
    assert problem in str(raised.value)


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    path = changed(
        tmp_path, ("lines = 8", "lines = 0"), ("weeks = 12", "weks = 12"), ("+33 1 99", "01 99")
    )
    with pytest.raises(ConfigError, match="3 problems to mend") as raised:
        load(path)
    assert len(raised.value.problems) == 3


def test_lines_may_change_over_time(tmp_path: Path) -> None:
    path = changed(tmp_path, ("lines = 8", "lines = [{ since = 2026-01-01, count = 6 }]"))
    (lines,) = load(path).platform["etrangers"].lines
    assert (str(lines.since), lines.count) == ("2026-01-01", 6)


def test_what_is_not_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not valid TOML.*line 2"):
        load(changed(tmp_path, ("# Copy it", "lines = = 3 # Copy it")))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"No such file.*--config"):
        load(tmp_path / "none.toml")
