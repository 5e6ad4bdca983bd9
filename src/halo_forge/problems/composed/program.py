"""The reference solution: a chain of operations as one short Python function.

Steps on the elements of a list or a dict become one comprehension. Written for the operations of this package: it is
no translator of anything else.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from functools import cache

from halo_forge.problems.composed.operations import Form, Kind, Operation, Parameters, filled

Steps = tuple[tuple[Operation, Parameters], ...]

_ELEMENTS = {Kind.NUMBERS: "n", Kind.WORDS: "word", Kind.TEXT: "c"}
_NEEDS_NO_BRACKETS = (ast.Name, ast.Call, ast.Subscript, ast.Attribute, ast.ListComp, ast.DictComp)


@dataclass(frozen=True, slots=True)
class _Flow:
    """A comprehension to be.

    Attributes:
        whole: what it is the same as while nothing is done to its elements, ``None`` when there is no such thing.
        key: of a dict.
    """

    iterable: str
    variable: str
    element: str
    whole: str | None
    key: str | None = None
    conditions: tuple[str, ...] = ()

    def body(self) -> str:
        """What stands between the brackets."""
        variable, iterable = self._through()
        result = self.element if self.key is None else f"{self.key}: {self.element}"
        return f"{result} for {variable} in {iterable}" + "".join(f" if {c}" for c in self.conditions)

    def _through(self) -> tuple[str, str]:
        """Variable and iterable: of a dict only the keys or only the values, where that is enough."""
        if self.key is not None or not self.iterable.endswith(".items()"):
            return self.variable, self.iterable
        key, value = self.variable.split(", ")
        used = re.findall(r"\w+", " ".join((self.element, *self.conditions)))
        if value not in used:
            return key, self.iterable.removesuffix(".items()")
        return (self.variable, self.iterable) if key in used else (value, self.iterable.replace("items", "values"))

    def text(self) -> str:
        """As an expression of the whole list or dict."""
        if self.whole is not None:
            return self.whole
        if self.key is not None:
            return f"{{{self.body()}}}"
        iterable = self._unchanged()
        return f"[{self.body()}]" if iterable is None else f"list({iterable})"

    def argument(self, *, alone: bool) -> str:
        """As an argument of a function that takes any iterable; `alone`, it is the only one."""
        iterable = self._unchanged()
        if iterable is not None:
            return iterable
        return self.body() if alone and self.whole is None else self.text()

    def _unchanged(self) -> str | None:
        """The iterable, where its elements are taken as they are."""
        variable, iterable = self._through()
        return iterable if self.key is None and self.element == variable and not self.conditions else None


def written(name: str, names: tuple[str, ...], kind: Kind, steps: Steps) -> str:
    """The source of the function `name`, whose argument is of `kind` and called as `names` say."""
    value: str | _Flow = names[0]
    if kind is Kind.DICT:
        value = _Flow(f"{names[0]}.items()", ", ".join(names[1:]), names[2], names[0], key=names[1])
    for operation, parameters in steps:
        value = _applied(operation, parameters, value, names)
    result = value if isinstance(value, str) else value.text()
    return f"def {name}({', '.join(parameter_names(kind, names))}):\n    return {result}\n"


def parameter_names(kind: Kind, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `names` that are parameters of the function."""
    return names if kind is Kind.PAIR else names[:1]


def _applied(step: Operation, parameters: Parameters, value: str | _Flow, names: tuple[str, ...]) -> str | _Flow:
    if step.takes is Kind.PAIR:
        return filled(step.code, parameters, a=names[0], b=names[1])
    if step.form is Form.SPREAD:
        iterable = _done(step.code, parameters, _text(value))
        return _Flow(iterable, step.variable, step.element.format(x=step.variable), None)
    if step.form is Form.WHOLE:
        if step.element:
            flow = _flow(value, step.takes)
            value = replace(flow, element=_of_element(step.element, parameters, flow), whole=None, key=None)
        return _whole(step.code, parameters, value)
    flow = _flow(value, step.takes)
    done = _of_element(step.code, parameters, flow)
    if step.form is Form.KEEP:
        return replace(flow, conditions=(*flow.conditions, done), whole=None)
    return replace(flow, element=done, whole=None, key=flow.element if step.form is Form.KEYED else flow.key)


def _text(value: str | _Flow) -> str:
    return value if isinstance(value, str) else value.text()


def _flow(value: str | _Flow, kind: Kind) -> _Flow:
    if isinstance(value, _Flow):
        return value
    return _Flow(value, _ELEMENTS[kind], _ELEMENTS[kind], value)


def _whole(code: str, parameters: Parameters, value: str | _Flow) -> str:
    if isinstance(value, str):
        return _done(code, parameters, value)
    text = value.text()
    return filled(
        code, parameters, x=_bracketed(text), g=value.argument(alone=True), r=value.argument(alone=False)
    )  # fmt: skip


def _of_element(code: str, parameters: Parameters, flow: _Flow) -> str:
    return _done(code, parameters, flow.element, flow.key or "")


def _done(code: str, parameters: Parameters, text: str, key: str = "") -> str:
    return filled(code, parameters, x=_bracketed(text), r=text, g=text, k=key)


@cache
def _bracketed(text: str) -> str:
    return text if isinstance(ast.parse(text, mode="eval").body, _NEEDS_NO_BRACKETS) else f"({text})"
