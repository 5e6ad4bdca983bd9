"""Metrics that are worked out on request only: pass^k and G-Pass@k."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from halo_forge.metrics import mean_g_pass_at_k, mean_pass_hat_k
from halo_forge.types import Estimate

_WRITTEN = re.compile(
    r"(?:pass\^(?P<all>[1-9]\d{0,8})|g-pass@(?P<some>[1-9]\d{0,8})_(?P<tau>[01]|[01]?\.\d{1,9}))", re.I
)


@dataclass(frozen=True, slots=True)
class Metric:
    """pass^k, or G-Pass@k where `tau` is given."""

    k: int
    tau: float | None = None

    @classmethod
    def parse(cls, text: str) -> Metric:
        """``pass^4``, or ``g-pass@4_0.5`` for G-Pass@4 at tau 0.5.

        Raises:
            ValueError: it is written otherwise, or tau is not in (0, 1].
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no metric")
        if found["all"]:
            return cls(int(found["all"]))
        tau = float(found["tau"])
        if not 0 < tau <= 1:
            raise ValueError(f"{text!r}: tau must be above 0 and at most 1")
        return cls(int(found["some"]), tau)

    @property
    def name(self) -> str:
        """As it is written on the command line and in files."""
        return f"pass^{self.k}" if self.tau is None else f"g-pass@{self.k}_{self.tau:g}"

    def mean(self, counts: Sequence[tuple[int, int]]) -> Estimate:
        """Its mean over problems of (n, c), with an interval; undefined when any has n < k."""
        return mean_pass_hat_k(counts, self.k) if self.tau is None else mean_g_pass_at_k(counts, self.k, self.tau)
