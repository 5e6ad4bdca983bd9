"""The runs in Trackio's folder, as one line of JSON."""

import json
import os
import sqlite3
from pathlib import Path

from trackio.sqlite_storage import SQLiteStorage

PROJECT = "halo-forge"
FOLDER = Path(os.environ["TRACKIO_DIR"])


def files(name: str) -> list[object]:
    """The newest version of the artifact that the run logged."""
    with sqlite3.connect(FOLDER / f"{PROJECT}.db") as database:
        ((manifest,),) = database.execute(
            "select manifest from artifact_versions where producer_run_name = ? order by version desc limit 1", [name]
        ).fetchall()
    digests = [entry["digest"] for entry in json.loads(manifest)]
    blobs = FOLDER / "artifacts" / PROJECT / "blobs" / "sha256"
    return [json.loads((blobs / digest[:2] / digest).read_text()) for digest in digests]


runs = []
for name in SQLiteStorage.get_runs(PROJECT):
    last = SQLiteStorage.get_logs(PROJECT, name)[-1]
    runs.append(
        {
            "id": name.removeprefix("x-"), "step": last.pop("step"),
            "settings": SQLiteStorage.get_run_config(PROJECT, name),
            "metrics": {key: value for key, value in last.items() if key != "timestamp"}, "files": files(name),
        }
    )  # fmt: skip
print(json.dumps(runs))
