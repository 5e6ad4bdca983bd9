"""A time limit that a busy machine can not cause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from halo_forge.errors import Cancelled
from halo_forge.sandbox.base import Command, ResourceLimits, Tier
from halo_forge.sandbox.fair import FairSandbox
from halo_forge.types import Execution, KilledBy

LIMITS = ResourceLimits(cpu_s=1, memory_mb=100, output_bytes=1000, file_mb=1, tmp_mb=1, processes=8)
COMMAND = Command(argv=("/bin/true",), limits=LIMITS)
FINE = Execution(exit_code=0, signal=None, stdout=b"", stderr=b"", cpu_s=0.1, wall_s=0.1)
ASLEEP = replace(FINE, exit_code=None, killed_by=KilledBy.WALL, wall_s=6.0, kept_waiting_s=0.01)
STARVED = replace(ASLEEP, kept_waiting_s=3.0)


class ScriptedSandbox:
    """Gives what it is told to give, in order; to each program its own."""

    tier = Tier.STRICT
    description = "scripted"

    def __init__(self, *script: Execution | Callable[[], Execution], **scripts: list[Callable[[], Execution]]) -> None:
        self.scripts: dict[str, list[Execution | Callable[[], Execution]]] = {"/bin/true": list(script)}
        self.scripts |= {f"/{name}": list(steps) for name, steps in scripts.items()}
        self.lock = threading.Lock()
        self.inside = self.most = self.closed = 0

    def run(self, command: Command) -> Execution:
        with self.lock:
            step = self.scripts[command.argv[0]].pop(0)
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            return step() if callable(step) else step
        finally:
            with self.lock:
                self.inside -= 1

    @property
    def left(self) -> int:
        return sum(map(len, self.scripts.values()))

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    "execution",
    [
        FINE,
        ASLEEP,
        replace(STARVED, cpu_s=0.8),  # nearly used up: more elapsed time would change nothing
        replace(STARVED, killed_by=KilledBy.CPU),
        replace(STARVED, killed_by=KilledBy.MEMORY),
        replace(STARVED, killed_by=None, exit_code=1),
    ],
)
def test_run_once(execution: Execution) -> None:
    inner = ScriptedSandbox(execution)
    assert FairSandbox(inner).run(COMMAND) is execution
    assert inner.left == 0


@pytest.mark.parametrize("second", [FINE, STARVED, ASLEEP])
def test_what_was_starved_is_run_again_and_that_counts(second: Execution) -> None:
    inner = ScriptedSandbox(STARVED, second)
    assert FairSandbox(inner).run(COMMAND) is second
    assert inner.left == 0


def test_the_second_run_is_alone() -> None:
    """It waits for all that is going on, and keeps out what comes."""
    together = threading.Barrier(8)
    seen: list[int] = []

    def busy() -> Execution:
        together.wait()
        time.sleep(0.05)
        return FINE

    def starved() -> Execution:
        together.wait()
        return STARVED

    def second() -> Execution:
        seen.append(inner.inside)
        time.sleep(0.1)
        seen.append(inner.inside)
        return FINE

    inner = ScriptedSandbox(starved=[starved, second], busy=[busy] * 7, late=[lambda: FINE] * 8)
    fair = FairSandbox(inner)
    with ThreadPoolExecutor(16) as pool:
        runs = [pool.submit(fair.run, replace(COMMAND, argv=(name,))) for name in ["/starved", *["/busy"] * 7]]
        time.sleep(0.02)
        runs += [pool.submit(fair.run, replace(COMMAND, argv=("/late",))) for _ in range(8)]
        assert all(run.result() is FINE for run in runs)
    assert seen == [1, 1]
    assert inner.most >= 8


def test_two_that_want_to_be_alone_take_turns() -> None:
    barrier = threading.Barrier(2)

    def starved() -> Execution:
        barrier.wait()
        return STARVED

    inner = ScriptedSandbox(starved, starved, FINE, FINE)
    fair = FairSandbox(inner)
    with ThreadPoolExecutor(2) as pool:
        assert [future.result() for future in [pool.submit(fair.run, COMMAND) for _ in range(2)]] == [FINE, FINE]


@pytest.mark.parametrize("script", [(None,), (STARVED, None)])
def test_an_error_leaves_the_door_open(script: tuple[Execution | None, ...]) -> None:
    def fail() -> Execution:
        raise Cancelled("stopped")

    inner = ScriptedSandbox(*(fail if step is None else step for step in script), STARVED, FINE)
    fair = FairSandbox(inner)
    with pytest.raises(Cancelled):
        fair.run(COMMAND)
    assert fair.run(COMMAND) is FINE


def test_it_passes_on_what_it_does_not_decide() -> None:
    inner = ScriptedSandbox()
    fair = FairSandbox(inner)
    assert (fair.tier, fair.description) == (Tier.STRICT, "scripted")
    fair.close()
    assert inner.closed == 1
