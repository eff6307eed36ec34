"""What every section of the configuration is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Frozen values; a key that is not known is a problem.

    The schemas are built when they are first needed, for they take a moment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def with_paths_from(self, folder: Path) -> Self:
        """The same, with every path that is not absolute taken from a folder."""
        return self.model_copy(update={key: _from(folder, value) for key, value in self})


def _from(folder: Path, value: Any) -> Any:  # noqa: ANN401  # of a section, whatever it is
    match value:
        case Path():
            return folder / value
        case Section():
            return value.with_paths_from(folder)
        case dict():
            return {key: _from(folder, each) for key, each in value.items()}
        case _:
            return value
