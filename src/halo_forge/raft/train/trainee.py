"""A base with its adapter, being trained: TRL's SFTTrainer trains LoRA (PEFT) on tokens as they are.

The adapter is then merged in float32, and the merged weights are compared with base and adapter before they are rounded
to the type that the base came in.

Limits: CUDA and ROCm have not been tested. A step is repeatable on one machine with one number of threads: the seed is
set, and torch's own order of additions is what it is.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import peft
import torch
import transformers
import trl

from halo_forge.errors import TrainingError
from halo_forge.models.base import SamplingSettings
from halo_forge.models.directories import Weights, resolve
from halo_forge.models.hub import fetch
from halo_forge.models.transformers.load import (
    choose_device,
    context_of,
    free_memory,
    load,
    read_config,
    read_ends,
    read_tokenizer,
)
from halo_forge.models.words import Words
from halo_forge.raft.examples import Example, read_examples
from halo_forge.raft.jobs import ADAPTER, FINAL_MODEL, Job
from halo_forge.raft.train.checks import against_base, against_merged, change
from halo_forge.raft.training import (
    Step,
    TrainFigures,
    TrainSettings,
    check_step,
    default_learning_rate,
)

_PROMPTS = 4  # that checks are made with
_MERGING = 1.25  # times the weights: what lies on a GPU besides them while they are merged
_SEEDS = 2**32  # that numpy has

Tell = Callable[..., None]
"""Says something to whoever started the process, by keywords."""


class Trainee:
    """A base with its adapter, being trained."""

    def __init__(self, job: Job, tell: Tell) -> None:
        self.job = job
        self._tell = tell
        self.examples = read_examples(job.examples)
        self.weights = resolve(job.base, fetch)
        self.config = read_config(self.weights)
        self.tokenizer = read_tokenizer(self.weights)
        _check_lengths(self.examples, context_of(self.config))
        self.device = choose_device()
        if self.device == "cuda":
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))  # of several processes each has its own
        self.settings = replace(job.settings, seed=job.settings.seed % _SEEDS)
        transformers.set_seed(self.settings.seed)
        base = load(self.weights, self.device, "bfloat16" if self._in_bf16() else "float32")
        self.model = peft.get_peft_model(base, _lora(self.settings))  # the adapter is in float32 whatever the base is
        self.model.peft_config["default"].base_model_name_or_path = os.path.abspath(job.base)
        self.steps: list[Step] = []
        self.pass_steps = self.settings.pass_steps(len(self.examples))
        self._watch = _Watch(self.steps, tell)

    def train(self) -> None:
        """All steps."""
        settings = self.settings
        steps = settings.planned_steps(len(self.examples))
        data = datasets.Dataset.from_list([{"input_ids": e.input_ids, "labels": e.labels} for e in self.examples])
        rate = settings.learning_rate
        if rate is None:
            rate = default_learning_rate(self.config.get_text_config().hidden_size)
        ours = replace(settings, batch=max(1, settings.batch // int(os.environ.get("WORLD_SIZE", "1"))))
        arguments = trl.SFTConfig(
            output_dir=str(self.job.place / "trainer"),
            max_steps=steps,
            per_device_train_batch_size=ours.at_once,
            gradient_accumulation_steps=ours.batch // ours.at_once,
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
            callbacks=[self._watch],
        )  # fmt: skip
        trainer.train()

    def _in_bf16(self) -> bool:
        if self.settings.bf16 is not None:
            return self.settings.bf16
        if self.device == "cpu":
            return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))

    def figures_and_weights(self, seconds: float) -> TrainFigures:
        """Compare, save the adapter and the merged weights."""
        self._save(self.model, self.job.place / ADAPTER)
        model = self._in_float32()
        prompts = self._prompts()
        moved, relative = change(model)
        self._tell(stage="comparing with the base")
        kl, ours = against_base(model, prompts)
        self._tell(stage="merging")
        merged = model.merge_and_unload(safe_merge=True)
        same, gap = against_merged(merged, prompts, ours)
        merged.to(dtype=self._kept_type())
        merged.config.dtype = self._kept_type()
        _, rounding = against_merged(merged, prompts, ours)
        self._save(merged, self.job.place / FINAL_MODEL)
        return TrainFigures(
            examples=len(self.examples),
            steps=tuple(self.steps),
            pass_steps=self.pass_steps,
            sum_lr=sum(step.learning_rate for step in self.steps),
            weight_change=moved,
            relative_change=relative,
            kl_to_base=kl,
            same_greedy=same,
            prompts_checked=len(prompts),
            logit_gap=gap,
            rounding_gap=rounding,
            tokens=self._watch.tokens,
            seconds=seconds,
            device=self.device,
            dtype="bfloat16" if self._in_bf16() else "float32",
            versions={
                "torch": torch.__version__, "transformers": transformers.__version__, "trl": trl.__version__,
                "peft": peft.__version__,
            },
        )  # fmt: skip

    def _in_float32(self) -> Any:
        """Base and adapter anew, as they will be loaded elsewhere: on the GPU only where it has room for float32."""
        size = _MERGING * torch.float32.itemsize * sum(weights.numel() for weights in self.model.parameters())
        del self.model
        gc.collect()  # a trainer's parts hold each other, and with them the model and what the optimiser knows
        if self.device != "cpu":
            torch.cuda.empty_cache()
        device = "cpu" if self.device != "cpu" and size > free_memory(self.device) else self.device
        base = load(self.weights, device, "float32")
        return peft.PeftModel.from_pretrained(base, self.job.place / ADAPTER, local_files_only=True).eval()

    def _prompts(self) -> list[list[int]]:
        """Some of the examples' prompts: the same ones for the same examples."""
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
            config = _generation_config(self.weights)
            config.eos_token_id = sorted(Words(self.tokenizer, read_ends(self.weights), SamplingSettings(), "").ends)
            config.save_pretrained(place)


class _Trainer(trl.SFTTrainer):  # type: ignore[misc]  # trl has no types here
    """SFTTrainer, whose first step is one: the library's warm-up begins with a learning rate of 0."""

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        warm = int(self.args.warmup_steps * num_training_steps)

        def share(step: int) -> float:
            return (step + 1) / (warm + 1) if step < warm else (num_training_steps - step) / (num_training_steps - warm)

        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer if optimizer is None else optimizer, share)
        return self.lr_scheduler


class _Watch(transformers.TrainerCallback):  # type: ignore[misc]  # transformers has no types here
    """Tells of each step, and stops what has gone wrong.

    Attributes:
        tokens: trained on so far, as the trainer counts them.
    """

    def __init__(self, steps: list[Step], tell: Tell) -> None:
        self.tokens: int | None = None
        self._steps = steps
        self._tell = tell

    def on_log(self, _args: Any, state: Any, _control: Any, logs: dict[str, Any], **_more: Any) -> None:
        if "grad_norm" not in logs:
            return
        step = Step(
            int(state.global_step), float(logs["loss"]), float(logs["grad_norm"]), float(logs["learning_rate"]),
            _number(logs.get("entropy")), _number(logs.get("mean_token_accuracy")),
        )  # fmt: skip
        self._steps.append(step)
        self.tokens = None if "num_tokens" not in logs else int(logs["num_tokens"])
        self._tell(step=[step.number, state.max_steps, step.loss, step.grad_norm, step.learning_rate])
        check_step([one.grad_norm for one in self._steps], step.loss)


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


def _generation_config(weights: Weights) -> Any:
    if os.path.isfile(weights.base / "generation_config.json"):
        return transformers.GenerationConfig.from_pretrained(weights.base, local_files_only=True)
    return transformers.GenerationConfig.from_model_config(read_config(weights))
