"""Damaged files, a few of each kind; `tests.cdr.fuzzing` makes as many as one wishes."""

from __future__ import annotations

from random import Random

import pytest

from affluence.cdr.dialects import DIALECTS
from tests.cdr.fuzzing import NUMBER, SAMPLES, fuzz
from tests.cdr.mutations import MUTATIONS, mutate


@pytest.mark.long
def test_whatever_happens_to_a_file_promises_are_kept() -> None:
    findings = fuzz(range(300))
    assert findings.failures == []
    assert set(findings.read) == set(DIALECTS)


def test_every_dialect_has_samples_with_numbers_that_would_be_noticed() -> None:
    noticed = {
        dialect
        for dialect, sample in SAMPLES
        if NUMBER.search(sample.read_bytes().decode(errors="replace"))
    }
    assert noticed == set(DIALECTS)


def test_a_file_is_made_from_its_number_alone() -> None:
    content = SAMPLES[0][1].read_bytes()
    assert mutate(Random("file 7"), content) == mutate(Random("file 7"), content)
    for mutation in MUTATIONS:
        assert any(mutation(Random(seed), content) != content for seed in range(20))
        assert isinstance(mutation(Random("any"), b""), bytes)
