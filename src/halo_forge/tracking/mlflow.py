"""MLflow: a run of the experiment ``halo-forge`` or ``MLFLOW_EXPERIMENT_NAME``, known by its tag ``halo_forge.id``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run

from halo_forge.tracking.base import PROJECT, Record

_TAG = "halo_forge.id"
_BATCH = 100  # a server takes no more settings at once

T = TypeVar("T")


class MlflowTracker:
    """See `halo_forge.tracking.base.Tracker`."""

    def log(self, record: Record) -> None:
        """See there. A setting can't be changed in MLflow, so those of the first time stand."""
        client = MlflowClient()
        run = _run(client, record)
        run_id, now = run.info.run_id, int(time.time() * 1000)
        metrics = [Metric(name, value, now, record.step) for name, value in record.metrics.items()]
        params = [Param(name, str(value)) for name, value in record.settings.items() if name not in run.data.params]
        for batch in _batches(params):
            client.log_batch(run_id, params=batch)
        for more in _batches(metrics):
            client.log_batch(run_id, metrics=more)
        client.log_artifact(run_id, record.file)
        client.set_terminated(run_id)


def _run(client: MlflowClient, record: Record) -> Run:
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", PROJECT)
    experiment = client.get_experiment_by_name(name)
    where = client.create_experiment(name) if experiment is None else experiment.experiment_id
    if found := client.search_runs([where], f"tags.`{_TAG}` = '{record.id}'", max_results=1):
        return found[0]
    return client.create_run(where, run_name=record.name, tags={_TAG: record.id})


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
