"""``[platform.X.page]`` and ``[platform.X.levels]``: what the page of a platform says."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import pydantic
from pydantic import AfterValidator, BeforeValidator

from affluence.config.section import Section
from affluence.config.values import Share, folder_url, url, written_like

_origin = written_like(
    r"https://[a-z0-9.-]+(:\d+)?",
    'the beginning of the address only, such as "https://www.example.gouv.fr"',
)


def _texts(value: object) -> object:
    texts = {"fr": value} if isinstance(value, str) else value
    if isinstance(texts, dict) and "fr" not in texts:
        message = 'has no French text; write text = "…" or text = { fr = "…", en = "…" }'
        raise ValueError(message)
    return texts


class Notice(Section):
    """Something that callers must know until a day, included; in French, or by language."""

    text: Annotated[dict[str, str], BeforeValidator(_texts)]
    until: date


class Page(Section):
    """What the page says besides the hours: price, notice, other ways than calling."""

    price: str = ""  # "free", "local", or words of one's own
    relay_url: Annotated[str, AfterValidator(url)] = ""
    appointment_url: Annotated[str, AfterValidator(url)] = ""
    online_url: Annotated[str, AfterValidator(url)] = ""
    public_url: Annotated[str, AfterValidator(folder_url)] = ""
    embedded_in: Annotated[str, AfterValidator(_origin)] = ""
    notice: Notice | None = None


class Levels(Section):
    """Lowest chance (0-1) that a first call reaches an agent, for each level."""

    quiet: Share = 0.90
    fairly_quiet: Share = 0.75
    busy: Share = 0.50

    @pydantic.model_validator(mode="after")
    def _descending(self) -> Levels:
        if not self.quiet > self.fairly_quiet > self.busy:
            message = "bounds must descend: quiet > fairly_quiet > busy"
            raise ValueError(message)
        return self
