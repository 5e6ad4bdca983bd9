"""What is kept of a session that was measured, there and back as JSON.

A session's object is a few tens of kilobytes at the most, because its slices are bounded; they are rows of numbers
there, in the order of the attributes of `Slice` and `Share`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from halo_forge.hardware.readings import DeviceInfo, DeviceKind, EnergySource
from halo_forge.hardware.slices import Share, Slice
from halo_forge.types import JSONObject


@dataclass(frozen=True, slots=True)
class DeviceLog:
    """One device in a session.

    Attributes:
        counted: its energy counter could be read at least once.
        ours: a process of the run was seen on it.
        others: a process that is not the run's was seen on it, by its number.
        strangers: a process was seen on it of which cannot be said whose it is (another PID namespace).
        faults: why something could not be read, the last time, by attribute of `Reading`; ``read``: not at all.
    """

    info: DeviceInfo
    counted: bool = False
    ours: bool = False
    others: tuple[int, ...] = ()
    strangers: bool = False
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """What was measured while a run was open once.

    Attributes:
        number: which opening it was, as the samples say it.
        complete: measuring went on to the end; otherwise the process was killed after the last slice.
        slices: one after the other.
        missing: why there are no devices of a kind.
        faults: what else went wrong, one line each.
    """

    number: int
    complete: bool
    devices: tuple[DeviceLog, ...]
    slices: tuple[Slice, ...]
    missing: dict[DeviceKind, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def encode_session(session: Session) -> JSONObject:
    """As JSON."""
    return {
        "session": session.number,
        "complete": session.complete,
        "devices": [asdict(log) for log in session.devices],
        "missing": {kind.value: why for kind, why in session.missing.items()},
        "faults": list(session.faults),
        "slices": [_row(one) for one in session.slices],
    }


def decode_session(data: JSONObject) -> Session:
    """From JSON.

    Raises:
        ValueError: it is something else.
    """
    try:
        devices = tuple(_device(log) for log in data["devices"])
        slices = tuple(_slice(row, len(devices)) for row in data["slices"])
        return Session(
            number=int(data["session"]),
            complete=bool(data["complete"]),
            devices=devices,
            slices=slices,
            missing={DeviceKind(kind): str(why) for kind, why in data["missing"].items()},
            faults=tuple(map(str, data["faults"])),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a measured session: {error}") from error


def _device(data: JSONObject) -> DeviceLog:
    info = data["info"]
    power = info["power"]
    return DeviceLog(
        info=DeviceInfo(
            DeviceKind(info["kind"]),
            str(info["id"]),
            str(info["name"]),
            EnergySource(info["counter"]),
            None if power is None else EnergySource(power),
            info["wraps_at_j"],
            bool(info["in_package"]),
        ),
        counted=bool(data["counted"]),
        ours=bool(data["ours"]),
        others=tuple(map(int, data["others"])),
        strangers=bool(data["strangers"]),
        faults={str(name): str(why) for name, why in data["faults"].items()},
    )


def _row(one: Slice) -> list[Any]:
    """Written out, because `dataclasses.astuple` copies everything, and a session is kept again and again."""
    shares = [
        [share.energy_j, share.known_s, share.memory_bytes, share.busy_s, share.looked_s, share.temperature_c]
        for share in one.devices
    ]
    return [one.start, one.end, one.seconds, shares, one.memory_bytes, one.system_bytes, one.busy_s, one.total_s]


def _slice(row: Sequence[Any], devices: int) -> Slice:
    start, end, seconds, shares, *rest = row
    lengths = {len(row) - len(fields(Slice)), *(len(share) - len(fields(Share)) for share in shares)}
    if len(shares) != devices or lengths != {0}:
        raise ValueError("not a measured session: a slice is too long or too short")
    numbers = [start, end, seconds, *rest, *(value for share in shares for value in share)]
    if not all(value is None or (type(value) in (int, float) and math.isfinite(value)) for value in numbers):
        raise ValueError("not a measured session: a slice has something else than numbers")
    return Slice(start, end, seconds, tuple(Share(*share) for share in shares), *rest)
