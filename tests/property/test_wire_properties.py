"""Values on their way between a solution and a suite."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import json
import math
import pathlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halo_forge.verifiers.inside.wire import decode, encode


class Reference:
    """What a number stands for."""

    def __init__(self, tag: str, number: object) -> None:
        self.tag, self.number = tag, number


def refuse(value: object) -> dict[str, int]:
    raise TypeError(f"{type(value).__name__} is not plain")


def there_and_back(value: Any) -> Any:
    return decode(json.loads(json.dumps(encode(value, refuse))), Reference)


hashable = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(max_size=20)
    | st.complex_numbers(allow_nan=False) | st.decimals(allow_nan=False)
    | st.fractions() | st.text(min_size=1).map(pathlib.Path) | st.dates() | st.datetimes() | st.timedeltas(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
values = st.recursive(
    hashable,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.sets(hashable, max_size=4)
        | st.dictionaries(hashable, inner, max_size=4)
        | st.dictionaries(hashable, inner, max_size=4).map(collections.OrderedDict)
        | st.lists(inner, max_size=3).map(collections.deque)
        | st.binary(max_size=9).map(bytearray)
    ),
    max_leaves=15,
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "tuple", "dict", "set", "frozenset", "bytes", "bytearray", "complex", "range", "class", "Counter", "int",
            "OrderedDict", "defaultdict", "deque", "dict_keys", "dict_items", "decimal", "fraction", "datetime", "date",
            "path", "time", "timedelta", "namedtuple", "mine", "yours", "nothing",
        ]),
        inner,
        max_size=2,
    ),
    max_leaves=10,
)  # fmt: skip


@given(values)
def test_a_plain_value_comes_back_as_it_was(value: Any) -> None:
    back = there_and_back(value)
    assert back == value
    assert repr(back) == repr(value) or isinstance(value, (set, frozenset, dict, tuple, list, collections.deque))
    assert type(back) is type(value)


@given(st.lists(st.booleans() | st.integers() | st.floats() | st.none() | st.text(), max_size=8))
def test_elements_of_a_flat_list_keep_their_types(value: list[Any]) -> None:
    assert list(map(type, there_and_back(value))) == list(map(type, value))


@given(anything)
def test_made_up_data_becomes_a_plain_value_or_an_exception(data: Any) -> None:
    try:
        value = decode(data, Reference)
    except Exception:
        return
    module = type(value).__module__.partition(".")[0]
    plain = {"builtins", "collections", "decimal", "fractions", "datetime", "pathlib", __name__}
    assert module in plain, type(value)


def test_long_numbers() -> None:
    for number in (10**616, 10**617, -(10**5000), 2**2048, -(2**2048), 2**2048 - 1, 3**40_000):
        assert (there_and_back([number, (number,)]) == [number, (number,)]) is True


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0])
def test_special_numbers(number: float) -> None:
    assert repr(there_and_back(number)) == repr(number)


def test_a_value_goes_by_its_base_type() -> None:
    class Number(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    class Words(list[str]):
        def __len__(self) -> int:
            return 99

        def __iter__(self) -> Any:
            return iter(["not", "these"])

    class Both(collections.Counter[str]):
        def items(self) -> Any:
            return []

    for value, plain in ((Number(3), 3), (Words(["a"]), ["a"]), (Both("aab"), collections.Counter("aab"))):
        back = there_and_back(value)
        assert type(back) is type(plain)
        assert back == plain


def test_named_tuples_keep_their_names() -> None:
    point = collections.namedtuple("point", "x y")
    back = there_and_back([point(1, 2)])[0]
    assert (back, back.x, back.y, type(back).__name__) == ((1, 2), 1, 2, "point")


def test_views_classes_and_defaults() -> None:
    assert there_and_back({"a": 1}.keys()) == {"a"}
    assert list(there_and_back({"a": 1}.values())) == [1]
    assert there_and_back({"a": 1}.items()) == {("a", 1)}
    assert there_and_back([int, ValueError]) == [int, ValueError]
    grouped = there_and_back(collections.defaultdict(list, {"a": [1]}))
    assert (grouped["a"], grouped["b"]) == ([1], [])
    assert there_and_back(collections.deque([1, 2], maxlen=2)).maxlen == 2
    aware = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert there_and_back([aware, decimal.Decimal("1.10"), fractions.Fraction(1, 3)]) == [
        aware,
        decimal.Decimal("1.10"),
        fractions.Fraction(1, 3),
    ]


def test_what_is_not_plain_is_referred_to() -> None:
    class Thing:
        pass

    thing = Thing()
    held: list[object] = []

    def refer(value: object) -> dict[str, int]:
        held.append(value)
        return {"mine": len(held) - 1}

    assert encode([1, thing, (len, iter([]))], refer)[:2] == [1, {"mine": 0}]
    assert held[0] is thing
    back = decode({"yours": 7}, Reference)
    assert (back.tag, back.number) == ("yours", 7)
