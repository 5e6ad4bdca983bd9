"""The thread that measures, on this machine: it keeps, it ends, it harms nobody."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from halo_forge.cli.measuring import measured_sessions
from halo_forge.errors import StoreError
from halo_forge.hardware import sampler
from halo_forge.hardware.collector import Collector
from halo_forge.hardware.figures import hardware_of
from halo_forge.hardware.machine import look_around
from halo_forge.hardware.sampler import measured
from halo_forge.hardware.session import Session, encode_session
from halo_forge.store import PhaseSpans, RunStore
from measuring import listed, looked_at, quiet_host


def busy_for_looks(kept: list[Session], looks: int) -> None:
    """Use the processor until so many looks were kept."""
    while not kept or len(kept[-1].slices) < looks:
        sum(range(100_000))


def test_real_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "_EVERY_S", 0.05)
    monkeypatch.setattr(sampler, "_KEEP_EVERY_S", 0.0)
    kept: list[Session] = []
    with measured(look_around, 3, kept.append):
        busy_for_looks(kept, 3)
    assert [session.complete for session in kept[-2:]] == [False, True]
    assert {session.number for session in kept} == {3}
    found = hardware_of(kept[-1:], PhaseSpans({}, {}), tokens=None, solved=0)
    assert found is not None
    assert found.total.seconds > 0
    assert found.total.peak_memory_gb is not None
    assert 0.01 < found.total.peak_memory_gb < 64
    assert found.total.system_peak_memory_gb is not None
    assert found.total.cpu_utilization_pct is not None
    assert 0 < found.total.cpu_utilization_pct <= 100
    assert not any(thread.name == "hardware" for thread in threading.enumerate())


def test_run_that_is_over_at_once_is_measured_whole() -> None:
    kept: list[Session] = []
    with measured(lambda: Collector([], quiet_host), 0, kept.append):
        pass
    assert kept[-1].complete
    assert len(kept[-1].slices) == 1


def test_error_of_the_run_comes_through_and_what_was_measured_is_kept() -> None:
    kept: list[Session] = []
    with pytest.raises(KeyError), measured(lambda: Collector([], quiet_host), 0, kept.append):
        raise KeyError("the run's own")
    assert kept[-1].complete


def test_looking_around_that_fails_harms_nobody() -> None:
    def broken() -> Collector:
        raise SystemError("driver")

    kept: list[Session] = []
    with measured(broken, 0, kept.append):
        pass
    assert kept == []


def test_keeping_that_fails_harms_nobody() -> None:
    calls: list[bool] = []

    def full(session: Session) -> None:
        calls.append(session.complete)
        raise StoreError("no space left")

    with measured(lambda: Collector([], quiet_host), 0, full):
        pass
    assert calls[-1] is True


def test_driver_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "_PATIENCE_S", 0.05)
    answer = threading.Event()
    kept: list[Session] = []

    def hanging() -> Collector:
        answer.wait()
        return Collector([], quiet_host)

    with measured(hanging, 0, kept.append):
        (thread,) = (thread for thread in threading.enumerate() if thread.name == "hardware")
    answer.set()
    thread.join()
    assert kept == [], "the run's files were closed by then"


def test_sessions_are_kept_with_the_run(tmp_path: Path) -> None:
    output = tmp_path / "x.json"
    sessions = [looked_at([listed([])], (), number) for number in (0, 1)]
    sessions = [Session(one.number, True, (), ()) for one in sessions]
    with RunStore.open(output, {"a": 1}) as store:
        assert measured_sessions(store) == []
        store.keep_measured(encode_session(Session(0, False, (), ())))
        store.keep_measured(encode_session(sessions[0]))
        assert measured_sessions(store) == sessions[:1]
    with RunStore.open(output, {"a": 1}) as store:
        store.keep_measured(encode_session(sessions[1]))
        assert measured_sessions(store) == sessions
    with pytest.raises(ValueError, match="closed"):
        store.keep_measured({})
    with RunStore.open(output, {"a": 2}, fresh=True) as store:
        assert measured_sessions(store) == []
    assert (tmp_path / "x.hardware.jsonl.old-1").exists()


def test_damaged_lines_count_as_not_measured(tmp_path: Path) -> None:
    good = Session(7, True, (), ())
    with RunStore.open(tmp_path / "x.json", {"a": 1}) as store:
        lines = ["{", "[1]", '{"session": 1}', json.dumps(encode_session(good)), "[" * 100_000]
        store.files.hardware.write_text("\n".join(lines) + "\n")
        assert measured_sessions(store) == [good]
        store.files.hardware.write_bytes(b"\xff\xfe")
        assert measured_sessions(store) == []
