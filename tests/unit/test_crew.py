"""Requests in threads: as many as there are slots for, one prompt at a time, and an end whatever happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from halo_forge.models.base import GenerationRequest
from halo_forge.models.crew import Threads
from halo_forge.types import Language, Problem, Sample
from patience import LONG_S, SOON_S

PROBLEM = Problem("p", "x", Language.C)


def requests(*counts: int) -> list[GenerationRequest]:
    return [GenerationRequest(PROBLEM, sum(counts[:i]), count) for i, count in enumerate(counts)]


class Watched:
    """Answers after a moment and notes what was under way together."""

    def __init__(self, prompt_s: float = 0.005, sample_s: float = 0.005) -> None:
        self.prompt_s, self.sample_s = prompt_s, sample_s
        self.lock = threading.Lock()
        self.samples = self.prompts = self.most_samples = self.most_prompts = 0

    def add(self, samples: int, prompts: int) -> None:
        with self.lock:
            self.samples += samples
            self.prompts += prompts
            self.most_samples = max(self.most_samples, self.samples)
            self.most_prompts = max(self.most_prompts, self.prompts)

    def __call__(
        self, request: GenerationRequest, begun: Callable[[], None], deliver: Callable[[Sample], None],
        stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.add(request.count, 1)
        time.sleep(self.prompt_s)
        self.add(0, -1)
        begun()
        for index in range(request.first_index, request.first_index + request.count):
            time.sleep(self.sample_s)
            if stopped():
                return
            self.add(-1, 0)
            deliver(Sample(request.problem.id, index, ""))


def run(counts: list[int], work: Watched, slots: int) -> list[int]:
    return [sample.index for sample in Threads(iter(requests(*counts)), work, slots, threading.Event()).samples()]


@pytest.mark.parametrize("slots", [4, 5, 16])
def test_each_sample_once_and_never_too_many(slots: int) -> None:
    work = Watched()
    counts = [4, 1, 4, 3, 2, 4, 4, 1, 1, 1]
    assert sorted(run(counts, work, slots)) == list(range(25))
    assert work.most_samples <= slots
    assert work.most_prompts == 1


def test_all_slots_are_used() -> None:
    work = Watched(prompt_s=0.0, sample_s=0.5)
    run([1] * 24, work, 8)
    assert work.most_samples == 8


def test_samples_come_as_they_are_finished() -> None:
    first_came = threading.Event()

    def work(request: GenerationRequest, begun: object, deliver: Callable[[Sample], None], stopped: object) -> None:
        deliver(Sample("p", 0, "first"))
        assert first_came.wait(SOON_S)
        deliver(Sample("p", 1, "second"))

    samples = Threads(iter(requests(2)), work, 4, threading.Event()).samples()
    assert next(samples).text == "first"
    first_came.set()
    assert [sample.text for sample in samples] == ["second"]


def test_a_failure_reaches_the_consumer_and_ends_the_others() -> None:
    def work(request: GenerationRequest, begun: object, deliver: object, stopped: Callable[[], bool]) -> None:
        raise ValueError(request.first_index)

    with pytest.raises(ValueError, match="0"):
        list(Threads(iter(requests(1, 1, 1)), work, 2, threading.Event()).samples())


def test_a_call_that_hangs_is_left_behind() -> None:
    release = threading.Event()

    def work(request: GenerationRequest, begun: object, deliver: object, stopped: object) -> None:
        release.wait(LONG_S)

    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    before = time.monotonic()
    assert list(Threads(iter(requests(1)), work, 1, cancel).samples()) == []
    assert time.monotonic() - before < SOON_S
    release.set()


def test_a_slow_consumer_slows_it_down() -> None:
    pulled = []

    def source() -> Iterator[GenerationRequest]:
        for request in requests(*[1] * 50):
            pulled.append(request.first_index)
            yield request

    samples = Threads(source(), Watched(0.0, 0.0), 4, threading.Event()).samples()
    next(samples)
    time.sleep(0.2)
    assert len(pulled) <= 4
    assert len(list(samples)) == 49
