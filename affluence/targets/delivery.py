"""One delivery: to the target, then looked at from outside, and taken back if that differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affluence.errors import DeliveryError, DifferentSiteError
from affluence.targets import Site, Target

if TYPE_CHECKING:
    from affluence.targets.read_back import PublicAddress

Release = tuple[Site, str]


def deliver(
    target: Target,
    release: Release,
    *,
    previous: Release | None,
    address: PublicAddress | None,
) -> list[str]:
    """Deliver a release; where visitors get something else, deliver the previous one again.

    Args:
        target: where it goes.
        release: files and identifier.
        previous: what to go back to, None where nothing is known.
        address: where visitors find it, None where that is not told.

    Returns:
        What the webmaster should know although all went well, in words.

    Raises:
        DifferentSiteError: visitors get something else; says whether the previous one is back.
        DeliveryError: the old site stays up.

    """
    warnings = target.deliver(*release)
    if address is None:
        return warnings
    try:
        return [*warnings, *address.read_back(release[0])]
    except DifferentSiteError as different:
        if previous is None:
            raise
        _put_back(target, previous, different)
        raise different.after_return_to(previous[1]) from different


def _put_back(target: Target, previous: Release, different: DifferentSiteError) -> None:
    try:
        target.deliver(*previous)
    except DeliveryError as error:
        why = f"{different.why}; release {previous[1]} could not be put back: {error.why}"
        raise DifferentSiteError(different.target, why, error.what_to_do) from error
