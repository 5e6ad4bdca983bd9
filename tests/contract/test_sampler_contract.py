"""What every engine keeps to, first of all: a sample depends on its seed, not on its company."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from fixtures_models import LLAMA_KEY, llama_serving
from halo_forge.errors import EngineError
from halo_forge.models.base import GenerationRequest, Sampler, SamplingSettings, sample_seed
from halo_forge.models.few_shot import FewShot
from halo_forge.models.llamacpp import LlamaCppSampler
from halo_forge.models.openai.address import address_of
from halo_forge.models.openai.sampler import OpenAISampler
from halo_forge.models.scripted import ScriptedSampler
from halo_forge.types import FinishReason, Language, Problem, PromptStyle, Sample, SampleForm, SamplingOverrides
from halo_forge.verifiers.extract import only_thinks
from patience import SOON_S

SETTINGS = SamplingSettings(max_tokens=12, seed=3)
LONG = replace(SETTINGS, max_tokens=1000, temperature=1.5, top_p=1.0)
LONGEST_PROMPT = 400
WORDS = (
    "Say hello.",
    "Write a Python function that adds two numbers.",
    "Count to ten, please.",
    "Name a colour or two.",
)
PROBLEMS = [Problem(f"p/{i}", text, Language.PYTHON) for i, text in enumerate(WORDS)]
CODE = Problem("code", 'def add(a, b):\n    """', Language.PYTHON, prompt_is_code=True)

Opener = Callable[[SamplingSettings], Sampler]


@pytest.fixture
def opener(request: pytest.FixtureRequest, engine: str) -> Iterator[Opener]:
    """Opens the engine with given settings; a slow engine takes a while for each sample."""
    opened: list[Sampler] = []

    def scripted(settings: SamplingSettings) -> Sampler:
        return ScriptedSampler(lambda problem, _, seed: f"{problem.prompt} {seed}", settings, delay_s=0.01)

    def llama(settings: SamplingSettings) -> Sampler:
        return LlamaCppSampler(request.getfixturevalue("model_path"), settings, LONGEST_PROMPT)

    def openai(settings: SamplingSettings) -> Sampler:
        return OpenAISampler(address_of(request.getfixturevalue("llama_server"), {}), settings, key=LLAMA_KEY)

    def transformers(settings: SamplingSettings) -> Sampler:
        directory = request.getfixturevalue("model_directory")
        from halo_forge.models.transformers.sampler import TransformersSampler

        return TransformersSampler(directory, settings, LONGEST_PROMPT, slots=16)

    def openvino(settings: SamplingSettings) -> Sampler:
        pytest.importorskip("openvino", reason="engine openvino is not installed")
        directory = request.getfixturevalue("model_directory")
        from halo_forge.models.openvino.sampler import OpenVinoSampler

        return OpenVinoSampler(directory, settings, LONGEST_PROMPT, slots=16)

    def vllm(settings: SamplingSettings) -> Sampler:
        if find_spec("vllm") is None:
            pytest.skip("engine vllm is not installed (vllm)")
        directory = request.getfixturevalue("model_directory")
        from halo_forge.models.vllm.sampler import VllmSampler

        return VllmSampler(directory, settings, LONGEST_PROMPT, options={"max_num_seqs": "16"})

    openers = {
        "scripted": scripted, "llamacpp": llama, "openai": openai, "transformers": transformers, "openvino": openvino,
        "vllm": vllm,
    }  # fmt: skip

    def open_one(settings: SamplingSettings) -> Sampler:
        opened.append(openers[engine](settings))
        return opened[-1]

    yield open_one
    for sampler in opened:
        sampler.close()


REAL = ("llamacpp", "openai", "transformers", "openvino", "vllm")
every_engine = pytest.mark.parametrize("engine", ["scripted", *REAL])
every_model = pytest.mark.parametrize("engine", REAL)
only_llamacpp = pytest.mark.parametrize("engine", ["llamacpp"])


def drawn(sampler: Sampler, *requests: GenerationRequest) -> dict[tuple[str, int], Sample]:
    """All of them, each once."""
    samples = list(sampler.generate(iter(requests), threading.Event()))
    by_key = {sample.key: sample for sample in samples}
    assert len(by_key) == len(samples)
    return by_key


def texts(samples: dict[tuple[str, int], Sample]) -> dict[tuple[str, int], str]:
    return {key: sample.text for key, sample in samples.items()}


@every_engine
def test_every_sample_comes_once_with_its_index_and_seed(opener: Opener) -> None:
    requests = [
        GenerationRequest(PROBLEMS[0], 0, 7),
        GenerationRequest(PROBLEMS[1], 2, 1),
        GenerationRequest(PROBLEMS[2], 5, 3),
    ]
    samples = drawn(opener(SETTINGS), *requests)
    assert set(samples) == {(r.problem.id, i) for r in requests for i in range(r.first_index, r.first_index + r.count)}
    for sample in samples.values():
        problem = next(p for p in PROBLEMS if p.id == sample.problem_id)
        assert sample.seed == sample_seed(SETTINGS.seed, problem, sample.index)
        assert sample.form is SampleForm.SOLUTION


@every_engine
def test_a_sample_depends_on_its_seed_alone(opener: Opener) -> None:
    requests = [GenerationRequest(problem, 0, 3) for problem in PROBLEMS]
    sampler = opener(SETTINGS)
    together = texts(drawn(sampler, *requests))
    assert texts(drawn(sampler, *reversed(requests))) == together
    for key in [("p/0", 0), ("p/1", 1), ("p/3", 2)]:
        problem = next(p for p in PROBLEMS if p.id == key[0])
        assert drawn(sampler, GenerationRequest(problem, key[1], 1))[key].text == together[key]
    assert len(set(together.values())) > len(PROBLEMS)  # the seeds do make a difference
    assert texts(drawn(opener(replace(SETTINGS, seed=4)), *requests)) != together


@every_engine
def test_nothing_asked_nothing_given(opener: Opener) -> None:
    assert drawn(opener(SETTINGS)) == {}


@every_engine
def test_may_be_closed_twice(opener: Opener) -> None:
    sampler = opener(SETTINGS)
    drawn(sampler, GenerationRequest(PROBLEMS[0], 0, 1))
    sampler.close()
    sampler.close()


@every_engine
def test_requests_are_pulled_as_there_is_room(opener: Opener) -> None:
    pulled = []

    def requests() -> Iterator[GenerationRequest]:
        for index in range(22):
            pulled.append(index)
            yield GenerationRequest(PROBLEMS[index % 4], index, 1)

    samples = opener(replace(SETTINGS, max_tokens=3)).generate(requests(), threading.Event())
    next(samples)
    time.sleep(0.3)  # a consumer that takes its time
    assert len(pulled) <= 17
    assert len(list(samples)) == 21


@every_engine
def test_a_mistake_in_the_requests_is_passed_on(opener: Opener) -> None:
    def requests() -> Iterator[GenerationRequest]:
        yield GenerationRequest(PROBLEMS[0], 0, 1)
        raise KeyError("the requests' own")

    with pytest.raises(KeyError):
        list(opener(SETTINGS).generate(requests(), threading.Event()))


@every_engine
def test_cancel_ends_it_soon(opener: Opener) -> None:
    cancel = threading.Event()
    samples = opener(LONG).generate([GenerationRequest(p, 0, 2000) for p in PROBLEMS], cancel)
    timer = threading.Timer(1.0, cancel.set)
    timer.start()
    assert len(list(samples)) < 2000
    assert cancel.is_set()
    timer.join()
    assert list(samples) == []


@every_engine
def test_cancelled_before_it_began(opener: Opener) -> None:
    cancel = threading.Event()
    cancel.set()
    assert list(opener(SETTINGS).generate([GenerationRequest(PROBLEMS[0], 0, 5)], cancel)) == []


@every_engine
def test_a_consumer_may_leave(opener: Opener) -> None:
    samples = opener(SETTINGS).generate([GenerationRequest(PROBLEMS[0], 0, 20_000)], threading.Event())
    next(samples)
    before = time.monotonic()
    samples.close()
    assert time.monotonic() - before < SOON_S


@only_llamacpp
def test_cancel_joins_its_threads_soon(opener: Opener) -> None:
    cancel = threading.Event()
    sampler = opener(LONG)
    drawn(sampler_with(sampler, max_tokens=1), GenerationRequest(PROBLEMS[0], 0, 1))  # loaded
    at: list[float] = []
    timer = threading.Timer(1.0, lambda: (at.append(time.monotonic()), cancel.set()))
    timer.start()
    list(sampler.generate([GenerationRequest(p, 0, 2000) for p in PROBLEMS], cancel))
    assert time.monotonic() - at[0] < SOON_S
    while any(thread.name == "halo-forge-request" for thread in threading.enumerate()):  # one may be in a step still
        assert time.monotonic() - at[0] < SOON_S
        time.sleep(0.01)


def sampler_with(sampler: Sampler, **changes: object) -> Sampler:
    """The same engine, loaded, with other settings."""
    assert isinstance(sampler, LlamaCppSampler)
    sampler._settings = replace(sampler._settings, **changes)
    return sampler


@every_model
def test_tokens_are_counted_exactly(opener: Opener) -> None:
    for sample in drawn(opener(SETTINGS), GenerationRequest(PROBLEMS[1], 0, 4)).values():
        assert sample.prompt_tokens == 39
        assert sample.n_tokens is not None
        if sample.finish_reason is FinishReason.LENGTH:
            assert sample.n_tokens == SETTINGS.max_tokens
        else:
            assert 0 < sample.n_tokens < SETTINGS.max_tokens


@every_model
def test_a_prompt_that_does_not_fit_is_a_sample(opener: Opener) -> None:
    problem = Problem("long", "one two three " * 3000, Language.PYTHON)
    samples = drawn(opener(SETTINGS), GenerationRequest(problem, 0, 6), GenerationRequest(PROBLEMS[0], 0, 2))
    for index in range(6):
        sample = samples["long", index]
        assert (sample.text, sample.n_tokens, sample.finish_reason) == ("", 0, FinishReason.CONTEXT)
    assert samples["p/0", 0].text


@every_model
def test_temperature_acts_before_top_p(opener: Opener) -> None:
    """Of the first token, two candidates are left that way and five the other way round (measured at 0.7 and 0.8)."""
    settings = replace(SETTINGS, max_tokens=1, temperature=0.7, top_p=0.8, prompt_style=PromptStyle.COMPLETION)
    samples = drawn(opener(settings), GenerationRequest(CODE, 0, 64))
    assert len(set(texts(samples).values())) == 2


@every_model
def test_a_tiny_nucleus_is_greedy(opener: Opener) -> None:
    request = GenerationRequest(PROBLEMS[1], 0, 4)
    greedy = texts(drawn(opener(replace(SETTINGS, temperature=0.0)), request))
    assert len(set(greedy.values())) == 1
    assert texts(drawn(opener(replace(SETTINGS, temperature=2.0, top_p=1e-6)), request)) == greedy


@every_model
def test_a_completion_ends_at_a_stop_sequence(opener: Opener) -> None:
    settings = replace(SETTINGS, max_tokens=60, prompt_style=PromptStyle.COMPLETION)
    samples = drawn(opener(settings), GenerationRequest(CODE, 0, 4))
    assert {sample.form for sample in samples.values()} == {SampleForm.COMPLETION}
    stopped = [s for s in samples.values() if s.finish_reason is FinishReason.STOP]
    assert stopped
    assert not [s for s in stopped if "\ndef" in s.text or "\nprint" in s.text]


@every_model
def test_a_problem_has_its_own_settings(opener: Opener) -> None:
    """Also beside others in a batch, which keep theirs."""
    greedy = replace(PROBLEMS[1], id="greedy", sampling=SamplingOverrides(temperature=0.0, max_tokens=5))
    system = replace(PROBLEMS[1], id="system", sampling=SamplingOverrides(system_prompt="Answer in capital letters."))
    sampler = opener(replace(SETTINGS, temperature=1.5))
    plain = drawn(sampler, GenerationRequest(PROBLEMS[2], 0, 2))
    samples = drawn(sampler, *(GenerationRequest(problem, 0, 2) for problem in (greedy, PROBLEMS[2], system)))
    assert samples["greedy", 0].text == samples["greedy", 1].text
    assert (samples["greedy", 0].n_tokens, samples["greedy", 0].finish_reason) == (5, FinishReason.LENGTH)
    assert {key: samples[key] for key in plain} == plain
    assert samples["system", 0].prompt_tokens != samples["greedy", 0].prompt_tokens
    for sample in samples.values():
        problem = next(p for p in (greedy, PROBLEMS[2], system) if p.id == sample.problem_id)
        assert sample.seed == sample_seed(SETTINGS.seed, problem, sample.index)


@every_model
def test_a_problem_says_where_its_completions_end(opener: Opener) -> None:
    settings = replace(SETTINGS, max_tokens=60, temperature=0.0, prompt_style=PromptStyle.COMPLETION)
    own = replace(CODE, id="own", stop=("return",))
    samples = drawn(opener(settings), GenerationRequest(own, 0, 1), GenerationRequest(CODE, 0, 1))
    assert "return" in samples["code", 0].text
    assert samples["own", 0].text == samples["code", 0].text.partition("return")[0]


def test_the_script_answers_a_problem_with_its_own_settings_too() -> None:
    own = replace(PROBLEMS[0], sampling=SamplingOverrides(temperature=0.0, max_tokens=1))
    sampler = ScriptedSampler([{"problem_id": own.id, "text": "many words"}], SETTINGS)
    (sample,) = drawn(sampler, GenerationRequest(own, 0, 1)).values()
    assert (sample.text, sample.seed) == ("many words", sample_seed(SETTINGS.seed, own, 0))
    assert sample.seed != sample_seed(SETTINGS.seed, PROBLEMS[0], 0)


@every_model
def test_examples_are_read(opener: Opener) -> None:
    shot = replace(PROBLEMS[0], solution="print('hello')")
    without, with_one = (
        drawn(opener(replace(SETTINGS, few_shot=few_shot)), GenerationRequest(PROBLEMS[1], 0, 1))["p/1", 0]
        for few_shot in (None, FewShot("shots", 1, (shot,)))
    )
    assert without.prompt_tokens is not None
    assert with_one.prompt_tokens is not None
    assert with_one.prompt_tokens > without.prompt_tokens + 10


def check_thinking(opened: Callable[[SamplingSettings], Sampler]) -> None:
    """What was thought has an end, after so many tokens at the most, and there is an answer behind it."""
    budget, closing = 7, 6  # the tag takes so many tokens: this model has none of its own for it

    def thoughts(settings: SamplingSettings) -> list[Sample]:
        with contextlib.closing(opened(settings)) as sampler:
            return list(drawn(sampler, *(GenerationRequest(PROBLEMS[i], 0, 4) for i in (0, 2))).values())

    free = thoughts(replace(SETTINGS, max_tokens=30))
    bounded = thoughts(replace(SETTINGS, max_tokens=23, think_budget=budget))
    assert all(sample.text.startswith("<think>\n") for sample in free + bounded)
    cut = [sample for sample in free if only_thinks(sample.text)]
    assert len(cut) >= 4
    assert all(sample.think_tokens == sample.n_tokens for sample in cut)
    ended = [sample for sample in bounded if "</think>" in sample.text]
    assert len(ended) >= 4
    assert all(0 < (sample.think_tokens or 0) <= budget + closing for sample in ended)
    assert all((sample.n_tokens or 0) <= 30 for sample in bounded)
    assert any(sample.text.partition("</think>")[2].strip() for sample in ended)


def test_llama_cpp_ends_the_thinking(thinking_file: Path) -> None:
    check_thinking(lambda settings: LlamaCppSampler(thinking_file, settings, LONGEST_PROMPT))


def test_llama_server_ends_the_thinking_and_sets_it_apart(thinking_file: Path) -> None:
    requests = [GenerationRequest(PROBLEMS[i], 0, 4) for i in (0, 2)]
    samples: list[list[Sample]] = []
    with llama_serving(thinking_file) as address:
        for settings in (SETTINGS, replace(SETTINGS, max_tokens=30, think_budget=5)):
            with contextlib.closing(OpenAISampler(address_of(address, {}), settings, key=LLAMA_KEY)) as sampler:
                samples.append(list(drawn(sampler, *requests).values()))
    free, bounded = samples
    cut = [sample for sample in free if sample.finish_reason is FinishReason.LENGTH]
    assert cut
    assert all(only_thinks(sample.text) for sample in cut)
    assert any(sample.text.strip() for sample in bounded)
    assert not any("<think>" in sample.text for sample in bounded)


def test_transformers_ends_the_thinking(thinking_directory: Path) -> None:
    from halo_forge.models.transformers.sampler import TransformersSampler

    check_thinking(lambda settings: TransformersSampler(thinking_directory, settings, LONGEST_PROMPT, slots=8))


@only_llamacpp
def test_what_llama_cpp_refuses_is_an_engine_error(opener: Opener) -> None:
    sampler = sampler_with(opener(SETTINGS), max_tokens="many")
    with pytest.raises(EngineError, match="p/0"):
        drawn(sampler, GenerationRequest(PROBLEMS[0], 0, 2))


def test_the_server_says_what_llama_cpp_says_in_process(llama_server: str, model_path: Path) -> None:
    """The same prompt in tokens, and greedy the same text: the template is rendered as it should be on both roads."""
    settings = replace(SETTINGS, temperature=0.0, max_tokens=24)
    requests = [GenerationRequest(problem, 0, 1) for problem in (*PROBLEMS, CODE)]
    with (
        contextlib.closing(LlamaCppSampler(model_path, settings, LONGEST_PROMPT)) as inside,
        contextlib.closing(OpenAISampler(address_of(llama_server, {}), settings, key=LLAMA_KEY)) as outside,
    ):
        said = {key: replace(sample, think_tokens=None) for key, sample in drawn(inside, *requests).items()}
        assert drawn(outside, *requests) == said  # a server does not say how much of it was thinking


@only_llamacpp
def test_its_port_is_closed_to_others(opener: Opener) -> None:
    sampler = opener(SETTINGS)
    drawn(sampler, GenerationRequest(PROBLEMS[0], 0, 1))
    assert isinstance(sampler, LlamaCppSampler)
    address = sampler._server.listening_address
    assert address.startswith("http://127.0.0.1:")
    with pytest.raises(urllib.error.HTTPError, match="401") as caught:
        urllib.request.urlopen(f"{address}/props")
    caught.value.close()


def test_loading_and_failing_to_load_print_nothing(model_path: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(model_path.read_bytes()[: 20 << 20])  # the header is whole, the weights are not
    program = f"""
import threading
from pathlib import Path
from halo_forge.errors import ModelError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.models.llamacpp import LlamaCppSampler
from halo_forge.types import Language, Problem
request = GenerationRequest(Problem("p", "hi", Language.C), 0, 1)
for path in ({str(model_path)!r}, {str(broken)!r}):
    sampler = LlamaCppSampler(Path(path), SamplingSettings(max_tokens=2), 10)
    try:
        list(sampler.generate([request], threading.Event()))
    except ModelError as error:
        assert "broken.gguf" in str(error) and "\\n" not in str(error)
    sampler.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
