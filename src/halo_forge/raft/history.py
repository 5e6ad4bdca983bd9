"""What a model that RAFT made was trained on, as its run's plan has it: none of it may test the model later.

Limits: only models that lie where their run put them are known, and problems only by their set and their ids.
"""

from __future__ import annotations

import json
from pathlib import Path

from halo_forge.errors import ProblemFileError
from halo_forge.problems.wording import shown
from halo_forge.raft.plan import PLAN, Plan

_ABOVE = 3  # directories between a model and its run: cycle_N/final_model, and links to it


def refuse_trained_on(base: Path, plan: Plan) -> None:
    """Look whether a run of RAFT made `base`, and trained it on what `plan` tests with, or chooses a cycle by.

    Raises:
        ProblemFileError: it did.
    """
    for directory in list(base.resolve().parents)[:_ABOVE]:
        learnt = _trained_on(directory / PLAN)
        for prompts, held_back in ((plan.prompts, plan.test), (plan.trained_on, plan.dev)):
            found = sorted(learnt.get(prompts, frozenset()).intersection(held_back))
            if found:
                raise ProblemFileError(
                    f"{base} was trained on {len(found)} of the problems that would test it, such as {shown(found[0])} "
                    f"({directory / PLAN}); give the --seed and the shares of that run, or other --prompts"
                )


def _trained_on(file: Path) -> dict[str, frozenset[str]]:
    """Ids of problems by their set; nothing where there is no plan that can be read."""
    try:
        data = json.loads(file.read_bytes())
        return {data["train_prompts"] or data["prompts"]: frozenset(data["train"])}
    except (OSError, ValueError, LookupError, TypeError):
        return {}
