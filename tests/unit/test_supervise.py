"""How a run is watched, where it does not depend on a sandbox."""

from __future__ import annotations

import select
import sys
import time
from dataclasses import replace

import pytest

from halo_forge.sandbox.base import ResourceLimits
from halo_forge.sandbox.spawned import Spawn
from halo_forge.sandbox.supervise import Job, Tree, supervise
from patience import SOON_S

LIMITS = ResourceLimits(cpu_s=5, memory_mb=256, output_bytes=1 << 20, file_mb=8, tmp_mb=16, processes=32)
MUCH = 900_000  # bytes, more than is read at once, in a pipe that holds them all
WRITES_MUCH = f"""
import fcntl, os
for fd in (1, 2):
    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, 1 << 20)
    assert os.write(fd, b"x" * {MUCH}) == {MUCH}
"""


@pytest.fixture
def _late(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process looks at what it has begun when that has ended: it got no processor, or was stopped and went on."""
    begin = Spawn.begin

    def slowly(self: Spawn, *given: object) -> Tree:
        tree = begin(self, *given)  # type: ignore[arg-type]
        time.sleep(0.3)
        assert select.select([tree.fd], [], [], SOON_S)[0]
        return tree

    monkeypatch.setattr(Spawn, "begin", slowly)


@pytest.mark.usefixtures("_late")
def test_what_has_ended_by_the_first_look_was_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ResourceLimits, "wall_s", 0.2)
    seen = supervise(Job(Spawn(["/bin/echo", "done"], (), {}), LIMITS, b""))
    assert (seen.killed_by, seen.status, seen.stdout) == (None, 0, b"done\n")


@pytest.mark.usefixtures("_late")
@pytest.mark.parametrize("most", [1 << 20, 100_000])
def test_what_was_written_by_then_is_read_up_to_the_cap(most: int) -> None:
    limits = replace(LIMITS, output_bytes=most)
    seen = supervise(Job(Spawn([sys.executable, "-I", "-S", "-c", WRITES_MUCH], (), {}), limits, b""))
    assert seen.status == 0
    assert len(seen.stdout) == len(seen.stderr) == min(most, MUCH)
    assert seen.truncated is (most < MUCH)
