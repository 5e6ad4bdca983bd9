"""Sums over parts of sessions: each figure with the reason where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from halo_forge.hardware.coverage import ENOUGH
from halo_forge.hardware.devices import GIB, J_PER_WH, counted_devices
from halo_forge.hardware.readings import DeviceKind
from halo_forge.hardware.session import DeviceLog, Session
from halo_forge.hardware.slices import Share, Slice, most
from halo_forge.types import HardwareFigures

_TOO_SHORT = "too short to be measured"


@dataclass(frozen=True, slots=True)
class Part:
    """A session, or what of it lies between two unix times."""

    session: Session
    within: tuple[float, float] | None = None

    def pieces(self) -> Iterator[tuple[Slice, float]]:
        """Its slices, each with the part of it that counts; those of which nothing does are left out."""
        for piece in self.session.slices:
            weight = 1.0 if self.within is None else piece.part_within(*self.within)
            if weight > 0:
                yield piece, weight

    @property
    def seconds(self) -> float:
        """How long it was."""
        return sum(piece.seconds * weight for piece, weight in self.pieces())


class Reasons(dict[str, str]):
    """Why figures are ``None``."""

    def figure(self, value: float | str, *keys: str) -> float | None:
        """The value; a text is the reason why there is none, and is noted for `keys`."""
        if isinstance(value, str):
            self.update(dict.fromkeys(keys, value))
            return None
        return value


def figures_of(parts: Sequence[Part], reasons: Reasons) -> HardwareFigures:
    """All figures of some parts; `reasons` gets those for which there is none."""
    parts = [part for part in parts if part.seconds]  # not a session that was killed before there was anything
    seconds = sum(part.seconds for part in parts)
    energy = {
        kind: reasons.figure(_energy_wh(parts, kind), f"{kind}_energy_wh", f"{kind}_power_avg_w")
        for kind in DeviceKind
    }  # fmt: skip
    power = {
        kind: None if wh is None or not seconds else wh * J_PER_WH / seconds for kind, wh in energy.items()
    }  # fmt: skip

    def gpu(read: Callable[[Sequence[Part]], float | str], key: str) -> float | None:
        return reasons.figure(read(parts), key)

    return HardwareFigures(
        seconds=seconds,
        gpu_peak_memory_gb=gpu(_gpu_memory_gb, "gpu_peak_memory_gb"),
        gpu_power_avg_w=power[DeviceKind.GPU],
        gpu_energy_wh=energy[DeviceKind.GPU],
        gpu_utilization_pct=gpu(_gpu_busy_pct, "gpu_utilization_pct"),
        gpu_temperature_max_c=gpu(_gpu_hottest_c, "gpu_temperature_max_c"),
        cpu_power_avg_w=power[DeviceKind.CPU],
        cpu_energy_wh=energy[DeviceKind.CPU],
        cpu_utilization_pct=reasons.figure(_cpu_busy_pct(parts), "cpu_utilization_pct"),
        peak_memory_gb=reasons.figure(_peak_gb(parts, lambda piece: piece.memory_bytes), "peak_memory_gb"),
        system_peak_memory_gb=reasons.figure(
            _peak_gb(parts, lambda piece: piece.system_bytes), "system_peak_memory_gb"
        ),
    )


def _energy_wh(parts: Sequence[Part], kind: DeviceKind) -> float | str:
    total_j = 0.0
    for part in parts:
        devices = counted_devices(part.session, kind)
        if not devices:
            return _said(parts, part, part.session.missing.get(kind, f"no {kind.value} that can be measured"))
        for index in devices:
            known_s = sum(piece.devices[index].known_s * weight for piece, weight in part.pieces())
            if not known_s or known_s < ENOUGH * part.seconds:
                return _said(parts, part, _why_no_energy(part.session.devices[index], known_s, part.seconds))
            total_j += sum(piece.devices[index].energy_j * weight for piece, weight in part.pieces())
    return total_j / J_PER_WH if parts else _TOO_SHORT


def _why_no_energy(log: DeviceLog, known_s: float, seconds: float) -> str:
    faults = [log.faults[name] for name in ("read", "energy_j", "power_w") if name in log.faults]
    why = faults[0] if faults else "too long between two looks, or its counter was set back"
    return f"{log.info.name}: energy is known for {known_s:.0f} of {seconds:.0f} s ({why})"


def _gpu_memory_gb(parts: Sequence[Part]) -> float | str:
    """The most that all GPUs that count had in use together."""

    def used(shares: Sequence[Share]) -> float | None:
        known = [share.memory_bytes for share in shares if share.memory_bytes is not None]
        return sum(known) / GIB if known else None

    return _most(parts, "memory_bytes", used)


def _gpu_hottest_c(parts: Sequence[Part]) -> float | str:
    return _most(parts, "temperature_c", lambda shares: most(*(share.temperature_c for share in shares)))


def _most(parts: Sequence[Part], name: str, value: Callable[[Sequence[Share]], float | None]) -> float | str:
    found: list[float] = []
    for part in parts:
        devices = counted_devices(part.session, DeviceKind.GPU)
        seen = [value([piece.devices[index] for index in devices]) for piece, _ in part.pieces()]
        highest = most(*seen)
        if highest is None:
            return _said(parts, part, _why_nothing(part.session, devices, name))
        found.append(highest)
    return max(found, default=_TOO_SHORT)


def _gpu_busy_pct(parts: Sequence[Part]) -> float | str:
    busy_s = looked_s = 0.0
    for part in parts:
        devices = counted_devices(part.session, DeviceKind.GPU)
        shares = [(piece.devices[index], weight) for piece, weight in part.pieces() for index in devices]
        if not any(share.looked_s for share, _ in shares):
            return _said(parts, part, _why_nothing(part.session, devices, "busy_pct"))
        busy_s += sum(share.busy_s * weight for share, weight in shares)
        looked_s += sum(share.looked_s * weight for share, weight in shares)
    return _pct(busy_s, looked_s)


def _why_nothing(session: Session, devices: Sequence[int], name: str) -> str:
    if not devices:
        return session.missing.get(DeviceKind.GPU, "no GPU that can be measured")
    faults = (session.devices[index].faults for index in devices)
    return next((fault for found in faults if (fault := found.get(name, found.get("read")))), _TOO_SHORT)


def _cpu_busy_pct(parts: Sequence[Part]) -> float | str:
    pieces = [found for part in parts for found in part.pieces()]
    busy_s = sum(piece.busy_s * weight for piece, weight in pieces)
    return _pct(busy_s, sum(piece.total_s * weight for piece, weight in pieces))


def _pct(part: float, whole: float) -> float | str:
    return min(100.0, 100 * part / whole) if whole else _TOO_SHORT  # a sum of parts may be a hair too much


def _peak_gb(parts: Sequence[Part], value: Callable[[Slice], int | None]) -> float | str:
    peak = most(*(value(piece) for part in parts for piece, _ in part.pieces()))
    return _TOO_SHORT if peak is None else peak / GIB


def _said(parts: Sequence[Part], part: Part, why: str) -> str:
    """The reason, with its session where there are several."""
    return why if len(parts) == 1 else f"session {part.session.number}: {why}"
