"""What a verdict is worth: a pure function of the verdict, derived when it is needed and never stored."""

from __future__ import annotations

from halo_forge.errors import JudgeError
from halo_forge.types import Outcome, Verdict

NOTHING = 0.0  # does not compile
WARNED = 0.3  # compiles with warnings
CLEAN = 0.5  # compiles without
RAN = 0.7  # runs to its end
RIGHT = 1.0


def reward(verdict: Verdict) -> float:
    """One of the five grades.

    Warnings are known only where the compiler says them (``--compile-flags`` without ``-w``); else a program that
    compiles counts as clean. How many tests were passed changes no grade.

    Raises:
        JudgeError: there is no verdict, so there is nothing to reward or to punish.
    """
    match verdict.outcome:
        case Outcome.JUDGE_ERROR:
            raise JudgeError(f"sample {verdict.index} of {verdict.problem_id} was not judged")
        case Outcome.ACCEPTED:
            return RIGHT
        case Outcome.WRONG_ANSWER:
            return RAN
        case Outcome.COMPILE_ERROR | Outcome.NO_CODE:
            return NOTHING
        case _:
            return WARNED if verdict.warned else CLEAN
