"""Hypothesis profiles of these tests: quick, or `HYPOTHESIS_PROFILE=deep` for a long run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_SLOW_ORACLE = (HealthCheck.too_slow, HealthCheck.data_too_large)

# Names of their own: `tests/conftest.py` has profiles for all other tests.
# Derandomized: a red test is red again on the next run and on the next machine.
settings.register_profile(
    "measures-quick",
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=_SLOW_ORACLE,
)
# Random on purpose: every deep run looks elsewhere; Hypothesis keeps what it finds.
settings.register_profile(
    "measures-deep",
    max_examples=2_000,
    derandomize=False,
    deadline=None,
    suppress_health_check=_SLOW_ORACLE,
)
