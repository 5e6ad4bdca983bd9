"""Several tests at once: Holm's correction.

Source: S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scand. J. Statist. 6 (1979) 65-70.
"""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for how many they are, in the order given; a single one stays as it is.

    The i-th smallest of m (from 0) becomes ``p * (m - i)``, at most 1, and no smaller than those before it. A result
    at or below 5% then keeps the chance of any false alarm among all the tests at 5%.
    """
    corrected = [0.0] * len(p_values)
    so_far = 0.0
    for place, which in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        so_far = max(so_far, min(1.0, p_values[which] * (len(p_values) - place)))
        corrected[which] = so_far
    return corrected
