"""An assertion suite, and what comes of executing it.

Whatever can be wrong with the suite itself is found out before the solution is sent over. From then on a failure counts
against the solution, whose process may have caused it.
"""

from __future__ import annotations

import ast
import builtins
import sys
from importlib.machinery import PathFinder

from .channel import OtherSideGone
from .failures import MOST_WORDS, rebuild, stand_in
from .remote import Remote
from .source import names_in, prelude
from .tester import SUITE

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .tester import Tester

    Tell = Callable[[dict[str, Any]], None]

_MODULE = 0  # the number under which the candidate holds the solution
_FILE = "tests.py"


class Suite:
    """The tests of one problem, ready to be executed."""

    def __init__(self, tests: str, prompt: str | None, entry_point: str | None) -> None:
        """Compile the tests, and execute what the prompt brings.

        Raises:
            Exception: anything, when they are no good.
        """
        self._tests = tests
        self._entry_point = entry_point
        tree = ast.parse(tests, _FILE)
        if missing := sorted(name for name in _imports(tree) if not _is_there(name)):
            raise ImportError(f"there is no {', '.join(missing)} here")
        self._code = compile(tree, _FILE, "exec", dont_inherit=True)
        self._names: dict[str, Any] = {"__name__": SUITE}
        for code in [] if prompt is None else prelude(prompt, entry_point):
            exec(code, self._names)

    def add_stand_ins(self, tester: Tester, kinds: dict[str, Any]) -> None:
        """Add what the suite asks for of the solution, whose names and their `kinds` may be made up.

        A name of the solution never takes the place of a built-in one that the suite may rely on, nor of a function of
        the prompt. A class of the prompt is taken from the solution, so that its objects live there.
        """
        wanted = names_in(self._code) & kinds.keys()
        constants: list[bool] = []
        for name in sorted(wanted, key=lambda name: len(kinds[name])):  # an exception comes after its bases
            if hasattr(builtins, name) or (name in self._names and not self._has_class(name)):
                continue
            if type(kinds[name]) is list:
                made = stand_in(kinds[name], tester.known_errors)
                self._names[name] = tester.known_errors[made.__name__] = made
            else:
                self._names[name] = tester.ask("get", _MODULE, (name,), {})
                constants.append(type(self._names[name]) is not Remote)
        if self._entry_point is not None:
            self._names[self._entry_point] = tester.ask("get", _MODULE, (self._entry_point,), {})
        tester.was_used = any(constants)  # to look at those is to use the solution

    def execute(self) -> None:
        """Run it, and its ``check`` where it defines one (the solution may have one too)."""
        before = self._names.get("check")
        exec(self._code, self._names)
        check = self._names.get("check")
        if self._entry_point is not None and check is not before and callable(check):
            check(self._names[self._entry_point])

    def failed_line(self, error: BaseException) -> str:
        """The line that raised it, for a reader."""
        number, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == _FILE:
                number = trace.tb_lineno
            trace = trace.tb_next
        lines = self._tests.splitlines()
        return f"{lines[number - 1].strip()}\n" if 0 < number <= len(lines) else ""

    def _has_class(self, name: str) -> bool:
        return isinstance(self._names[name], type) and self._names[name].__module__ == SUITE


def judge(tester: Tester, given: dict[str, Any], tell: Tell) -> None:
    """Have the solution loaded, run the suite on it, and tell what is found out as it becomes known."""
    try:
        suite = Suite(given["tests"], given["prompt"], given["entry_point"])
    except Exception as error:
        tell({"outcome": "judge_error", "detail": f"the tests can't be used: {type(error).__name__}: {error}"})
        return
    try:
        outcome, words = _judge(suite, tester, given, tell)
    except OtherSideGone as error:
        outcome, words = "runtime_error", f"the solution {error}"
    tell({"outcome": outcome, "detail": words[:MOST_WORDS], "signal": tester.signal})


def _judge(suite: Suite, tester: Tester, given: dict[str, Any], tell: Tell) -> tuple[str, str]:
    complaint = _parse(tester, given)
    tell({"parsed": complaint is None})
    if complaint is not None:
        return "compile_error", complaint
    loaded = tester.receive()
    if "error" in loaded:
        return _of_solution(rebuild(loaded, {}, tester.unpack))
    try:
        suite.add_stand_ins(tester, _kinds(loaded))
        suite.execute()
    except OtherSideGone:
        raise
    except BaseException as error:
        return _of_suite(error, suite, tester)
    if tester.gone is not None:
        raise OtherSideGone(tester.gone)  # although the suite held it back
    if not tester.was_used:
        return "judge_error", "the tests never use the solution; they have to be bare asserts, or check(candidate)"
    return "accepted", ""


def _parse(tester: Tester, given: dict[str, Any]) -> str | None:
    """Send the solution over; returns why it is no Python, if it is none."""
    try:
        tester.send({key: given[key] for key in ("code", "prompt", "form", "entry_point")})
        answer = tester.receive()
    except OtherSideGone:
        return "the source is too much for the parser"
    return None if answer.get("parsed") is True else str(answer.get("words", ""))


def _kinds(loaded: dict[str, Any]) -> dict[str, Any]:
    names = loaded.get("names")
    if type(names) is not dict or not all(type(kind) in (str, list) for kind in names.values()):
        raise OtherSideGone("sent nonsense")
    return names


def _of_solution(error: BaseException) -> tuple[str, str]:
    kind = "memory_limit" if isinstance(error, MemoryError) else "runtime_error"
    return kind, _words(error)


def _of_suite(error: BaseException, suite: Suite, tester: Tester) -> tuple[str, str]:
    """What it means that a suite ended with an exception."""
    if tester.is_to_blame(error):
        return _of_solution(error)
    return "wrong_answer", suite.failed_line(error) + _words(error)


def _words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except BaseException:  # it speaks of an object of the solution, and that has nothing to say
        return type(error).__name__


def _imports(node: ast.AST) -> Iterator[str]:
    """The top-level modules that code can't do without."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module is not None:
            yield child.module.partition(".")[0]
        elif not isinstance(child, ast.Try):  # which may be there because a module may be missing
            yield from _imports(child)


def _is_there(module: str) -> bool:
    return module in sys.stdlib_module_names or PathFinder.find_spec(module) is not None
