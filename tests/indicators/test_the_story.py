"""Why the figures exist: a platform whose official figure is excellent and which nobody reaches.

Whoever gets a line is answered at once, so hardly a call is "lost"; most callers get no line, and
the official figure does not count them.
"""

from __future__ import annotations

import pytest

from affluence.indicators.listing import as_text
from affluence.indicators.plain_words import conclusion, tidy, whole

from .desks import PLAIN, Played, desk, play, redialling

NBSP = "\u00a0"


@pytest.fixture(scope="module")
def saturated() -> Played:
    """Four lines, as many agents, 16 erlangs of first calls; half of the refused call again."""
    callers = redialling(0.5, 60.0, mean_patience_s=300.0)
    return play(desk(lines=4, fresh_erlang=16.0, callers=callers, handling=PLAIN, weeks=2))


def test_the_official_rate_of_lost_calls_is_excellent_and_most_persons_reach_nobody(
    saturated: Played,
) -> None:
    by_key = {
        ratio.key: ratio.value
        for ratio in (*saturated.indicators.official, *saturated.indicators.lived)
    }
    assert by_key["lost_calls"] is not None and by_key["lost_calls"] < 0.01
    assert by_key["answered_by_agent"] is not None and by_key["answered_by_agent"] > 0.99
    assert by_key["fewer_than_5_rings"] is not None and by_key["fewer_than_5_rings"] > 0.99
    assert by_key["persons_reached"] is not None and by_key["persons_reached"] < 0.5
    # As the simulator knows, anonymous callers included.
    attempts = saturated.attempts_by_person().values()
    reached = sum(any(call.outcome == "answered" for call in calls) for calls in attempts)
    assert by_key["persons_reached"] == pytest.approx(reached / len(attempts), abs=0.02)
    assert by_key["first_call_gets_a_line"] == pytest.approx(
        sum(calls[0].outcome != "busy" for calls in attempts) / len(attempts), abs=0.02
    )


def test_the_report_says_both_in_plain_words_and_how_many_refused_calls_are_left_out(
    saturated: Played,
) -> None:
    found = saturated.indicators
    attempts = [call for calls in saturated.attempts_by_person().values() for call in calls]
    refused = [call for call in attempts if call.outcome == "busy"]
    share = len(refused) / len(attempts)
    (reached,) = [ratio.value for ratio in found.lived if ratio.key == "persons_reached"]
    assert reached is not None
    official, left_out, persons, line = conclusion(found)
    assert official == f"Selon l’indicateur officiel, 0,0{NBSP}% des appels sont perdus."
    assert left_out.startswith(
        f"Cet indicateur ne compte pas les {whole(len(refused))} appels refusés, soit"
        f" {100 * share:.1f}".replace(".", ",")
    )
    assert persons == (
        f"Sur 100 personnes qui ont appelé, {100 * reached:.0f} ont joint un agent dans la journée."
    )
    assert line.startswith("Un premier appel obtient une ligne dans ")

    text = as_text("Préfecture", found)
    for sentence in (official, left_out, persons, line):
        assert tidy(sentence) in text
    assert text.index(tidy(official)) < text.index("Indicateurs officiels")
    # Beside each official figure too.
    assert text.count(tidy(f"laissés de côté : {whole(len(refused))} appels refusés")) >= 3
