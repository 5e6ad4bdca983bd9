"""The line below each heading of RESULTS.md: when and on what something was measured."""

from __future__ import annotations

import os
import platform
from datetime import date

from halo_forge import __version__


def measured_on(load: float | None = None, *more: str) -> str:
    """Date, machine and versions.

    Args:
        load: the load average when it began, where that was noted.
        more: what else was there: other versions, the sandbox.
    """
    words = [
        date.today().isoformat(), f"{len(os.sched_getaffinity(0))} processors", f"Linux {platform.release()}",
        f"Python {platform.python_version()}", f"halo-forge {__version__}", *more,
    ]  # fmt: skip
    if load is not None:
        words.append(f"load average when it began {load:.1f}")
    return " · ".join(words)
