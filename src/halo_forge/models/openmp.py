"""How the threads of a native engine wait for each other. To be settled before its library is loaded."""

from __future__ import annotations

import os


def wait_briefly() -> None:
    """Have OpenMP threads spin for a moment only, unless the user decided otherwise.

    Threads that wait by spinning for long stand still together as soon as a compiler wants one of their processors;
    threads that do not spin at all lose a fifth of their speed on a quiet machine.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "100")
