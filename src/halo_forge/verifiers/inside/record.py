"""What is known so far of a run of tests.

All of it is told at once, because a run may be ended from outside at any moment. The first failure decides.
"""

from __future__ import annotations

import json
import os

from .channel import OtherSideGone
from .failures import MOST_WORDS

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

    from .tester import Tester

FILE = "/tests.py"  # what the suite's code says that it comes from; there is no such file, and none can be made
JUDGE_ERROR = "judge_error"
# The first line, which is written over and over again: always as many bytes.
_COUNT = b'{"passed": %-20d, "total": %-20d}'
_NO_COUNT = b"{}".ljust(len(_COUNT % (0, 0))) + b"\n"


class Report:
    """What is told: an object of JSON a line, in a memory file. All of them together are what is known."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        os.write(fd, _NO_COUNT)

    def tell(self, found: dict[str, Any]) -> None:
        """Add a line."""
        os.write(self._fd, json.dumps(found).encode() + b"\n")

    def count(self, passed: int, total: int) -> None:
        """Say how many tests have passed so far."""
        os.pwrite(self._fd, _COUNT % (passed, total), 0)


class Record:
    """Tests that passed, of how many, and the first failure.

    Attributes:
        outcome: of the first failure, ``None`` as long as there is none.
    """

    def __init__(self, tester: Tester, tests: str, report: Report) -> None:
        self._tester = tester
        self._tests = tests
        self._report = report
        self.outcome: str | None = None
        self._words = ""
        self._by_end = False  # the first failure is that the solution's process ended

    def count(self, passed: int, total: int) -> None:
        """Say how many of the tests have passed. Without a solution none does."""
        if self._tester.gone is None:
            self._report.count(passed, total)

    def fail(self, error: BaseException, test: str = "") -> None:
        """A test ended with an exception, or the whole suite did.

        Raises:
            OtherSideGone: the solution is not there any more, so there is no point in going on.
        """
        if self.outcome is None:
            outcome, words = self._explain(error)
            self.fail_as(outcome, f"{test}: {words}" if test else words)
        if self._tester.gone is not None:  # perhaps only since it was asked what it has to say
            raise OtherSideGone(self._tester.gone)

    def fail_as(self, outcome: str, words: str) -> None:
        """Something else went wrong."""
        if self.outcome is None:
            self.outcome, self._words = outcome, words[:MOST_WORDS]
            self._report.tell({"outcome": self.outcome, "detail": self._words})

    def fail_suite(self, words: str) -> None:
        """The tests are no good; it was their own fault unless they have made use of the solution."""
        self.fail_as("wrong_answer" if self._tester.was_used else JUDGE_ERROR, words)

    def close(self) -> None:
        """Tell the end: without a failure it is a pass."""
        if self.outcome is None and self._tester.gone is not None:  # although the suite held it back
            self.fail_as(*self._end())
        if self.outcome is None and not self._tester.was_used:
            self.fail_as(JUDGE_ERROR, "the tests never use the solution (docs/verdicts.md says how they can)")
        outcome = "accepted" if self.outcome is None else self.outcome
        end = {"signal": self._tester.signal, "by_end": self._by_end}
        self._report.tell({"outcome": outcome, "detail": self._words, **end})

    def _explain(self, error: BaseException) -> tuple[str, str]:
        if self._tester.gone is not None:
            return self._end()
        if self._tester.is_to_blame(error):
            return of_solution(error)
        return "wrong_answer", self._failed_line(error) + words_of(error)

    def _end(self) -> tuple[str, str]:
        """What it means for the first failure that the solution is gone."""
        self._by_end = True
        return "runtime_error", f"the solution {self._tester.gone}"

    def _failed_line(self, error: BaseException) -> str:
        """The line that raised it, for a reader."""
        number, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILE:
                number = trace.tb_lineno
            trace = trace.tb_next
        lines = self._tests.splitlines()
        return f"{lines[number - 1].strip()}\n" if 0 < number <= len(lines) else ""


def of_solution(error: BaseException) -> tuple[str, str]:
    """What it means that the solution raised an exception."""
    return "memory_limit" if isinstance(error, MemoryError) else "runtime_error", words_of(error)


def words_of(error: BaseException) -> str:
    """An exception in a line."""
    try:
        return f"{type(error).__name__}: {error}"
    except BaseException:  # it speaks of an object of the solution, and that has nothing to say
        return type(error).__name__
