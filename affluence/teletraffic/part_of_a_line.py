"""Erlang B for less than one line, from which a real number of lines is built up.

1/B(x, A) = e^A A^-x Γ(x+1, A), with Γ the upper incomplete gamma function (Jagerman 1974, "Some
properties of the Erlang loss function", Bell System Technical Journal 53(3)). For 0 < x < 1 the
series of the lower function serves below 1 erlang, Legendre's continued fraction from there on
(both in DLMF, chapter 8); neither subtracts nearly equal numbers in its range.
"""

from __future__ import annotations

from math import exp, gamma, log, log1p

# At 1 erlang, where it is slowest, the fraction errs by about e^(-4 sqrt(depth)).
_DEPTH = 100
_SMALLEST_TERM = 1e-17


def log_blocking_of_part(part: float, traffic_erlang: float) -> float:
    """Natural logarithm of Erlang B for ``0 <= part < 1`` lines and traffic above 0 erlang."""
    if part == 0:
        return 0.0
    if traffic_erlang < 1:
        upper = gamma(part + 1) - _lower_gamma(part + 1, traffic_erlang)
        return part * log(traffic_erlang) - traffic_erlang - log(upper)
    # Γ(x+1, A) = x Γ(x, A) + A^x e^-A, so that 1/B is 1 and something: exact where B is near 1.
    return -log1p(part * _scaled_upper_gamma(part, traffic_erlang))


def _lower_gamma(shape: float, x: float) -> float:
    """The lower incomplete gamma function: x^a e^-x Σ x^n / (a (a+1) ... (a+n))."""
    term = 1 / shape
    total = term
    divisor = shape
    while term > _SMALLEST_TERM * total:
        divisor += 1
        term *= x / divisor
        total += term
    return float(x**shape) * exp(-x) * total


def _scaled_upper_gamma(shape: float, x: float) -> float:
    """The upper incomplete gamma function over x^a e^-x, from the end of its fraction inwards."""
    tail = 0.0
    for level in range(_DEPTH, 0, -1):
        tail = level * (level - shape) / (x + 2 * level + 1 - shape - tail)
    return 1 / (x + 1 - shape - tail)
