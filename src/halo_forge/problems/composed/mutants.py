"""Wrong versions of a function, each a small slip away from it: what the assertions of a task have to tell apart."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from types import CodeType

Function = Callable[..., object]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Pow: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_FUNCTIONS = {"max": "min", "min": "max", "any": "all", "all": "any", "sorted": "list", "abs": "int", "sum": "len"}
_METHODS = {"upper": "lower", "lower": "upper", "startswith": "endswith", "endswith": "startswith"}
_CONSTANTS: tuple[object, ...] = (None, 0, 1, "", [], {}, True, False)


def function_of(code: str | CodeType, name: str) -> Function:
    """The function `name` of a source that this package wrote."""
    scope: dict[str, Function] = {}
    exec(code, scope)
    return scope[name]


def careless(parameters: int) -> Iterator[Function]:
    """Functions that do nothing: give back an argument, or the same whatever they get."""
    for number in range(parameters):
        yield lambda *arguments, number=number: arguments[number]
    for constant in _CONSTANTS:
        yield lambda *_, constant=constant: constant


def slips(source: str, name: str) -> Iterator[Function]:
    """The function `name` of `source` with one operator, number, text, function, keyword or bound changed."""
    tree = ast.parse(source)
    for _ in _changes(tree):
        yield function_of(compile(tree, "<mutant>", "exec"), name)


def _changes(tree: ast.Module) -> Iterator[None]:
    """Change `tree`, and change it back when the next one is asked for."""
    for node in list(ast.walk(tree)):
        for field, value in _alternatives(node):
            before = getattr(node, field)
            setattr(node, field, value)
            yield
            setattr(node, field, before)


def _alternatives(node: ast.AST) -> Iterator[tuple[str, object]]:
    """A field of the node, and what else could stand there."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in _COMPARISONS.get(type(op), ()):
                    yield "ops", [*ops[:place], other(), *ops[place + 1 :]]
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield "op", _ARITHMETIC[type(op)]()
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.IfExp(body=body, orelse=orelse):
            yield "body", orelse
            yield "orelse", body
        case ast.Constant(value=bool() as value):
            yield "value", not value
        case ast.Constant(value=int() as value):
            yield from (("value", value + 1), ("value", value - 1))
        case ast.Constant(value=str() as value):
            yield "value", value + "x"
        case ast.Name(id=name) if name in _FUNCTIONS:
            yield "id", _FUNCTIONS[name]
        case ast.Attribute(attr=name) if name in _METHODS:
            yield "attr", _METHODS[name]
        case ast.Call(keywords=keywords):
            for place in range(len(keywords)):
                yield "keywords", [*keywords[:place], *keywords[place + 1 :]]
        case ast.Slice():
            for bound in ("lower", "upper", "step"):
                if getattr(node, bound) is not None:
                    yield bound, None
        case _:
            pass
