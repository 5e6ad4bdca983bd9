"""Weights & Biases: a run of the project ``halo-forge`` or ``WANDB_PROJECT``. ``WANDB_MODE=offline`` needs no account.

Nothing but the record is logged: neither the command line nor the terminal, no code, no state of the machine.
"""

from __future__ import annotations

import os

import wandb

from halo_forge.tracking.base import PROJECT, Record


class WandbTracker:
    """See `halo_forge.tracking.base.Tracker`."""

    def log(self, record: Record) -> None:
        """See there."""
        run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT), id=record.id, name=record.name, resume="allow",
            config=dict(record.settings), settings=_settings(),
        )  # fmt: skip
        run.log(dict(record.metrics), step=record.step)
        run.summary.update(dict(record.metrics))  # which a step that was logged before does not change
        artifact = wandb.Artifact(f"result-{record.id}", type="result")
        artifact.add_file(record.file)
        run.log_artifact(artifact)
        run.finish()


def _settings() -> wandb.Settings:
    return wandb.Settings(
        console="off", silent=True, save_code=False, disable_git=True, x_disable_meta=True, x_disable_stats=True,
        x_disable_machine_info=True, x_save_requirements=False,
    )  # fmt: skip
