"""Answers that become one program with their tests, as MultiPL-E has them, and the verdicts that they have to get.

One language is a file ``programs/<language>.toml``: a problem (``prompt``, ``entry_point``, ``tests``), and ``answers``
with a ``name`` and a ``text`` each, and the keys of `judging`. A ``prompt`` or ``tests`` of an answer stand for the
problem's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from halo_forge.types import Language, Outcome
from judging import Judges, JudgingCase, read_answer

PROGRAMS = Path(__file__).parent / "programs"
FORGED = "exits"  # every language has an answer that leaves early, with exit status 0


def _cases() -> Iterator[JudgingCase]:
    for path in sorted(PROGRAMS.glob("*.toml")):
        problem = tomllib.loads(path.read_text(encoding="utf-8"))
        for answer in problem.pop("answers"):
            yield read_answer(Language(path.stem), {"prompt_is_code": True} | problem | answer)


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: JudgingCase, judges: Judges) -> None:
    verdict = case.judge(judges)
    assert case.complaint(verdict) is None
    assert verdict.compiled is (verdict.outcome not in (Outcome.COMPILE_ERROR, Outcome.NO_CODE))
    if verdict.compiled:
        assert (verdict.tests_passed, verdict.tests_total) == (int(verdict.passed), 1)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.problem.language in (Language.C, Language.CPP)], ids=lambda c: c.name
)
def test_clang_agrees_with_gcc(case: JudgingCase, judges: Judges) -> None:
    assert case.judge(judges, "clang").outcome in case.outcomes


@pytest.mark.parametrize("language", sorted(set(Language) - {Language.PYTHON}))
def test_every_language_has_cases_of_every_kind(language: Language) -> None:
    of_language = [case for case in CASES if case.problem.language is language]
    seen = {outcome for case in of_language for outcome in case.outcomes}
    assert seen >= {Outcome.ACCEPTED, Outcome.WRONG_ANSWER, Outcome.RUNTIME_ERROR, Outcome.TIME_LIMIT, Outcome.NO_CODE}
    assert language is Language.BASH or Outcome.COMPILE_ERROR in seen
    assert any(FORGED in case.name for case in of_language)
    assert len(of_language) >= 12
