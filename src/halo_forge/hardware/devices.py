"""Which devices of a session count as the run's, and what a reader has to know about them.

A GPU counts when a process of the run was seen on it. Where none was seen on any (the model runs on the processor, or
the driver names no processes), all GPUs of the machine count, and a note says so. CPU packages always count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from halo_forge.hardware.readings import DeviceKind, EnergySource
from halo_forge.hardware.session import DeviceLog, Session
from halo_forge.hardware.slices import most
from halo_forge.types import JSONObject

GIB = 2**30
J_PER_WH = 3600.0


def counted_devices(session: Session, kind: DeviceKind) -> list[int]:
    """Places in `Session.devices`."""
    all_of_kind = [index for index, log in enumerate(session.devices) if log.info.kind is kind]
    ours = [index for index in all_of_kind if session.devices[index].ours]
    return ours if ours else all_of_kind


def source_of(log: DeviceLog) -> EnergySource | None:
    """Where its energy comes from."""
    return log.info.counter if log.counted else log.info.power


def sources(sessions: Sequence[Session], kind: DeviceKind) -> str | None:
    """Where the energy of all devices of a kind that count comes from."""
    found = {source_of(session.devices[index]) for session in sessions for index in counted_devices(session, kind)}
    return "; ".join(sorted(source.value for source in found if source is not None)) or None


def outside_packages_wh(sessions: Sequence[Session]) -> float:
    """Energy of the GPUs that count and are not a part of a processor's package."""
    return sum(
        piece.devices[index].energy_j / J_PER_WH
        for session in sessions
        for index in counted_devices(session, DeviceKind.GPU)
        if not session.devices[index].info.in_package
        for piece in session.slices
    )


def described(sessions: Sequence[Session]) -> tuple[JSONObject, ...]:
    """One object for each device, whatever sessions it was seen in."""
    found: dict[str, JSONObject] = {}
    for session in sessions:
        counted = {index for kind in DeviceKind for index in counted_devices(session, kind)}
        for index, log in enumerate(session.devices):
            one = found.setdefault(log.info.id, _described(log))
            shares = [piece.devices[index] for piece in session.slices]
            peaks = [None if share.memory_bytes is None else share.memory_bytes / GIB for share in shares]
            one["counted"] = one["counted"] or index in counted
            one["energy_wh"] += sum(share.energy_j for share in shares) / J_PER_WH
            one["known_s"] += sum(share.known_s for share in shares)
            one["peak_memory_gb"] = most(one["peak_memory_gb"], *peaks)
            one["others"] = sorted({*one["others"], *log.others})
    for one in found.values():
        if not one["known_s"]:
            one["energy_wh"] = None  # not 0: nobody knows
    return tuple(found.values())


def _described(log: DeviceLog) -> JSONObject:
    source = source_of(log)
    return {
        "kind": log.info.kind.value,
        "name": log.info.name,
        "energy_source": None if source is None else source.value,
        "counted": False,
        "energy_wh": 0.0,
        "known_s": 0.0,
        "peak_memory_gb": None,
        "others": [],
    }


def notes_on(sessions: Sequence[Session]) -> tuple[str, ...]:
    """Whose figures they are, where that is not only the run's; each line once."""
    return tuple(dict.fromkeys(line for session in sessions for line in _notes(session)))


def _notes(session: Session) -> Iterator[str]:
    gpus = counted_devices(session, DeviceKind.GPU)
    logs = [session.devices[index] for index in gpus]
    if logs and not any(log.ours for log in logs):
        which = "the machine's GPU" if len(logs) == 1 else f"all {len(logs)} GPUs of the machine"
        yield f"no process of this run was seen on a GPU: the GPU figures are those of {which}, whoever used it"
    for log in logs:
        if log.info.in_package:
            yield f"{log.info.name} is a part of a processor, whose energy has its own in it; energy_wh has it once"
        if log.others:
            pids = ", ".join(map(str, log.others))
            yield f"{log.info.name} was used by other processes too (pid {pids}); its figures include theirs"
        elif log.strangers:
            yield f"{log.info.name} was used by processes that cannot be told from this run's here (a container?)"
    for log in session.devices:
        if "read" in log.faults:
            yield f"{log.info.name} could not be read all the time: {log.faults['read']}"
    yield from session.faults
    asleep_s = sum(piece.end - piece.start - piece.seconds for piece in session.slices)
    if asleep_s > max(2.0, 0.01 * sum(piece.seconds for piece in session.slices)):
        yield f"the machine slept, or its clock was set on, for {asleep_s:.0f} s; these are in no figure"
