"""Measuring the machine during a run, kept with the run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from halo_forge.hardware.machine import look_around
from halo_forge.hardware.sampler import measured
from halo_forge.hardware.session import Session, decode_session, encode_session
from halo_forge.store import RunStore


@contextlib.contextmanager
def measuring(store: RunStore, *, wanted: bool) -> Iterator[None]:
    """Measure this session of a run until the context ends, if that is `wanted`."""
    if not wanted:
        yield
        return
    with measured(look_around, store.session, lambda session: store.keep_measured(encode_session(session))):
        yield


def measured_sessions(store: RunStore) -> list[Session]:
    """What was measured in all sessions of a run. What cannot be read counts as not measured."""
    sessions = []
    for data in store.read_measured():
        with contextlib.suppress(ValueError):
            sessions.append(decode_session(data))
    return sessions
