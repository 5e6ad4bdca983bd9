"""``python -m halo_forge.raft.train JOB``, with a job of `halo_forge.raft.jobs`.

A process of its own, so that all of its memory is given back and a crash of a driver reaches nobody else; on several
GPUs ``accelerate launch -m`` starts several. Standard output gets lines of JSON: ``{"step": …}`` for each optimiser
step, ``{"stage": …}`` for what comes after, and ``{"done": …}`` or ``{"failed": …}`` at the end. Everything else goes
to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path

import datasets
import torch
import transformers

from halo_forge.errors import HaloForgeError, first_line
from halo_forge.raft.jobs import Job
from halo_forge.raft.train.trainee import Tell, Trainee
from halo_forge.raft.training import check_figures, check_losses


def main(path: str) -> int:
    """Do the job; returns the exit status."""
    tell = _voice()
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    try:
        _train(Job.read(Path(path)), tell)
    except HaloForgeError as error:
        tell(failed=str(error))
        return 1
    except torch.OutOfMemoryError:
        tell(failed="training failed: the GPU's memory is too small; lower --micro-batch, or train a smaller model")
        raise
    except Exception as error:  # the boundary of four libraries
        tell(failed=f"training failed: {type(error).__name__}: {first_line(error)}")
        raise
    tell(done=True)
    return 0


def _train(job: Job, tell: Tell) -> None:
    trainee = Trainee(job, tell)
    started = time.monotonic()
    trainee.train()
    if not _is_first():
        return
    check_losses(trainee.steps, trainee.pass_steps)  # before merging, which takes a while
    figures = trainee.figures_and_weights(time.monotonic() - started)
    check_figures(figures)
    job.write_figures(figures)


def _is_first() -> bool:
    """Of several processes one speaks and saves."""
    return int(os.environ.get("RANK", "0")) == 0


def _voice() -> Tell:
    """The way to whoever started this; what the libraries print goes elsewhere from now on."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(**message: object) -> None:
        if _is_first():
            print(json.dumps(message), file=out, flush=True)

    return tell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
