"""NVIDIA GPUs through NVML (package nvidia-ml-py, which is imported when a run begins and not before).

Limits: NVML says what a whole GPU takes, also where it is divided (MIG). In a container it may name processes that
cannot be seen from inside, or none.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from halo_forge.hardware.readings import (
    Attempts,
    Device,
    DeviceInfo,
    DeviceKind,
    EnergySource,
    NoDevices,
    Reading,
    in_words,
)

_MILLI = 1e-3


def nvidia_gpus() -> Sequence[Device]:
    """The GPUs of this machine.

    Raises:
        NoDevices: there are none, or there is no driver.
    """
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError as error:
        raise NoDevices("nvidia-ml-py is not installed") from error
    return gpus_of(nvml)


def gpus_of(nvml: Any) -> Sequence[Device]:
    """The GPUs that an NVML binding knows.

    Args:
        nvml: a module with the functions of NVML under their own names, as ``pynvml`` is one.

    Raises:
        NoDevices: there are none, or there is no driver.
    """
    try:
        nvml.nvmlInit()
        count = nvml.nvmlDeviceGetCount()
    except Exception as error:  # the boundary of the driver
        raise NoDevices(f"no NVIDIA driver answers ({in_words(error)})") from error
    if not count:
        raise NoDevices("the NVIDIA driver knows no GPU")
    return [_gpu(nvml, index) for index in range(count)]


def _gpu(nvml: Any, index: int) -> Device:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        name, uuid = str(nvml.nvmlDeviceGetName(handle)), str(nvml.nvmlDeviceGetUUID(handle))
    except Exception as error:  # it is there and it is broken: reading it says so, each time
        return _BrokenGpu(_info(f"nvidia-{index}", f"NVIDIA GPU {index}"), in_words(error))
    return NvidiaGpu(nvml, handle, _info(uuid, name))


def _info(identity: str, name: str) -> DeviceInfo:
    return DeviceInfo(DeviceKind.GPU, identity, name, EnergySource.NVML_COUNTER, EnergySource.NVML_POWER)


@dataclass(frozen=True, slots=True)
class NvidiaGpu:
    """One GPU. Power is in milliwatts there, energy in millijoules since the driver was loaded."""

    nvml: Any
    handle: Any
    info: DeviceInfo

    def read(self) -> Reading:
        """See `Device`."""
        nvml, handle, attempt = self.nvml, self.handle, Attempts()
        energy_mj = attempt("energy_j", lambda: float(nvml.nvmlDeviceGetTotalEnergyConsumption(handle)))
        power_mw = attempt("power_w", lambda: float(nvml.nvmlDeviceGetPowerUsage(handle)))
        return Reading(
            energy_j=None if energy_mj is None else energy_mj * _MILLI,
            power_w=None if power_mw is None else power_mw * _MILLI,
            memory_bytes=attempt("memory_bytes", lambda: int(nvml.nvmlDeviceGetMemoryInfo(handle).used)),
            busy_pct=attempt("busy_pct", lambda: float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)),
            temperature_c=attempt(
                "temperature_c", lambda: float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))
            ),
            pids=_pids(attempt, handle, nvml.nvmlDeviceGetComputeRunningProcesses),
            drawing=_pids(attempt, handle, nvml.nvmlDeviceGetGraphicsRunningProcesses),
            faults=attempt.faults,
        )


def _pids(attempt: Attempts, handle: Any, processes: Callable[[Any], Sequence[Any]]) -> frozenset[int]:
    found = attempt("pids", lambda: frozenset(int(process.pid) for process in processes(handle)))
    return frozenset() if found is None else found


@dataclass(frozen=True, slots=True)
class _BrokenGpu:
    """A GPU that the driver counts and cannot name."""

    info: DeviceInfo
    why: str

    def read(self) -> Reading:
        """See `Device`."""
        raise RuntimeError(self.why)
