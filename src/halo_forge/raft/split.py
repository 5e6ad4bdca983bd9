"""Which problems are trained on, which choose the cycle, and which only test: by concept, and never mixed.

Problems of one concept (`Problem.concept`; without one, problems whose prompts differ in numbers, names and quoted
words only) go to one part together: a model that has seen the task with another number has seen the task.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from halo_forge.errors import ProblemFileError
from halo_forge.problems.wording import shown
from halo_forge.types import Problem

DEV_SHARE, TEST_SHARE = 0.1, 0.3
_BLOCK_QUOTE = re.compile(r"\"{3}|'{3}|`{3}")  # what is between them is no word but the text of a task
_QUOTED = re.compile(r"`[^`\n]*`|\"[^\"\n]*\"|(?<!\w)'[^'\n]*'(?!\w)")  # an apostrophe quotes nothing
_VARYING = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Split:
    """Problems by what they are for; each part in its set's order."""

    train: tuple[Problem, ...]
    dev: tuple[Problem, ...]
    test: tuple[Problem, ...]


def normalised(problem: Problem) -> str:
    """The prompt without letter case, numbers, the asked for function's name, quoted words, punctuation and blanks.

    Where nothing is left of it, it is the prompt itself.
    """
    text = _QUOTED.sub(" ", _BLOCK_QUOTE.sub(" ", problem.prompt.lower()))
    if problem.entry_point is not None:
        text = re.sub(rf"(?<!\w){re.escape(problem.entry_point.lower())}(?!\w)", " ", text)
    return _VARYING.sub(" ", text).strip() or problem.prompt


def concept(problem: Problem) -> str:
    """What is the same for problems that belong together."""
    return normalised(problem) if problem.concept is None else problem.concept


def split(problems: Sequence[Problem], seed: int, *, dev: float = DEV_SHARE, test: float = TEST_SHARE) -> Split:
    """Whole concepts, drawn by the seed, until a part has its share of the problems (rounded).

    Args:
        dev, test: shares of the problems, which may be 0.

    Raises:
        ProblemFileError: too few concepts for parts that are not empty.
    """
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(concept(problem), []).append(problem)
    drawn = sorted(groups, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest())
    room = {"test": round(test * len(problems)), "dev": round(dev * len(problems))}
    part_of: dict[str, str] = {}
    for name in drawn:
        part = next((part for part, left in room.items() if len(groups[name]) <= left), "train")
        if part != "train":
            room[part] -= len(groups[name])
        part_of[name] = part
    parts = {part: tuple(p for p in problems if part_of[concept(p)] == part) for part in ("train", "dev", "test")}
    if not parts["train"] or (test and not parts["test"]):
        raise ProblemFileError(
            f"{len(problems)} problems of {len(groups)} concepts cannot be split into some to train on and some to test"
            " with; give more problems, or two sets with --train-prompts and --prompts"
        )
    return Split(**parts)


def overlap(train: Iterable[Problem], test: Iterable[Problem]) -> list[tuple[str, str]]:
    """Ids of problems to train on, each with one to test with that is the same, or the same after normalising."""
    tested: dict[str, str] = {}
    for problem in test:
        for key in _keys(problem):
            tested.setdefault(key, problem.id)
    found = []
    for problem in train:
        hit = next((tested[key] for key in _keys(problem) if key in tested), None)
        if hit is not None:
            found.append((problem.id, hit))
    return found


def refuse_overlap(train: Iterable[Problem], test: Iterable[Problem]) -> None:
    """Nothing that is tested with may be trained on.

    Raises:
        ProblemFileError: something is.
    """
    if found := overlap(train, test):
        ours, theirs = found[0]
        raise ProblemFileError(
            f"problem {shown(ours)} to train on is {shown(theirs)} to test with, but for its numbers and names "
            f"({len(found)} such problems); take it out of one of the two sets"
        )


def _keys(problem: Problem) -> list[str]:
    return [f"hash {problem.hash}", f"prompt {normalised(problem)}", f"concept {concept(problem)}"]
