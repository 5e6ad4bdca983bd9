"""The process that trains: ``python -m halo_forge.raft.train JOB`` (several GPUs: ``accelerate launch -m …``).

A process of its own, so that all of its memory is given back and a crash of a driver reaches nobody else. The job is a
JSON file (`halo_forge.raft.jobs`). Standard output gets lines of JSON: ``{"step": …}`` for each optimiser step,
``{"stage": …}`` for what comes after, and at the end ``{"done": …}`` or ``{"failed": …}``.

TRL's SFTTrainer trains a LoRA adapter (PEFT) on tokens as they are. The adapter is then merged in float32, and the
merged weights are compared with base and adapter before they are rounded to the type that the base came in.

Limits: CUDA and ROCm have not been tested. A step is repeatable on one machine with one number of threads: the seed is
set, and torch's own order of additions is what it is.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import datasets
import peft
import torch
import transformers
import trl

from halo_forge.errors import HaloForgeError, TrainingError, first_line
from halo_forge.models.directories import Weights, resolve
from halo_forge.models.hub import fetch
from halo_forge.models.transformers.load import choose_device, context_of, load, read_config, read_tokenizer
from halo_forge.raft.examples import Example, read_examples
from halo_forge.raft.jobs import ADAPTER, FINAL_MODEL, Job
from halo_forge.raft.training import (
    Step,
    TrainFigures,
    TrainSettings,
    check_figures,
    check_step,
    default_learning_rate,
)

_PROMPTS, _ANSWER = 4, 48  # prompts, and tokens of their greedy answers, that checks are made with


class Trainee:
    """A base with its adapter, being trained."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.examples = read_examples(job.examples)
        self.weights = resolve(job.base, fetch)
        self.config = read_config(self.weights)
        self.tokenizer = read_tokenizer(self.weights)
        _check_lengths(self.examples, context_of(self.config))
        self.device = choose_device()
        self.settings = job.settings
        transformers.set_seed(self.settings.seed)
        base = load(self.weights, self.device, "bfloat16" if self._in_bf16() else "float32")
        self.model = peft.get_peft_model(base, _lora(self.settings))  # the adapter is in float32 whatever the base is
        self.model.peft_config["default"].base_model_name_or_path = os.path.abspath(job.base)
        self.steps: list[Step] = []

    def train(self) -> None:
        """All steps."""
        settings = self.settings
        steps = settings.planned_steps(len(self.examples))
        data = datasets.Dataset.from_list([{"input_ids": e.input_ids, "labels": e.labels} for e in self.examples])
        rate = settings.learning_rate
        if rate is None:
            rate = default_learning_rate(self.config.get_text_config().hidden_size)
        arguments = trl.SFTConfig(
            output_dir=str(self.job.place / "trainer"),
            max_steps=steps,
            per_device_train_batch_size=settings.at_once,
            gradient_accumulation_steps=settings.batch // settings.at_once,
            learning_rate=rate,
            warmup_steps=settings.warmup,
            max_grad_norm=settings.clip,
            weight_decay=0.0,
            optim="adamw_torch",
            max_length=None,
            packing=False,
            padding_free=False,
            dataset_kwargs={"skip_prepare_dataset": True},
            bf16=False,  # no autocast: it would turn all weights into bfloat16 again and again
            train_sampling_strategy="group_by_length",
            gradient_checkpointing=self.device != "cpu",
            use_cpu=self.device == "cpu",
            logging_steps=1,
            logging_nan_inf_filter=False,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            seed=settings.seed,
            data_seed=settings.seed,
            dataloader_pin_memory=self.device != "cpu",
        )
        trainer = _Trainer(
            self.model, args=arguments, train_dataset=data, processing_class=self.tokenizer,
            callbacks=[_Watch(self.steps)],
        )  # fmt: skip
        trainer.train()

    def _in_bf16(self) -> bool:
        if self.settings.bf16 is not None:
            return self.settings.bf16
        return torch.cpu.get_capabilities().get("avx512_bf16", False) if self.device == "cpu" else True

    def figures_and_weights(self, seconds: float) -> TrainFigures:
        """Compare, save the adapter and the merged weights."""
        self._save(self.model, self.job.place / ADAPTER)
        model = self._in_float32()
        prompts = self._prompts()
        change, relative = _change(model)
        tell(stage="comparing with the base")
        kl, ours = _against_base(model, prompts)
        tell(stage="merging")
        merged = model.merge_and_unload(safe_merge=True)
        same, gap = _against_merged(merged, prompts, ours)
        merged.to(dtype=self._kept_type())
        merged.config.dtype = self._kept_type()
        self._save(merged, self.job.place / FINAL_MODEL)
        passes = sum(len(e.input_ids) for e in self.examples) * len(self.steps) * self.settings.batch
        return TrainFigures(
            examples=len(self.examples),
            steps=tuple(self.steps),
            sum_lr=sum(step.learning_rate for step in self.steps),
            weight_change=change,
            relative_change=relative,
            kl_to_base=kl,
            same_greedy=same,
            prompts_checked=len(prompts),
            logit_gap=gap,
            tokens=passes // len(self.examples),
            seconds=seconds,
            device=self.device,
            dtype="bfloat16" if self._in_bf16() else "float32",
            versions={
                "torch": torch.__version__, "transformers": transformers.__version__, "trl": trl.__version__,
                "peft": peft.__version__,
            },
        )  # fmt: skip

    def _in_float32(self) -> Any:
        """Base and adapter anew, as they will be loaded elsewhere."""
        del self.model
        base = load(self.weights, self.device, "float32")
        return peft.PeftModel.from_pretrained(base, self.job.place / ADAPTER, local_files_only=True).eval()

    def _prompts(self) -> list[list[int]]:
        """Of the first problems by name: the same ones for the same examples."""
        found = sorted({e.prompt for e in self.examples if e.prompt})
        return [list(prompt) for prompt in found[:_PROMPTS]]

    def _kept_type(self) -> Any:
        kept = getattr(self.config, "dtype", None) or torch.float32
        return kept if isinstance(kept, torch.dtype) else getattr(torch, str(kept))

    def _save(self, model: Any, place: Path) -> None:
        """Weights with everything that is needed to chat with them."""
        model.save_pretrained(place)
        self.tokenizer.save_pretrained(place)
        if place.name == FINAL_MODEL:
            _generation_config(self.weights).save_pretrained(place)


class _Trainer(trl.SFTTrainer):  # type: ignore[misc]  # trl has no types here
    """SFTTrainer, whose first step is one: the library's warm-up begins with a learning rate of 0."""

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        warm = int(self.args.warmup_steps * num_training_steps)

        def share(step: int) -> float:
            return (step + 1) / (warm + 1) if step < warm else (num_training_steps - step) / (num_training_steps - warm)

        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer if optimizer is None else optimizer, share)
        return self.lr_scheduler


class _Watch(transformers.TrainerCallback):  # type: ignore[misc]  # transformers has no types here
    """Tells of each step, and stops what has gone wrong."""

    def __init__(self, steps: list[Step]) -> None:
        self._steps = steps
        self._said: dict[str, Any] = {}

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any], **_more: Any) -> None:
        if "grad_norm" not in logs:
            return
        step = Step(
            int(state.global_step), float(logs["loss"]), float(logs["grad_norm"]), float(logs["learning_rate"]),
            _number(logs.get("entropy")), _number(logs.get("mean_token_accuracy")),
        )  # fmt: skip
        self._steps.append(step)
        tell(step=[step.number, state.max_steps, step.loss, step.grad_norm, step.learning_rate])
        check_step([one.grad_norm for one in self._steps])


def _check_lengths(examples: list[Example], most: int) -> None:
    longest = max((len(example.input_ids) for example in examples), default=0)
    if longest > most:
        raise TrainingError(
            f"an answer has {longest} tokens with its prompt, and the model was made for {most}; leave it out"
        )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _lora(settings: TrainSettings) -> Any:
    return peft.LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, lora_dropout=0.0, target_modules="all-linear", bias="none",
        task_type="CAUSAL_LM",
    )  # fmt: skip


def _change(model: Any) -> tuple[float, float]:
    """Norm of what the adapter adds, and of it by that of the weights below."""
    added = below = 0.0
    for module in model.modules():
        if isinstance(module, peft.tuners.lora.LoraLayer) and "default" in module.lora_A:
            added += float(module.get_delta_weight("default").detach().double().pow(2).sum())
            below += float(module.get_base_layer().weight.detach().double().pow(2).sum())
    return math.sqrt(added), math.sqrt(added / below) if below else 0.0


def _greedy(model: Any, prompt: Sequence[int]) -> list[int]:
    ids = torch.tensor([list(prompt)], device=model.device)
    made = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=_ANSWER, pad_token_id=0
    )
    return [int(token) for token in made[0, len(prompt) :]]


def _log_probs(model: Any, prompt: Sequence[int], answer: Sequence[int]) -> Any:
    """Of every next token behind each token of the answer: shape (len(answer), vocabulary)."""
    ids = torch.tensor([[*prompt, *answer]], device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1]
    return logits.float().log_softmax(-1)


@torch.inference_mode()
def _against_base(model: Any, prompts: list[list[int]]) -> tuple[float, list[tuple[list[int], Any]]]:
    """KL(trained || base) on the base's greedy answers, nats a token; and the trained one's own greedy answers."""
    total, tokens = 0.0, 0
    for prompt in prompts:
        with model.disable_adapter():
            answer = _greedy(model, prompt)
            base = _log_probs(model, prompt, answer)
        trained = _log_probs(model, prompt, answer)
        total += float((trained.exp() * (trained - base)).sum())
        tokens += len(answer)
    ours = []
    for prompt in prompts:
        answer = _greedy(model, prompt)
        ours.append((answer, _log_probs(model, prompt, answer)))
    return total / max(1, tokens), ours


@torch.inference_mode()
def _against_merged(merged: Any, prompts: list[list[int]], ours: list[tuple[list[int], Any]]) -> tuple[int, float]:
    """How many greedy answers are the same, and how far the log-probabilities are apart at the most."""
    same, gap = 0, 0.0
    for prompt, (answer, before) in zip(prompts, ours, strict=True):
        same += _greedy(merged, prompt) == answer
        gap = max(gap, float((_log_probs(merged, prompt, answer) - before).abs().max()))
    return same, gap


def _generation_config(weights: Weights) -> Any:
    if os.path.isfile(weights.base / "generation_config.json"):
        return transformers.GenerationConfig.from_pretrained(weights.base, local_files_only=True)
    return transformers.GenerationConfig.from_model_config(read_config(weights))


_answer = sys.stdout


def tell(**message: Any) -> None:
    """One line for whoever started this. Of several processes only the first speaks."""
    if int(os.environ.get("RANK", "0")) == 0:
        print(json.dumps(message), file=_answer, flush=True)


def main(path: str) -> int:
    """Do the job; returns the exit status."""
    global _answer
    _answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever the libraries print is no message
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    try:
        trainee = Trainee(Job.read(Path(path)))
        started = time.monotonic()
        trainee.train()
        figures = trainee.figures_and_weights(time.monotonic() - started)
        check_figures(figures)
        trainee.job.write_figures(figures)
    except HaloForgeError as error:
        tell(failed=str(error))
        return 1
    except Exception as error:  # the boundary of four libraries
        tell(failed=f"training failed: {type(error).__name__}: {first_line(error)}")
        raise
    tell(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
