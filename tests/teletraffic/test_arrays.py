"""Formulas over arrays, against the same formulas over their elements."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affluence.teletraffic import (
    e501_offered,
    equivalent_offered,
    erlang_a,
    erlang_b,
    erlang_b_gamma,
    extended_erlang_b,
    lines_for,
    mmskm_within,
    retrial_chain,
)


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 100)), max_size=20))
def test_erlang_b_of_many_is_that_of_each(cases: list[tuple[float, float]]) -> None:
    lines, traffic = (
        (np.array(column, dtype=float) for column in zip(*cases, strict=True))
        if (cases)
        else (np.empty(0), np.empty(0))
    )
    found = erlang_b(lines, traffic)
    assert found.tolist() == pytest.approx([erlang_b(*case) for case in cases], rel=1e-15)


def test_shapes_are_broadcast() -> None:
    lines, traffic = np.array([[2], [5]]), np.array([1.0, 2.0, 3.0])
    found = erlang_b(lines, traffic_erlang=traffic)
    assert found.shape == (2, 3)
    assert found[1, 2] == erlang_b(5, 3.0)
    assert erlang_b(traffic_erlang=traffic, lines=4).tolist() == erlang_b(4, traffic).tolist()
    assert lines_for(traffic, 0.05).tolist() == [lines_for(one, 0.05) for one in (1.0, 2.0, 3.0)]


def test_results_of_several_figures_are_records() -> None:
    found = erlang_a(np.array([4, 5]), 4.0, abandonment=np.array([[0.5], [2.0]]))
    assert found.p_wait.shape == (2, 2)
    assert found.p_wait[1, 0] == erlang_a(4, 4.0, 2.0).p_wait
    assert tuple(found[0, 1]) == astuple(erlang_a(5, 4.0, 0.5))


def test_columns_are_taken_as_they_are() -> None:
    carried = pl.Series([1.0, 2.0, 3.0])
    found = equivalent_offered(4, carried.to_numpy()).offered_erlang
    assert found[2] == equivalent_offered(4, 3.0).offered_erlang
    assert e501_offered(carried.to_numpy(), 0.2, 0.5)[0] == e501_offered(1.0, 0.2, 0.5)


def test_every_kind_of_formula_takes_arrays() -> None:
    fresh = np.array([1.0, 3.0])
    chain = retrial_chain(2, 3, fresh, redial_delay_h=0.5, retry_after_busy=0.5)
    assert chain.final_loss[1] == (
        retrial_chain(2, 3, 3.0, redial_delay_h=0.5, retry_after_busy=0.5).final_loss
    )
    assert extended_erlang_b(4, fresh, 0.5).blocking[1] == extended_erlang_b(4, 3.0, 0.5).blocking
    assert erlang_b_gamma(4, fresh, 3.0)[1] == erlang_b_gamma(4, 3.0, 3.0)
    within = mmskm_within(2, 4, 3.0, 0.5, np.array([0.0, 0.1]))
    assert within.p_served[1] == mmskm_within(2, 4, 3.0, 0.5, 0.1).p_served


def test_one_element_without_sense_has_all_refused() -> None:
    for function in (erlang_b, lambda lines, traffic: extended_erlang_b(lines, traffic, 0.5)):
        with pytest.raises(ValueError, match=r"lines .*-1"):
            function(np.array([3.0, -1.0]), 2.0)
    with pytest.raises(ValueError, match=r"traffic_erlang .*nan"):
        erlang_b(3, np.array([np.nan]))
