"""Energy from recorded traces: within 1% of the exact integral, and never made up."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_forge.hardware.figures import hardware_of
from halo_forge.hardware.readings import DeviceKind, Reading
from halo_forge.hardware.slices import MOST_SLICES
from halo_forge.store import PhaseSpans
from halo_forge.types import Hardware
from measuring import BEGAN, Recording, joules, known_s, listed, looked_at, seconds

NOWHEN = PhaseSpans({}, {})
gaps = st.floats(0.05, 29)


def hardware(*sessions: object, spans: PhaseSpans = NOWHEN) -> Hardware:
    found = hardware_of(sessions, spans, tokens=1000, solved=2)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_counter_and_integral_of_a_recorded_load() -> None:
    recording, head = Recording.of("two_gpus.jsonl")
    session = recording.played()
    for device, exact_wh in enumerate(head["exact_wh"]):  # the first has a counter, the second has not
        assert joules(session, device) / 3600 == pytest.approx(exact_wh, rel=0.01)
    found = hardware(session, spans=PhaseSpans({0: (BEGAN + 20, BEGAN + 90)}, {0: (BEGAN, BEGAN + 120)}))
    assert found.total.gpu_energy_wh == pytest.approx(sum(head["exact_wh"]), rel=0.01)
    assert found.total.gpu_power_avg_w == pytest.approx(sum(head["exact_wh"]) * 3600 / 120, rel=0.01)
    assert found.energy_wh == found.total.gpu_energy_wh
    assert found.energy_source == {"gpu": "NVML energy counter; NVML power, integrated", "cpu": None}
    generation, verification = found.phases["generation"], found.phases["verification"]
    assert generation is not None
    assert generation.gpu_energy_wh == pytest.approx(sum(head["exact_wh_20_to_90"]), rel=0.01)
    assert generation.seconds == pytest.approx(70)
    assert verification is not None
    assert verification.gpu_energy_wh == pytest.approx(found.total.gpu_energy_wh)
    assert found.total.gpu_peak_memory_gb == (2 + 6 + 0.5) + (2 + 12 + 0.5)
    assert found.total.gpu_temperature_max_c == 67


@given(st.lists(st.tuples(gaps, st.floats(0, 1000)), min_size=2, max_size=3 * MOST_SLICES))
def test_integral_is_exact_where_power_goes_in_straight_lines(steps: list[tuple[float, float]]) -> None:
    clocks = [sum(gap for gap, _ in steps[: i + 1]) for i in range(len(steps))] if len(steps) < 50 else _running(steps)
    powers = [power for _, power in steps]
    session = looked_at([listed(Reading(power_w=power) for power in powers)], clocks)
    exact = sum((b - a) * (p + q) / 2 for (a, b), (p, q) in zip(pairwise(clocks), pairwise(powers), strict=True))
    assert joules(session) == pytest.approx(exact, rel=1e-9, abs=1e-9)
    assert known_s(session) == pytest.approx(clocks[-1] - clocks[0])
    assert len(session.slices) <= MOST_SLICES


def _running(steps: list[tuple[float, float]]) -> list[float]:
    clocks, now = [], 0.0
    for gap, _ in steps:
        now += gap
        clocks.append(now)
    return clocks


@given(st.lists(st.tuples(gaps, st.floats(0, 250)), min_size=1, max_size=60), st.floats(0, 1), st.floats(8000, 70_000))
def test_counter_that_wraps(steps: list[tuple[float, float]], start: float, wraps_at_j: float) -> None:
    total_j, clock_s, clocks, counters = 0.0, 0.0, [0.0], [start * wraps_at_j % wraps_at_j]
    for gap, power_w in steps:
        clock_s, total_j = clock_s + gap, total_j + gap * power_w
        clocks.append(clock_s)
        counters.append((start * wraps_at_j + total_j) % wraps_at_j)
    package = listed((Reading(energy_j=counter) for counter in counters), DeviceKind.CPU, wraps_at_j)
    assert joules(looked_at([package], clocks)) == pytest.approx(total_j, abs=1e-5)


def test_counter_that_is_set_back_gives_way_to_power() -> None:
    readings = [Reading(energy_j=e, power_w=50.0) for e in (9000.0, 9050.0, 9100.0, 20.0, 70.0)]
    session = looked_at([listed(readings)], [0, 1, 2, 3, 4])
    assert joules(session) == pytest.approx(200)
    without = looked_at([listed(Reading(energy_j=r.energy_j) for r in readings)], [0, 1, 2, 3, 4])
    assert (joules(without), known_s(without)) == (pytest.approx(150), 3)
    found = hardware(without)
    assert found.total.gpu_energy_wh is None
    assert "known for 3 of 4 s" in found.reasons["gpu_energy_wh"]
    assert "set back" in found.reasons["gpu_energy_wh"]


def test_counter_that_jumps_counts_nothing() -> None:
    session = looked_at([listed([Reading(energy_j=0.0), Reading(energy_j=1e9)])], [0, 1])
    assert (joules(session), known_s(session)) == (0, 0)


def test_wrapping_counter_after_a_long_gap_is_not_guessed() -> None:
    readings = [Reading(energy_j=100.0), Reading(energy_j=200.0)]
    long = looked_at([listed(readings, DeviceKind.CPU, 65_000.0)], [0, 3600])
    short = looked_at([listed(readings, DeviceKind.CPU, 65_000.0)], [0, 20])
    assert (joules(long), joules(short)) == (0, 100)


def test_power_over_a_long_gap_is_not_guessed_and_a_counter_is() -> None:
    power = looked_at([listed(Reading(power_w=100.0) for _ in range(4))], [0, 1, 101, 102])
    assert (joules(power), known_s(power), seconds(power.slices)) == (200, 2, 102)
    assert hardware(power).total.gpu_energy_wh is None
    counter = looked_at([listed(Reading(energy_j=e) for e in (0.0, 100.0, 10_100.0, 10_200.0))], [0, 1, 101, 102])
    assert hardware(counter).total.gpu_energy_wh == pytest.approx(10_200 / 3600)


def test_nonsense_of_a_driver_is_no_power() -> None:
    session = looked_at([listed(Reading(power_w=power) for power in (10.0, -5.0, 4e9, 10.0, 10.0))], [0, 1, 2, 3, 4])
    assert (joules(session), known_s(session)) == (10, 1)


def test_sleeping_machine_takes_nothing_and_is_mentioned() -> None:
    recording, head = Recording.of("two_gpus.jsonl")
    session = recording.played(lambda t: BEGAN + t + (7200 if t > 50 else 0))
    found = hardware(session)
    assert found.total.gpu_energy_wh == pytest.approx(sum(head["exact_wh"]), rel=0.01)
    assert any("slept" in note and "7200 s" in note for note in found.notes)


def test_clock_that_is_set_back_costs_no_energy() -> None:
    recording, head = Recording.of("two_gpus.jsonl")
    session = recording.played(lambda t: BEGAN + t - (600 if t > 50 else 0))
    assert hardware(session).total.gpu_energy_wh == pytest.approx(sum(head["exact_wh"]), rel=0.01)


def test_days_of_looks_stay_few_slices_and_lose_nothing() -> None:
    looks = 20_000
    session = looked_at([listed(Reading(energy_j=3.0 * i, memory_bytes=i) for i in range(looks))], range(looks))
    assert MOST_SLICES / 2 <= len(session.slices) <= MOST_SLICES
    assert joules(session) == pytest.approx(3 * (looks - 1))
    assert max(piece.devices[0].memory_bytes or 0 for piece in session.slices) == looks - 1
    assert all(a.end == b.start for a, b in pairwise(session.slices))
