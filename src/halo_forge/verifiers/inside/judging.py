"""From a suite and a solution to a verdict."""

from __future__ import annotations

import json
import os

from .channel import OtherSideGone
from .failures import rebuild
from .record import JUDGE_ERROR, Record, Report, of_solution
from .source import sent_prelude
from .standins import StandIns
from .tester import Tester

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from typing import Any

    from .suite import Suite

_CHUNK = 1024 * 1024


def judge_payload(tester: Tester, payload_fd: int, result_fd: int) -> None:
    """Judge what is to be read from one descriptor, and write to the other what is found out, line by line."""
    report = Report(result_fd)  # it has a line from now on: the tester has begun
    given, _, beside = _read_whole(payload_fd).partition(b"\n")
    judge(tester, json.loads(given), beside, report)


def _read_whole(fd: int) -> bytes:
    chunks = []
    while chunk := os.read(fd, _CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)


def judge(tester: Tester, given: dict[str, Any], beside: bytes, report: Report) -> None:
    """Have the solution loaded, run the suite on it, and tell what is found out as it becomes known.

    Args:
        beside: pytest's packages, for its suites; for those of assertions what was made of it ahead, if anything was.
    """
    try:
        suite = _suite(given, beside)
        suite.begin()
    except Exception as error:
        report.tell({"outcome": JUDGE_ERROR, "detail": f"the tests can't be used: {type(error).__name__}: {error}"})
        return
    record = Record(tester, given["tests"], report)
    try:
        complaint = _parse(tester, given, suite)
        report.tell({"parsed": complaint is None})
        if complaint is not None:
            record.fail_as("compile_error", complaint)
        else:
            _run(suite, tester, record)
    except OtherSideGone:
        pass  # the record says so
    record.close()


def _suite(given: dict[str, Any], beside: bytes) -> Suite:
    """The suite, of the kind that its framework needs."""
    if given["framework"] == "pytest":
        from .packages import Packages

        Packages(beside).install()
        from .pytest_suite import PytestSuite

        return PytestSuite(given)
    if given["framework"] == "unittest":
        from .unittest_suite import UnittestSuite

        return UnittestSuite(given)
    from .assertions import AssertionSuite

    return AssertionSuite(given, beside)


def _run(suite: Suite, tester: Tester, record: Record) -> None:
    loaded = tester.receive()
    if "error" in loaded:
        record.fail_as(*of_solution(rebuild(loaded, {}, tester.unpack)))
        return
    try:
        suite.run(StandIns(tester, loaded), tester, record)
    except BaseException as error:
        record.fail(error)


def _parse(tester: Tester, given: dict[str, Any], suite: Suite) -> str | None:
    """Send the solution over; returns why it is no Python, if it is none."""
    try:
        prelude = sent_prelude(suite.prelude, given["prompt"], given["form"])
        source = {key: given[key] for key in ("preamble", "code", "prompt", "form", "entry_point")}
        tester.send({**source, "prelude": prelude})
        answer = tester.receive()
    except OtherSideGone:
        return "the source is too much for the parser"
    return None if answer.get("parsed") is True else str(answer.get("words", ""))
