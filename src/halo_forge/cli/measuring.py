"""Measuring the machine during a run, kept with the run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from halo_forge.hardware.machine import look_around
from halo_forge.hardware.sampler import measured
from halo_forge.hardware.session import Session, decode_session, encode_session
from halo_forge.store import RunStore, files
from halo_forge.store.lines import encode_document


@contextlib.contextmanager
def measuring(store: RunStore, *, wanted: bool) -> Iterator[None]:
    """Measure this session of a run until the context ends, if that is `wanted`."""
    if not wanted:
        yield
        return
    with measured(look_around, store.session, lambda session: store.keep_measured(encode_session(session))):
        yield


@contextlib.contextmanager
def training_measured(path: Path) -> Iterator[None]:
    """Measure a training until the context ends; the file `path` keeps what was measured."""

    def keep(session: Session) -> None:
        files.replace(path, [encode_document(encode_session(session))])

    with measured(look_around, 0, keep):
        yield


@contextlib.contextmanager
def not_measured(path: Path) -> Iterator[None]:
    """Nothing is measured; an earlier file does not stay."""
    path.unlink(missing_ok=True)
    yield


def measured_sessions(store: RunStore) -> list[Session]:
    """What was measured in all sessions of a run. What cannot be read counts as not measured."""
    sessions = []
    for data in store.read_measured():
        with contextlib.suppress(ValueError):
            sessions.append(decode_session(data))
    return sessions
