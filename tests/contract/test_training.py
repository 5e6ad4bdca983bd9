"""Training with small models: what counts in the loss, what comes out, that it comes out twice, and what is refused.

The models have random weights, the tokenizer is a real one, whose padding is the token that ends an answer.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from halo_forge.errors import TrainingError
from halo_forge.models.base import GenerationRequest, SamplingSettings
from halo_forge.raft.base import words_of
from halo_forge.raft.examples import IGNORED, Example, example_of, read_examples, write_examples
from halo_forge.raft.jobs import ADAPTER, FIGURES, FINAL_MODEL, Job, read_figures
from halo_forge.raft.plan import CyclePlace
from halo_forge.raft.trainer import Trainer
from halo_forge.raft.training import Step, TrainSettings, check_figures
from halo_forge.types import FinishReason, Language, Problem, PromptStyle, Sample

pytest.importorskip("trl", reason="training is not installed (trl)")
pytest.importorskip("gguf", reason="the model cannot be unpacked for training (gguf)")

import torch
import transformers
from safetensors.torch import load_file

from halo_forge.models.transformers.sampler import TransformersSampler
from halo_forge.raft.train import trainee as train
from small_models import ARCHITECTURES, GREEDY, SMALL, random_weights, samples_of, small_model

pytestmark = pytest.mark.filterwarnings("ignore")  # four libraries warn of each other

END = 2  # of an answer and of a padded row, of the small models and of the real one
EXAMPLES = [Example(tuple(range(50, 70 + 3 * i)), (100 + i, 200, 300 + i, END), f"p/{i}", 1, i) for i in range(3)]
SETTINGS = TrainSettings(batch=1, micro_batch=1, bf16=False)
ASK = Problem("p", "Say hello.", Language.PYTHON)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small sums: waiting for each other would take longer."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def base(model_directory: Path, tmp_path: Path) -> Path:
    """A small model."""
    small_model("llama", model_directory, tmp_path / "base")
    return tmp_path / "base"


def job(base: Path, name: str = "job", settings: TrainSettings = SETTINGS, examples: Any = None) -> Job:
    """A training from `base`, beside it."""
    place = base.with_name(name)
    place.mkdir()
    write_examples(place / "examples.jsonl", EXAMPLES if examples is None else examples)
    return Job(base, place / "examples.jsonl", place, settings)


def quiet(**_message: object) -> None:
    """Nobody listens."""


def trained(given: Job) -> train.Trainee:
    """Done, in this process, with its figures written."""
    trainee = train.Trainee(given, quiet)
    trainee.train()
    given.write_figures(trainee.figures_and_weights(1.0))
    return trainee


def losses(given: Job) -> list[float]:
    return [step.loss for step in read_figures(given.place / FIGURES).steps]


# What counts in the loss


def test_a_samples_own_tokens_are_learnt(model_directory: Path) -> None:
    """Those of the real model, prompt and answer, as the engine had them."""
    settings = SamplingSettings(temperature=0.0, max_tokens=60)
    sampler = TransformersSampler(model_directory, settings, 400)
    (sample,) = sampler.generate([GenerationRequest(ASK, 0, 1)], threading.Event())
    assert sample.finish_reason is FinishReason.STOP, "the answer has to end for this test"
    assert sample.token_ids is not None
    words = words_of(model_directory, settings)
    found = example_of(words, ASK, sample, 3)
    assert found.answer == sample.token_ids
    assert len(found.prompt) == sample.prompt_tokens
    assert (found.problem_id, found.cycle, found.index) == ("p", 3, 0)
    assert found.answer[-1] == END
    assert found.answer.count(END) == 1
    assert found.labels == [IGNORED] * len(found.prompt) + list(sample.token_ids)
    assert found.input_ids == [*found.prompt, *sample.token_ids]
    assert words.decode(found.prompt, found.answer) == sample.text


TEXTS = ("def f():\n    return 1\n", " leading", "", "ends with a newline\n", "ü 你好 🙂")
NO_END = (None, (), (504, 338))  # tokens that were not kept, or cut by a stop sequence before the end


@pytest.mark.parametrize("style", [PromptStyle.CHAT, PromptStyle.COMPLETION])
def test_a_text_alone_gets_its_tokens_and_its_end(model_directory: Path, style: PromptStyle) -> None:
    words = words_of(model_directory, SamplingSettings(prompt_style=style))
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_directory)
    for text, ids in product(TEXTS, NO_END):
        found = example_of(words, ASK, Sample("p", 0, text, token_ids=ids), 1)
        assert found.answer[-1] == words.end == END
        assert found.answer.count(END) == 1
        assert tokenizer.decode(found.answer[:-1]) == text
        assert tokenizer.decode(found.prompt) == words.render(ASK)
        assert found.labels.count(IGNORED) == len(found.prompt)


def test_a_model_that_knows_several_ends_keeps_the_one_it_wrote(model_directory: Path) -> None:
    words = words_of(model_directory, SamplingSettings())
    for end in words.ends:
        assert example_of(words, ASK, Sample("p", 0, "x", token_ids=(104, end)), 1).answer == (104, end)


def test_examples_come_back_as_they_were(tmp_path: Path) -> None:
    several = [*EXAMPLES, Example((), (1, END)), Example((5,), (END,))]
    write_examples(tmp_path / "x.jsonl", several)
    assert read_examples(tmp_path / "x.jsonl") == several
    for line in ("{", "[]", "{}", '{"prompt": 1, "answer": []}', '{"prompt": [1], "answer": null}'):
        (tmp_path / "x.jsonl").write_text(line + "\n")
        with pytest.raises(ValueError):  # noqa: PT011  # of JSON, or ours
            read_examples(tmp_path / "x.jsonl")


def test_the_trainer_counts_the_answer_and_its_end_and_no_padding(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its batches are made: the token that pads is the one that ends an answer."""
    batches: list[dict[str, Any]] = []
    monkeypatch.setattr(train._Trainer, "train", lambda self: batches.extend(self.get_train_dataloader()))
    several = [Example(e.prompt, e.answer[: 2 + i] if i < 2 else e.answer) for i, e in enumerate(EXAMPLES * 4)]
    several = [Example(e.prompt, (*e.answer[:-1], END)) for e in several]
    train.Trainee(job(base, settings=replace(SETTINGS, batch=6, micro_batch=6), examples=several), quiet).train()
    rows = [
        (ids.tolist(), labels.tolist(), seen.tolist())
        for batch in batches
        for ids, labels, seen in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True)
    ]
    assert len(rows) == len(several)
    assert any(0 in seen for _, _, seen in rows), "no row is padded, so nothing is told"
    left = sorted((list(e.input_ids), list(e.answer)) for e in several)
    for ids, labels, seen in rows:
        length = sum(seen)
        assert seen == [1] * length + [0] * (len(ids) - length)
        assert set(ids[length:]) <= {END}
        assert set(labels[length:]) <= {IGNORED}
        learnt = [label for label in labels if label != IGNORED]
        left.remove((ids[:length], learnt))
        assert learnt == ids[length - len(learnt) : length]
        assert learnt[-1] == END
    assert left == []


def test_the_loss_is_that_of_the_answers_tokens(base: Path) -> None:
    """Worked out by hand: the mean over a batch's answer tokens, whatever their examples are long."""
    several = [Example(EXAMPLES[0].prompt, (9, END)), Example(EXAMPLES[1].prompt, (7, 8, 9, 10, 11, END))]
    given = job(base, settings=replace(SETTINGS, batch=2, epochs=20), examples=several)
    trained(given)
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    total = 0.0
    for example in several:
        logits = model(torch.tensor([example.input_ids])).logits[0, len(example.prompt) - 1 : -1]
        shares = logits.log_softmax(-1)
        total -= sum(float(shares[i, token]) for i, token in enumerate(example.answer))
    assert losses(given)[0] == pytest.approx(total / 8, rel=1e-4)


# What comes out


def written(path: Path) -> dict[tuple[str, int], Any]:
    return {key: sample.token_ids for key, sample in samples_of(TransformersSampler(path, GREEDY, 400)).items()}


def test_a_training_and_all_that_it_leaves(base: Path, model_directory: Path, tmp_path: Path) -> None:
    given = job(base)
    trained(given)
    figures = read_figures(given.place / FIGURES)
    check_figures(figures)
    said = losses(given)
    assert len(said) == 30
    assert sum(said[-5:]) < sum(said[:5]) - 5  # three answers by heart
    assert figures.steps[0].learning_rate > 0
    assert figures.tokens == sum(len(example.input_ids) for example in EXAMPLES) * 30 // figures.pass_steps
    assert figures.examples == 3
    assert figures.weight_change > 0
    assert figures.kl_to_base > 0
    assert figures.same_greedy == figures.prompts_checked == 3
    assert figures.logit_gap < 0.01
    plain, adapted, merged = (written(path) for path in (base, given.place / ADAPTER, given.place / FINAL_MODEL))
    assert adapted == merged
    assert adapted != plain
    assert json.loads((given.place / ADAPTER / "adapter_config.json").read_text())["base_model_name_or_path"] == str(
        base
    )
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (given.place / ADAPTER / name).exists()
        assert (given.place / FINAL_MODEL / name).exists()
    _merged_by_hand(base, given.place)


def _merged_by_hand(base: Path, place: Path) -> None:
    """Base and B·A times alpha by rank, for every linear layer but the last; nothing else is touched."""
    before, after = (load_file(path / "model.safetensors") for path in (base, place / FINAL_MODEL))
    adapter = load_file(place / ADAPTER / "adapter_model.safetensors")
    assert before.keys() == after.keys()
    changed = set()
    for name, old in before.items():
        stem = f"base_model.model.{name.removesuffix('.weight')}"
        expected = old
        if f"{stem}.lora_A.weight" in adapter:
            changed.add(name)
            expected = old + 2.0 * adapter[f"{stem}.lora_B.weight"] @ adapter[f"{stem}.lora_A.weight"]
            assert not torch.equal(after[name], old)
        assert torch.allclose(after[name], expected, atol=1e-5), name
    assert len(changed) * 2 == len(adapter)
    assert {name for name in before if "proj" in name} == changed


def test_openvino_runs_what_was_trained(base: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    from halo_forge import made_once
    from halo_forge.models.openvino.sampler import OpenVinoSampler

    monkeypatch.setattr(made_once, "user_cache_path", lambda name: tmp_path / "cache")
    given = job(base)
    trained(given)
    found = samples_of(OpenVinoSampler(given.place / FINAL_MODEL, GREEDY, 400))
    assert {key: sample.token_ids for key, sample in found.items()} == written(given.place / FINAL_MODEL)


def test_the_same_seed_is_the_same_training(base: Path) -> None:
    one, two, other = (job(base, str(n), replace(SETTINGS, seed=n // 2, steps=20)) for n in range(3))
    for given in (one, two, other):
        trained(given)
    assert losses(one) == losses(two)
    assert losses(one) != losses(other)
    weights = [(given.place / FINAL_MODEL / "model.safetensors").read_bytes() for given in (one, two, other)]
    assert weights[0] == weights[1] != weights[2]


def test_how_many_are_in_memory_at_once_changes_no_step(base: Path) -> None:
    """Up to rounding: gradients are gathered over the answers' tokens of a whole batch."""
    settings = [replace(SETTINGS, batch=3, micro_batch=micro, epochs=20) for micro in (1, 3)]
    found = []
    for number, one in enumerate(settings):
        given = job(base, str(number), one)
        trained(given)
        found.append(losses(given))
    assert len(found[0]) == 20
    assert found[0] == pytest.approx(found[1], rel=1e-3)


@pytest.mark.parametrize("tied", [True, False])
def test_embeddings_are_left_alone(model_directory: Path, tmp_path: Path, tied: bool) -> None:
    """Where they are the last layer's weights too, one that is trained would change the other."""
    base = tmp_path / "base"
    random_weights(transformers.LlamaConfig(**SMALL, tie_word_embeddings=tied), base)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(model_directory / file, base)
    given = job(base)
    trained(given)
    _merged_by_hand(base, given.place)
    assert json.loads((given.place / FINAL_MODEL / "config.json").read_text())["tie_word_embeddings"] is tied
    assert written(given.place / FINAL_MODEL) == written(given.place / ADAPTER)


def test_weights_keep_the_type_that_they_came_in(model_directory: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    small_model("llama", model_directory, base)
    transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16).save_pretrained(base)
    given = job(base)
    trained(given)
    merged = load_file(given.place / FINAL_MODEL / "model.safetensors")
    assert {tensor.dtype for tensor in merged.values()} == {torch.bfloat16}
    adapter = load_file(given.place / ADAPTER / "adapter_model.safetensors")
    assert {tensor.dtype for tensor in adapter.values()} == {torch.float32}
    assert json.loads((given.place / FINAL_MODEL / "config.json").read_text())["dtype"] == "bfloat16"


@pytest.mark.nightly
@pytest.mark.parametrize("kind", sorted(ARCHITECTURES.keys() - {"llama"}))
def test_other_architectures(kind: str, model_directory: Path, tmp_path: Path) -> None:
    small_model(kind, model_directory, tmp_path / "base")
    given = job(tmp_path / "base", settings=replace(SETTINGS, steps=20))
    trained(given)
    check_figures(read_figures(given.place / FIGURES))
    assert written(given.place / FINAL_MODEL) == written(given.place / ADAPTER)


def test_training_goes_on_from_a_trained_model(base: Path) -> None:
    first = job(base)
    trained(first)
    second = job(first.place / FINAL_MODEL, "second")
    trained(second)
    assert losses(second)[0] < losses(first)[0] - 1
    assert written(second.place / FINAL_MODEL) == written(second.place / ADAPTER)


# What is refused


@pytest.mark.parametrize("rate", [1e4, 1e12])
def test_a_huge_learning_rate(base: Path, rate: float) -> None:
    with pytest.raises(TrainingError, match=r"the gradient norm of step \d+ is .*--learning-rate"):
        train.Trainee(job(base, settings=replace(SETTINGS, learning_rate=rate)), quiet).train()


def test_no_learning_rate(base: Path) -> None:
    trainee = train.Trainee(job(base, settings=replace(SETTINGS, learning_rate=0.0, steps=20)), quiet)
    trainee.train()
    with pytest.raises(TrainingError, match="the learning rate was 0 at every step"):
        check_figures(trainee.figures_and_weights(1.0))


def test_an_answer_that_is_longer_than_the_model(base: Path) -> None:
    with pytest.raises(TrainingError, match="the model was made for 2048"):
        train.Trainee(job(base, examples=[*EXAMPLES, Example((5,), (6,) * 2048)]), quiet)


# The process that trains


class Watcher:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[Step, int]] = []
        self.stages: list[str] = []

    def step(self, step: Step, steps: int) -> None:
        self.steps.append((step, steps))

    def stage(self, title: str) -> None:
        self.stages.append(title)


Train = Callable[[TrainSettings, list[Example]], tuple[CyclePlace, Watcher]]


@pytest.fixture
def by_process(base: Path) -> Train:
    """Trains as a run does."""

    def do(settings: TrainSettings, examples: list[Example]) -> tuple[CyclePlace, Watcher]:
        place, watcher = CyclePlace(base.with_name("cycle_1")), Watcher()
        place.root.mkdir(exist_ok=True)
        write_examples(place.examples, examples)
        Trainer(1, threading.Event(), watcher, lambda path: nullcontext()).train(base, place, settings)
        return place, watcher

    return do


def test_a_process_trains(by_process: Train) -> None:
    place, watcher = by_process(SETTINGS, EXAMPLES)
    assert [step.number for step, _ in watcher.steps] == list(range(1, 31))
    assert {steps for _, steps in watcher.steps} == {30}
    assert [step.loss for step, _ in watcher.steps] == [s.loss for s in read_figures(place.figures).steps]
    assert watcher.stages == ["comparing with the base", "merging"]
    assert written(place.final_model) == written(place.adapter)
    assert not (place.root / "tmp.training").exists()


@pytest.mark.parametrize(
    ("settings", "examples", "said"),
    [
        (SETTINGS, [], "no sample was kept"),
        (replace(SETTINGS, learning_rate=1e12), EXAMPLES, "the gradient norm of step"),
    ],
)
def test_a_process_says_why_it_does_not(
    by_process: Train, settings: TrainSettings, examples: list[Example], said: str
) -> None:
    """And what was trained before stays as it is."""
    with pytest.raises(TrainingError) as caught:
        by_process(settings, examples)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
