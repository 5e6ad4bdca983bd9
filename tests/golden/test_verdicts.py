"""Small programs and the verdicts that they have to get, from the real tools in the real sandbox.

One case is a file ``verdicts/<language>/<name>.<extension>``, the sample, with ``<name>.toml`` beside it (keys:
`judging`). A further language is a further folder, named as in `halo_forge.types.Language`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from halo_forge.types import Case, Language, Limits, Outcome, Problem, Sample
from judging import Judges, JudgingCase, read_case

VERDICTS = Path(__file__).parent / "verdicts"
CASES = [
    read_case(path, Language(folder.name))
    for folder in sorted(VERDICTS.iterdir())
    if folder.is_dir()
    for path in sorted(folder.glob("*.toml"))
]
C_FAMILY = [case for case in CASES if case.problem.language in (Language.C, Language.CPP)]
RUST = [case for case in CASES if case.problem.language is Language.RUST]
CRATES = Path("/usr/share/cargo/registry")
NOT_FOR_WINDOWS = ("cpp-local_server", "cpp-threads", "cpp-busy_threads", "c-math_in_both", "c-math_unseen")
NOT_FOR_CLANG = {
    "c-memory_limit": "clang sees that nobody reads the memory, and takes none",
    "c-math_in_both": "clang takes no other names for the words that the C library's headers are made of",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: JudgingCase, judges: Judges) -> None:
    verdict = case.judge(judges)
    assert case.complaint(verdict) is None
    assert verdict.passed is (verdict.outcome is Outcome.ACCEPTED)
    assert verdict.compiled is (verdict.outcome not in (Outcome.COMPILE_ERROR, Outcome.NO_CODE))


@pytest.mark.parametrize("case", C_FAMILY, ids=lambda case: case.name)
def test_clang_agrees_with_gcc(case: JudgingCase, judges: Judges) -> None:
    if case.name in NOT_FOR_CLANG:
        pytest.skip(NOT_FOR_CLANG[case.name])
    assert case.judge(judges, "clang").outcome in case.outcomes


@pytest.mark.parametrize("case", C_FAMILY, ids=lambda case: case.name)
def test_mingw_judges_by_compiling_alone(case: JudgingCase, judges: Judges) -> None:
    if case.name in NOT_FOR_WINDOWS:
        pytest.skip("needs headers or functions that Windows lacks")
    verdict = case.judge(judges, "mingw")
    compiles = case.outcomes - {Outcome.COMPILE_ERROR, Outcome.NO_CODE}
    refused = case.outcomes - compiles
    assert verdict.outcome in (refused | {Outcome.ACCEPTED} if compiles else refused)


@pytest.mark.parametrize("case", RUST, ids=lambda case: case.name)
def test_cargo_agrees_with_rustc(case: JudgingCase, judges: Judges) -> None:
    assert case.judge(judges, "cargo").outcome in case.outcomes


@pytest.mark.skipif(not any(CRATES.glob("itertools-*")), reason="librust-itertools-dev is not installed")
def test_cargo_knows_the_systems_crates(judges: Judges) -> None:
    source = 'use itertools::Itertools;\nfn main() { println!("{}", (1..4).join("-")); }\n'
    problem = Problem("crates", "", Language.RUST, cases=(Case("", "1-2-3\n"),))
    verifier = judges.verifier(Language.RUST, Limits(), "cargo")
    assert verifier.verify(problem, Sample("crates", 0, source)).passed
    unknown = source.replace("itertools::", "no_such_crate::")
    assert verifier.verify(problem, Sample("crates", 0, unknown)).outcome is Outcome.COMPILE_ERROR


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_cases_of_every_kind(language: Language) -> None:
    seen = {outcome for case in CASES if case.problem.language is language for outcome in case.outcomes}
    assert seen >= set(Outcome) - {Outcome.JUDGE_ERROR}
