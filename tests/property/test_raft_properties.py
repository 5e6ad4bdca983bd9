"""What has to hold of a selection and of a split for all samples and problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_forge.errors import ProblemFileError
from halo_forge.raft.select import Candidate, Rules, Selection, at_random, select
from halo_forge.raft.split import concept, overlap, split
from halo_forge.raft.words import Dropped, Keep
from halo_forge.types import FinishReason, Outcome, Problem, Verdict
from rafting import candidate, problem

ONE = st.builds(
    lambda name, index, outcome, text, cycle, finish: candidate(
        name, index, outcome, text=text, cycle=cycle, of_base=cycle == 1, finish=finish
    ),
    st.sampled_from("pqr"), st.integers(0, 9), st.sampled_from(Outcome), st.sampled_from(["", *"abcd"]),
    st.integers(1, 3), st.sampled_from([*[FinishReason.STOP] * 4, FinishReason.LENGTH]),
)  # fmt: skip
MANY = st.lists(ONE, max_size=40, unique_by=lambda c: (c.sample.problem_id, c.cycle, c.sample.index))
RULES = st.builds(
    Rules, st.sampled_from(Keep), st.integers(1, 5), st.sampled_from([0.3, 0.5, 0.9, 1.0]), st.integers(0, 99)
)


def text(one: Candidate) -> str | None:
    return one.sample.text


def chosen(candidates: list[Candidate], rules: Rules) -> Selection:
    return select(candidates, text, rules)


@given(MANY, RULES, st.randoms())
def test_the_order_of_the_candidates_changes_nothing(many: list[Candidate], rules: Rules, chance: object) -> None:
    mixed = list(many)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert chosen(mixed, rules) == chosen(many, rules)
    assert at_random(mixed, 5, rules.seed) == at_random(many, 5, rules.seed)


@given(MANY, RULES)
def test_every_candidate_is_kept_or_counted_once(many: list[Candidate], rules: Rules) -> None:
    for found in (chosen(many, rules), at_random(many, rules.per_problem, rules.seed)):
        assert len(found.kept) + sum(found.dropped.values()) == len(many)
        assert len(set(found.kept)) == len(found.kept)
        assert set(found.kept) <= set(many)


@given(MANY, RULES)
def test_what_is_kept_keeps_every_rule(many: list[Candidate], rules: Rules) -> None:
    found = chosen(many, rules)
    assert all(c.sample.finish_reason is FinishReason.STOP for c in found.kept)
    allowed = {Outcome.ACCEPTED} if rules.keep is Keep.ACCEPTED else set(Outcome) - {
        Outcome.JUDGE_ERROR, Outcome.COMPILE_ERROR, Outcome.NO_CODE
    }  # fmt: skip
    assert {c.verdict.outcome for c in found.kept} <= allowed
    assert max(found.per_problem.values(), default=0) <= rules.per_problem
    programs = Counter((c.sample.problem_id, text(c)) for c in found.kept)
    assert max(programs.values(), default=0) <= 1


@given(MANY, RULES, st.integers(0, 99))
def test_the_seed_changes_the_lot_and_no_number(many: list[Candidate], rules: Rules, seed: int) -> None:
    one, other = chosen(many, rules), chosen(many, replace(rules, seed=seed))
    assert (one.per_problem, one.dropped) == (other.per_problem, other.dropped)


@given(MANY, st.integers(0, 40), st.integers(0, 99))
def test_the_sham_never_looks_at_a_verdict(many: list[Candidate], count: int, seed: int) -> None:
    blind = [replace(c, verdict=Verdict(*c.sample.key, Outcome.WRONG_ANSWER, True)) for c in many]
    seen, unseen = at_random(many, count, seed), at_random(blind, count, seed)
    assert [c.sample for c in seen.kept] == [c.sample for c in unseen.kept]
    assert seen.dropped == unseen.dropped
    ended = sum(c.sample.finish_reason is FinishReason.STOP for c in many)
    assert len(seen.kept) == min(count, ended)
    assert seen.dropped[Dropped.OVER_CAP] == max(0, ended - count)


SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=30)


def problems(sizes: list[int], named: bool) -> list[Problem]:
    """So many variants of so many concepts; without names the concept is the same prompt with other numbers."""
    return [
        problem(f"{group}/{n}", f"Do {'x' * (group + 1)} {n} times.", concept=f"c{group}" if named else None)
        for group, size in enumerate(sizes)
        for n in range(size)
    ]


@given(SIZES, st.booleans(), st.integers(0, 9), st.sampled_from([0.0, 0.1, 0.25]), st.sampled_from([0.0, 0.3, 0.6]))
def test_whole_concepts_in_parts_that_never_meet(
    sizes: list[int], named: bool, seed: int, dev: float, test: float
) -> None:
    found = problems(sizes, named)
    try:
        parts = split(found, seed, dev=dev, test=test)
    except ProblemFileError:
        assert min(sizes) > round(test * len(found)) or len(sizes) <= 2 or dev + test > 0.8
        return
    three = (parts.train, parts.dev, parts.test)
    assert sorted(p.id for part in three for p in part) == sorted(p.id for p in found)
    assert all(list(part) == [p for p in found if p in part] for part in three)  # in the set's order
    assert sum(len({concept(p) for p in part}) for part in three) == len(sizes)
    assert len(parts.dev) <= round(dev * len(found))
    assert len(parts.test) <= round(test * len(found))
    assert overlap((*parts.train, *parts.dev), parts.test) == overlap(parts.train, parts.dev) == []
    assert split(found, seed, dev=dev, test=test) == parts


@given(SIZES, st.integers(0, 9))
def test_where_a_problem_stands_in_the_set_decides_nothing(sizes: list[int], seed: int) -> None:
    """But for its part's own order."""
    found = problems(sizes, named=True)
    try:
        one, other = split(found, seed), split(found[::-1], seed)
    except ProblemFileError:
        with pytest.raises(ProblemFileError):
            split(found, seed)
        return
    assert {p.id for p in one.test} == {p.id for p in other.test}
    assert {p.id for p in one.dev} == {p.id for p in other.dev}
