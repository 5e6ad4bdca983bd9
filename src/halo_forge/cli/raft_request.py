"""The options of `benchmark full` and `raft train` as they were given, and what they become."""

from __future__ import annotations

from dataclasses import dataclass

from halo_forge.errors import UserError
from halo_forge.raft.plan import Sampling
from halo_forge.raft.select import Rules
from halo_forge.raft.training import TrainSettings
from halo_forge.raft.words import Control, Keep
from halo_forge.types import PromptStyle


@dataclass(frozen=True, slots=True)
class Request:
    """Names as on the command line; ``None`` where the default is to be used."""

    model: str
    prompts: str
    cycles: int
    samples: int
    train_samples: int
    temperature: float
    train_temperature: float
    top_p: float
    max_tokens: int
    seed: int
    limit: int | None
    dev_share: float
    keep: Keep
    per_problem: int
    solved_above: float
    go_on: bool
    learning_rate: float | None
    epochs: float
    batch_size: int
    micro_batch: int
    rank: int
    train_gpus: int
    verifier: str
    engine: str
    engine_option: list[str] | None
    system_prompt: str | None
    prompt_style: PromptStyle
    time_limit: float | None
    memory_limit: int | None
    compile_flags: str | None
    workers: int | None
    hardware_metrics: bool
    output: str | None
    export: str | None
    fresh: bool
    unsafe: bool
    train_prompts: str | None = None
    test_share: float = 0.0
    control: Control | None = None
    html: str | None = None
    track: list[str] | None = None

    def tested(self) -> Sampling:
        """How problems that test, or choose a cycle, are sampled."""
        return Sampling(self.samples, self.temperature)

    def drawn(self) -> Sampling:
        """How problems to train on are sampled."""
        return Sampling(self.train_samples, self.train_temperature)

    def rules(self) -> Rules:
        """Which samples are kept."""
        return Rules(self.keep, self.per_problem, self.solved_above, self.seed)

    def training(self) -> TrainSettings:
        """How the model is trained."""
        return TrainSettings(
            learning_rate=self.learning_rate, epochs=self.epochs, batch=self.batch_size, micro_batch=self.micro_batch,
            rank=self.rank, alpha=2 * self.rank, seed=self.seed,
        )  # fmt: skip

    def common(self) -> tuple[str, ...]:
        """What every ``benchmark run`` gets besides its own options."""
        given = {
            "--verifier": self.verifier,
            "--engine": self.engine,
            "--top-p": self.top_p,
            "--max-tokens": self.max_tokens,
            "--system-prompt": self.system_prompt,
            "--prompt-style": None if self.prompt_style is PromptStyle.AUTO else self.prompt_style.value,
            "--time-limit": self.time_limit,
            "--memory-limit": self.memory_limit,
            "--compile-flags": self.compile_flags,
            "--workers": self.workers,
        }
        words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
        words += [word for option in self.engine_option or () for word in ("--engine-option", option)]
        words.append("--hardware-metrics" if self.hardware_metrics else "--no-hardware-metrics")
        return tuple(words + ["--unsafe"] * self.unsafe)


def check_numbers(request: Request) -> None:
    """What ``benchmark run`` does not look at itself.

    Raises:
        UserError: a number out of its range.
    """
    for name in ("cycles", "samples", "train_samples", "per_problem"):
        if getattr(request, name) < 1:
            raise UserError(f"--{name.replace('_', '-')} {getattr(request, name)}: give 1 or more")
    check_training(request.training(), request.train_gpus)
    for name in ("dev_share", "test_share"):
        if not 0 <= getattr(request, name) < 1:
            raise UserError(f"--{name.replace('_', '-')} {getattr(request, name):g}: give 0 or more, below 1")
    if request.dev_share + request.test_share >= 1:
        raise UserError("--dev-share and --test-share together leave nothing to train on; lower one of them")
    if request.control is not None and request.train_prompts is None and request.test_share == 0:
        raise UserError("--control is trained to be tested, and --test-share 0 tests nothing; leave one of them out")
    if not 0 < request.solved_above <= 1:
        raise UserError(f"--solved-above {request.solved_above:g}: give a share above 0, up to 1")
    for name in ("temperature", "train_temperature"):
        if not 0 <= getattr(request, name) <= 10:
            raise UserError(f"--{name.replace('_', '-')} {getattr(request, name):g}: give 0 to 10")


def check_training(settings: TrainSettings, processes: int) -> None:
    """Look whether a model can be trained so.

    Raises:
        UserError: a number out of its range.
    """
    counts = {
        "batch-size": settings.batch, "micro-batch": settings.micro_batch, "rank": settings.rank,
        "train-gpus": processes,
    }  # fmt: skip
    for name, count in counts.items():
        if count < 1:
            raise UserError(f"--{name} {count}: give 1 or more")
    if settings.batch % processes:
        raise UserError(f"--batch-size {settings.batch} cannot be shared by {processes} GPUs; give a multiple of that")
    if not 0 < settings.epochs <= 100:
        raise UserError(f"--epochs {settings.epochs:g}: give a number above 0, up to 100")
    if settings.learning_rate is not None and not 0 < settings.learning_rate <= 1:
        raise UserError(f"--learning-rate {settings.learning_rate:g}: give a number above 0, such as 5e-4")
