"""How a run that failed is called."""

from __future__ import annotations

import pytest

from halo_forge.sandbox.base import ResourceLimits
from halo_forge.types import Execution, KilledBy, Outcome
from halo_forge.verifiers.base import failure

LIMITS = ResourceLimits(cpu_s=1, memory_mb=64, output_bytes=4096, file_mb=1, tmp_mb=1, processes=1)


@pytest.mark.parametrize(
    ("exit_code", "killed_by", "stderr", "outcome"),
    [
        (0, None, b"fatal error: out of memory", None),
        (2, None, b"fatal error: out of memory", Outcome.MEMORY_LIMIT),
        (2, None, b"panic", Outcome.RUNTIME_ERROR),
        (None, KilledBy.OUTPUT, b"fatal error: out of memory" + b"." * 4096, Outcome.MEMORY_LIMIT),
        (2, KilledBy.OUTPUT, b"fatal error: out of memory" + b"." * 4096, Outcome.MEMORY_LIMIT),
        (0, KilledBy.OUTPUT, b"fatal error: out of memory" + b"." * 4096, Outcome.OUTPUT_LIMIT),
        (None, KilledBy.OUTPUT, b"fatal error: out of memory", Outcome.OUTPUT_LIMIT),  # it printed too much elsewhere
        (None, KilledBy.OUTPUT, b"hello" + b"." * 4096, Outcome.OUTPUT_LIMIT),
        (None, KilledBy.CPU, b"fatal error: out of memory", Outcome.TIME_LIMIT),
        (None, KilledBy.MEMORY, b"", Outcome.MEMORY_LIMIT),
    ],
)
def test_failure(exit_code: int | None, killed_by: KilledBy | None, stderr: bytes, outcome: Outcome | None) -> None:
    execution = Execution(
        exit_code=exit_code, signal=None, stdout=b"", stderr=stderr, cpu_s=0.1, wall_s=0.1, killed_by=killed_by
    )
    found = failure(execution, LIMITS)
    assert (None if found is None else found[0]) is outcome
