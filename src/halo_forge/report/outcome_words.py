"""What outcomes are called where a reader has more room than a key."""

from __future__ import annotations

from halo_forge.types import Outcome

OUTCOME_WORDS = {
    Outcome.ACCEPTED: "right",
    Outcome.WRONG_ANSWER: "ran, gave a wrong answer",
    Outcome.RUNTIME_ERROR: "crashed or raised an exception",
    Outcome.TIME_LIMIT: "too slow",
    Outcome.MEMORY_LIMIT: "needed too much memory",
    Outcome.OUTPUT_LIMIT: "printed too much",
    Outcome.COMPILE_ERROR: "did not compile",
    Outcome.NO_CODE: "no code in the answer",
    Outcome.JUDGE_ERROR: "NOT JUDGED: our fault or the machine's, in no rate",
}
