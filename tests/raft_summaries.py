"""A whole summary of RAFT, with everything in it, for tests of what is shown of one; and changes to it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from halo_forge.types import JSONObject

SUMMARY = Path(__file__).parent / "golden" / "raft" / "summary.json"


def summary() -> JSONObject:
    """A copy to change."""
    data: JSONObject = json.loads(SUMMARY.read_bytes())
    return copy.deepcopy(data)


def without_sham(data: JSONObject) -> JSONObject:
    """As if no control had been asked for."""
    data["sham"] = None
    data["test"].pop("sham", None)
    data["plan"]["control"] = None
    data["test"]["differences"] = {"final - baseline": data["test"]["differences"]["final - baseline"]}
    return data


def with_sham(data: JSONObject) -> JSONObject:
    """As if a control had been asked for that came out as the last cycle did."""
    sham = {**copy.deepcopy(data["cycles"][-1]), "cycle": 0, "drawn": None, "dev": None, "energy_wh": None}
    differences = data["test"]["differences"]
    for pair in ("final - sham", "sham - baseline"):
        differences[pair] = copy.deepcopy(differences["final - baseline"])
    return data | {"sham": sham, "test": data["test"] | {"sham": copy.deepcopy(data["test"]["final"])}}


def without_dev(data: JSONObject) -> JSONObject:
    """As if no problems had been kept to choose a cycle."""
    data["problems"]["dev"] = 0
    data["chosen_cycle"] = len(data["cycles"])
    data["cycles"] = [cycle | {"dev": None} for cycle in data["cycles"]]
    return data


def of_one_cycle(data: JSONObject) -> JSONObject:
    """As if only the first cycle had been run."""
    return data | {"cycles": data["cycles"][:1], "chosen_cycle": 1}


def untested(data: JSONObject) -> JSONObject:
    """As `raft train` writes it."""
    return without_sham(data) | {"test": None, "problems": data["problems"] | {"test": 0}}
