"""What agents and lines give, against simulated callers and plain sums."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affluence.simulator.scenario import Callers
from affluence.staffing import Desk, Service, Target, serve
from tests.simulator.steady_desk import TALK_S, assert_within_sampling_error, steady_desk
from tests.teletraffic.reference import loss_system

QUEUE = Desk(
    kind="queue",
    handling_s=TALK_S,
    patience_s=90.0,
    redial_after_busy=0.75,
    redial_after_giving_up=0.4,
    redial_delay_s=120.0,
)
NO_QUEUE = replace(QUEUE, kind="no_queue", patience_s=None, redial_after_giving_up=0.0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("desk", "agents", "lines", "persons_per_hour"),
    [
        pytest.param(QUEUE, 4, 6, 300, id="queue, busy"),
        pytest.param(QUEUE, 6, 9, 300, id="queue, quiet"),
        pytest.param(NO_QUEUE, 5, 5, 330, id="no queue"),
    ],
)
def test_it_is_what_simulated_callers_meet(
    desk: Desk, agents: int, lines: int, persons_per_hour: int
) -> None:
    service = serve(desk, persons_per_hour, agents, lines, within_s=20)
    callers = Callers(
        mean_patience_s=desk.patience_s or 1e9,
        redial_after_busy_share=desk.redial_after_busy,
        redial_after_giving_up_share=desk.redial_after_giving_up,
        mean_redial_s=desk.redial_delay_s,
    )
    scenario = steady_desk(
        agents=agents,
        lines=lines,
        traffic_erlang=persons_per_hour * TALK_S / 3600,
        callers=callers,
    )
    expected = {
        "reached": service.reached_share,
        "attempts": service.attempts_per_person,
        "full": service.full_share,
    }
    assert_within_sampling_error(scenario, expected)


def test_without_redials_and_without_a_queue_it_is_erlang_b() -> None:
    """10 erlangs on 18 lines, by sums over all states."""
    lost = float(loss_system(18, 10.0).blocking)
    alone = replace(NO_QUEUE, redial_after_busy=0.0)
    service = serve(alone, 600, 18, 18, within_s=20)
    assert service.full_share == pytest.approx(lost)
    assert service.reached_share == pytest.approx(1 - lost)
    assert (service.attempts_per_person, service.mean_wait_s) == (1.0, 0.0)
    # Whoever gets a line is answered at once.
    assert service.within_share == pytest.approx(service.reached_share)


def test_redials_of_unknown_delay_are_those_of_callers_who_wait_long() -> None:
    patient_dialler = replace(QUEUE, redial_delay_s=1e5)
    unknown = replace(QUEUE, redial_delay_s=None)
    slow = serve(patient_dialler, 300, 4, 6, within_s=20)
    taken = serve(unknown, 300, 4, 6, within_s=20)
    assert taken.reached_share == pytest.approx(slow.reached_share, abs=1e-3)
    quick = serve(replace(QUEUE, redial_delay_s=5.0), 300, 4, 6, within_s=20)
    assert quick.reached_share < taken.reached_share


SERVICE = Service(
    agents=5,
    lines=8,
    reached_share=0.9,
    within_share=0.7,
    full_share=0.05,
    given_up_share=0.1,
    attempts_per_person=1.2,
    mean_wait_s=20.0,
    occupancy=0.8,
)


@pytest.mark.parametrize(
    ("target", "is_met"),
    [
        (Target(reached_share=0.9), True),
        (Target(reached_share=0.91), False),
        (Target(within_share=0.7), True),
        (Target(within_share=0.71), False),
        (Target(full_share=0.05), True),
        (Target(full_share=0.04), False),
    ],
)
def test_all_that_is_asked_must_be_given(target: Target, *, is_met: bool) -> None:
    assert SERVICE.meets(target) == is_met


@pytest.mark.parametrize("share", [0.0, 1.0, 1.2])
def test_neither_always_nor_never_can_be_promised(share: float) -> None:
    for name in ("reached_share", "within_share", "full_share"):
        with pytest.raises(ValueError, match=name):
            Target(**{name: share})


def test_a_desk_takes_time() -> None:
    with pytest.raises(ValueError, match="handling_s"):
        replace(QUEUE, handling_s=0.0)
    with pytest.raises(ValueError, match="patience_s"):
        replace(QUEUE, patience_s=-1.0)
