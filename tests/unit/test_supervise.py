"""How a run is watched, where it does not depend on a sandbox."""

from __future__ import annotations

import time

import pytest

from halo_forge.sandbox.base import ResourceLimits
from halo_forge.sandbox.spawned import Spawn
from halo_forge.sandbox.supervise import Job, supervise

LIMITS = ResourceLimits(cpu_s=5, memory_mb=256, output_bytes=1024, file_mb=8, tmp_mb=16, processes=32)


def test_what_has_ended_by_the_first_look_was_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process itself may get no processor for long, or be stopped and go on later."""
    monkeypatch.setattr(ResourceLimits, "wall_s", 0.2)
    begin = Spawn.begin

    def slowly(self: Spawn, *given: object) -> object:
        tree = begin(self, *given)  # type: ignore[arg-type]
        time.sleep(0.5)
        return tree

    monkeypatch.setattr(Spawn, "begin", slowly)
    seen = supervise(Job(Spawn(["/bin/echo", "done"], (), {}), LIMITS, b""))
    assert (seen.killed_by, seen.status, seen.stdout) == (None, 0, b"done\n")
