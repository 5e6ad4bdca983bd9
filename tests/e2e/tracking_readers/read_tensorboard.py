"""The runs in ``results/tensorboard``, as one line of JSON."""

import json
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

runs = []
for folder in Path("results/tensorboard").iterdir():
    events = EventAccumulator(str(folder))
    events.Reload()
    last = {name: events.Scalars(name)[-1] for name in events.Tags()["scalars"]}
    metadata = events.SummaryMetadata("_hparams_/session_start_info")
    hparams = HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info.hparams
    (text,) = events.Tensors("settings")[0].tensor_proto.string_val
    assert b"| result |" in text
    runs.append(
        {
            "id": folder.name.removeprefix("x-"), "step": last["pass_at_1"].step,
            "settings": {name: getattr(value, value.WhichOneof("kind")) for name, value in hparams.items()},
            "metrics": {name: event.value for name, event in last.items()}, "files": [],
        }
    )  # fmt: skip
print(json.dumps(runs))
