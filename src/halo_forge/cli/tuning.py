"""What `sft train` does: answers read, the model trained on them, everything written down."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from halo_forge import __version__
from halo_forge.cli.console import note, out
from halo_forge.cli.exporting import check_export, export
from halo_forge.cli.interrupt import stoppable
from halo_forge.cli.loading import trainable
from halo_forge.cli.measuring import not_measured, training_measured
from halo_forge.cli.raft_progress import Shown
from halo_forge.cli.raft_request import check_training
from halo_forge.digest import file_sha256
from halo_forge.errors import StoreError, UserError
from halo_forge.models.base import SamplingSettings
from halo_forge.models.directories import ADAPTER_FILE, MODEL_FILE, resolve
from halo_forge.models.hub import fetch
from halo_forge.models.registry import find_model
from halo_forge.raft import done
from halo_forge.raft.base import longest_text, words_of
from halo_forge.raft.examples import write_examples
from halo_forge.raft.figures import measured_training, training_figures
from halo_forge.raft.jobs import ADAPTER, FINAL_MODEL, read_figures
from halo_forge.raft.plan import CyclePlace
from halo_forge.raft.sft_data import read_data
from halo_forge.raft.trainer import Trainer, check_installed
from halo_forge.raft.training import TrainSettings
from halo_forge.store import files
from halo_forge.store.identity import differences
from halo_forge.store.lines import encode_document
from halo_forge.types import JSONObject, PromptStyle

_SEEDS = 2**32  # that the libraries take
_OF_OTHERS = ("plan.json", "cycle.json", MODEL_FILE, ADAPTER_FILE)  # a run of RAFT, a cycle of one, a model


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
    prompt_style: PromptStyle


class SftPlace(CyclePlace):
    """Where everything is kept: as in a cycle of RAFT, and what is written down at the end has its own name."""

    record = property(lambda self: self.root / "sft.json")


def run_sft(request: Request) -> int:
    """Do it; returns the exit status.

    Raises:
        UserError: a mistake in the options or in a file.
        TrainingError: the training was refused, or failed.
        Cancelled: stopped; the training begins anew the next time.
    """
    check_numbers(request)
    check_installed()
    form = check_export(request.export)
    source = find_model(request.model)
    place = SftPlace(Path(request.output))
    with stoppable() as cancel:
        base = trainable(source, cancel)
        _check_place(place.root, base)
        asked: JSONObject = {"model": request.model, "base": str(base), "data": request.data}
        asked |= {"data_sha256": _sha256(request.data), "prompt_style": request.prompt_style.value}
        asked |= {"settings": asdict(request.settings)}
        if done.is_done(place.root) and not request.fresh:
            _refuse_another(place, asked)
            note(f"{place.root} is complete already; --fresh trains anew")
        else:
            _train(request, base, place, asked, cancel)
        export(form, place.final_model, source, place.root)
    out().print(f"model    {place.final_model}", markup=False, soft_wrap=True)
    return 0


def _check_place(root: Path, base: Path) -> None:
    """Refuse to write where something else is, or where the model to be trained is itself."""
    for name in _OF_OTHERS:
        if (root / name).exists():
            raise StoreError(f"{root} holds something else ({name}); choose another --output")
    weights = resolve(base, fetch)
    for directory in (weights.base, *weights.adapters):
        if directory.resolve().is_relative_to(root.resolve()):
            raise StoreError(f"{root} holds the model that is to be trained; choose another --output")


def _sha256(data: str) -> str | None:
    """Of a file; ``None`` for what is none, or cannot be read, of which its reader complains."""
    if not os.path.isfile(data):
        return None
    with files.explained(Path(data)):
        return file_sha256(Path(data))


def _refuse_another(place: SftPlace, asked: JSONObject) -> None:
    """What is complete has to be what was asked for."""
    keep = "choose another --output, or keep it aside with --fresh"
    try:
        there: JSONObject = dict(json.loads(place.record.read_bytes())["asked"])
        found = differences(there, asked)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise StoreError(f"{place.record} is damaged; {keep}") from None
    if found:
        raise StoreError(f"{place.root} holds a model that was trained otherwise ({'; '.join(found[:6])}); {keep}")


def _train(request: Request, base: Path, place: SftPlace, asked: JSONObject, cancel: threading.Event) -> None:
    words = words_of(base, SamplingSettings(prompt_style=request.prompt_style))
    examples = read_data(request.data, words, longest_text(base), cancel)
    request.settings.planned_steps(len(examples))  # too few are refused before anything is written
    _claim(place.root)
    write_examples(place.examples, examples)
    note(f"{len(examples)} answers to learn, {sum(len(e.answer) for e in examples)} tokens in the loss")
    started = time.time()
    measuring = training_measured if request.hardware_metrics else not_measured
    Trainer(request.train_gpus, cancel, Shown(), measuring).train(base, place, request.settings)
    record: JSONObject = {
        "asked": asked,
        "halo_forge": __version__,
        "training": training_figures(read_figures(place.figures)),
        "training_wall_s": time.time() - started,
        "training_hardware": measured_training(place.energy),
    }
    files.replace(place.record, [encode_document(record)])
    done.finish(place.root, [ADAPTER, FINAL_MODEL, place.record.name, place.examples.name])


def _claim(root: Path) -> None:
    """Begin here; until this process ends no other one does. A model that is complete is kept aside."""
    with files.explained(root):
        done.hold(root)
        if done.is_done(root):
            done.put_aside(root)
            done.hold(root)


def check_numbers(request: Request) -> None:
    """Look whether a model can be trained so.

    Raises:
        UserError: a number out of its range.
    """
    check_training(request.settings, request.train_gpus)
    if not 0 <= request.settings.seed < _SEEDS:
        raise UserError(f"--seed {request.settings.seed}: give 0 or more, below {_SEEDS}")
