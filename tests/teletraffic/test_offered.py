"""From the traffic carried to the traffic offered."""

from __future__ import annotations

from math import inf, isfinite, nan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.teletraffic import (
    WELL_CONDITIONED,
    EquivalentOffered,
    NotCarriableError,
    e501_bounds,
    e501_offered,
    equivalent_offered,
)

from .reference import blocking_of_real_lines, loss_system

SHARE = st.floats(0, 1)
NOT_ALL = st.floats(0, 0.999)
CARRIED = st.floats(0, 1e4)


@given(st.integers(1, 300), st.floats(0.01, 1.2))
def test_offered_traffic_is_found_again_from_what_it_makes_the_lines_carry(
    lines: int, offered_per_line: float
) -> None:
    traffic = lines * offered_per_line
    exact = loss_system(lines, traffic)
    found = equivalent_offered(lines, float(exact.carried_erlang))
    assert found.offered_erlang == pytest.approx(traffic, rel=1e-9)
    assert found.condition == pytest.approx(float(1 / exact.slope), rel=1e-9)


@given(st.floats(0.05, 60), st.floats(0.001, 0.98))
def test_real_lines_carry_what_they_are_said_to(lines: float, occupancy: float) -> None:
    carried = lines * occupancy
    offered = equivalent_offered(lines, carried).offered_erlang
    exact = offered * (1 - blocking_of_real_lines(lines, offered))
    assert float(exact) == pytest.approx(carried, rel=1e-12)


@pytest.mark.parametrize(("lines", "condition"), [(4, 101), (8, 51), (20, 21)])
def test_condition_at_95_percent_occupancy(lines: int, condition: float) -> None:
    found = equivalent_offered(lines, 0.95 * lines)
    assert found.condition == pytest.approx(condition, abs=0.5)
    assert not found.is_well_conditioned


@pytest.mark.parametrize(("lines", "limit"), [(4, 0.75), (8, 0.82), (15, 0.87), (30, 0.90)])
def test_occupancy_from_which_the_inversion_tells_too_little(lines: int, limit: float) -> None:
    assert equivalent_offered(lines, (limit - 0.02) * lines).is_well_conditioned
    assert not equivalent_offered(lines, (limit + 0.02) * lines).is_well_conditioned


def test_the_limit_itself_is_still_well_conditioned() -> None:
    at_limit = EquivalentOffered(offered_erlang=1.0, condition=WELL_CONDITIONED)
    beyond = EquivalentOffered(offered_erlang=1.0, condition=nextafter(WELL_CONDITIONED, inf))
    assert at_limit.is_well_conditioned
    assert not beyond.is_well_conditioned


def test_one_line_has_a_closed_form() -> None:
    """Y = A / (1 + A), hence A = Y / (1 - Y) and dA/dY = 1 / (1 - Y)^2."""
    found = equivalent_offered(1, 0.8)
    assert found.offered_erlang == pytest.approx(0.8 / 0.2, rel=1e-14)
    assert found.condition == pytest.approx(1 / 0.2**2, rel=1e-12)


def test_extremes() -> None:
    idle = equivalent_offered(8, 0.0)
    assert idle == EquivalentOffered(offered_erlang=0.0, condition=1.0)
    assert equivalent_offered(8, 1e-300).offered_erlang == 1e-300
    assert equivalent_offered(10_000, 5_000.0).offered_erlang == 5_000.0
    for lines in (0.5, 1, 8, 10_000):
        brimful = equivalent_offered(lines, nextafter(lines, 0.0))
        assert isfinite(brimful.offered_erlang)
        assert brimful.offered_erlang > 1e6 * lines
        assert not brimful.is_well_conditioned


@pytest.mark.parametrize(("lines", "carried"), [(8, 8.0), (8, 9.5), (0, 0.0), (0.5, 1.0)])
def test_more_than_the_lines_can_carry(lines: float, carried: float) -> None:
    with pytest.raises(NotCarriableError, match="full all the time") as raised:
        equivalent_offered(lines, carried)
    assert isinstance(raised.value, ValueError)
    assert f"{carried:g} erlang on {lines:g} line(s)" in str(raised.value)
    assert (raised.value.lines, raised.value.erlang) == (lines, carried)


@given(st.integers(1, 60), st.floats(0.001, 1.2), SHARE)
def test_e501_undoes_a_loss_system_with_redials(
    lines: int, attempted_per_line: float, redialled: float
) -> None:
    """Attempts A, of which A B are refused and W A B come back: A - W A B are first attempts."""
    attempted = lines * attempted_per_line
    exact = loss_system(lines, attempted)
    first = float(attempted * (1 - redialled * exact.blocking))
    found = e501_offered(float(exact.carried_erlang), float(exact.blocking), redialled)
    assert found == pytest.approx(first, rel=1e-12)


def test_e501_by_hand() -> None:
    """1000 attempts, 400 blocked, 300 of them redialled: 600 carried make 6 erlang, 700 first."""
    assert e501_offered(6.0, 400 / 1000, 300 / 400) == pytest.approx(700 * 6.0 / 600)
    assert e501_bounds(6.0, 400 / 1000) == pytest.approx((6.0, 1000 * 6.0 / 600))


@given(CARRIED, NOT_ALL, SHARE, SHARE)
def test_e501_falls_with_the_redialled_share_within_its_bounds(
    carried: float, blocked: float, one: float, other: float
) -> None:
    least, most = e501_bounds(carried, blocked)
    low, high = sorted(e501_offered(carried, blocked, share) for share in (one, other))
    assert low == e501_offered(carried, blocked, max(one, other))
    rounding = 1e-15 * most
    assert least == pytest.approx(carried, rel=1e-14)
    assert least - rounding <= low <= high <= most + rounding


def test_e501_without_blocked_attempts_is_the_carried_traffic() -> None:
    assert e501_bounds(3.0, 0.0) == (3.0, 3.0)
    assert e501_bounds(0.0, 0.5) == (0.0, 0.0)


@pytest.mark.parametrize("nonsense", [-0.1, inf, nan])
def test_nonsense_is_refused_and_named(nonsense: float) -> None:
    value = repr(nonsense)
    with pytest.raises(ValueError, match=f"lines .*{value}"):
        equivalent_offered(nonsense, 1.0)
    with pytest.raises(ValueError, match=f"carried_erlang .*{value}"):
        equivalent_offered(8, nonsense)
    with pytest.raises(ValueError, match=f"carried_erlang .*{value}"):
        e501_offered(nonsense, 0.5, 0.5)
    with pytest.raises(ValueError, match=f"blocked_share .*{value}"):
        e501_bounds(1.0, nonsense)
    with pytest.raises(ValueError, match=f"redialled_share .*{value}"):
        e501_offered(1.0, 0.5, nonsense)


def test_if_every_attempt_is_blocked_nothing_can_be_told() -> None:
    with pytest.raises(ValueError, match="nothing carried"):
        e501_bounds(0.0, 1.0)
