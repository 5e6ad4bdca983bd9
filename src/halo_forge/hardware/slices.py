"""Pieces of a session's time and what was used in each. They add up, so any two neighbours can become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

N = TypeVar("N", int, float)

MOST_SLICES = 512  # of a session; then every two of them become one


@dataclass(frozen=True, slots=True)
class Share:
    """What one device did in a slice.

    Attributes:
        energy_j: in the `known_s` of its seconds in which that is known.
        memory_bytes, temperature_c: the most that was seen.
        busy_s: seconds of being busy, of `looked_s` in which it said how busy it was.
    """

    energy_j: float = 0.0
    known_s: float = 0.0
    memory_bytes: int | None = None
    busy_s: float = 0.0
    looked_s: float = 0.0
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of time.

    Attributes:
        start, end: unix seconds, by a clock that may be set.
        seconds: how long it was, by a clock that nobody sets and that stands still while the machine sleeps.
        devices: in the order of the session's devices.
        memory_bytes: resident memory of the run's processes, the most that was seen.
        system_bytes: the same of the whole machine.
        busy_s: processor seconds that were used on the machine, of `total_s`.
    """

    start: float
    end: float
    seconds: float
    devices: tuple[Share, ...]
    memory_bytes: int | None = None
    system_bytes: int | None = None
    busy_s: float = 0.0
    total_s: float = 0.0

    def part_within(self, start: float, end: float) -> float:
        """Which part of it, 0 to 1, lies between two unix times."""
        if self.end <= self.start:  # the clock was set back meanwhile
            return float(start <= self.start <= end)
        return max(0.0, min(end, self.end) - max(start, self.start)) / (self.end - self.start)


def together(a: Slice, b: Slice) -> Slice:
    """Two neighbours as one slice."""
    return Slice(
        start=a.start,
        end=b.end,
        seconds=a.seconds + b.seconds,
        devices=tuple(_both(x, y) for x, y in zip(a.devices, b.devices, strict=True)),
        memory_bytes=most(a.memory_bytes, b.memory_bytes),
        system_bytes=most(a.system_bytes, b.system_bytes),
        busy_s=a.busy_s + b.busy_s,
        total_s=a.total_s + b.total_s,
    )


def halved(slices: Sequence[Slice]) -> list[Slice]:
    """Every two neighbours made one; of an odd number the last stays as it is."""
    pairs = [together(a, b) for a, b in zip(slices[::2], slices[1::2], strict=False)]
    return pairs + list(slices[len(pairs) * 2 :])


def most(*values: N | None) -> N | None:
    """The largest that is known."""
    return max((value for value in values if value is not None), default=None)


def _both(a: Share, b: Share) -> Share:
    return Share(
        energy_j=a.energy_j + b.energy_j,
        known_s=a.known_s + b.known_s,
        memory_bytes=most(a.memory_bytes, b.memory_bytes),
        busy_s=a.busy_s + b.busy_s,
        looked_s=a.looked_s + b.looked_s,
        temperature_c=most(a.temperature_c, b.temperature_c),
    )
