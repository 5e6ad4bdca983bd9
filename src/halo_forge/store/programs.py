"""Which programs of a run have a verdict, and where in ``x.samples.jsonl`` it stands: no text is kept in memory.

A judge error is no verdict on a program, so it is never found here. Lines of which nobody noted the program are not
found either: those samples are judged by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from halo_forge.store.lines import decode_judged
from halo_forge.types import Outcome, Verdict


@dataclass(slots=True)
class Programs:
    """Where the line of each program's first verdict begins."""

    _began: dict[bytes, int] = field(default_factory=dict)

    def add(self, program: str | None, outcome: str, began: int) -> None:
        """Note the line that begins at the byte `began`; the first line on a program counts."""
        if program is not None and outcome != Outcome.JUDGE_ERROR:
            self._began.setdefault(_compact(program), began)

    def find(self, program: str) -> int | None:
        """Where the line on the program with this digest begins."""
        return self._began.get(_compact(program))


def read_verdict(samples: Path, began: int, program: str) -> Verdict | None:
    """The verdict of the line that begins at the byte `began`; ``None`` when it can't be read, or is of another one."""
    try:
        with samples.open("rb") as file:
            file.seek(began)
            verdict = decode_judged(file.readline()).verdict
    except (OSError, ValueError):  # then the sample is judged, as if nothing were known
        return None
    return verdict if verdict.program == program else None


def _compact(program: str) -> bytes:
    """Half as long, as a digest is; whatever else stands in a line stays as it is."""
    try:
        return bytes.fromhex(program)
    except ValueError:
        return program.encode("utf-8", "surrogatepass")
