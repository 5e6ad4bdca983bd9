"""Values as plain JSON data, for the way between the process of a solution and that of a suite, and back.

None, booleans, floats, strings and short integers stand for themselves and a list is a list; everything else is
``{tag: content}`` with one tag. A value goes by the nearest built-in or well-known type among its bases, never by what
it says of itself: an object that overrides ``__eq__`` arrives without it. What has no such base is referred to by a
number: ``refer`` gives ``{"mine": n}`` for it or refuses, and ``resolve`` gives what a tag and a number stand for.

Only `decode` has to withstand data that somebody made up. It makes nothing but values of the types below, and raises
some `Exception` on anything that `encode` could not have written.
"""

from __future__ import annotations

import builtins
import collections
import sys

TYPE_CHECKING = False  # importing typing takes longer than all that is done here
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Refer = Callable[[Any], dict[str, int]]
    Resolve = Callable[[str, int], Any]

REFERENCES = ("mine", "yours")
_AS_IT_IS = frozenset({type(None), bool, float, str})
IMMUTABLE = _AS_IT_IS | {int}
_LONG = 1 << 2048  # decimal digits of more take long to write and read, and Python refuses many thousands
_DICT_VIEWS: tuple[Any, ...] = (type({}.keys()), type({}.values()), type({}.items()))


def encode(value: Any, refer: Refer) -> Any:
    """`value` as data that the json module can write."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is list:
        return _encode_all(value, refer)
    for base in kind.__mro__:
        encoder = _ENCODERS.get(base) or _lazy_encoder(base)
        if encoder is not None:
            return encoder(value, refer)
    return refer(value)


def decode(data: Any, resolve: Resolve) -> Any:
    """The value that `data` stands for."""
    if type(data) is list:
        return _decode_all(data, resolve)
    if type(data) is not dict:
        return data
    ((tag, content),) = data.items()
    return resolve(tag, content) if tag in REFERENCES else _DECODERS[tag](content, resolve)


def _encode_all(values: Iterable[Any], refer: Refer) -> list[Any]:
    items = list(values)
    kinds = set(map(type, items))
    if kinds <= _AS_IT_IS:
        return items
    if kinds <= IMMUTABLE:
        numbers = items if len(kinds) == 1 else [item for item in items if type(item) is int]
        if min(numbers) > -_LONG and max(numbers) < _LONG:
            return items
    return [encode(item, refer) for item in items]


def _decode_all(items: list[Any], resolve: Resolve) -> list[Any]:
    if {list, dict}.isdisjoint(map(type, items)):
        return list(items)  # the data may be needed as it came
    return [decode(item, resolve) for item in items]


# The sending side


def _encode_int(value: int, refer: Refer) -> Any:
    number = int.__index__(value)
    return number if -_LONG < number < _LONG else {"int": hex(number)}


def _encode_tuple(value: tuple[Any, ...], refer: Refer) -> Any:
    items = _encode_all(tuple.__iter__(value), refer)
    fields = getattr(type(value), "_fields", None)
    if type(fields) is tuple and len(fields) == len(items) and set(map(type, fields)) == {str}:
        return {"namedtuple": [type(value).__name__, list(fields), items]}
    return {"tuple": items}


def _encode_pairs(value: dict[Any, Any], refer: Refer) -> list[Any]:
    keys, values = list(dict.keys(value)), list(dict.values(value))
    return [_encode_all(keys, refer), _encode_all(values, refer)]


def _encode_class(value: type, refer: Refer) -> Any:
    name = value.__name__
    return {"class": name} if getattr(builtins, name, None) is value else refer(value)


def _encode_deque(value: collections.deque[Any], refer: Refer) -> Any:
    return {"deque": [_encode_all(collections.deque.__iter__(value), refer), value.maxlen]}


def _encode_default(value: collections.defaultdict[Any, Any], refer: Refer) -> Any:
    return {"defaultdict": [encode(value.default_factory, refer), _encode_pairs(value, refer)]}


def _encode_path(value: Any, refer: Refer) -> Any:
    return {"path": sys.modules["pathlib"].PurePath.__str__(value)}


def _lazy_encoder(base: type) -> Callable[[Any, Refer], Any] | None:
    """The encoder for a class of a module that is not imported here unless a solution or a suite does."""
    encoder = _LAZY_ENCODERS.get(f"{base.__module__}.{base.__name__}")
    if encoder is None or getattr(sys.modules.get(base.__module__), base.__name__, None) is not base:
        return None
    return encoder


_ENCODERS: dict[type, Callable[[Any, Refer], Any]] = {
    bool: lambda v, r: bool(v),
    int: _encode_int,
    float: lambda v, r: float.__float__(v),
    str: lambda v, r: str.__str__(v),
    list: lambda v, r: _encode_all(list.__iter__(v), r),
    tuple: _encode_tuple,
    dict: lambda v, r: {"dict": _encode_pairs(v, r)},
    set: lambda v, r: {"set": _encode_all(set.__iter__(v), r)},
    frozenset: lambda v, r: {"frozenset": _encode_all(frozenset.__iter__(v), r)},
    bytes: lambda v, r: {"bytes": bytes.hex(v)},
    bytearray: lambda v, r: {"bytearray": bytearray.hex(v)},
    complex: lambda v, r: {"complex": [v.real, v.imag]},
    range: lambda v, r: {"range": [encode(part, r) for part in (v.start, v.stop, v.step)]},
    type: _encode_class,
    collections.Counter: lambda v, r: {"Counter": _encode_pairs(v, r)},
    collections.OrderedDict: lambda v, r: {"OrderedDict": _encode_pairs(v, r)},
    collections.defaultdict: _encode_default,
    collections.deque: _encode_deque,
    **{view: lambda v, r: {type(v).__name__: _encode_all(v, r)} for view in _DICT_VIEWS},
}

_LAZY_ENCODERS: dict[str, Callable[[Any, Refer], Any]] = {
    "decimal.Decimal": lambda v, r: {"decimal": sys.modules["decimal"].Decimal.__str__(v)},
    "fractions.Fraction": lambda v, r: {"fraction": [encode(v.numerator, r), encode(v.denominator, r)]},
    "datetime.datetime": lambda v, r: {"datetime": sys.modules["datetime"].datetime.isoformat(v)},
    "datetime.date": lambda v, r: {"date": sys.modules["datetime"].date.isoformat(v)},
    "datetime.time": lambda v, r: {"time": sys.modules["datetime"].time.isoformat(v)},
    "datetime.timedelta": lambda v, r: {"timedelta": [v.days, v.seconds, v.microseconds]},
    "pathlib.PurePath": _encode_path,
    "pathlib._local.PurePath": _encode_path,  # in some versions of Python
    "numpy.generic": lambda v, r: encode(v.item(), r),
}


# The receiving side


def _decode_pairs(content: Any, resolve: Resolve) -> zip[tuple[Any, Any]]:
    keys, values = content
    return zip(_decode_all(keys, resolve), _decode_all(values, resolve), strict=True)


def _decode_namedtuple(content: Any, resolve: Resolve) -> Any:
    name, fields, items = content
    return _namedtuple(name, tuple(fields))(*_decode_all(items, resolve))


def _namedtuple(name: str, fields: tuple[str, ...]) -> Any:
    if (name, fields) not in _NAMEDTUPLES:
        _NAMEDTUPLES[name, fields] = collections.namedtuple(name, fields, rename=True)
    return _NAMEDTUPLES[name, fields]


_NAMEDTUPLES: dict[tuple[str, tuple[str, ...]], Any] = {}


def _decode_class(content: Any, resolve: Resolve) -> type:
    found = getattr(builtins, content)
    if not isinstance(found, type):
        raise TypeError(f"{content} is no class")
    return found


def _decode_default(content: Any, resolve: Resolve) -> collections.defaultdict[Any, Any]:
    factory, pairs = content
    return collections.defaultdict(decode(factory, resolve), _decode_pairs(pairs, resolve))


def _decode_decimal(content: Any, resolve: Resolve) -> Any:
    import decimal

    return decimal.Decimal(content)


def _decode_fraction(content: Any, resolve: Resolve) -> Any:
    import fractions

    return fractions.Fraction(*_decode_all(content, resolve))


def _decode_path(content: Any, resolve: Resolve) -> Any:
    import pathlib

    return pathlib.Path(content)


def _decode_time(kind: str, content: Any) -> Any:
    import datetime

    made = getattr(datetime, kind)
    return made(*content) if kind == "timedelta" else made.fromisoformat(content)


_DECODERS: dict[str, Callable[[Any, Resolve], Any]] = {
    "int": lambda c, r: int(c, 16),
    "tuple": lambda c, r: tuple(_decode_all(c, r)),
    "namedtuple": _decode_namedtuple,
    "dict": lambda c, r: dict(_decode_pairs(c, r)),
    "set": lambda c, r: set(_decode_all(c, r)),
    "frozenset": lambda c, r: frozenset(_decode_all(c, r)),
    "bytes": lambda c, r: bytes.fromhex(c),
    "bytearray": lambda c, r: bytearray.fromhex(c),
    "complex": lambda c, r: complex(*c),
    "range": lambda c, r: range(*_decode_all(c, r)),
    "class": _decode_class,
    "Counter": lambda c, r: collections.Counter(dict(_decode_pairs(c, r))),
    "OrderedDict": lambda c, r: collections.OrderedDict(_decode_pairs(c, r)),
    "defaultdict": _decode_default,
    "deque": lambda c, r: collections.deque(_decode_all(c[0], r), c[1]),
    "dict_keys": lambda c, r: dict.fromkeys(_decode_all(c, r)).keys(),
    "dict_values": lambda c, r: dict(enumerate(_decode_all(c, r))).values(),
    "dict_items": lambda c, r: dict(_decode_all(c, r)).items(),
    "decimal": _decode_decimal,
    "fraction": _decode_fraction,
    "path": _decode_path,
    "datetime": lambda c, r: _decode_time("datetime", c),
    "date": lambda c, r: _decode_time("date", c),
    "time": lambda c, r: _decode_time("time", c),
    "timedelta": lambda c, r: _decode_time("timedelta", c),
}
