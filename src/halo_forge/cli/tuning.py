"""What `sft train` does: answers read, the model trained on them, everything written down."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from halo_forge import __version__
from halo_forge.cli.console import note
from halo_forge.cli.exporting import check_export, export
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.loading import trainable
from halo_forge.cli.measuring import not_measured, training_measured
from halo_forge.cli.raft_progress import Shown
from halo_forge.errors import StoreError, UserError
from halo_forge.models.base import SamplingSettings
from halo_forge.models.registry import find_model
from halo_forge.raft import done
from halo_forge.raft.base import words_of
from halo_forge.raft.examples import write_examples
from halo_forge.raft.figures import measured_training, training_figures
from halo_forge.raft.jobs import ADAPTER, FINAL_MODEL, read_figures
from halo_forge.raft.plan import CyclePlace
from halo_forge.raft.sft_data import read_data
from halo_forge.raft.trainer import Trainer, check_installed
from halo_forge.raft.training import TrainSettings
from halo_forge.store import files
from halo_forge.store.lines import encode_document
from halo_forge.types import JSONObject


@dataclass(frozen=True, slots=True)
class Request:
    """The options as they were given."""

    model: str
    data: str
    output: str
    settings: TrainSettings
    train_gpus: int
    hardware_metrics: bool
    export: str | None
    fresh: bool


def run_sft(request: Request) -> int:
    """Do it; returns the exit status.

    Raises:
        UserError: a mistake in the options or in a file.
        TrainingError: the training was refused, or failed.
    """
    check_installed()
    form = check_export(request.export)
    source = find_model(request.model)
    place = CyclePlace(Path(request.output))
    with stoppable() as cancel:
        base = trainable(source, cancel)
        asked: JSONObject = {"model": request.model, "base": str(base), "data": request.data}
        asked["settings"] = asdict(request.settings)
        if done.is_done(place.root) and not request.fresh:
            return _as_before(place, asked)
        _train(request, base, place, asked, cancel)
        export(form, place.final_model, source, place.root)
    note(f"model    {place.final_model}")
    return 0


def _as_before(place: CyclePlace, asked: JSONObject) -> int:
    """It has been done, if it is the same."""
    if json.loads(place.record.read_bytes())["asked"] != asked:
        raise StoreError(
            f"{place.root} holds a model that was trained otherwise; choose another --output, or keep it aside with "
            "--fresh"
        )
    note(f"{place.root} is complete already; --fresh trains anew")
    return 0


def _train(request: Request, base: Path, place: CyclePlace, asked: JSONObject, cancel: threading.Event) -> None:
    examples = read_data(request.data, words_of(base, SamplingSettings()))
    with files.explained(place.root):
        if done.is_done(place.root):
            done.put_aside(place.root)
        place.root.mkdir(parents=True, exist_ok=True)
    write_examples(place.examples, examples)
    note(f"{len(examples)} answers to learn, {sum(len(e.answer) for e in examples)} tokens in the loss")
    started = time.time()
    measuring = training_measured if request.hardware_metrics else not_measured
    Trainer(request.settings, request.train_gpus, cancel, Shown(), measuring).train(base, place)
    record: JSONObject = {
        "asked": asked,
        "halo_forge": __version__,
        "training": training_figures(read_figures(place.figures)),
        "training_wall_s": time.time() - started,
        "training_hardware": measured_training(place.energy),
    }
    files.replace(place.record, [encode_document(record)])
    done.finish(place.root, [ADAPTER, FINAL_MODEL, place.record.name, place.examples.name])


def check_settings(settings: TrainSettings) -> TrainSettings:
    """The settings, if a model can be trained so.

    Raises:
        UserError: a number out of its range.
    """
    for name in ("batch", "micro_batch", "rank"):
        if getattr(settings, name) < 1:
            raise UserError(f"--{name.replace('_', '-')} {getattr(settings, name)}: give 1 or more")
    if not 0 < settings.epochs <= 100:
        raise UserError(f"--epochs {settings.epochs:g}: give a number above 0, up to 100")
    if settings.learning_rate is not None and not 0 < settings.learning_rate <= 1:
        raise UserError(f"--learning-rate {settings.learning_rate:g}: give a number above 0, such as 5e-4")
    return settings
