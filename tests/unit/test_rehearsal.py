"""What the zygote does before it forks leaves nothing behind but speed."""

from __future__ import annotations

import os
import sys

import pytest

from halo_forge.verifiers.inside import rehearsal
from halo_forge.verifiers.inside.candidate import Candidate
from halo_forge.verifiers.inside.channel import ChannelError


def test_all_is_said_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[type[BaseException]] = []
    run = rehearsal.run

    def watched(candidate: Candidate) -> None:
        try:
            run(candidate)
        except BaseException as error:
            ends.append(type(error))
            raise

    monkeypatch.setattr(rehearsal, "run", watched)
    before, modules = os.listdir("/proc/self/fd"), set(sys.modules)
    rehearsal.rehearse()
    assert ends == [ChannelError] * 10  # each time it came to the end
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert set(sys.modules) == modules


def test_one_that_goes_wrong_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(candidate: Candidate) -> None:
        raise ValueError("not in this version")

    monkeypatch.setattr(rehearsal, "run", broken)
    before = os.listdir("/proc/self/fd")
    rehearsal.rehearse()
    assert len(os.listdir("/proc/self/fd")) == len(before)
