"""Assertion suites against Python solutions: what works in one process works across two.

Each file in ``tests/golden/suites`` is one case (format: `judging.read_suite`). To add one, add a file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from judging import Judges, JudgingCase, read_suite

CASES = [read_suite(path) for path in sorted((Path(__file__).parent / "suites").glob("*.py"))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_suite_verdict(case: JudgingCase, judges: Judges) -> None:
    verdict = case.judge(judges)
    assert case.complaint(verdict) is None
