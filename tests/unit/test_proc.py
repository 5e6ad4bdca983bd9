"""What the kernel is asked about processes."""

from __future__ import annotations

import pytest

from halo_forge.sandbox import proc


def test_killed_processes_are_counted_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now, kills, asked = 100.0, 3, 0

    def read(path: str) -> bytes:
        nonlocal asked
        assert path == "/proc/vmstat"
        asked += 1
        return b"pgfault 12\noom_kill %d\n" % kills

    monkeypatch.setattr(proc, "_last_kills", (0.0, 0))
    monkeypatch.setattr(proc, "_read", read)
    monkeypatch.setattr("time.monotonic", lambda: now)
    assert [proc.oom_kills_before() for _ in range(3)] == [3, 3, 3]
    assert asked == 1
    kills = 4
    assert (proc.oom_kills_before(), proc.oom_kills(), proc.oom_kills_before()) == (3, 4, 4)
    now, kills = 102.0, 5
    assert proc.oom_kills_before() == 5
