"""From sessions to figures: devices that vanish, other users, several sessions, what is null and why."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from halo_forge.hardware.collector import Collector
from halo_forge.hardware.figures import hardware_of
from halo_forge.hardware.host import HostReading
from halo_forge.hardware.readings import DeviceKind, Reading
from halo_forge.hardware.series import MOST_POINTS
from halo_forge.hardware.session import Session, decode_session, encode_session
from halo_forge.store import PhaseSpans
from halo_forge.types import Hardware
from measuring import BEGAN, GIB, ME, Recording, listed, looked_at, quiet_host

NOWHEN = PhaseSpans({}, {})
INIT = 1  # a process that is there and is never ours


def hardware(*sessions: Session, spans: PhaseSpans = NOWHEN, tokens: int | None = 1000, solved: int = 2) -> Hardware:
    found = hardware_of(sessions, spans, tokens=tokens, solved=solved)
    assert found is not None
    return found


def steady(name: str = "some GPU", watts: float = 36.0, looks: int = 101, **more: Any) -> Any:
    """A GPU that takes the same all the time."""
    readings = (
        Reading(energy_j=watts * i, power_w=watts, memory_bytes=GIB, busy_pct=50.0, **more) for i in range(looks)
    )
    return listed(readings, name=name)


def test_nothing_measured() -> None:
    assert hardware_of([], NOWHEN, tokens=1, solved=1) is None


def test_the_published_keys_and_what_follows_from_them() -> None:
    session = looked_at([steady()], range(101))
    found = hardware(session, spans=PhaseSpans({0: (BEGAN, BEGAN + 100)}, {}))
    assert found.total.gpu_energy_wh == pytest.approx(1)
    assert found.total.gpu_power_avg_w == pytest.approx(36)
    assert (found.total.gpu_peak_memory_gb, found.total.gpu_utilization_pct) == (1, 50)
    assert (found.wh_per_solved, found.tokens_per_wh) == (pytest.approx(0.5), pytest.approx(1000))
    assert found.total.peak_memory_gb == 1
    assert found.total.system_peak_memory_gb == 2
    scored = hardware(session, spans=PhaseSpans({}, {0: (BEGAN, BEGAN + 100)}))
    assert (scored.wh_per_solved, scored.tokens_per_wh) == (pytest.approx(0.5), None)
    assert scored.reasons["tokens_per_wh"] == "no tokens were counted in this run"


def test_every_null_has_its_reason() -> None:
    session = Collector([], quiet_host, {DeviceKind.GPU: "no driver", DeviceKind.CPU: "no RAPL"})
    session.look(BEGAN, 0)
    session.look(BEGAN + 1, 1)
    found = hardware(session.session(0, complete=True), tokens=None, solved=0)
    figures = {name: getattr(found.total, name) for name in found.total.__dataclass_fields__}
    nulls = {name for name, value in figures.items() if value is None}
    assert "gpu_peak_memory_gb" in nulls
    assert "peak_memory_gb" not in nulls
    assert nulls | {"energy_wh", "wh_per_solved", "tokens_per_wh"} <= set(found.reasons)
    assert found.reasons["gpu_peak_memory_gb"] == "no driver"
    assert found.reasons["cpu_energy_wh"] == "no RAPL"
    assert found.phases == {"generation": None, "verification": None}
    assert {"phases.generation", "phases.verification"} <= set(found.reasons)


def test_energy_that_nobody_knows_is_not_zero() -> None:
    silent: list[Reading | Exception] = [RuntimeError("no answer")] * 3
    found = hardware(looked_at([listed(silent)], range(3)))
    assert [(device["energy_wh"], device["known_s"]) for device in found.devices] == [(None, 0)]


def test_gpu_that_vanishes() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    for moment in recording.moments[60:]:
        moment["gpus"][1] = {name: {"error": "GPU is lost"} for name in moment["gpus"][1]}
    found = hardware(recording.played())
    assert (found.total.gpu_energy_wh, found.energy_wh, found.wh_per_solved) == (None, None, None)
    assert found.reasons["gpu_energy_wh"].startswith("NVIDIA RTX B: energy is known for ")
    assert "GPU is lost" in found.reasons["gpu_energy_wh"]
    first, second = found.devices
    assert first["energy_wh"] == pytest.approx(2.06, rel=0.01)
    assert 0 < second["known_s"] < first["known_s"] == 120


def test_gpu_that_raises_and_comes_back_is_forgiven_a_short_while() -> None:
    readings: list[Reading | Exception] = [Reading(energy_j=36.0 * i) for i in range(1001)]
    readings[500] = RuntimeError("busy\nnow")
    found = hardware(looked_at([listed(readings)], range(1001)))
    assert found.total.gpu_energy_wh == pytest.approx(10, rel=0.01)
    assert "some GPU could not be read all the time: busy now" in found.notes


def test_a_value_that_is_not_supported() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    for moment in recording.moments:
        for gpu in moment["gpus"]:
            gpu["nvmlDeviceGetMemoryInfo"] = {"error": "Not Supported"}  # as where memory is the system's
    found = hardware(recording.played())
    assert found.total.gpu_peak_memory_gb is None
    assert found.reasons["gpu_peak_memory_gb"] == "Not Supported"
    assert found.total.gpu_energy_wh is not None


def test_only_gpus_with_a_process_of_the_run_count() -> None:
    ours, idle = steady("ours", pids=ME), steady("idle", watts=360.0)
    found = hardware(looked_at([ours, idle], range(101)))
    assert found.total.gpu_energy_wh == pytest.approx(1)
    assert [device["counted"] for device in found.devices] == [True, False]
    assert found.notes == ()


def test_a_process_that_draws_on_it_is_ours_too() -> None:
    found = hardware(looked_at([steady("ours", drawing=ME), steady("idle")], range(101)))
    assert [device["counted"] for device in found.devices] == [True, False]


def test_others_on_the_gpu_are_mentioned() -> None:
    found = hardware(looked_at([steady(pids=ME | {INIT})], range(101)))
    assert found.devices[0]["others"] == [INIT]
    assert found.notes == ("some GPU was used by other processes too (pid 1); its figures include theirs",)


def test_processes_that_cannot_be_told_apart() -> None:
    found = hardware(looked_at([steady(pids=ME | {2**22 + 1})], range(101)))
    assert found.devices[0]["others"] == []
    assert "cannot be told" in found.notes[0]


def test_no_process_on_any_gpu() -> None:
    found = hardware(looked_at([steady("a"), steady("b")], range(101)))
    assert found.total.gpu_energy_wh == pytest.approx(2)
    assert "all 2 GPUs of the machine" in found.notes[0]


def test_sessions_add_up() -> None:
    first, second = (looked_at([steady()], range(101), number, BEGAN + 1000 * number) for number in (0, 1))
    spans = PhaseSpans(
        {0: (BEGAN, BEGAN + 50), 1: (BEGAN + 1000, BEGAN + 1050)},
        {0: (BEGAN, BEGAN + 100), 1: (BEGAN + 1000, BEGAN + 1100)},
    )
    found = hardware(first, second, spans=spans)
    assert found.total.gpu_energy_wh == pytest.approx(2)
    assert found.total.seconds == 200
    generation = found.phases["generation"]
    assert generation is not None
    assert generation.gpu_energy_wh == pytest.approx(1)
    assert len(found.devices) == 1
    assert found.devices[0]["energy_wh"] == pytest.approx(2)


def test_session_that_was_not_measured_leaves_no_total() -> None:
    spans = PhaseSpans({0: (BEGAN, BEGAN + 90), 1: (BEGAN + 900, BEGAN + 990)}, {})
    found = hardware(looked_at([steady()], range(101)), spans=spans)
    assert found.total.gpu_energy_wh is None
    assert found.total.peak_memory_gb is None
    assert found.total.seconds == 100
    assert found.reasons["gpu_energy_wh"] == found.reasons["phases.generation"]
    assert found.reasons["gpu_energy_wh"] == "session 1 of this run was not measured"
    assert found.series["gpu_power_w"]


def test_session_with_another_gpu_situation() -> None:
    first = looked_at([steady()], range(101))
    second = replace(looked_at([], range(101), 1, BEGAN + 500), missing={DeviceKind.GPU: "the driver is gone"})
    found = hardware(first, second)
    assert (found.total.gpu_energy_wh, found.energy_wh) == (None, None)
    assert found.reasons["gpu_energy_wh"] == "session 1: the driver is gone"


def test_killed_session_lacks_its_end() -> None:
    session = replace(looked_at([steady()], range(101)), complete=False)
    little = hardware(session, spans=PhaseSpans({}, {0: (BEGAN, BEGAN + 100.5)}))
    assert little.total.gpu_energy_wh == pytest.approx(1)
    much = hardware(session, spans=PhaseSpans({}, {0: (BEGAN, BEGAN + 110)}))
    assert much.total.gpu_energy_wh is None
    assert "10.0 of 110.0 s of session 0 were not measured" in much.reasons["gpu_energy_wh"]
    assert "the run was killed" in much.reasons["gpu_energy_wh"]


def test_session_that_began_twice_counts_twice() -> None:
    """A session that left no sample gives its number to the next."""
    gone = replace(looked_at([steady()], range(101)), complete=False)
    done = looked_at([steady()], range(101), began=BEGAN + 500)
    found = hardware(gone, done, spans=PhaseSpans({0: (BEGAN + 500, BEGAN + 600)}, {}))
    assert found.total.gpu_energy_wh == pytest.approx(2)
    generation = found.phases["generation"]
    assert generation is not None
    assert generation.gpu_energy_wh == pytest.approx(1)


def test_gpu_on_the_processor_counts_once() -> None:
    graphics, card = steady("graphics"), steady("card")
    graphics = replace(graphics, info=replace(graphics.info, in_package=True))
    package = listed((Reading(energy_j=72.0 * i) for i in range(101)), DeviceKind.CPU, 65_000.0, name="package-0")
    found = hardware(looked_at([graphics, card, package], range(101)))
    assert (found.total.gpu_energy_wh, found.total.cpu_energy_wh) == (pytest.approx(2), pytest.approx(2))
    assert found.energy_wh == pytest.approx(3)
    assert any("graphics is a part of a processor" in note for note in found.notes)
    assert hardware(looked_at([steady("card")], range(101))).energy_wh == pytest.approx(1)


def test_memory_that_cannot_be_read_is_said() -> None:
    def broken() -> HostReading:
        raise OSError(13, "Permission denied", "/proc/meminfo")

    collector = Collector([steady()], broken)
    for i in range(101):
        collector.look(BEGAN + i, i)
    found = hardware(collector.session(0, complete=True))
    assert found.total.peak_memory_gb is None
    assert found.total.gpu_energy_wh == pytest.approx(1)
    assert "memory of the machine: Permission denied: /proc/meminfo" in found.notes


def test_series_is_bounded_and_adds_up() -> None:
    found = hardware(looked_at([steady(looks=3000, watts=50.0)], range(3000)))
    lengths = {len(column) for column in found.series.values() if column is not None}
    assert len(lengths) == 1
    assert MOST_POINTS / 2 <= lengths.pop() <= MOST_POINTS
    assert set(found.series["gpu_power_w"] or ()) == {50.0}
    assert sum(filter(None, found.series["seconds"] or ())) == pytest.approx(2999)
    assert found.series["cpu_power_w"] is None


def test_session_there_and_back() -> None:
    recording, _ = Recording.of("two_gpus.jsonl")
    session = recording.played()
    assert decode_session(json.loads(json.dumps(encode_session(session)))) == session


@pytest.mark.parametrize("change", [
    lambda data: data.pop("slices"), lambda data: data["slices"][0].pop(), lambda data: data.update(slices=[1]),
    lambda data: data["slices"][0].__setitem__(0, "soon"), lambda data: data["slices"][0][3].pop(),
    lambda data: data["slices"][0][3][0].__setitem__(0, float("nan")), lambda data: data.update(devices=None),
    lambda data: data["devices"][0]["info"].update(kind="tpu"), lambda data: data.update(missing=[]),
])  # fmt: skip
def test_damaged_session_is_refused(change: Any) -> None:
    data = json.loads(json.dumps(encode_session(looked_at([steady()], range(5)))))
    change(data)
    with pytest.raises(ValueError):  # noqa: PT011 - whichever
        decode_session(data)


THIS_MACHINE = """
import mmap, os
from halo_forge.hardware.host import read_host
before = read_host()
with mmap.mmap(-1, 64 * 2**20) as ballast:
    ballast.write(b"x" * len(ballast))
    after = read_host()
assert os.getpid() in before.pids
assert after.memory_bytes - before.memory_bytes > 60 * 2**20
assert after.system_bytes >= after.memory_bytes / 2
assert after.total_s >= before.total_s > 0
assert after.busy_s >= before.busy_s > 0
assert after.busy_s - before.busy_s <= after.total_s - before.total_s + 0.05  # what waited for a disk may be set back
"""


def test_this_machine() -> None:
    """In a process of its own: here the tests before this one may have memory given back at any time."""
    subprocess.run([sys.executable, "-c", THIS_MACHINE], check=True)
