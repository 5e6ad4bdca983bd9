"""Energy of CPU packages through RAPL, which Intel's and AMD's processors have (the kernel's powercap in sysfs).

Limits: many systems let only root read it. Virtual machines seldom have it. Of memory only what is in the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from halo_forge.hardware.readings import Device, DeviceInfo, DeviceKind, EnergySource, NoDevices, Reading

_POWERCAP = Path("/sys/class/powercap")
_MICRO = 1e-6


def cpu_packages(powercap: Path = _POWERCAP) -> Sequence[Device]:
    """The packages whose energy can be read.

    Raises:
        NoDevices: there are none, or only root may read them.
    """
    zones = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if _is_package(zone)]
    if not zones:
        raise NoDevices("this system has no RAPL (/sys/class/powercap/intel-rapl:*)")
    try:
        return [_package(zone) for zone in zones]
    except PermissionError as error:
        raise NoDevices(f"only root may read {error.filename}") from error
    except (OSError, ValueError) as error:
        raise NoDevices(f"RAPL cannot be read: {error}") from error


def _is_package(zone: Path) -> bool:
    """Whether it is a whole package: what is in one (``intel-rapl:0:0``) counts in it, and psys is more than it."""
    if zone.name.count(":") != 1:
        return False
    try:
        return (zone / "name").read_text().startswith("package")
    except OSError:
        return False


def _package(zone: Path) -> Device:
    name = (zone / "name").read_text().strip()
    wraps_at_j = int((zone / "max_energy_range_uj").read_text()) * _MICRO
    int((zone / "energy_uj").read_text())  # whether it may be read
    return CpuPackage(DeviceInfo(DeviceKind.CPU, zone.name, name, EnergySource.RAPL, wraps_at_j=wraps_at_j), zone)


@dataclass(frozen=True, slots=True)
class CpuPackage:
    """One package: a counter of microjoules that starts again at ``max_energy_range_uj``."""

    info: DeviceInfo
    zone: Path

    def read(self) -> Reading:
        """See `Device`."""
        return Reading(energy_j=int((self.zone / "energy_uj").read_text()) * _MICRO)
