"""A busy machine changes no verdict: a small version of benchmarks/load.py."""

from __future__ import annotations

import os

import load
import pytest

from halo_forge.errors import SandboxError, ToolchainError

SHARES = load.Plan(samples=20, limit_s=1.0, honest=(0.1, 0.45), over=(2.5, 3.0))  # wide: other tests are busy too


def test_no_verdict_flips() -> None:
    try:
        with load.ready() as (_, verifier):
            todo = load.tasks(SHARES, {language: load.cost(verifier, language) for language in load.SOURCES})
            first = load.verdicts(verifier, todo)
            with load.busy(3 * len(os.sched_getaffinity(0))):
                second = load.verdicts(verifier, todo)
    except (SandboxError, ToolchainError) as error:
        pytest.skip(str(error))
    assert load.wrong(todo, first) == []
    assert load.flips(first, second) == []
