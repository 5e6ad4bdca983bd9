"""From what was kept of a run's sessions to its figures. Pure functions; definitions: docs/hardware.md.

A figure that does not cover the whole run is none: it is ``None``, and the reason says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

from halo_forge.hardware.coverage import not_covered
from halo_forge.hardware.devices import counted_devices, described, notes_on, outside_packages_wh, sources
from halo_forge.hardware.readings import DeviceKind
from halo_forge.hardware.series import series_of
from halo_forge.hardware.session import Session
from halo_forge.hardware.totals import Part, Reasons, figures_of
from halo_forge.store import PhaseSpans
from halo_forge.types import Hardware, HardwareFigures

_Spans = Mapping[int, tuple[float, float]]


def hardware_of(
    sessions: Sequence[Session], spans: PhaseSpans, *, tokens: int | None, solved: int, notes: Iterable[str] = ()
) -> Hardware | None:
    """All figures; ``None`` when no session was measured.

    Args:
        spans: when the run's sessions generated and judged.
        tokens: of all samples, ``None`` where they were not counted; those of a file were not generated here.
        solved: problems.
        notes: what a reader has to know beside.
    """
    if not sessions:
        return None
    reasons = Reasons()
    lacking = not_covered(sessions, spans)
    total = figures_of([Part(session) for session in sessions], reasons) if lacking is None else _none(
        sessions, lacking, reasons
    )  # fmt: skip
    phases = {
        name: _phase(name, sessions, of_phase, lacking, total, reasons)
        for name, of_phase in (("generation", spans.generation), ("verification", spans.judging))
    }
    energy_wh = reasons.figure(_energy_wh(sessions, total, reasons), "energy_wh")
    return Hardware(
        total=total,
        phases=phases,
        energy_wh=energy_wh,
        wh_per_solved=reasons.figure(_per_solved(energy_wh, solved), "wh_per_solved"),
        tokens_per_wh=reasons.figure(_tokens_per_wh(tokens if spans.generation else None, energy_wh), "tokens_per_wh"),
        energy_source={
            "gpu": None if total.gpu_energy_wh is None else sources(sessions, DeviceKind.GPU),
            "cpu": None if total.cpu_energy_wh is None else sources(sessions, DeviceKind.CPU),
        },
        devices=described(sessions),
        series=series_of(sessions),
        notes=(*notes_on(sessions), *notes),
        reasons=reasons,
    )


def _none(sessions: Sequence[Session], why: str, reasons: Reasons) -> HardwareFigures:
    """Nothing but how much was measured."""
    names = [field.name for field in fields(HardwareFigures) if field.name != "seconds"]
    reasons.figure(why, *names)
    return HardwareFigures(sum(Part(session).seconds for session in sessions), **dict.fromkeys(names))


def _phase(
    name: str, sessions: Sequence[Session], spans: _Spans, lacking: str | None, total: HardwareFigures,
    reasons: Reasons,
) -> HardwareFigures | None:  # fmt: skip
    parts = [Part(session, spans[session.number]) for session in sessions if session.number in spans]
    if lacking is not None or not parts:
        nothing = "no time of it is known" if spans else "this run did nothing of it"
        reasons[f"phases.{name}"] = nothing if lacking is None else lacking
        return None
    own = Reasons()
    found = figures_of(parts, own)
    for key, why in own.items():
        if getattr(total, key) is not None:  # else the reason is that of the whole run
            reasons[f"phases.{name}.{key}"] = why
    return found


def _energy_wh(sessions: Sequence[Session], total: HardwareFigures, reasons: Mapping[str, str]) -> float | str:
    """Of GPUs and processors; without the processors' where the system does not tell it, never without a GPU's."""
    has_gpu = any(counted_devices(session, DeviceKind.GPU) for session in sessions)
    if total.gpu_energy_wh is None and has_gpu:
        return reasons["gpu_energy_wh"]
    if total.cpu_energy_wh is not None:
        return total.cpu_energy_wh + (outside_packages_wh(sessions) if has_gpu else 0.0)
    if total.gpu_energy_wh is not None:
        return total.gpu_energy_wh
    return "neither a GPU's energy nor the processors' could be measured"


def _per_solved(energy_wh: float | None, solved: int) -> float | str:
    if energy_wh is None:
        return "energy_wh is not known"
    return energy_wh / solved if solved else "no problem was solved"


def _tokens_per_wh(tokens: int | None, energy_wh: float | None) -> float | str:
    if tokens is None:
        return "no tokens were counted in this run"
    if energy_wh is None:
        return "energy_wh is not known"
    return tokens / energy_wh if energy_wh else "too little energy to be measured"
