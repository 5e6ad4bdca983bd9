"""The runs in the MLflow store of this folder, as one line of JSON."""

import json
from pathlib import Path

from mlflow import MlflowClient

client = MlflowClient()
experiment = client.get_experiment_by_name("halo-forge")
assert experiment is not None
runs = []
for run in client.search_runs([experiment.experiment_id]):
    assert run.info.status == "FINISHED"
    (point,) = client.get_metric_history(run.info.run_id, "pass_at_1")[-1:]
    names = [file.path for file in client.list_artifacts(run.info.run_id)]
    files = [json.loads(Path(client.download_artifacts(run.info.run_id, name)).read_text()) for name in names]
    runs.append(
        {
            "id": run.data.tags["halo_forge.id"], "step": point.step, "settings": run.data.params,
            "metrics": run.data.metrics, "files": files,
        }
    )  # fmt: skip
print(json.dumps(runs))
