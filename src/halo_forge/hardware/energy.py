"""Energy between two readings of a device, from its counter or by integrating its power. Pure functions."""

from __future__ import annotations

from halo_forge.hardware.readings import Reading

_MOST_W = 3_000.0  # of one device; a counter that says more was set back, it did not count
_COUNTER_LAG_S = 1.0  # a counter may be moved on that rarely, and then by all that has come together
_LONGEST_GAP_S = 30.0  # between two readings of power; nobody knows what a longer one was like


def energy_between(before: Reading, after: Reading, seconds: float, wraps_at_j: float | None) -> float | None:
    """Joules from one reading to the next.

    The counter's own word comes first. Where there is none, or it was set back (a driver that was loaded again), the
    power is taken to have gone in a straight line from the one reading to the other.

    Args:
        seconds: that passed between them, by a clock that stands still while the machine sleeps.

    Returns:
        ``None`` where nobody knows.
    """
    if before.energy_j is not None and after.energy_j is not None:
        counted = _counted(before.energy_j, after.energy_j, seconds, wraps_at_j)
        if counted is not None:
            return counted
    powers = [reading.power_w for reading in (before, after) if reading.power_w is not None]
    if len(powers) < 2 or seconds > _LONGEST_GAP_S or not all(0 <= power_w <= _MOST_W for power_w in powers):
        return None
    return sum(powers) / 2 * seconds


def _counted(before_j: float, after_j: float, seconds: float, wraps_at_j: float | None) -> float | None:
    most_j = _MOST_W * (seconds + _COUNTER_LAG_S)
    if wraps_at_j is None:
        return after_j - before_j if 0 <= after_j - before_j <= most_j else None
    if seconds > _LONGEST_GAP_S and most_j > wraps_at_j:
        return None  # it may have wrapped more than once
    counted = (after_j - before_j) % wraps_at_j
    return counted if counted <= most_j else None
