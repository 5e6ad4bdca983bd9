"""A server that dies in the middle of a run: everything arrives, nothing twice, and a dead one ends the run."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from contextlib import closing

import pytest

from halo_forge.errors import EngineError
from halo_forge.models.base import GenerationRequest, SamplingSettings, sample_seed
from halo_forge.models.openai.address import address_of
from halo_forge.models.openai.http import Patience
from halo_forge.models.openai.sampler import OpenAISampler
from halo_forge.types import Language, Problem, Sample
from serving import Act, Body, End, Server, answer, error, serving

PROBLEMS = [Problem(f"p/{n}", f"Task {n}.", Language.PYTHON) for n in range(100)]
SETTINGS = SamplingSettings(seed=1)
# Beside every honest answer, what a server under stress gives.
STRESS = {
    3: error(500, "internal"),
    17: error(429, "slow down", Retry_After="0.05"),
    29: Act(b"{"),
    31: Act(b"", end=End.RESET),
    43: Act(answer({"prompt": "x"}), end=End.CUT),
    47: error(503, "overloaded"),
}


def stressed(number: int, body: Body) -> Act:
    """One request in eight or so goes wrong."""
    return STRESS.get(number % 53, Act(answer(body), after_s=0.02))


def draw_through_an_outage(server: Server, samples: int, outage_s: float, patience: Patience) -> None:
    """Draw `samples` of each problem; after a third of them the server is away for `outage_s`."""
    requests = [GenerationRequest(problem, 0, samples) for problem in PROBLEMS]
    third = samples * len(PROBLEMS) // 3
    down: list[threading.Thread] = []

    def outage() -> None:
        time.sleep(outage_s)
        server.revive()

    seen: Counter[tuple[str, int]] = Counter()
    by_id = {problem.id: problem for problem in PROBLEMS}
    with closing(OpenAISampler(address_of(server.url, {}), SETTINGS, at_once=32, patience=patience)) as sampler:
        for sample in sampler.generate(requests, threading.Event()):
            problem = by_id[sample.problem_id]
            assert sample.text == f"{problem.prompt} {sample_seed(1, problem, sample.index)}"
            seen[sample.key] += 1
            if seen.total() == third:
                server.die()
                down.append(threading.Thread(target=outage))
                down[0].start()
    down[0].join()
    assert seen == Counter({(p.id, index): 1 for p in PROBLEMS for index in range(samples)})


def test_an_outage() -> None:
    patience = Patience(answer_s=60.0, silence_s=60.0, tries=50, first_pause_s=0.02, longest_pause_s=0.3)
    with serving(stressed) as server:
        draw_through_an_outage(server, 2, 1.0, patience)


@pytest.mark.nightly
def test_twenty_seconds_in_two_thousand_requests() -> None:
    with serving(stressed) as server:
        draw_through_an_outage(server, 20, 20.0, Patience(answer_s=60.0))
    assert len(server.asked) >= 2000


def test_a_server_that_is_gone_for_good() -> None:
    patience = Patience(answer_s=60.0, silence_s=1.0, first_pause_s=0.02, longest_pause_s=0.3)
    came: list[Sample] = []
    with (
        serving() as server,
        closing(OpenAISampler(address_of(server.url, {}), SETTINGS, at_once=8, patience=patience)) as sampler,
    ):
        samples = sampler.generate([GenerationRequest(PROBLEMS[0], 0, 1000)], threading.Event())
        came.extend(itertools.islice(samples, 50))
        server.die()
        with pytest.raises(EngineError, match=f"the server at {server.url} failed for"):
            came.extend(samples)
    assert 50 <= len(came) < 1000
    assert len({sample.key for sample in came}) == len(came)
