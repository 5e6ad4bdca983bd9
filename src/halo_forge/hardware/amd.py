"""AMD GPUs through the files that the kernel's driver amdgpu keeps in sysfs; where amdsmi is installed, its counters.

Memory is VRAM and GTT together: GTT is system memory that the GPU works in, which on machines with unified memory
(Strix Halo) is nearly all of it.

Limits: processes are known of those only that use ROCm (kfd).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from halo_forge.hardware.amd_smi import Smi, find_smi
from halo_forge.hardware.readings import (
    Attempts,
    Device,
    DeviceInfo,
    DeviceKind,
    EnergySource,
    NoDevices,
    Reading,
)

_SYS = Path("/sys")
_CARD = re.compile(r"card\d+")
_MICRO = 1e-6
_MILLI = 1e-3


def amd_gpus(sys: Path = _SYS, smi_of: Callable[[str], Smi | None] = find_smi) -> Sequence[Device]:
    """The GPUs of this machine.

    Args:
        sys: where sysfs is.
        smi_of: what amdsmi knows of the GPU at a PCI address.

    Raises:
        NoDevices: there are none.
    """
    cards = [card for card in _found(sys / "class/drm", "*") if _CARD.fullmatch(card.name)]
    ours = [card / "device" for card in cards if _driver(card) == "amdgpu"]
    if not ours:
        raise NoDevices("no GPU of the driver amdgpu in /sys/class/drm")
    return [_gpu(device, sys, smi_of) for device in ours]


def _gpu(device: Path, sys: Path, smi_of: Callable[[str], Smi | None]) -> Device:
    address = device.resolve().name
    power = _first(device, "hwmon/hwmon*/power1_average", "hwmon/hwmon*/power1_input")
    name = _text_or(device / "product_name", f"AMD GPU {address}")
    info = DeviceInfo(
        DeviceKind.GPU, f"amd-{address}", name, EnergySource.AMDSMI_COUNTER, EnergySource.AMD_POWER,
        in_package=_is_in_package(device),
    )  # fmt: skip
    temperature = _first(device, "hwmon/hwmon*/temp1_input")
    return AmdGpu(info, device, power, temperature, _kfd_id(device, sys), sys, smi_of(address))


@dataclass(frozen=True, slots=True)
class AmdGpu:
    """One GPU. sysfs has power in microwatts and temperatures in thousandths of a degree.

    Attributes:
        device: its directory; `power` and `temperature` are files there, where it has them.
        kfd_id: what the driver's part for ROCm calls it.
        smi: the same GPU as amdsmi knows it.
    """

    info: DeviceInfo
    device: Path
    power: Path | None
    temperature: Path | None
    kfd_id: str | None
    sys: Path
    smi: Smi | None

    def read(self) -> Reading:
        """See `Device`."""
        if not self.device.is_dir():
            raise FileNotFoundError(f"{self.device} is gone")
        attempt = Attempts()
        power_uw = attempt("power_w", lambda: _number(self.power, "no power in hwmon"))
        milli_c = attempt("temperature_c", lambda: _number(self.temperature, "no temperature in hwmon"))
        reading = Reading(
            power_w=None if power_uw is None else power_uw * _MICRO,
            memory_bytes=attempt("memory_bytes", self._memory_bytes),
            busy_pct=attempt("busy_pct", lambda: float(_number(self.device / "gpu_busy_percent"))),
            temperature_c=None if milli_c is None else milli_c * _MILLI,
            pids=self._pids(),
        )
        return replace(self._with_smi(reading, attempt), faults=attempt.faults)

    def _memory_bytes(self) -> int:
        return sum(_number(self.device / f"mem_info_{kind}_used") for kind in ("vram", "gtt"))

    def _with_smi(self, reading: Reading, attempt: Attempts) -> Reading:
        smi = self.smi
        if smi is None:
            attempt.faults["energy_j"] = "amdgpu has no energy counter in sysfs, and amdsmi is not there"
            return reading
        power_w = attempt("power_w", smi.power_w) if reading.power_w is None else reading.power_w
        return replace(reading, energy_j=attempt("energy_j", smi.energy_j), power_w=power_w)

    def _pids(self) -> frozenset[int]:
        if self.kfd_id is None:
            return frozenset()
        files = _found(self.sys / "class/kfd/kfd/proc", f"*/vram_{self.kfd_id}")
        held = [file for file in files if self.info.in_package or _text_or(file, "0") != "0"]
        return frozenset(int(file.parent.name) for file in held)  # unified memory is in no process's VRAM


def _is_in_package(device: Path) -> bool:
    """Whether it is on a processor's chip: the driver's table of metrics (third byte: its kind) is then another one.

    Kinds in the kernel's ``kgd_pp_interface.h``: 1 a card, 2 and 3 a part of a processor.
    """
    try:
        return (device / "gpu_metrics").read_bytes()[2] in (2, 3)
    except (OSError, IndexError):
        return False


def _kfd_id(device: Path, sys: Path) -> str | None:
    """The number under which ROCm's driver keeps this GPU, found through its render node."""
    for render in _found(device / "drm", "renderD*"):
        line = f"drm_render_minor {render.name.removeprefix('renderD')}"
        for node in _found(sys / "class/kfd/kfd/topology/nodes", "*"):
            if line in _text_or(node / "properties", "").splitlines():
                return _text_or(node / "gpu_id", "")
    return None


def _driver(card: Path) -> str:
    return (card / "device/driver").resolve().name


def _first(device: Path, *patterns: str) -> Path | None:
    return next((path for pattern in patterns for path in _found(device, pattern)), None)


def _found(directory: Path, pattern: str) -> list[Path]:
    return sorted(directory.glob(pattern)) if directory.is_dir() else []


def _number(path: Path | None, why_none: str = "") -> int:
    if path is None:
        raise FileNotFoundError(why_none)
    return int(path.read_text())


def _text_or(path: Path, default: str) -> str:
    try:
        return path.read_text().strip() or default
    except (OSError, UnicodeDecodeError):
        return default
