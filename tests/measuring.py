"""Machines to measure that are only written down: recordings of NVML's answers, trees of files as sysfs has them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from halo_forge.hardware.collector import Collector
from halo_forge.hardware.host import HostReading
from halo_forge.hardware.nvidia import gpus_of
from halo_forge.hardware.readings import Device, DeviceInfo, DeviceKind, EnergySource, Reading
from halo_forge.hardware.session import Session
from halo_forge.hardware.slices import Slice

GIB = 2**30
BEGAN = 1_800_000_000.0  # unix seconds
GOLDEN = Path(__file__).parent / "golden/hardware"
ME = frozenset({os.getpid()})


class RecordedError(Exception):
    """What the driver answered in place of a value."""


class Recording:
    """Plays back what NVML's functions returned, under their names. `at` is the moment that is played.

    A moment has a list of GPUs, each an object with an answer for every function; ``{"error": TEXT}`` is raised.
    """

    NVML_TEMPERATURE_GPU = 0

    def __init__(self, names: Sequence[str], moments: Sequence[dict[str, Any]]) -> None:
        self.names = names
        self.moments = moments
        self.at = 0

    @classmethod
    def of(cls, name: str) -> tuple[Recording, dict[str, Any]]:
        """A recording from its file, and the first line of that."""
        head, *moments = map(json.loads, (GOLDEN / name).read_text().splitlines())
        return cls(head["names"], moments), head

    def nvmlInit(self) -> None:
        """Nothing to do."""

    def nvmlDeviceGetCount(self) -> int:
        return len(self.names)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetName(self, handle: int) -> str:
        return self.names[handle]

    def nvmlDeviceGetUUID(self, handle: int) -> str:
        return f"GPU-{handle}"

    def __getattr__(self, function: str) -> Callable[..., Any]:
        return lambda handle, *_: _answer(self.moments[self.at]["gpus"][handle][function])

    def collector(self, missing: dict[DeviceKind, str] | None = None) -> Collector:
        """Something that looks at it."""
        return Collector(gpus_of(self), quiet_host, missing or {DeviceKind.CPU: "no RAPL in the recording"})

    def played(self, shift: Callable[[float], float] = lambda t: BEGAN + t) -> Session:
        """The session that comes of it."""
        collector = self.collector()
        for at, moment in enumerate(self.moments):
            self.at = at
            collector.look(shift(moment["t"]), moment["t"])
        return collector.session(0, complete=True)


def _answer(value: Any) -> Any:
    if isinstance(value, list):
        return [_answer(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "error" in value:
        raise RecordedError(value["error"])
    return SimpleNamespace(**value)


def quiet_host() -> HostReading:
    """A host of which this process is all there is."""
    return HostReading(ME, GIB, 2 * GIB, 1.0, 4.0)


@dataclass(frozen=True)
class Listed:
    """A device whose readings are a list; an exception in it is raised."""

    readings: list[Reading | Exception]
    info: DeviceInfo

    def read(self) -> Reading:
        one = self.readings.pop(0)
        if isinstance(one, Exception):
            raise one
        return one


def listed(readings: Iterable[Reading | Exception], kind: DeviceKind = DeviceKind.GPU, wraps_at_j: float | None = None,
           name: str = "some GPU") -> Listed:  # fmt: skip
    counter = EnergySource.NVML_COUNTER if kind is DeviceKind.GPU else EnergySource.RAPL
    return Listed(list(readings), DeviceInfo(kind, name, name, counter, EnergySource.NVML_POWER, wraps_at_j))


def looked_at(devices: Sequence[Device], clocks: Sequence[float], number: int = 0, began: float = BEGAN) -> Session:
    """The session that comes of looking at devices at some moments."""
    collector = Collector(devices, quiet_host)
    for clock_s in clocks:
        collector.look(began + clock_s, clock_s)
    return collector.session(number, complete=True)


def joules(session: Session, device: int = 0) -> float:
    """Energy of one device."""
    return sum(piece.devices[device].energy_j for piece in session.slices)


def known_s(session: Session, device: int = 0) -> float:
    """Seconds of which its energy is known."""
    return sum(piece.devices[device].known_s for piece in session.slices)


def seconds(slices: Iterable[Slice]) -> float:
    return sum(piece.seconds for piece in slices)


def write_tree(root: Path, files: dict[str, object]) -> Path:
    """Files by their path, each with its value and a newline as sysfs has it."""
    for name, value in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")
    return root
