"""Whether what was measured covers all that the run did."""

from __future__ import annotations

from collections.abc import Sequence

from halo_forge.hardware.session import Session
from halo_forge.store import PhaseSpans

ENOUGH = 0.99  # of the time


def not_covered(sessions: Sequence[Session], spans: PhaseSpans) -> str | None:
    """Why figures of the whole run cannot be had, ``None`` when they can."""
    for number in sorted({*spans.generation, *spans.judging}):
        measured = [session for session in sessions if session.number == number]
        if not measured:
            return f"session {number} of this run was not measured"
        worked = [span for phase in (spans.generation, spans.judging) if (span := phase.get(number)) is not None]
        first, last = min(start for start, _ in worked), max(end for _, end in worked)
        lacking_s = _lacking_s(measured, first, last)
        if lacking_s > (1 - ENOUGH) * (last - first):
            return f"{lacking_s:.1f} of {last - first:.1f} s of session {number} were not measured; {_why(measured)}"
    return None


def _lacking_s(measured: Sequence[Session], first: float, last: float) -> float:
    """Seconds of work at the beginning and at the end that no slice covers."""
    slices = [piece for session in measured for piece in session.slices]
    if not slices:
        return last - first
    begun, ended = min(piece.start for piece in slices), max(piece.end for piece in slices)
    return max(0.0, begun - first) + max(0.0, last - ended)


def _why(measured: Sequence[Session]) -> str:
    if all(session.complete for session in measured):
        return "a driver took long to answer, or the clock was set"
    return "the run was killed, or measuring failed"
