"""Hardware metrics through the real command line, on this machine and in its files."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from e2e.conftest import CommandLine
from e2e.test_run import ADD, RUN, SAMPLES, schema
from patience import LONG_S

no_gpu = pytest.mark.skipif(
    os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/kfd"), reason="this machine has a GPU"
)


@pytest.fixture
def ready(halo: CommandLine) -> CommandLine:
    """A problem with three samples."""
    halo.write("data/test.jsonl", ADD)
    halo.write("samples.jsonl", *SAMPLES[:3])
    return halo


def hardware(halo: CommandLine, name: str = "x.json") -> Any:
    result = halo.json(name)
    jsonschema.validate(result, schema())
    return result["hardware"]


@no_gpu
def test_machine_without_a_gpu(ready: CommandLine) -> None:
    answer = ready(*RUN, "--samples", "3", "--k", "1", "--output", "x.json", "--hardware-metrics")
    assert answer.status == 0, answer.err
    found = hardware(ready)
    assert 0.01 < found["peak_memory_gb"] < 64
    assert found["peak_memory_gb"] < found["system_peak_memory_gb"] * 2
    assert 0 < found["cpu_utilization_pct"] <= 100
    for key in ("gpu_peak_memory_gb", "gpu_power_avg_w", "gpu_energy_wh", "gpu_utilization_pct"):
        assert found[key] is None
        assert "NVIDIA" in found["reasons"][key] or "nvidia" in found["reasons"][key]
        assert "amdgpu" in found["reasons"][key]
    assert found["phases"]["verification"]["peak_memory_gb"] is not None
    assert found["phases"]["verification"]["gpu_energy_wh"] is None
    if not Path("/sys/class/powercap/intel-rapl:0").exists():
        assert "no RAPL" in found["reasons"]["cpu_energy_wh"]
        assert found["energy_wh"] is None
    assert "memory: at most " in answer.out


def test_score(ready: CommandLine) -> None:
    answer = ready("benchmark", "score", "samples.jsonl", "--prompts", "data/test.jsonl", "--output", "x.json")
    assert answer.status == 0, answer.err
    found = hardware(ready)
    assert found["peak_memory_gb"] > 0
    assert found["phases"]["generation"] is None
    assert "phases.generation" in found["reasons"]


def test_left_out(ready: CommandLine) -> None:
    command = (*RUN, "--samples", "3", "--k", "1", "--output", "x.json")
    assert ready(*command, "--no-hardware-metrics").status == 0
    assert hardware(ready) is None
    assert not (ready.directory / "x.hardware.jsonl").exists()
    assert ready(*command).status == 0
    assert hardware(ready) is None, "there was nothing left to measure"


def test_the_same_command_again_changes_nothing(ready: CommandLine) -> None:
    command = (*RUN, "--samples", "3", "--k", "1", "--output", "x.json")
    assert ready(*command).status == 0
    before = hardware(ready), ready.lines("x.hardware.jsonl")
    assert ready(*command).status == 0
    assert (hardware(ready), ready.lines("x.hardware.jsonl")) == before
    assert ready(*command, "--fresh").status == 0
    assert len(ready.lines("x.hardware.jsonl")) == 1
    assert (ready.directory / "x.hardware.jsonl.old-1").exists()


@pytest.mark.parametrize(("how", "first"), [
    (signal.SIGINT, "--hardware-metrics"), (signal.SIGKILL, "--hardware-metrics"),
    (signal.SIGINT, "--no-hardware-metrics"),
])  # fmt: skip
def test_run_that_goes_on(ready: CommandLine, how: signal.Signals, first: str) -> None:
    slow = "import time\ntime.sleep(0.05)\ndef add(a, b):\n    return a + b  # {}\n"
    ready.write("samples.jsonl", *({**SAMPLES[0], "text": slow.format(n)} for n in range(60)))
    command = (*RUN, "--samples", "60", "--k", "1", "--workers", "1", "--output", "x.json")
    process = ready.start(*command, first)
    samples = ready.directory / "x.samples.jsonl"
    while not samples.exists() or samples.read_bytes().count(b"\n") < 2:
        time.sleep(0.02)
        assert process.poll() is None
    os.killpg(process.pid, how) if how is signal.SIGKILL else process.send_signal(how)
    process.communicate(timeout=LONG_S)
    judged = len(ready.lines("x.samples.jsonl"))
    assert judged < 60
    assert ready(*command).status == 0
    found = hardware(ready)
    sessions = ready.lines("x.hardware.jsonl")
    complete = [session["complete"] for session in sessions]
    if first == "--no-hardware-metrics":
        assert complete == [True]
        assert found["peak_memory_gb"] is None
        assert found["reasons"]["peak_memory_gb"] == "session 0 of this run was not measured"
    elif how is signal.SIGINT:
        assert complete == [True, True]
        assert found["peak_memory_gb"] > 0
        assert found["seconds"] == pytest.approx(sum(sum(row[2] for row in one["slices"]) for one in sessions))
    else:
        assert complete == [False, True]
        assert found["peak_memory_gb"] is None
        assert "the run was killed" in found["reasons"]["peak_memory_gb"]
    assert found["series"]["memory_gb"]
