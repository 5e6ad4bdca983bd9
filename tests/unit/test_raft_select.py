"""Which samples are kept, one rule at a time. What holds for all candidates: tests/property/test_raft_properties.py."""

from __future__ import annotations

import pytest

from halo_forge.raft.programs import bare_program
from halo_forge.raft.select import Candidate, Rules, at_random, select
from halo_forge.raft.words import Dropped, Keep
from halo_forge.types import FinishReason, Language, Outcome, Problem, Sample, SampleForm
from rafting import WRONG, candidate

PYTHON = Problem("p", "", Language.PYTHON)
BASE = "def f(x):\n    return x + 1\n"
RULES = Rules(solved_above=1)


def text(one: Candidate) -> str:
    return one.sample.text


def kept(candidates: list[Candidate], rules: Rules = RULES) -> set[tuple[str, int, int]]:
    return {(c.sample.problem_id, c.cycle, c.sample.index) for c in select(candidates, text, rules).kept}


def bare(code: str, language: Language = Language.PYTHON) -> str | None:
    return bare_program(Problem("p", "", language), Sample("p", 0, f"```{language}\n{code}\n```"))


@pytest.mark.parametrize(
    "other",
    [
        "def f(x):\n    # adds one\n    return x + 1  # here\n",
        'def f(x):\n    """Adds one."""\n    return x + 1\n',
        '"""A module."""\n\n\ndef f( x ):\n\n    return (x+1)\n',
    ],
)
def test_comments_docstrings_and_blanks_make_no_other_program(other: str) -> None:
    assert bare(other) == bare(BASE)


@pytest.mark.parametrize(
    "other",
    [
        "def f(y):\n    return y + 1\n",
        "def g(x):\n    return x + 1\n",
        "def f(x):\n    return x + 2\n",
        "def f(x):\n    return 1 + x\n",
        'def f(x):\n    s = "# no comment"\n    return x + 1\n',
    ],
)
def test_names_numbers_and_order_do(other: str) -> None:
    assert bare(other) != bare(BASE)


def test_a_body_that_is_a_docstring_alone() -> None:
    assert bare('def f():\n    "says"') == bare("def f():\n    pass") != bare("def f():\n    return")


def test_other_languages_go_by_their_text() -> None:
    first = "int main() {\n  // one\n  return 1; /* two\n lines */\n}"
    assert bare(first, Language.C) == bare("int main() { return 1; }", Language.C)
    assert bare(first, Language.C) != bare("int main() { return 2; }", Language.C)
    assert bare("#include <a>\nint main() {}", Language.C) != bare("int main() {}", Language.C)
    assert bare("# says\necho 1", Language.BASH) == bare("echo   1", Language.BASH)


@pytest.mark.parametrize("depth", [1200, 2500, 4000])
@pytest.mark.parametrize("code", ["x = 1" + "+1" * 9, "x = -" + "-" * 9, "x = a" + ".b" * 9])
def test_what_is_too_deep_for_a_tree_goes_by_its_text(code: str, depth: int) -> None:
    deep = code[:5] + code[5:] * (depth // 9) + "1"
    assert bare(deep) == bare(f"# says\n{deep}") is not None


def test_a_program_with_odd_backslashes_warns_of_nothing() -> None:
    assert bare('x = "\\d"') == bare('x = "\\d"  # says')  # a warning is an error in these tests


def test_a_completion_is_judged_with_its_prompt() -> None:
    code = Problem("p", 'def f(x):\n    """Adds one."""\n', Language.PYTHON, prompt_is_code=True)
    sample = Sample("p", 0, "    return x + 1\n", SampleForm.COMPLETION)
    assert bare_program(code, sample) == bare(BASE)


def test_an_answer_without_code_has_no_program() -> None:
    assert bare_program(PYTHON, Sample("p", 0, "I cannot do that.")) is None


def test_the_same_program_counts_once_in_a_problem_and_over_all_cycles() -> None:
    same = [candidate("p", 0, text="a"), candidate("p", 0, text="a", cycle=2), candidate("q", 0, text="a")]
    found = select(same, text, RULES)
    assert found.per_problem == {"p": 1, "q": 1}
    assert found.dropped == {Dropped.REPEATED: 1}


def test_a_cap_for_each_problem() -> None:
    found = select([candidate(p, i) for p in "pq" for i in range(6)], text, Rules(per_problem=4, solved_above=1))
    assert found.per_problem == {"p": 4, "q": 4}
    assert found.dropped == {Dropped.OVER_CAP: 4}


def test_repeated_programs_do_not_use_up_the_cap() -> None:
    many = [candidate("p", i, text="a") for i in range(9)] + [candidate("p", 9, text="b")]
    for seed in range(20):
        assert {text(c) for c in select(many, text, Rules(per_problem=2, solved_above=1, seed=seed)).kept} == {"a", "b"}


@pytest.mark.parametrize(
    ("right", "share", "stays"),
    [(9, 0.9, True), (10, 0.9, False), (10, 1, True), (5, 0.5, True), (6, 0.5, False), (0, 0.5, False)],
)
def test_problems_that_are_solved_anyway(right: int, share: float, stays: bool) -> None:
    """More often than the share; at the share itself a problem stays."""
    ten = [candidate("p", i, WRONG if i >= right else Outcome.ACCEPTED) for i in range(10)]
    found = select(ten, text, Rules(per_problem=99, solved_above=share))
    assert len(found.kept) == (right if stays else 0)
    assert found.dropped.get(Dropped.SOLVED, 0) == (0 if stays else right)


def test_whether_a_problem_is_solved_anyway_is_told_by_the_model_to_be_trained_alone() -> None:
    """What a later model solves always is what the base is to learn."""
    base = [candidate("p", i, WRONG) for i in range(4)] + [candidate("p", 4)]
    later = [candidate("p", i, cycle=2, of_base=False) for i in range(8)]
    assert kept(base + later, Rules(per_problem=99)) == {("p", 1, 4), *(("p", 2, i) for i in range(8))}
    assert kept(later, Rules(per_problem=99)) == {("p", 2, i) for i in range(8)}
    always = [candidate("p", i) for i in range(8)]
    assert kept([*always, candidate("p", 0, WRONG, cycle=2, of_base=False)], Rules()) == set()


def test_what_was_not_judged_counts_for_nothing() -> None:
    """It would turn 1 of 2 into 1 of 3."""
    three = [candidate("p", 0), candidate("p", 1, WRONG), candidate("p", 2, Outcome.JUDGE_ERROR)]
    found = select(three, text, Rules(solved_above=0.4))
    assert found.dropped == {Dropped.NOT_JUDGED: 1, Dropped.NOT_GOOD_ENOUGH: 1, Dropped.SOLVED: 1}


LADDER = [Outcome.COMPILE_ERROR, Outcome.RUNTIME_ERROR, WRONG, Outcome.ACCEPTED]


@pytest.mark.parametrize(
    ("outcomes", "accepted", "best"),
    [
        (LADDER, {3}, {3}),
        (LADDER[:3], set(), {2}),
        (LADDER[:2], set(), {1}),
        (LADDER[:1], set(), set()),
        ([WRONG, WRONG, Outcome.RUNTIME_ERROR], set(), {0, 1}),
        ([Outcome.JUDGE_ERROR], set(), set()),
        ([Outcome.NO_CODE, Outcome.JUDGE_ERROR], set(), set()),
    ],
)
def test_what_a_sample_must_have_earned(outcomes: list[Outcome], accepted: set[int], best: set[int]) -> None:
    found = [candidate("p", i, outcome) for i, outcome in enumerate(outcomes)]
    for keep, expected in ((Keep.ACCEPTED, accepted), (Keep.BEST, best)):
        assert kept(found, Rules(keep, solved_above=1)) == {("p", 1, i) for i in expected}


@pytest.mark.parametrize("finish", sorted(set(FinishReason) - {FinishReason.STOP}))
def test_only_what_ended_by_itself_is_kept(finish: FinishReason) -> None:
    cut = candidate("p", 0, finish=finish)
    assert select([cut], text, RULES).dropped == {Dropped.CUT_OFF: 1}
    assert at_random([cut], 1, 0).kept == ()


def test_the_seed_decides_which_of_equals_stay_and_not_how_many() -> None:
    many = [candidate(p, i) for p in "pq" for i in range(12)]
    found = [select(many, text, Rules(solved_above=1, seed=seed)) for seed in range(8)]
    assert len({frozenset(c.sample.key for c in one.kept) for one in found}) > 4
    assert len({(tuple(one.per_problem.items()), tuple(one.dropped.items())) for one in found}) == 1


def test_no_candidate_at_all() -> None:
    assert select([], text, RULES).kept == at_random([], 3, 0).kept == ()
