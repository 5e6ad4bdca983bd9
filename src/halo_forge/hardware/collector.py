"""From looks to slices: what happened between each look at the devices and the one before. No thread, no clock.

A probe that raises is the boundary at which somebody else's code ends: what it was asked for is then not known, the
reason is noted, and it is asked again at the next look.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from halo_forge.hardware.energy import energy_between
from halo_forge.hardware.host import HostReading
from halo_forge.hardware.readings import Device, DeviceKind, Reading, in_words
from halo_forge.hardware.session import DeviceLog, Session
from halo_forge.hardware.slices import MOST_SLICES, Share, Slice, halved, most, together

_MOST_OTHERS = 8  # processes that are remembered by number


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    clock_s: float
    readings: tuple[Reading | None, ...]
    host: HostReading | None


@dataclass(slots=True)
class Collector:
    """Looks at devices again and again, and keeps what lies between.

    Attributes:
        host: reads memory and processor time.
        missing: why there are no devices of a kind.
    """

    devices: Sequence[Device]
    host: Callable[[], HostReading]
    missing: dict[DeviceKind, str] = field(default_factory=dict)
    _logs: list[DeviceLog] = field(default_factory=list)
    _slices: list[Slice] = field(default_factory=list)
    _last: _Look | None = None
    _per_slice: int = 1
    _looks: int = 0
    _faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._logs = [DeviceLog(device.info) for device in self.devices]

    def look(self, at: float, clock_s: float) -> None:
        """Look at everything.

        Args:
            at: unix seconds.
            clock_s: of a clock that only goes on, and stands still while the machine sleeps.
        """
        host = self._read_host()
        readings = tuple(self._read(index, device) for index, device in enumerate(self.devices))
        self._note_users(readings, host)
        now = _Look(at, clock_s, readings, host)
        before, self._last = self._last, now
        if before is not None and clock_s > before.clock_s:
            self._add(self._between(before, now))

    def session(self, number: int, *, complete: bool) -> Session:
        """What there is so far."""
        return Session(
            number, complete, tuple(self._logs), tuple(self._slices), dict(self.missing), tuple(self._faults)
        )

    def _read_host(self) -> HostReading | None:
        try:
            return self.host()
        except Exception as error:
            self._fault(f"memory of the machine: {in_words(error)}")
            return None

    def _read(self, index: int, device: Device) -> Reading | None:
        log = self._logs[index]
        try:
            reading = device.read()
        except Exception as error:
            self._logs[index] = replace(log, faults={**log.faults, "read": in_words(error)})
            return None
        self._logs[index] = replace(
            log, counted=log.counted or reading.energy_j is not None, faults={**log.faults, **reading.faults}
        )
        return reading

    def _note_users(self, readings: Sequence[Reading | None], host: HostReading | None) -> None:
        if host is None:
            return
        for index, reading in enumerate(readings):
            if reading is None or not (reading.pids or reading.drawing):
                continue
            log, foreign = self._logs[index], reading.pids - host.pids
            known = {pid for pid in foreign if os.path.exists(f"/proc/{pid}")}
            self._logs[index] = replace(
                log,
                ours=log.ours or bool((reading.pids | reading.drawing) & host.pids),
                others=tuple(sorted(known.union(log.others))[:_MOST_OTHERS]),
                strangers=log.strangers or len(known) < len(foreign),
            )

    def _between(self, before: _Look, now: _Look) -> Slice:
        seconds = now.clock_s - before.clock_s
        a, b = before.host, now.host
        busy_s, total_s = _processor_time(a, b)
        return Slice(
            start=before.at,
            end=now.at,
            seconds=seconds,
            devices=tuple(
                _share(x, y, seconds, log.info.wraps_at_j)
                for x, y, log in zip(before.readings, now.readings, self._logs, strict=True)
            ),
            memory_bytes=most(*(host.memory_bytes for host in (a, b) if host is not None)),
            system_bytes=most(*(host.system_bytes for host in (a, b) if host is not None)),
            busy_s=busy_s,
            total_s=total_s,
        )

    def _add(self, piece: Slice) -> None:
        """Append it to the last slice until that has as many looks as the others."""
        if self._looks % self._per_slice and self._slices:
            self._slices[-1] = together(self._slices[-1], piece)
        else:
            self._slices.append(piece)
        self._looks += 1
        if len(self._slices) == MOST_SLICES and self._looks % self._per_slice == 0:
            self._slices = halved(self._slices)
            self._per_slice *= 2

    def _fault(self, line: str) -> None:
        if line not in self._faults:
            self._faults.append(line)


def _processor_time(a: HostReading | None, b: HostReading | None) -> tuple[float, float]:
    """Processor seconds that were used, and that there were; what waited for a disk may be set back by the kernel."""
    if a is None or b is None or b.total_s <= a.total_s:
        return 0.0, 0.0
    total_s = b.total_s - a.total_s
    return min(max(0.0, b.busy_s - a.busy_s), total_s), total_s


def _share(before: Reading | None, now: Reading | None, seconds: float, wraps_at_j: float | None) -> Share:
    seen = [reading for reading in (before, now) if reading is not None]
    energy_j = energy_between(before, now, seconds, wraps_at_j) if before is not None and now is not None else None
    busy = [reading.busy_pct for reading in seen if reading.busy_pct is not None]
    return Share(
        energy_j=0.0 if energy_j is None else energy_j,
        known_s=0.0 if energy_j is None else seconds,
        memory_bytes=most(*(reading.memory_bytes for reading in seen)),
        busy_s=sum(busy) / len(busy) / 100 * seconds if busy else 0.0,
        looked_s=seconds if busy else 0.0,
        temperature_c=most(*(reading.temperature_c for reading in seen)),
    )
