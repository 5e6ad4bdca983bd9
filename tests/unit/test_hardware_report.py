"""Hardware figures as JSON and as lines for a person."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from halo_forge.hardware.collector import Collector
from halo_forge.hardware.readings import DeviceKind, Reading
from halo_forge.hardware.session import Session
from halo_forge.problems.base import ProblemSet
from halo_forge.report.result import to_json
from halo_forge.report.terminal import render
from halo_forge.store import JudgedSample, Times
from halo_forge.summary import summarize
from halo_forge.types import JSONObject, Language, Outcome, Problem, Report, Sample, Verdict
from measuring import BEGAN, Recording, listed, quiet_host

RUN: JSONObject = {
    "model": {"name": "m"}, "problems": {"name": "p", "hash": "0" * 16, "count": 1, "languages": ["cpp"]},
    "verifier": "auto", "tools": {}, "limits": {}, "compile_flags": None, "k": [1],
    "sandbox": {"tier": "strict", "description": "d"}, "halo_forge": "0", "python": "3", "platform": "l", "workers": 1,
}  # fmt: skip


def report(*sessions: Session, engine: str = "llamacpp") -> Report:
    sample = Sample("a", 0, "t", n_tokens=7213)
    times = Times(BEGAN, BEGAN + 90, BEGAN + 20, BEGAN + 120, 0, 0)
    judged = [JudgedSample(sample, Verdict("a", 0, Outcome.ACCEPTED, True), times)]
    problems = ProblemSet("p", "here", (Problem("a", "p", Language.CPP),))
    run = {**RUN, "model": {"name": "m", "engine": engine}}
    return summarize(problems, judged, (1,), run, 1, measured=sessions)


def as_json(found: Report) -> Any:
    result = json.loads(json.dumps(to_json(found), allow_nan=False))
    jsonschema.validate(result, json.loads((resources.files("halo_forge.report") / "result.schema.json").read_text()))
    return result["hardware"]


def shown(found: Report) -> list[str]:
    console = Console(file=io.StringIO(), width=160)
    console.print(render(found))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_with_gpus() -> None:
    recording, head = Recording.of("two_gpus.jsonl")
    found = report(recording.played())
    hardware = as_json(found)
    assert hardware["gpu_energy_wh"] == pytest.approx(sum(head["exact_wh"]), rel=0.01)
    assert hardware["gpu_power_avg_w"] == pytest.approx(sum(head["exact_wh"]) * 30, rel=0.01)
    assert hardware["gpu_peak_memory_gb"] == 23
    assert hardware["tokens_per_wh"] == pytest.approx(7213 / sum(head["exact_wh"]), rel=0.01)
    assert hardware["wh_per_solved"] == hardware["energy_wh"]
    assert hardware["energy_source"]["gpu"] is not None
    assert hardware["phases"]["generation"]["seconds"] == pytest.approx(90)
    assert "memory: at most 23.0 GB of the GPU, 1.0 GB of this run's processes" in shown(found)
    assert "energy: GPU 7.234 Wh at 217.0 W, 7.23 Wh a solved problem, 997 tokens/Wh" in shown(found)


def test_with_gpus_and_processors() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    package = listed((Reading(energy_j=30 * moment["t"]) for moment in recording.moments), DeviceKind.CPU, 65_000.0)
    collector = recording.collector()
    both = Collector([*collector.devices, package], quiet_host)
    for at, moment in enumerate(recording.moments):
        recording.at = at
        both.look(BEGAN + moment["t"], moment["t"])
    found = report(both.session(0, complete=True))
    hardware = as_json(found)
    assert hardware["cpu_energy_wh"] == pytest.approx(1)
    assert hardware["cpu_power_avg_w"] == pytest.approx(30)
    assert hardware["energy_wh"] == pytest.approx(hardware["cpu_energy_wh"] + hardware["gpu_energy_wh"])
    assert hardware["energy_source"]["cpu"] == "RAPL"
    (line,) = (line for line in shown(found) if line.startswith("energy:"))
    assert line.startswith("energy: 8.234 Wh, GPU 7.234 Wh at 217.0 W, processors 1 Wh at 30.0 W, 8.23 Wh a solved")


def test_energy_that_is_not_known_is_said() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    for moment in recording.moments[60:]:
        moment["gpus"][0] = {name: {"error": "GPU is lost"} for name in moment["gpus"][0]}
    (line,) = (line for line in shown(report(recording.played())) if line.startswith("energy:"))
    assert line.startswith("energy: not known; NVIDIA RTX A: energy is known for ")


def test_a_server_may_be_elsewhere() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    session = recording.played()
    assert not any("server" in note for note in as_json(report(session))["notes"])
    assert any("server" in note for note in as_json(report(session, engine="openai"))["notes"])


def test_nothing_measured() -> None:
    assert as_json(report()) is None
    assert not any(line.startswith(("memory:", "energy:")) for line in shown(report()))


def test_killed_before_anything_was_measured() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    hardware = as_json(report(replace(recording.played(), slices=(), complete=False)))
    assert hardware["peak_memory_gb"] is None
    assert "120.0 of 120.0 s of session 0 were not measured" in hardware["reasons"]["peak_memory_gb"]
    assert hardware["series"]["at"] is None
