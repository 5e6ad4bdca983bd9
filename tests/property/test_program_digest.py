"""Digests of programs: equal for what is judged alike, and for nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from halo_forge.types import Language, Problem, Sample, SampleForm
from halo_forge.verifiers.program import Refusal, program_digest, program_of

texts = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ["def f(): pass", "```python\ndef f(): pass\n```", "Sure:\n```py\ndef f(): pass\n```\nBye", "0", "10", "x = 1"]
)
asked = st.tuples(st.sampled_from(["p", "p1", "p1 0", ""]) | texts, texts, st.sampled_from(SampleForm))


@given(asked, asked)
def test_a_digest_is_of_problem_form_and_program(
    one: tuple[str, str, SampleForm], two: tuple[str, str, SampleForm]
) -> None:
    found = []
    for index, (name, text, form) in enumerate((one, two)):
        problem, sample = Problem(name, "", Language.PYTHON, entry_point="f"), Sample(name, index, text, form)
        program = program_of(problem, sample)
        assert (program_digest(problem, sample) is None) == isinstance(program, Refusal)
        found.append((program_digest(problem, sample), (name, form, program)))
    if None not in (found[0][0], found[1][0]):
        assert (found[0][0] == found[1][0]) == (found[0][1] == found[1][1])
