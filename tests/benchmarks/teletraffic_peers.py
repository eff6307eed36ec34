"""Formulas of telephone traffic beside those of other libraries (extra `bench`).

    python -m tests.benchmarks.teletraffic_peers

Each line is a question, put to `affluence.teletraffic` and to every library that has an answer:
what it answers or raises, and in how many milliseconds. A ``!`` marks an answer that is further
than a millionth from the exact one, or that is given where there is none. Exact values are sums
over states to 40 digits and more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isclose

import erlanglib
from mpmath import mp
from pyworkforce.queuing import ErlangC

from affluence.teletraffic import (
    Targets,
    agents_for,
    erlang_b,
    erlang_c,
    erlang_c_within,
    lines_for,
    traffic_for,
)
from tests.teletraffic.queues import queue
from tests.teletraffic.reference import loss_system

_HOLDING_MIN, _HOUR_MIN = 4.0, 60
_LIBRARIES = ("affluence", "pyworkforce", "erlanglib")
_CLOSE = 1e-6
_QUIET_PLACES = 3000  # as good as endless, at the loads that are asked for

Answers = dict[str, Callable[[], float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``exact`` is None where no answer makes sense."""

    words: str
    exact: float | None
    answers: Answers


def blocking(lines: int, erlang: float) -> Question:
    """Share of calls refused."""
    return Question(
        words=f"refused: {lines} lines, {erlang:g} erlang",
        exact=float(loss_system(lines, erlang).blocking),
        answers={
            "affluence": partial(erlang_b, lines, erlang),
            "erlanglib": partial(erlanglib.erlang_b, lines, erlang),
        },
    )


def traffic(lines: int, share: float) -> Question:
    """The root of Erlang B in the traffic."""
    with mp.workdps(30):
        exact = mp.findroot(
            lambda erlang: loss_system(lines, erlang).blocking - share, traffic_for(lines, share)
        )
    return Question(
        words=f"erlang of which {lines} lines refuse {share:g}",
        exact=float(exact),
        answers={
            "affluence": partial(traffic_for, lines, share),
            "erlanglib": partial(erlanglib.calculate_erlangs_from_blocking, lines, share),
        },
    )


def lines_needed(erlang: float, share: float) -> Question:
    """The first number of lines that refuses few enough, by trying."""
    lines = 0
    while loss_system(lines, erlang).blocking > share:
        lines += 1
    return Question(
        words=f"lines that refuse {share:g} of {erlang:g} erlang",
        exact=lines,
        answers={
            "affluence": partial(lines_for, erlang, share),
            "erlanglib": partial(erlanglib.required_channels, erlang, share),
        },
    )


def waiting(agents: int, erlang: float) -> Question:
    """Share of patient callers that wait."""
    exact = None
    if erlang < agents:
        exact = float(queue(agents, agents + _QUIET_PLACES, erlang, 0.0).p_wait)
    return Question(
        words=f"wait: {agents} agents, {erlang:g} erlang",
        exact=exact,
        answers={
            "affluence": lambda: erlang_c(agents, erlang).p_wait,
            "pyworkforce": lambda: _pyworkforce(erlang, 1.0).waiting_probability(agents),
            "erlanglib": partial(erlanglib.erlang_c, agents, erlang),
        },
    )


def agents_needed(erlang: float, share: float, within_min: float) -> Question:
    """The first number of agents that answers enough callers in time, by trying."""
    within_h = within_min / _HOLDING_MIN
    agents = int(erlang) + 1
    while erlang_c_within(agents, erlang, within_h).p_served < share:
        agents += 1
    targets = Targets(least_served=share, within_h=within_h)
    return Question(
        words=f"agents that answer {share:g} of {erlang:g} erlang in {within_min:g} min",
        exact=agents,
        answers={
            "affluence": lambda: agents_for(erlang, 0.0, targets).agents,
            "pyworkforce": lambda: _pyworkforce(erlang, within_min).required_positions(share)[
                "raw_positions"
            ],
        },
    )


def _pyworkforce(erlang: float, within_min: float) -> ErlangC:
    """Its ``asa``, called an average speed of answer, is the time within which calls count."""
    calls = erlang * _HOUR_MIN / _HOLDING_MIN
    return ErlangC(transactions=calls, aht=_HOLDING_MIN, interval=_HOUR_MIN, asa=within_min)


def answer(question: Question, library: str) -> str:
    """What a library says, with its time and a mark where it is wrong."""
    asked = question.answers.get(library)
    if asked is None:
        return "–"
    begin = time.perf_counter()
    try:
        value = asked()
    except (ArithmeticError, ValueError) as error:
        wrong, said = question.exact is not None, type(error).__name__
    else:
        wrong = question.exact is None or not isclose(value, question.exact, rel_tol=_CLOSE)
        said = f"{value:.9g}"
    spent_ms = 1000 * (time.perf_counter() - begin)
    return f"{'! ' if wrong else ''}{said} ({spent_ms:.2f} ms)"


def main() -> None:
    """Print all questions and answers side by side."""
    questions = [
        blocking(8, 6.0),
        blocking(200, 190.0),
        blocking(2000, 1950.0),
        traffic(8, 0.01),
        traffic(200, 1e-6),
        lines_needed(15.1, 0.05),
        lines_needed(0.02, 0.5),
        waiting(55, 48.0),
        waiting(500, 480.0),
        waiting(5, 5.0),
        waiting(5, 6.0),
        agents_needed(48.0, 0.8, 0.25),
        agents_needed(0.9, 0.1, 0.25),
        agents_needed(7.6, 0.1, 0.25),
    ]
    print(f"{'':52}{'exact':>16}" + "".join(f"{library:>32}" for library in _LIBRARIES))
    for question in questions:
        exact = "none" if question.exact is None else f"{question.exact:.9g}"
        said = "".join(f"{answer(question, library):>32}" for library in _LIBRARIES)
        print(f"{question.words:52}{exact:>16}{said}")


if __name__ == "__main__":
    main()
