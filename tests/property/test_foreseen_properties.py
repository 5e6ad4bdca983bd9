"""Suites whose calls are asked for ahead, and the same where nobody sees them coming: no word of a verdict differs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halo_forge.types import Language, Limits, Outcome, Problem, Sample, Verdict
from judging import Judges

SOLUTION = """
import os, sys
from typing import NamedTuple

calls = 0

class Thing:
    def __init__(self, n):
        self.n = n
    def __eq__(self, other):
        return True
    def __hash__(self):
        return self.n
    def __bool__(self):
        return calls % 2 == 0
    def __len__(self):
        return calls

class Error(Exception):
    pass

class Pair(NamedTuple):
    a: int
    b: int

def f(kind, n=0):
    global calls
    calls += 1
    if kind == "plain": return n
    if kind == "count": return calls
    if kind == "list": return [n, "x", None, (n, 2.5)]
    if kind == "pair": return Pair(n, calls)
    if kind == "thing": return Thing(n)
    if kind == "things": return {Thing(n): [Thing(1)]}
    if kind == "inner": return [n, Thing(n)]
    if kind == "generator": return (i for i in range(n))
    if kind == "itself": return f
    if kind == "raises": raise KeyError(n, calls)
    if kind == "own error": raise Error(calls)
    if kind == "holds": raise Error(Thing(n))
    if kind == "leaves": os._exit(0)
    if kind == "exits": sys.exit(n)
    if kind == "says": print("said", n); return n
    if kind == "floods": print("x" * 3_000_000); return n
    if kind == "long": return [n] * 50_000

def g(values, n=0):
    values.append(n)
    return values

class Kind(dict):
    pass
"""
LIMITS = Limits(output_bytes=1 << 20)

kinds = st.sampled_from([
    "plain", "count", "list", "pair", "thing", "things", "inner", "generator", "itself", "raises", "own error", "holds",
    "leaves", "exits", "says", "floods", "long",
])  # fmt: skip
numbers = st.integers(0, 3)
calls = st.one_of(
    st.builds("f({!r}, {})".format, st.just("plain") | kinds, numbers),
    st.builds("f({!r}, {})".format, st.just("plain") | st.just("count"), numbers),
    st.builds("g([1, 2], {})".format, numbers),
    st.builds("Kind({{'n': {}}})".format, numbers),
)
assertions = st.one_of(
    st.builds("assert {} == {}".format, calls, numbers),
    st.builds("assert {} != {}".format, numbers, calls),
    st.builds("assert {} == [1, 2, {}]".format, calls, numbers),
    st.builds("assert {}, 'not so'".format, calls),
    st.builds("assert not {}".format, calls),
    st.builds("assert abs({} - 1) < 2".format, calls),
    st.builds("assert len({}) == {}".format, calls, numbers),
    st.just("assert True"),
)
suites = st.lists(assertions, min_size=2, max_size=7)


def judged(judges: Judges, lines: list[str]) -> Verdict:
    problem = Problem("p", "#", Language.PYTHON, tests="\n".join(lines))
    verdict: Verdict = judges.verifier(Language.PYTHON, LIMITS).verify(problem, Sample("p", 0, SOLUTION))
    return replace(verdict, wall_s=None, cpu_s=None, detail=verdict.detail.replace("if True: ", ""))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=suites)
def test_nobody_can_tell_whether_calls_were_foreseen(judges: Judges, lines: list[str]) -> None:
    verdict = judged(judges, lines)
    assert verdict == judged(judges, [f"if True: {line}" for line in lines])
    assert verdict.outcome is not Outcome.JUDGE_ERROR or not any("(" in line for line in lines)
