"""How a run went over time, as columns for a chart. The number of points is bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from halo_forge.hardware.devices import GIB, counted_devices
from halo_forge.hardware.readings import DeviceKind
from halo_forge.hardware.session import Session
from halo_forge.hardware.slices import Share, Slice, halved, most

MOST_POINTS = 120  # … or one a session, where there are more sessions
_DIGITS = 3
_Column = list[float | None]


def series_of(sessions: Sequence[Session]) -> dict[str, _Column | None]:
    """The columns; one is ``None`` when nothing of it is known."""
    points = [(session, piece) for session, slices in _thinned(sessions) for piece in slices]
    columns: dict[str, _Column] = {name: [] for name in _VALUES}
    for session, piece in points:
        for name, value in _VALUES.items():
            found = value(session, piece)
            columns[name].append(None if found is None else round(found, _DIGITS))
    return {name: None if all(v is None for v in column) else column for name, column in columns.items()}


def _thinned(sessions: Sequence[Session]) -> list[tuple[Session, Sequence[Slice]]]:
    kept: list[tuple[Session, Sequence[Slice]]] = [(session, session.slices) for session in sessions]
    while sum(len(slices) for _, slices in kept) > MOST_POINTS and any(len(slices) > 1 for _, slices in kept):
        kept = [(session, halved(slices)) for session, slices in kept]
    return kept


def _shares(session: Session, piece: Slice, kind: DeviceKind) -> list[Share]:
    return [piece.devices[index] for index in counted_devices(session, kind)]


def _power_w(session: Session, piece: Slice, kind: DeviceKind) -> float | None:
    known = [share.energy_j / share.known_s for share in _shares(session, piece, kind) if share.known_s]
    return sum(known) if known else None


def _gpu_memory_gb(session: Session, piece: Slice) -> float | None:
    shares = _shares(session, piece, DeviceKind.GPU)
    known = [share.memory_bytes for share in shares if share.memory_bytes is not None]
    return sum(known) / GIB if known else None


def _gpu_busy_pct(session: Session, piece: Slice) -> float | None:
    shares = _shares(session, piece, DeviceKind.GPU)
    looked_s = sum(share.looked_s for share in shares)
    return 100 * sum(share.busy_s for share in shares) / looked_s if looked_s else None


def _in_gb(used_bytes: int | None) -> float | None:
    return None if used_bytes is None else used_bytes / GIB


_VALUES: dict[str, Callable[[Session, Slice], float | None]] = {
    "session": lambda session, piece: session.number,
    "at": lambda session, piece: piece.start,
    "seconds": lambda session, piece: piece.seconds,
    "gpu_power_w": lambda session, piece: _power_w(session, piece, DeviceKind.GPU),
    "gpu_memory_gb": _gpu_memory_gb,
    "gpu_utilization_pct": _gpu_busy_pct,
    "gpu_temperature_c": lambda session, piece: most(
        *(share.temperature_c for share in _shares(session, piece, DeviceKind.GPU))
    ),
    "cpu_power_w": lambda session, piece: _power_w(session, piece, DeviceKind.CPU),
    "cpu_utilization_pct": lambda session, piece: 100 * piece.busy_s / piece.total_s if piece.total_s else None,
    "memory_gb": lambda session, piece: _in_gb(piece.memory_bytes),
    "system_memory_gb": lambda session, piece: _in_gb(piece.system_bytes),
}
