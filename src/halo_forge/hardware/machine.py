"""All devices of this machine that can be measured, and why there are none of a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from halo_forge.hardware.amd import amd_gpus
from halo_forge.hardware.collector import Collector
from halo_forge.hardware.host import read_host
from halo_forge.hardware.nvidia import nvidia_gpus
from halo_forge.hardware.rapl import cpu_packages
from halo_forge.hardware.readings import Device, DeviceKind, NoDevices, in_words

Probe = Callable[[], Sequence[Device]]
PROBES: dict[DeviceKind, tuple[Probe, ...]] = {
    DeviceKind.GPU: (nvidia_gpus, amd_gpus),
    DeviceKind.CPU: (cpu_packages,),
}


def look_around() -> Collector:
    """Find the devices of this machine. May take seconds, where a driver has to be woken."""
    devices: list[Device] = []
    missing: dict[DeviceKind, str] = {}
    for kind, probes in PROBES.items():
        found, whys = _found(probes)
        devices += found
        if not found:
            missing[kind] = "; ".join(whys)
    return Collector(devices, read_host, missing)


def _found(probes: Sequence[Probe]) -> tuple[list[Device], list[str]]:
    found: list[Device] = []
    whys: list[str] = []
    for probe in probes:
        try:
            found += probe()
        except NoDevices as error:
            whys.append(str(error))
        except Exception as error:  # a driver may do anything
            whys.append(f"{probe.__name__}: {in_words(error)}")
    return found, whys
