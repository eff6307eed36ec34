"""Formulas over arrays: written for plain numbers, they also take arrays of any common shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, fields, is_dataclass
from functools import wraps
from inspect import signature
from numbers import Real
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NUMBERS = (float, int, Real)  # the commonest first: most calls are of plain numbers
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class OverArrays(Protocol[Arguments, Result_co]):
    """A formula: numbers in, its result out; an array among them, an array of results out."""

    @overload
    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result_co: ...
    @overload
    def __call__(self, *args: Floats | float, **kwargs: Floats | float) -> Any: ...


def over_arrays(formula: Callable[Arguments, Result]) -> OverArrays[Arguments, Result]:
    """Let a formula of numbers take arrays too, or anything that numpy makes one of.

    Shapes are broadcast as numpy does. A formula whose result is a dataclass gives a record array
    with its fields: ``found.p_wait`` is an array, ``found[3]`` all that is known of one element.
    An element that is refused has the whole refused.
    """
    return cast("OverArrays[Arguments, Result]", _where_arrays(formula, _one_by_one(formula)))


def over_arrays_at_once(
    of_arrays: Callable[[Floats, Floats], Floats],
) -> Callable[[Callable[Arguments, float]], OverArrays[Arguments, float]]:
    """Let a formula of two numbers take arrays too, by one that computes all at the same time."""

    def decorate(formula: Callable[Arguments, float]) -> OverArrays[Arguments, float]:
        over = _where_arrays(formula, lambda rows: of_arrays(*rows.values()))
        return cast("OverArrays[Arguments, float]", over)

    return decorate


def _where_arrays(
    formula: Callable[..., object], of_rows: Callable[[dict[str, Floats]], NDArray[Any]]
) -> Callable[..., object]:
    """The formula for plain numbers; where there is an array, one of rows of the same length."""
    of_formula = signature(formula)

    @wraps(formula)
    def over(*args: object, **kwargs: object) -> object:
        if all(isinstance(value, _NUMBERS) for value in (*args, *kwargs.values())):
            return formula(*args, **kwargs)
        given = of_formula.bind(*args, **kwargs).arguments
        arrays = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in given.values()))
        rows = dict(zip(given, (array.ravel() for array in arrays), strict=True))
        return of_rows(rows).reshape(arrays[0].shape)

    return over


def _one_by_one(formula: Callable[..., object]) -> Callable[[dict[str, Floats]], NDArray[Any]]:
    def of_rows(rows: dict[str, Floats]) -> NDArray[Any]:
        elements = zip(*(row.tolist() for row in rows.values()), strict=True)
        return _array_of([formula(**dict(zip(rows, one, strict=True))) for one in elements])

    return of_rows


def _array_of(results: list[Any]) -> NDArray[Any]:
    """An array of numbers, or of records with the fields of a dataclass."""
    if not (results and is_dataclass(results[0])):
        return np.array(results)
    kinds = [(field.name, np.float64) for field in fields(results[0])]
    return np.array([astuple(result) for result in results], dtype=kinds).view(np.recarray)
