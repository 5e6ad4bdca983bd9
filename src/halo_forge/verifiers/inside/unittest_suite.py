"""A file of unittest test cases."""

from __future__ import annotations

import unittest

from .framework import FrameworkSuite, unusable

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from types import ModuleType, TracebackType
    from typing import Any, TypeAlias

    from .record import Record
    from .tester import Tester

    ErrorInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class UnittestSuite(FrameworkSuite):
    """Has unittest run it. A test that is skipped, or that is expected to fail and does, does not count."""

    def run_tests(self, module: ModuleType, tester: Tester, record: Record) -> None:
        """See `FrameworkSuite.run_tests`."""
        loader = unittest.TestLoader()
        try:
            tests = loader.loadTestsFromModule(module)
        except Exception as error:
            unusable(error, tester, record)
            return
        total = tests.countTestCases()
        if loader.errors or total == 0:
            record.fail_suite(str(loader.errors[0]) if loader.errors else "there is no test in the file")
            return
        result = _Result(record, tester, total)
        tests.run(result)
        result.close()


class _Result(unittest.TestResult):
    """Counts tests as they end. A fixture of a class or of the module that fails counts as no test, but it fails."""

    def __init__(self, record: Record, tester: Tester, total: int) -> None:
        super().__init__()
        self._record = record
        self._tester = tester
        self._total = total
        self._passed = 0
        self._counts = self._fails = False
        record.count(0, total)

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._counts, self._fails = True, False

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        if not self._counts and not self._fails:
            self._total -= 1
        self._passed += self._counts and not self._fails
        self._record.count(self._passed, max(self._total, 1))

    def addError(self, test: unittest.TestCase, err: ErrorInfo) -> None:
        self._failed(test, err)

    def addFailure(self, test: unittest.TestCase, err: ErrorInfo) -> None:
        self._failed(test, err)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: ErrorInfo | None) -> None:
        if err is not None:
            self._failed(subtest, err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._counts = self._counts and isinstance(test, _SUBTEST)

    def addExpectedFailure(self, test: unittest.TestCase, err: ErrorInfo) -> None:
        self._counts = False
        self._stop_without_solution()

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self._fails = True
        self._record.fail_as("wrong_answer", f"{_name(test)}: passed, though it was expected to fail")

    def close(self) -> None:
        """All tests were run; there has to have been one that counts."""
        if self._record.outcome is not None:
            return
        if self._passed == 0:
            self._record.fail_suite("no test of the file was run to its end; all were skipped or expected to fail")
        self._record.count(self._passed, max(self._passed, 1))

    def _failed(self, test: unittest.TestCase, err: ErrorInfo) -> None:
        self._fails = True
        if err[1] is not None:
            self._record.fail(err[1], _name(test))

    def _stop_without_solution(self) -> None:
        if self._tester.gone is not None:
            self.stop()


def _name(test: Any) -> str:
    """A test's name without that of the module."""
    return str(test.id()).partition(".")[2] or str(test.id())


_SUBTEST: Any = getattr(unittest.case, "_SubTest", ())
