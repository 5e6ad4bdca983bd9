# outcome: accepted
from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Größe:
    länge: int
    eltern: t.Optional[Größe] = None


def berechne_größe(größe: Größe, *, faktor: int = 2) -> int:
    return größe.länge * faktor


def walrus(values: list[int]) -> int | None:
    if (n := len(values)) > 2:
        return n
    return None


def kind(value: object) -> str:
    match value:
        case int():
            return "int"
        case [x, *_]:
            return f"list starting with {x}"
        case _:
            return "other"


LIMIT = 10
NAMES = ["a", "b"]
_private = {"x": 1}
# tests
assert berechne_größe(Größe(3)) == 6
assert berechne_größe(Größe(3), faktor=3) == 9
assert Größe(1, Größe(2)).eltern.länge == 2
assert walrus([1, 2, 3]) == 3
assert walrus([]) is None
assert kind(3) == "int"
assert kind([7, 8]) == "list starting with 7"
assert LIMIT == 10
assert NAMES == ["a", "b"]
assert _private["x"] == 1
