"""The desk for search engines: who is called and when, in the words of schema.org, as JSON-LD.

There is no word for how busy a line is, and quiet hours must not pass for opening hours: only the
hours in which the telephone is answered at all are told.
"""

from __future__ import annotations

import json
from datetime import date

from markupsafe import Markup

from affluence.publication.edition import Desk

VOCABULARY = "https://schema.org"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def linked_data(desk: Desk, first: date, last: date) -> Markup:
    """The opening hours that hold between two days, fit to stand within a ``<script>``."""
    document = {
        "@context": VOCABULARY,
        "@type": "GovernmentOffice",
        "name": desk.service,
        "contactPoint": {
            "@type": "ContactPoint",
            "telephone": desk.phone,
            "hoursAvailable": [
                {
                    "@type": "OpeningHoursSpecification",
                    "dayOfWeek": _DAYS[span.weekday - 1],
                    "opens": _clock(span.start_min),
                    "closes": _clock(span.end_min),
                    "validFrom": first.isoformat(),
                    "validThrough": last.isoformat(),
                }
                for span in desk.opening
            ],
        },
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # Nothing in a name may end the element.
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # "<" is gone, quotes are JSON's


def _clock(minutes: int) -> str:
    """Midnight at the end of a day is its last minute: there is no 24:00 in schema.org."""
    last = min(minutes, 24 * 60 - 1)
    return f"{last // 60:02d}:{last % 60:02d}"
