"""What is wrong in the file, as the library says it → as a person reads it."""

from __future__ import annotations

import re
from typing import Any

from affluence.config.sources import SOURCES
from affluence.config.targets import TARGETS


def in_words(problem: Any) -> str:  # noqa: ANN401  # pydantic's ErrorDetails, whose `ctx` is untyped
    """The key, and what is wrong with it."""
    # Pydantic adds the member of a union that failed ("int", "tuple[…]") and the kind of a source
    # or of a target: no part of the key.
    location = problem["loc"]
    parts = [
        str(part)
        for index, part in enumerate(location)
        if not re.search(r"[\[\]()']|^(int|str|function-.*|literal.*)$", str(part))
        and not (index and location[index - 1] == "source" and part in SOURCES)
        and not (index == 2 and location[0] == "target" and part in TARGETS)
    ]
    if problem["type"].startswith("union_tag"):
        parts.append("kind")
    key = ".".join(parts) or "(whole file)"
    known = TARGETS if parts[:1] == ["target"] else SOURCES
    kinds = ", ".join(f'"{kind}"' for kind in known)
    advice = {
        "extra_forbidden": "is not a known key; remove it or mend its spelling",
        "missing": "is missing; add it",
        "union_tag_invalid": f"is not a known kind; write one of {kinds}",
        "union_tag_not_found": f"is missing; write one of {kinds}",
    }.get(problem["type"])
    message = advice or problem["msg"].removeprefix("Value error, ")
    return f"{key}: {message}"
