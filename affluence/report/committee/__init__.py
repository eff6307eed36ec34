"""Indicators of a period → the page for the user committee: one sheet, on screen or on paper."""

from __future__ import annotations

from collections.abc import Sequence

from affluence.indicators import Indicators
from affluence.publication.rendering import environment
from affluence.report.committee.parts import Cut
from affluence.report.committee.view import page


def committee_page(
    *,
    service: str,
    demonstration: bool,
    indicators: Indicators,
    cut: Cut,
    of_parts: Sequence[Indicators],
) -> bytes:
    """The page, whole: nothing is fetched to show it.

    Args:
        service: name of the service.
        demonstration: whether its calls are invented.
        indicators: of the whole period.
        cut: the parts of the period (`affluence.report.committee.parts.cut`).
        of_parts: indicators of each of them, in order.

    """
    shown = page(service, indicators, cut, of_parts, demonstration=demonstration)
    return (
        environment("affluence.report.committee")
        .get_template("committee.html.jinja")
        .render(page=shown)
        .encode()
    )
