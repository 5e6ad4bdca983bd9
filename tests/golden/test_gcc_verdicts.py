"""Small programs and the verdicts that they have to get, from the real compilers in the real sandbox.

One case is a file ``verdicts/<language>/<name>.<extension>``, the sample, with ``<name>.toml`` beside it (keys:
`judging`). A further language is a further folder, named as in `halo_forge.types.Language`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from halo_forge.types import Language, Outcome
from judging import Judges, JudgingCase, read_case

VERDICTS = Path(__file__).parent / "verdicts"
CASES = [
    read_case(path, Language(folder.name))
    for folder in sorted(VERDICTS.iterdir())
    if folder.is_dir()
    for path in sorted(folder.glob("*.toml"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: JudgingCase, judges: Judges) -> None:
    verdict = case.judge(judges)
    assert case.complaint(verdict) is None
    assert verdict.passed is (verdict.outcome is Outcome.ACCEPTED)
    assert verdict.compiled is (verdict.outcome not in (Outcome.COMPILE_ERROR, Outcome.NO_CODE))


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_cases_of_every_kind(language: Language) -> None:
    seen = {outcome for case in CASES if case.problem.language is language for outcome in case.outcomes}
    assert seen >= set(Outcome) - {Outcome.JUDGE_ERROR}
