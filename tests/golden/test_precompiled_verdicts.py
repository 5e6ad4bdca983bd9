"""The golden cases of C and C++ once more, with the includes that they begin with precompiled."""

from __future__ import annotations

import pytest
from test_program_verdicts import CASES as PROGRAMS
from test_verdicts import CASES

from halo_forge.types import Language, Limits
from halo_forge.verifiers.includes import leading_includes
from halo_forge.verifiers.program import program_of, whole_source
from judging import Judges, JudgingCase
from precompiled import made_of

C_FAMILY = [case for case in (*CASES, *PROGRAMS) if case.problem.language in (Language.C, Language.CPP)]


@pytest.mark.parametrize("case", C_FAMILY, ids=lambda case: case.name)
def test_verdict(case: JudgingCase, judges: Judges) -> None:
    language = case.problem.language
    blocks = judges.verifier(language, case.limits, "gcc").blocks(language)
    source = whole_source(case.problem, case.sample, str(program_of(case.problem, case.sample)))
    block = leading_includes(source.encode("utf-8", "replace"))
    if block:
        assert (made_of(blocks, block) is None) is (b"no_such" in block)
    assert case.complaint(case.judge(judges, "gcc")) is None


def test_most_of_them_begin_with_includes(judges: Judges) -> None:
    assert judges.verifier(Language.C, Limits(), "gcc").blocks(Language.C) is not None
    begin = [case for case in C_FAMILY if b"<" in leading_includes(case.sample.text.encode("utf-8", "replace"))]
    assert len(begin) > len(C_FAMILY) / 3
