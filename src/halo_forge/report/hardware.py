"""What a run took of its machine, in one or two lines."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from halo_forge.types import Hardware


def hardware_in_words(hardware: Hardware) -> Iterator[Text]:
    """Memory and energy, and what has to be known about them."""
    total = hardware.total
    memory = [
        f"{gigabytes:.1f} GB {whose}"
        for gigabytes, whose in (
            (total.gpu_peak_memory_gb, "of the GPU"),
            (total.peak_memory_gb, "of this run's processes"),
        )
        if gigabytes is not None
    ]
    if memory:
        yield Text(f"memory: at most {', '.join(memory)}")
    if hardware.energy_wh is not None:
        yield Text(f"energy: {', '.join(_energy(hardware))}")
    else:
        yield Text(f"energy: not known; {hardware.reasons['energy_wh']}", "dim")
    for note in hardware.notes:
        yield Text(f"note: {note}", "dim")


def _energy(hardware: Hardware) -> Iterator[str]:
    total = hardware.total
    if total.gpu_energy_wh is not None and total.cpu_energy_wh is not None:
        yield f"{hardware.energy_wh:.4g} Wh"
    if total.gpu_energy_wh is not None:
        yield f"GPU {total.gpu_energy_wh:.4g} Wh at {total.gpu_power_avg_w:.1f} W"
    if total.cpu_energy_wh is not None:
        yield f"processors {total.cpu_energy_wh:.4g} Wh at {total.cpu_power_avg_w:.1f} W"
    if hardware.wh_per_solved is not None:
        yield f"{hardware.wh_per_solved:.3g} Wh a solved problem"
    if hardware.tokens_per_wh is not None:
        yield f"{hardware.tokens_per_wh:.0f} tokens/Wh"
