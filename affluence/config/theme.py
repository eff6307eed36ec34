"""``[theme]``: the look of the site."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import pydantic
from pydantic import AfterValidator, Field

from affluence.config.section import Section
from affluence.config.values import url

_NPM = "npm:"
# A version to the last digit: its files never change, so that they need fetching only once.
_PACKAGE = re.compile(r"npm:(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*@\d+\.\d+\.\d+[\w.-]*")


def _package(where: str) -> str:
    if not where or (where.startswith(_NPM) and not _PACKAGE.fullmatch(where)):
        message = (
            'write a package with its version, such as "npm:@gouvfr/dsfr@1.15.3", or the folder of'
            " an unpacked one"
        )
        raise ValueError(message)
    return where


class FooterLink(Section):
    """What the law wants at the foot of every page, such as the legal notice."""

    text: str = Field(min_length=1)
    url: Annotated[str, AfterValidator(url)]


class Theme(Section):
    """The look of all pages of the site: one site has one look, the list of platforms too."""

    kind: Literal["neutral", "dsfr"] = "neutral"
    dsfr: Annotated[str, AfterValidator(_package)] = "npm:@gouvfr/dsfr@1.15.3"
    brand: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    links: tuple[FooterLink, ...] = ()

    @property
    def package(self) -> str:
        """Name and version of the package to fetch."""
        return self.dsfr.removeprefix(_NPM)

    @property
    def folder(self) -> Path | None:
        """Where the package already is, None if it is to be fetched."""
        return None if self.dsfr.startswith(_NPM) else Path(self.dsfr)

    def with_paths_from(self, folder: Path) -> Self:
        """See `Section`: the package may be a folder."""
        package = self.dsfr if self.folder is None else str(folder / self.folder)
        return super().with_paths_from(folder).model_copy(update={"dsfr": package})

    @pydantic.model_validator(mode="after")
    def _branded(self) -> Theme:
        if self.kind == "dsfr" and not self.brand:
            message = (
                "the design system of the State needs the lines of the mark; write for instance"
                ' brand = ["Préfet", "de l’Exemple"]'
            )
            raise ValueError(message)
        return self
