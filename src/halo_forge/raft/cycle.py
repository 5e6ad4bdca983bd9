"""One cycle: samples are drawn and judged, some are kept, a model is trained on them, and the cycle is written down.

Every part is done once: what is complete on disk is taken as it is, so that a run that was killed goes on from there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from halo_forge import __version__
from halo_forge.models.words import Words
from halo_forge.raft import done
from halo_forge.raft.examples import Example, example_of, read_examples, write_examples
from halo_forge.raft.figures import drawn_figures, energy_wh, measured_training, training_figures
from halo_forge.raft.jobs import ADAPTER, FINAL_MODEL, read_figures
from halo_forge.raft.phases import Runner
from halo_forge.raft.plan import CyclePlace, Place, Plan
from halo_forge.raft.programs import bare_program
from halo_forge.raft.select import Candidate, Selection, at_random, select
from halo_forge.raft.training import TrainSettings
from halo_forge.store import RunFiles, files, read_samples_file
from halo_forge.store.lines import encode_document
from halo_forge.types import JSONObject, Problem

Wording = Callable[[], Words]
"""Opens the base's tokenizer, which takes a while."""


@dataclass(frozen=True, slots=True)
class Cycles:
    """Runs cycles of one plan.

    Attributes:
        problems: all that may be trained on, by id.
        words: how they are put to the model that is trained.
    """

    plan: Plan
    place: Place
    runner: Runner
    problems: dict[str, Problem]
    words: Wording

    def run(self, number: int) -> None:
        """Do what is missing of cycle `number`; those before are complete."""
        here = self.place.cycle(number)
        if done.is_done(here.root):
            done.check(here.root)
            return
        here.root.mkdir(parents=True, exist_ok=True)
        writer = self.parent(number)
        self.runner.watcher.phase(f"cycle {number} of {self.plan.cycles}: drawing samples")
        self.runner.sample(
            writer, self.plan.trained_on, self.place.ids("train"), self.plan.drawn, self.plan.seed_of(number),
            here.samples, partly=True,
        )  # fmt: skip
        self.runner.watcher.phase(f"cycle {number} of {self.plan.cycles}: training")
        if not here.selection.exists():
            self._keep(here, select(self.candidates(number), self._program, self.plan.rules))
        self._train(here, number, self.trained_from(number), self.plan.training)

    def run_sham(self, chosen: int) -> None:
        """Train on as many samples as cycle `chosen` did and as it did, drawn from the base's whatever the verdicts.

        Limits: where the base wrote fewer that ended, on all of those.
        """
        here = self.place.sham
        if done.is_done(here.root):
            return
        here.root.mkdir(parents=True, exist_ok=True)
        self.runner.watcher.phase("sham: training on samples that were kept at random")
        if not here.selection.exists():
            count = len(read_examples(self.place.cycle(chosen).examples))
            drawn = [c for c in self.candidates(1) if c.of_base]
            self._keep(here, at_random(drawn, count, self.plan.rules.seed))
        settings = json.loads(self.place.cycle(chosen).record.read_bytes())["settings"]["training"]
        now = self.plan.training
        self._train(here, 0, self.plan.base, TrainSettings(**{**settings, "micro_batch": now.micro_batch}))

    def parent(self, number: int) -> Path:
        """The model that writes the samples of a cycle."""
        return self.plan.base if number == 1 else self.place.cycle(number - 1).final_model

    def trained_from(self, number: int) -> Path:
        """The model that a cycle trains."""
        return self.parent(number) if self.plan.go_on else self.plan.base

    def candidates(self, number: int) -> list[Candidate]:
        """The samples that cycle `number` may keep: those of all cycles so far."""
        trained = self.trained_from(number)
        return [
            Candidate(judged.sample, judged.verdict, cycle, self.parent(cycle) == trained)
            for cycle in range(1, number + 1)
            for judged in read_samples_file(RunFiles.of(self.place.cycle(cycle).samples).samples)
        ]

    def _program(self, candidate: Candidate) -> str | None:
        sample = candidate.sample
        return bare_program(self.problems[sample.problem_id], sample)

    def _keep(self, here: CyclePlace, selection: Selection) -> None:
        words = self.words()
        write_examples(here.examples, _examples(words, self.problems, selection.kept))
        files.replace(here.selection, [encode_document(selection_as_json(selection))])

    def _train(self, here: CyclePlace, number: int, base: Path, settings: TrainSettings) -> None:
        self.runner.watcher.kept(json.loads(here.selection.read_bytes()))
        started = time.time()
        self.runner.trainer.train(base, here, settings)
        drawn = drawn_figures(here.samples) if here.samples.exists() else None
        trained = measured_training(here.energy)
        parts = [trained] if drawn is None else [drawn["hardware"], trained]
        record: JSONObject = {
            "cycle": number,
            "parent": str(base),
            "seed": self.plan.seed_of(number),
            "settings": {"training": asdict(settings), "rules": asdict(self.plan.rules)},
            "halo_forge": __version__,
            "drawn": drawn,
            "selection": json.loads(here.selection.read_bytes()),
            "training": training_figures(read_figures(here.figures)),
            "training_wall_s": time.time() - started,
            "training_hardware": trained,
            "energy_wh": energy_wh(*parts),
        }
        files.replace(here.record, [encode_document(record)])
        done.finish(here.root, [ADAPTER, FINAL_MODEL, here.record.name, here.examples.name, here.selection.name])


def selection_as_json(selection: Selection) -> JSONObject:
    """What was kept, and how many were dropped for which reason."""
    return {
        "kept": len(selection.kept),
        "problems": len(selection.per_problem),
        "dropped": {why.value: count for why, count in selection.dropped.items()},
        "per_problem": selection.per_problem,
        "samples": [[c.sample.problem_id, c.cycle, c.sample.index] for c in selection.kept],
        "shown": [c.sample.text for c in selection.kept[:2]],
    }


def _examples(words: Words, problems: dict[str, Problem], kept: Sequence[Candidate]) -> Iterable[Example]:
    return (example_of(words, problems[c.sample.problem_id], c.sample, c.cycle) for c in kept)
