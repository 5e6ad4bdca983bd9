"""Fuzzing: a moment of the targets that no other property test has, and ten minutes of all of them at night."""

from __future__ import annotations

import pytest

from fuzzing import TARGETS, Findings, attempt, describe, fuzz


@pytest.mark.parametrize(("name", "examples"), [("data show", 100), ("benchmark score", 5)])
@pytest.mark.usefixtures("sandbox")
def test_a_moment(name: str, examples: int) -> None:
    findings = Findings()
    attempt(TARGETS[name], findings, examples, number=0)
    assert findings.failure is None, describe({name: findings})
    assert findings.tried >= examples


@pytest.mark.nightly
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("sandbox")
def test_ten_minutes() -> None:
    found = fuzz(10, number=0)
    assert all(findings.failure is None for findings in found.values()), describe(found)
