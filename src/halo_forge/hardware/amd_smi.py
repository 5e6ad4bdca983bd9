"""The energy counters of AMD GPUs through amdsmi, which comes with ROCm and has to fit its version.

Limits: it is asked for energy and power alone; sysfs says the rest without it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from dataclasses import dataclass
from typing import Any

_MICRO = 1e-6


@dataclass(frozen=True, slots=True)
class Smi:
    """One GPU as amdsmi knows it."""

    amdsmi: Any
    handle: Any

    def energy_j(self) -> float:
        """Joules since some moment; the accumulator counts in steps of so many microjoules."""
        count = self.amdsmi.amdsmi_get_energy_count(self.handle)
        return float(count["energy_accumulator"]) * float(count["counter_resolution"]) * _MICRO

    def power_w(self) -> float:
        """Watts; which of the three a GPU has depends on its generation, the others are ``N/A`` or 0."""
        info = self.amdsmi.amdsmi_get_power_info(self.handle)
        for key in ("current_socket_power", "average_socket_power", "socket_power"):
            value = info.get(key)
            if isinstance(value, int | float) and value > 0:
                return float(value)
        raise ValueError("amdsmi has no power of it")


def find_smi(address: str) -> Smi | None:
    """The GPU at a PCI address, ``None`` where amdsmi does not know it, or is not there or not in order."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints where it cannot find its library
            amdsmi = importlib.import_module("amdsmi")
        return smi_at(amdsmi, address)
    except Exception:  # with a ROCm of another version it raises what comes
        return None


def smi_at(amdsmi: Any, address: str) -> Smi | None:
    """The same from a module with the functions of amdsmi."""
    amdsmi.amdsmi_init()
    for handle in amdsmi.amdsmi_get_processor_handles():
        if amdsmi.amdsmi_get_gpu_device_bdf(handle).lower() == address.lower():
            return Smi(amdsmi, handle)
    return None
