"""What the figures of the report share, as the JSON that Plotly takes.

Every figure is read without colour: lines differ in their strokes and marks, cells hold numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from affluence.publication.wording import Words
from affluence.report.sheet import Hidden, Kind, Value, is_source, shown

Figure = dict[str, Any]

DARK, MIDDLE, ALERT, INK = "#003e8f", "#5b8ff0", "#a02c00", "#1b1b1f"
HATCH = {"shape": "/", "fillmode": "overlay", "fgcolor": "#ffffff", "size": 6}
_SPACE = "\u202f"


def layout(words: Words, **more: object) -> Figure:
    """What all figures share; ``more`` is Plotly's."""
    return {
        "height": 340,
        "margin": {"l": 56, "r": 56, "t": 16, "b": 56},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "separators": f",{_SPACE}" if is_source(words) else ".,",
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "dragmode": False,
        "hoverlabel": {"font": {"size": 13}},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        **more,
    }


def axis(**more: object) -> Figure:
    """An axis with a light grid that cannot be dragged; ``more`` is Plotly's."""
    return {"gridcolor": "#e4e4ea", "zerolinecolor": "#8a8a94", "fixedrange": True, **more}


def share_axis(words: Words, **more: object) -> Figure:
    """An axis of shares at the right side."""
    quarters = [0, 0.25, 0.5, 0.75, 1]
    return {
        "overlaying": "y",
        "side": "right",
        "fixedrange": True,
        "range": [0, 1.05],
        "showgrid": False,
        "tickmode": "array",
        "tickvals": quarters,
        "ticktext": [words.percent_text(share) for share in quarters],
        **more,
    }


def plain(values: Sequence[Value]) -> list[Any]:
    """Numbers and days as JSON has them; what is hidden, or not measured, leaves a gap."""
    return [
        value.isoformat()
        if isinstance(value, date)
        else (None if isinstance(value, (Hidden, str)) else value)
        for value in values
    ]


def told_bars(values: Sequence[Value], kind: Kind, words: Words, **more: object) -> Figure:
    """Bars with their values at their ends; ``more``, such as where they stand, is Plotly's."""
    return {
        "type": "bar",
        "text": [shown(value, kind, words) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "none",
        "marker": {"color": DARK},
        **more,
    }


def share_line(x: Sequence[Any], shares: Sequence[Value], **more: object) -> Figure:
    """A line of shares, on the axis at the right side; ``more`` is Plotly's."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(x),
        "y": plain(shares),
        "yaxis": "y2",
        **more,
    }
