"""The energy counters of AMD GPUs through amdsmi, which comes with ROCm and has to fit its version.

Limits: it is asked for energy and power alone; sysfs says the rest without it.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

_MICRO = 1e-6
_PATIENCE_S = 10.0


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
        return smi_at(importlib.import_module("amdsmi"), address) if _loads() else None
    except Exception:  # with a ROCm of another version it raises what comes
        return None


def _loads() -> bool:
    """Whether it can be imported, tried elsewhere: where it does not find its library it prints to standard output."""
    if importlib.util.find_spec("amdsmi") is None:
        return False
    command = [sys.executable, "-P", "-c", "import amdsmi"]
    return subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE_S).returncode == 0


def smi_at(amdsmi: Any, address: str) -> Smi | None:
    """The same from a module with the functions of amdsmi."""
    amdsmi.amdsmi_init()
    for handle in amdsmi.amdsmi_get_processor_handles():
        if amdsmi.amdsmi_get_gpu_device_bdf(handle).lower() == address.lower():
            return Smi(amdsmi, handle)
    return None
