"""Splits of real sets, what counts as the same task, and the texts of refusals; and sets cut down to some ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from halo_forge.cli.loading import load_chosen
from halo_forge.errors import ProblemFileError
from halo_forge.problems import load_problems
from halo_forge.raft.split import concept, overlap, refuse_overlap, split
from halo_forge.types import Problem
from rafting import asked, problem


@pytest.mark.parametrize("seed", range(6))
def test_composed_meets_its_shares_exactly(seed: int) -> None:
    parts = split(load_problems("composed").problems, seed)
    assert [len(part) for part in (parts.train, parts.dev, parts.test)] == [120, 20, 60]
    assert overlap((*parts.train, *parts.dev), parts.test) == overlap(parts.train, parts.dev) == []


def test_another_seed_is_another_split() -> None:
    problems = load_problems("composed").problems
    assert split(problems, 0) == split(problems, 0)
    assert {p.id for p in split(problems, 0).test} != {p.id for p in split(problems, 1).test}


def test_demo_is_trained_for_by_other_problems() -> None:
    refuse_overlap(load_problems("demo-train").problems, load_problems("demo").problems)


def test_the_tasks_of_humaneval_are_told_apart() -> None:
    """Their prompts are code, whose docstrings are the tasks; two of them are one task with other brackets."""
    groups: dict[str, list[str]] = {}
    for found in load_problems("humaneval").problems:
        groups.setdefault(concept(found), []).append(found.id)
    assert [ids for ids in groups.values() if len(ids) > 1] == [["HumanEval/56", "HumanEval/61"]]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Print 3 lines.", "Print 3 lines."),
        ("Print 3 lines.", "Print 17 lines."),
        ("Print 3 lines.", "print  3\nlines!"),
        ("Print the word `north`.", "Print the word `south`."),
        ('Print "a" and "b c".', 'Print "d" and "e".'),
        ("Say 'yes' here.", "Say 'no' here."),
        ("`Print`", "`Print`"),
    ],
)
def test_the_same_task_with_other_numbers_or_quoted_words(ours: str, theirs: str) -> None:
    a, b = problem("a", ours), problem("b", theirs)
    assert overlap([a], [b]) == [("a", "b")]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Print 3 lines.", "Print 3 words."),
        ("Don't print the list's sum.", "Don't sort the list's sum."),  # an apostrophe quotes nothing
        ('def f(n):\n    """Adds one."""', 'def f(n):\n    """Counts primes."""'),
        ("`Print`", "`Sort`"),  # nothing is left of either
        ("Print 5.\n`a\nb` is one.", "Print 5.\n`c\nd` is one."),
    ],
)
def test_other_tasks(ours: str, theirs: str) -> None:
    assert overlap([problem("a", ours)], [problem("b", theirs)]) == []


@pytest.mark.parametrize(("one", "other"), [("f", "g"), ("add_all", "sum_up"), ("f", "print")])
def test_the_same_task_under_another_function_name(one: str, other: str) -> None:
    """The name is taken out as a word: `f` is not every letter f."""
    a, b = (problem(name, f"For all of it, write {name}(x) fast.", entry_point=name) for name in (one, other))
    assert overlap([a], [b]) == [(one, other)]


def test_the_same_concept_whatever_the_words() -> None:
    a, b = problem("a", "Sort it.", concept="sort"), problem("b", "Order these.", concept="sort")
    assert overlap([a], [b]) == [("a", "b")]


def test_an_overlap_is_refused_in_one_line() -> None:
    train = asked("Print 1.", "Print 2.", "Sort it.")
    with pytest.raises(ProblemFileError) as caught:
        refuse_overlap(train, [problem("t", "Print 9.")])
    said = str(caught.value)
    assert "'p/0' to train on is 't' to test with" in said
    assert "(2 such problems)" in said
    assert "\n" not in said


@pytest.mark.parametrize("found", [asked("Print 1.", "Print 2.", "Print 3."), asked("Print 1.")])
def test_too_few_concepts(found: list[Problem]) -> None:
    with pytest.raises(ProblemFileError, match=r"of 1 concepts cannot be split .* --train-prompts"):
        split(found, 0)
    assert split(found, 0, dev=0, test=0).train == tuple(found)


# Sets that are cut down to some ids


def chosen(tmp_path: Path, content: bytes, limit: int | None = None) -> list[str]:
    (tmp_path / "ids").write_bytes(content)
    return [p.id for p in load_chosen("demo", limit, str(tmp_path / "ids")).problems]


def test_only_these_in_the_sets_order(tmp_path: Path) -> None:
    ids = [p.id for p in load_problems("demo").problems]
    assert chosen(tmp_path, f"{ids[3]}\r\n\n{ids[0]}\n{ids[3]}".encode()) == [ids[0], ids[3]]
    left = load_problems("demo").only(ids[:2])
    assert left.left_out == frozenset(ids[2:])
    assert left.limited(1).left_out == frozenset(ids[1:])
    assert left.hash != load_problems("demo").hash


@pytest.mark.parametrize("content", [b"", b"\n \n", b"nowhere\n", b"\xff"])
def test_ids_that_leave_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ProblemFileError) as caught:
        chosen(tmp_path, content)
    assert "\n" not in str(caught.value)


def test_ids_behind_a_limit_are_unknown(tmp_path: Path) -> None:
    last = load_problems("demo").problems[-1].id
    with pytest.raises(ProblemFileError, match="demo has no problem"):
        chosen(tmp_path, last.encode(), limit=2)
    with pytest.raises(ProblemFileError, match=r"--only .*nowhere"):
        load_chosen("demo", None, str(tmp_path / "nowhere"))
