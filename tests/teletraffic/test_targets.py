"""The fewest agents and lines, against trying every number."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.teletraffic import (
    TargetError,
    Targets,
    agents_for,
    erlang_c_within,
    lines_for,
    mmskm,
    mmskm_within,
    queue_lines_for,
)

ALL = Targets(
    most_blocked=0.02,
    most_abandoned=0.05,
    most_wait=0.4,
    most_mean_wait_h=0.1,
    least_served=0.8,
    within_h=0.1,
)
TRAFFIC = st.floats(0.05, 10)
ABANDONMENT = st.floats(0.01, 5)


def missed(agents: int, lines: float, traffic: float, abandonment: float) -> tuple[str, ...]:
    """Names of those of ``ALL`` that so many agents miss, in order."""
    found = mmskm(agents, lines, traffic, abandonment)
    within = mmskm_within(agents, lines, traffic, abandonment, 0.1)
    fails = {
        "most_blocked": found.p_blocked > 0.02,
        "most_abandoned": found.p_abandon > 0.05,
        "most_wait": found.p_wait / (1 - found.p_blocked) > 0.4,
        "most_mean_wait_h": found.mean_wait_h > 0.1,
        "least_served": within.p_served < 0.8,
    }
    return tuple(name for name, fail in fails.items() if fail)


@given(TRAFFIC, ABANDONMENT, st.one_of(st.none(), st.integers(0, 12)))
def test_agents_are_the_first_that_meet_all_targets(
    traffic: float, abandonment: float, places: int | None
) -> None:
    found = agents_for(traffic, abandonment, ALL, places=places)

    def fit(agents: int) -> float:
        return inf if places is None else agents + places

    tried = [missed(agents, fit(agents), traffic, abandonment) for agents in range(1, 30)]
    assert found.agents == 1 + next(number for number, names in enumerate(tried) if not names)
    assert all(not names for names in tried[found.agents :])
    assert found.lines == fit(found.agents)
    assert found.queue == mmskm(found.agents, found.lines, traffic, abandonment)
    assert found.failed_with_one_fewer == (tried[found.agents - 2] if found.agents > 1 else ())


@given(st.floats(0.05, 12), ABANDONMENT)
def test_agents_on_a_fixed_number_of_lines(traffic: float, abandonment: float) -> None:
    tried = [missed(agents, 15, traffic, abandonment) for agents in range(1, 16)]
    if tried[-1]:
        with pytest.raises(TargetError, match=rf"{tried[-1][0]}.* with 15 line\(s\)"):
            agents_for(traffic, abandonment, ALL, lines=15)
    else:
        found = agents_for(traffic, abandonment, ALL, lines=15)
        assert found.agents == 1 + tried.index(())


def test_a_common_example_of_agents() -> None:
    """48 erlang of 240 s: 55 agents answer 80 % in 15 s, and 54 do not (`erlang_c_within`, which is
    held against sums over all states)."""
    found = agents_for(48.0, 0.0, Targets(least_served=0.8, within_h=15 / 240))
    assert found.agents == 55
    assert found.failed_with_one_fewer == ("least_served",)
    fewer, enough = (erlang_c_within(agents, 48.0, 15 / 240).p_served for agents in (54, 55))
    assert fewer < 0.8 <= enough


def test_patient_callers_need_more_agents_than_there_is_traffic() -> None:
    found = agents_for(6.0, 0.0, Targets(most_mean_wait_h=1e6))
    assert (found.agents, found.failed_with_one_fewer) == (7, ())


def test_without_a_queue_agents_are_lines() -> None:
    found = agents_for(15.1, 0.0, Targets(most_blocked=0.05), places=0)
    assert found.agents == lines_for(15.1, 0.05) == 20


def test_ten_thousand_agents() -> None:
    targets = Targets(least_served=0.8, within_h=20 / 240)
    found = agents_for(10_000.0, 0.5, targets)
    for agents, is_met in ((found.agents, True), (found.agents - 1, False)):
        served = mmskm_within(agents, inf, 10_000.0, 0.5, 20 / 240).p_served
        assert (served >= 0.8) is is_met


@given(st.integers(1, 20), TRAFFIC, ABANDONMENT, st.floats(1e-4, 0.5))
def test_lines_are_the_first_that_refuse_few_enough(
    agents: int, traffic: float, abandonment: float, blocking: float
) -> None:
    lines = queue_lines_for(agents, traffic, abandonment, blocking)
    assert mmskm(agents, lines, traffic, abandonment).p_blocked <= blocking
    assert lines == agents or mmskm(agents, lines - 1, traffic, abandonment).p_blocked > blocking


def test_what_no_number_reaches_is_refused() -> None:
    with pytest.raises(TargetError, match="more agents"):
        queue_lines_for(5, 10.0, 0.0, 0.5)
    assert queue_lines_for(5, 10.0, 0.0, 0.51) > 5
    with pytest.raises(ValueError, match="never refuses"):
        queue_lines_for(5, 4.0, 0.1, 0.0)
    with pytest.raises(ValueError, match="most_wait must be above 0"):
        Targets(most_wait=0.0)
    with pytest.raises(ValueError, match="always cannot be promised"):
        Targets(least_served=1.0)


def test_nonsense_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match=r"traffic_erlang .*nan"):
        agents_for(nan, 0.1, ALL)
    with pytest.raises(ValueError, match=r"places .*-1"):
        agents_for(4.0, 0.1, ALL, places=-1)
    with pytest.raises(ValueError, match="cannot both be given"):
        agents_for(4.0, 0.1, ALL, lines=9, places=3)
    with pytest.raises(ValueError, match=r"lines .*0"):
        agents_for(4.0, 0.1, ALL, lines=0)
    with pytest.raises(ValueError, match=r"least_served .*1\.5"):
        Targets(least_served=1.5)
    with pytest.raises(ValueError, match=r"within_h .*inf"):
        Targets(within_h=inf)
