"""A file of pytest tests.

pytest sees no file, no configuration and no plugin but its own: the module is handed to it as it was executed here.
Assertions are not rewritten, so that a solution's objects are asked for nothing that the tests do not ask for.
"""

from __future__ import annotations

import contextlib
import inspect
import os
from pathlib import Path

import pytest

from .framework import FrameworkSuite, unusable
from .record import FILE, JUDGE_ERROR

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from types import ModuleType

    from .record import Record
    from .tester import Tester

# The plugins that are left out write files, look for files, or take time at the end.
_LEFT_OUT = ("cacheprovider", "doctest", "faulthandler", "junitxml", "pastebin", "threadexception",
             "unraisableexception")  # fmt: skip
_ARGUMENTS = (
    *("-c", os.devnull, f"--rootdir={Path(FILE).parent}", "--noconftest"),
    *("--assert=plain", "--capture=sys", "--tb=native", "-q", "--no-header", "--no-summary"),
    *(f"-pno:{name}" for name in _LEFT_OUT),
    FILE,
)


class PytestSuite(FrameworkSuite):
    """Has pytest run it. A test that is skipped, or that is expected to fail, does not count (strict ones can fail)."""

    also_there = FrameworkSuite.also_there | {"pytest"}

    def run_tests(self, module: ModuleType, tester: Tester, record: Record) -> None:
        """See `FrameworkSuite.run_tests`."""
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        plugin = _Plugin(module, tester, record)
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            status = pytest.main(list(_ARGUMENTS), plugins=[plugin])
        plugin.close(status)


class _File(pytest.Module):
    """The test file, which is no file."""

    tests: ModuleType

    def _getobj(self) -> ModuleType:
        return self.tests


class _Plugin:
    """Gives pytest the tests, and counts them as they end."""

    def __init__(self, module: ModuleType, tester: Tester, record: Record) -> None:
        self._module = module
        self._tester = tester
        self._record = record
        self._session: pytest.Session
        self._tests: set[str] = set()
        self._error: BaseException | None = None  # of what was reported last
        self._failed: set[str] = set()
        self._ended: set[str] = set()
        self._uncounted: set[str] = set()

    # Collecting

    def pytest_collection(self, session: pytest.Session) -> bool:
        self._session = session
        self._tester.looks_around = True
        file = _File.from_parent(session, path=Path(FILE))
        file.tests = self._module
        session.items = list(session.genitems(file))
        session.testscollected = len(session.items)
        session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=session.items)
        self._tester.looks_around = False
        self._tests = {item.nodeid for item in session.items}
        if any(inspect.iscoroutinefunction(getattr(item, "obj", None)) for item in session.items):
            self._record.fail_as(JUDGE_ERROR, "the tests can't be used: pytest alone does not run async functions")
        self._tell()
        return True

    def pytest_exception_interact(self, node: object, call: pytest.CallInfo[object]) -> None:
        if isinstance(node, pytest.Collector) and call.excinfo is not None:
            unusable(call.excinfo.value, self._tester, self._record)

    # Running

    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        self._error = None if call.excinfo is None else call.excinfo.value

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
            self._note_failure(report)
        elif type(report) is pytest.TestReport and (report.skipped or hasattr(report, "wasxfail")):
            self._uncounted.add(report.nodeid)
        if report.when == "teardown":
            self._ended.add(report.nodeid)
            self._tell()
        if self._tester.gone is not None:
            self._session.shouldstop = "the solution is gone"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._record.fail(excinfo.value)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        unusable(excinfo.value, self._tester, self._record)

    def close(self, status: int | pytest.ExitCode) -> None:
        """pytest is at its end."""
        if self._record.outcome is not None:
            return
        if status == pytest.ExitCode.USAGE_ERROR:
            self._record.fail_as(JUDGE_ERROR, "pytest does not take the arguments that it is given")
        elif not self._tests:
            self._record.fail_suite("there is no test in the file")
        elif status != pytest.ExitCode.OK or self._ended != self._tests:
            self._record.fail_as("wrong_answer", f"pytest ended with status {int(status)}")
        elif not self._passed():
            self._record.fail_suite("no test of the file was run to its end; all were skipped or expected to fail")

    def _note_failure(self, report: pytest.TestReport) -> None:
        test = report.nodeid.partition("::")[2]
        if isinstance(self._error, pytest.FixtureLookupError):
            self._record.fail_as(JUDGE_ERROR, f"the tests can't be used: {test}: there is no fixture that it asks for")
        elif self._error is None:  # it passed, though it had to fail
            self._record.fail_as("wrong_answer", f"{test}: {report.longreprtext}")
        else:
            with contextlib.suppress(BaseException):  # that the solution is gone is seen afterwards
                self._record.fail(self._error, test)

    def _passed(self) -> set[str]:
        return self._ended - self._failed - self._uncounted

    def _tell(self) -> None:
        total = len(self._tests) - len(self._uncounted - self._failed)
        self._record.count(len(self._passed()), max(total, 1))
