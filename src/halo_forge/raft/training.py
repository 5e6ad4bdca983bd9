"""One training, as data: what is asked for, what was done, and the guards that stop what cannot help.

Pure: the work itself is done by `halo_forge.raft.train`.

A training that changes nothing looks like one that did not help, so it is refused instead: too few steps, no learning
rate, weights as they were, a gradient that is no number or that explodes. Published runs stood still for such reasons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from halo_forge.errors import TrainingError

MIN_STEPS = 20  # fewer steps of an adapter were never seen to move a model
EXPLODED = 50.0  # times the median of the gradient norms so far
MERGED_GAP = 0.05  # nats; float32 gives a thousandth of it
RISEN = 1.5  # times what it was at the start: such a loss is no noise of batches
_LEARNT = 0.01  # nats; with less a gradient may be 0
_SETTLED = 5  # norms before their median means something
_MOST_EPOCHS = 10  # passes over the same examples that nobody asked for


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How to train.

    Attributes:
        learning_rate: at its highest; ``None`` is `default_learning_rate`.
        epochs: passes over the examples; there are more of them where `steps` would be missed.
        steps: optimiser steps at the least.
        batch: examples a step.
        micro_batch: of them at once in memory.
        warmup: share of the steps before the highest learning rate; it falls to 0 in a line from there.
        clip: largest norm of a gradient.
        rank, alpha: of the adapter (LoRA), on all linear layers but the last.
        bf16: multiply in bfloat16; the adapter itself stays in float32.
    """

    learning_rate: float | None = None
    epochs: float = 3.0
    steps: int = 30
    batch: int = 8
    micro_batch: int = 4
    warmup: float = 0.05
    clip: float = 1.0
    rank: int = 16
    alpha: int = 32
    seed: int = 0
    bf16: bool | None = None

    @property
    def at_once(self) -> int:
        """`micro_batch`, or the largest number below it that makes whole batches."""
        return next(n for n in range(min(self.micro_batch, self.batch), 0, -1) if self.batch % n == 0)

    def pass_steps(self, examples: int) -> int:
        """Optimiser steps of one pass over so many examples."""
        return math.ceil(examples / self.batch)

    def planned_steps(self, examples: int) -> int:
        """Optimiser steps for so many examples.

        Raises:
            TrainingError: too few of them.
        """
        if examples == 0:
            raise TrainingError("no sample was kept, so there is nothing to learn from; keep more with --keep best, or "
                                "begin anew (--fresh) with more --train-samples")  # fmt: skip
        a_pass = self.pass_steps(examples)
        steps = max(math.ceil(self.epochs * a_pass), min(self.steps, _MOST_EPOCHS * a_pass))
        if steps < MIN_STEPS:
            raise TrainingError(
                f"{examples} answers are {steps} steps in {math.ceil(steps / a_pass)} passes, and fewer than "
                f"{MIN_STEPS} do not move a model; lower --batch-size, or begin anew with more of them "
                "(problems, data, --train-samples)"
            )
        return steps


def default_learning_rate(hidden: int) -> float:
    """For LoRA, by the width of the model: half of tinker-cookbook's ``5e-4 * (2000 / hidden) ** 0.77``."""
    return 2.5e-4 * math.pow(2000 / hidden, 0.77)


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser step.

    Attributes:
        loss: mean over the answers' tokens, nats.
        grad_norm: before clipping.
        entropy: of the next token, nats.
        accuracy: share of the answers' tokens that the model would have chosen.
    """

    number: int
    loss: float
    grad_norm: float
    learning_rate: float
    entropy: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class TrainFigures:
    """What a training did.

    Attributes:
        pass_steps: steps of one pass over the examples.
        sum_lr: the learning rates of all steps together.
        weight_change: Frobenius norm of all that the adapter adds to the weights.
        relative_change: the same by the norm of the weights that it is added to.
        kl_to_base: mean over tokens of the base's own greedy answers to some prompts, nats.
        same_greedy: of `prompts_checked`, how many get the same greedy tokens from base and adapter as from the
            merged weights.
        logit_gap: largest difference of their log-probabilities.
        rounding_gap: the same after the merged weights were rounded to the type that the base came in.
        tokens: trained on, all passes together, prompts included; ``None`` where that was not counted.
    """

    examples: int
    steps: tuple[Step, ...]
    pass_steps: int
    sum_lr: float
    weight_change: float
    relative_change: float
    kl_to_base: float
    same_greedy: int
    prompts_checked: int
    logit_gap: float
    rounding_gap: float
    tokens: int | None
    seconds: float
    device: str
    dtype: str
    versions: dict[str, str]


def ends_of(losses: Sequence[float], pass_steps: int) -> tuple[float, float]:
    """The loss at the start and at the end: means over the first and the last whole pass, or over either half.

    Never over a few steps: answers of a length are learnt together, the longest first, so what single steps lose says
    more of the lengths than of what was learnt.
    """
    each = pass_steps if len(losses) >= 2 * pass_steps else max(1, len(losses) // 2)
    end = len(losses) // each * each
    return mean(losses[:each]), mean(losses[end - each : end])


def check_losses(steps: Sequence[Step], pass_steps: int) -> None:
    """Look at the steps of a training as a whole.

    Raises:
        TrainingError: there are none, or the model became worse at what it learns.
    """
    if not steps:
        raise TrainingError("the training made no step; raise --epochs")
    first, last = ends_of([step.loss for step in steps], pass_steps)
    if last > RISEN * first:
        raise TrainingError(f"the loss rose from {first:.3g} to {last:.3g}; lower --learning-rate")


def check_step(norms: Sequence[float], loss: float) -> None:
    """Look at the last of the gradient norms so far.

    Args:
        loss: of that step.

    Raises:
        TrainingError: it is no finite number, or many times the others; or there is none, and much to be learnt.
    """
    last = norms[-1]
    if not math.isfinite(last):
        raise TrainingError(f"the gradient norm of step {len(norms)} is {last}; lower --learning-rate")
    if last == 0 and loss > _LEARNT:  # what some processors make of weights that are too large to reckon with
        raise TrainingError(
            f"the gradient norm of step {len(norms)} is 0 at a loss of {loss:.3g}: the model learns nothing any more; "
            "lower --learning-rate"
        )
    if len(norms) <= _SETTLED:
        return
    usual = median(norms[:-1])
    if usual > 0 and last > EXPLODED * usual:
        raise TrainingError(
            f"the gradient norm of step {len(norms)} is {last:.3g}, {last / usual:.0f} times the median; "
            "lower --learning-rate"
        )


def check_figures(figures: TrainFigures) -> None:
    """Look at what a training did as a whole.

    Raises:
        TrainingError: nothing moved, or what is saved is not what was trained.
    """
    check_losses(figures.steps, figures.pass_steps)
    if figures.sum_lr <= 0:
        raise TrainingError("the learning rate was 0 at every step; raise --learning-rate")
    if not figures.weight_change > 0:
        raise TrainingError("the training left every weight as it was; raise --learning-rate")
    if not figures.logit_gap < MERGED_GAP:
        raise TrainingError(
            f"the merged weights are not base and adapter: log-probabilities differ by {figures.logit_gap:.2g}"
        )
