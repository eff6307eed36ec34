"""Work on threads: in order, ahead of who asks, and never in the way of who asks no more."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from affluence import engine


def _later(go_on: Event) -> Iterator[int]:
    yield 1
    go_on.wait()
    yield 2


def _given_up(go_on: Event, how: str) -> Iterator[int]:
    if how == "ahead":
        return engine.ahead(_later(go_on))
    return engine.spread(lambda item: item if item == 1 else int(go_on.wait()), [1, 2, 3], 1)


@pytest.mark.parametrize("how", ["ahead", "spread"])
def test_work_that_is_given_up_is_not_waited_for(how: str) -> None:
    """The collector of garbage closes generators, and must not wait for threads wherever it is."""
    go_on = Event()
    results = _given_up(go_on, how)
    assert next(results) == 1
    closing = Thread(target=results.close, daemon=True)  # type: ignore[attr-defined]  # generators
    closing.start()
    closing.join(timeout=10)
    waited = closing.is_alive()
    go_on.set()
    closing.join()
    assert not waited


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(engine.spread(lambda item: -item, range(100), 4)) == [-item for item in range(100)]
    assert list(engine.ahead(iter(range(100)))) == [*range(100)]


@pytest.mark.parametrize("how", ["ahead", "spread"])
def test_an_error_stands_where_its_item_stood(how: str) -> None:
    def reciprocals() -> Iterator[float]:
        if how == "ahead":
            return engine.ahead(1 / item for item in (2, 1, 0))
        return engine.spread(lambda item: 1 / item, [2, 1, 0], 1)

    results = reciprocals()
    assert [next(results), next(results)] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(results)
