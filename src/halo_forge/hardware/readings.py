"""The words of measuring: what a device says at one moment, and what every probe has to do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

T = TypeVar("T")


class DeviceKind(StrEnum):
    """What takes the power."""

    GPU = "gpu"
    CPU = "cpu"


class EnergySource(StrEnum):
    """Where a figure of energy comes from."""

    NVML_COUNTER = "NVML energy counter"
    NVML_POWER = "NVML power, integrated"
    AMDSMI_COUNTER = "amdsmi energy counter"
    AMD_POWER = "amdgpu power, integrated"
    RAPL = "RAPL"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What tells one device from another.

    Attributes:
        id: unique on this machine and the same after a restart.
        counter: what its energy counter is, if it has one.
        power: what its power is.
        wraps_at_j: where the energy counter starts again from 0; ``None`` where it never does.
        in_package: it is a GPU on a processor's chip, so that the energy of the processor's package has its own in it.
    """

    kind: DeviceKind
    id: str
    name: str
    counter: EnergySource
    power: EnergySource | None = None
    wraps_at_j: float | None = None
    in_package: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One device at one moment; ``None`` is what could not be read.

    Attributes:
        energy_j: of a counter, whose zero means nothing.
        busy_pct: 0 to 100.
        memory_bytes: used by everyone.
        pids: of the processes that are on it to calculate, and `drawing` of those that are on it to draw.
        faults: why something could not be read, by attribute.
    """

    energy_j: float | None = None
    power_w: float | None = None
    memory_bytes: int | None = None
    busy_pct: float | None = None
    temperature_c: float | None = None
    pids: frozenset[int] = frozenset()
    drawing: frozenset[int] = frozenset()
    faults: Mapping[str, str] = field(default_factory=dict)


class Device(Protocol):
    """Something that takes power."""

    @property
    def info(self) -> DeviceInfo:
        """The same at every call."""

    def read(self) -> Reading:
        """How it is now. May raise anything: then nothing is known of this moment."""


class NoDevices(Exception):
    """A probe has nothing to measure on this machine. Its text is the reason, for the result file."""


class Attempts:
    """Reads one value after the other, and remembers why one could not be read."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def __call__(self, name: str, read: Callable[[], T]) -> T | None:
        """What `read` returns, ``None`` with its reason under `name` when it raises."""
        try:
            value = read()
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{value} is no measurement")
            return value
        except Exception as error:  # drivers raise what they like
            self.faults[name] = in_words(error)
            return None


def in_words(error: BaseException) -> str:
    """One line for a reader."""
    if isinstance(error, OSError) and error.strerror is not None:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    text = " ".join(str(error).split())
    return text if text else type(error).__name__
